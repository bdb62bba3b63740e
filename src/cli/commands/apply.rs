//! `cachefit apply`

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::render;
use super::show;
use crate::apply::{
    Applied, Backoff, Journal, Key, Lock, Options, Refusal, System, is_for, run as work, still_holds,
};
use crate::cli::Exit;
use crate::cli::answers::note_gates;
use crate::cli::args::{ApplyArgs, DataFormat, PlanFormat, RunArgs, TargetArgs};
use crate::cli::deployment::{self, settled, wanted};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input};
use crate::cli::interrupt::{Told, interruptible};
use crate::cli::printer::Printer;
use crate::cli::progress::Lines;
use crate::cli::resume_command::resume_command;
use crate::cli::target::{Target, open, provider_from};
use crate::plan::{Address, Observed, Plan, StepId};
use crate::provider::{self, Exclusion, Intent, Provider};
use crate::recommend::Recommendation;
use crate::report::{Json, Report as _, Table};
use crate::units::{self, quoted};

/// A plan with all that is needed to carry it out.
pub struct Job<'a> {
    pub plan: &'a Plan,
    /// The id of the plan that the user has read.
    pub agreed: &'a str,
    pub provider: &'a dyn Provider,
    pub root: &'a Path,
    pub confirmed: &'a [String],
    /// What is done once the user has agreed, before the first step.
    pub agreed_to: &'a dyn Fn() -> Result<(), Failure>,
    /// The command that goes on after a stop.
    pub again: String,
}

pub fn run(printer: &Printer, args: &ApplyArgs) -> Result<Exit, Failure> {
    if inputs::is_standard_input(&args.file) {
        // It can be read once: what it is shows in what was read.
        let bytes = inputs::standard_input()?;
        if bytes.trim_ascii_start().starts_with(b"{") {
            return of_plan(printer, args, &show::parse(&bytes)?);
        }
        return of_profile(printer, args, &inputs::profile_of(printer, &bytes)?);
    }
    if show::is_plan(&args.file) {
        return of_plan(printer, args, &show::read(&args.file)?);
    }
    of_profile(printer, args, &inputs::profile(printer, &args.file)?)
}

fn of_profile(printer: &Printer, args: &ApplyArgs, input: &Input) -> Result<Exit, Failure> {
    let (kind, provider) = provider_from(input, &args.target, args.restore.as_deref())?;
    let root = deployment::state()?;
    let _lock = lock(&root, &key(kind, provider.as_ref(), &input.profile.name)?, provider.as_ref())?;
    let observed = settled(printer, provider.as_ref(), args.run.poll)?;
    let (plan, _) = planned(printer, input, &args.target, kind, provider.as_ref(), observed)?;
    let job = Job {
        plan: &plan,
        agreed: &plan.id(),
        provider: provider.as_ref(),
        root: &root,
        confirmed: &args.consent.confirm,
        agreed_to: &|| Ok(()),
        again: resume_command("apply", &args.file, &args.target, Some(&args.consent)) + &from_snapshot(args),
    };
    allowed(&plan, &args.consent.allow_replace)?;
    carry_out(printer, &job, &args.run)
}

fn from_snapshot(args: &ApplyArgs) -> String {
    args.restore.as_deref().map_or_else(String::new, |name| format!(" --restore {}", quoted(name)))
}

/// The plan of a profile, with what is to be known about its choice said.
pub fn planned(
    printer: &Printer,
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
    observed: Vec<Observed>,
) -> Result<(Plan, Recommendation), Failure> {
    let wanted = wanted(input, target, kind, provider, observed)?;
    for note in &wanted.notes {
        printer.note(note);
    }
    note_gates(printer, &input.profile.name, &wanted.gates);
    let plan = provider::plan(provider, &wanted.intent, &wanted.observed)?;
    Ok((plan, wanted.recommendation))
}

fn of_plan(printer: &Printer, args: &ApplyArgs, reviewed: &Plan) -> Result<Exit, Failure> {
    if args.restore.is_some() {
        let hint =
            "`cachefit plan PROFILE --restore SNAPSHOT -o FILE` writes a plan that restores".to_owned();
        return Err(Failure::new("restore", "a plan file says itself what it restores", Some(hint)));
    }
    let provider = open(Target::of_plan(reviewed), &args.target)?;
    let key = key(reviewed.provider, provider.as_ref(), &reviewed.profile)?;
    // Before anything is read or locked: it is another deployment there.
    is_for(reviewed, &key.scope).map_err(|refusal| {
        let hint = "take the account, the region or the folder that it was made for, or make a new plan here";
        Failure::new("other-place", refusal.to_string(), Some(hint.to_owned()))
    })?;
    let root = deployment::state()?;
    let _lock = lock(&root, &key, provider.as_ref())?;
    let observed = settled(printer, provider.as_ref(), args.run.poll)?;
    let plan = provider::plan(provider.as_ref(), &Intent::of(reviewed), &observed)?;
    let last = Journal::last(&root, &key)?;
    still_holds(reviewed, &plan, &observed, last.as_ref()).map_err(|refusal| {
        let code = match refusal {
            Refusal::Moved(_) => "world-moved",
            Refusal::Elsewhere { .. } => "other-place",
            Refusal::OtherWork(_) => "other-work",
        };
        let hint = "make a new plan with `cachefit plan PROFILE -o FILE` and read it".to_owned();
        Failure::new(code, refusal.to_string(), Some(hint))
    })?;
    let job = Job {
        plan: &plan,
        agreed: &reviewed.id(),
        provider: provider.as_ref(),
        root: &root,
        confirmed: &args.consent.confirm,
        agreed_to: &|| Ok(()),
        again: resume_command("apply", &args.file, &args.target, Some(&args.consent)),
    };
    allowed(&plan, &args.consent.allow_replace)?;
    carry_out(printer, &job, &args.run)
}

/// What lock and journal of a deployment are kept by.
pub fn key(kind: units::Provider, provider: &dyn Provider, name: &str) -> Result<Key, Failure> {
    Ok(Key::new(kind, provider.scope()?, name))
}

/// The right to change a deployment: from this machine's records, and from the place itself where that has a lock.
pub fn lock(root: &Path, key: &Key, provider: &dyn Provider) -> Result<(Lock, Exclusion), Failure> {
    let lock = Lock::take(root, key, Timestamp::now())?;
    let exclusion = provider
        .exclude()
        .map_err(|error| Failure::new("locked", error.to_string(), error.hint().map(str::to_owned)))?;
    Ok((lock, exclusion))
}

/// Refuses replacements, and deletions of data, that were not named.
pub fn allowed(plan: &Plan, named: &[Address]) -> Result<(), Failure> {
    let refused: Vec<_> = plan.dangerous().filter(|c| !named.contains(&c.address)).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = refused
        .iter()
        .map(|c| format!("{}: {}; {}; {}", c.address, crate::report::verb(&c.action), c.reason, c.effect))
        .collect();
    let flags: Vec<String> = refused.iter().map(|c| format!("--allow-replace {}", c.address)).collect();
    let message = format!("the plan replaces, deletes or loses data:\n{}", lines.join("\n"));
    Err(Failure::new("replace", message, Some(format!("to do it all the same: {}", flags.join(" ")))))
}

/// Asks, works, reports.
pub fn carry_out(printer: &Printer, job: &Job<'_>, args: &RunArgs) -> Result<Exit, Failure> {
    let json = args.format == DataFormat::Json;
    // A run that was cut short, or whose checks failed, left its proof to this one.
    let unproven = Journal::last(job.root, &Key::of(job.plan))?.is_some_and(|last| last.is_unfinished());
    if job.plan.is_empty() && !unproven {
        (job.agreed_to)()?;
        let nothing = Applied::nothing_to_do(job.plan, job.provider.connection()?);
        printer.data(&report(printer, &nothing, json)?)?;
        return Ok(Exit::Done);
    }
    if job.plan.is_empty() {
        printer.note("The last run did not end well, so everything is checked once more.");
    } else {
        printer.note(render(printer, job.plan, PlanFormat::Table, false)?.trim_end());
        if !args.yes && !agrees(printer, job)? {
            return Err(Failure::new("declined", "nothing was changed", None));
        }
    }
    (job.agreed_to)()?;
    let options = Options {
        parallel: usize::from(args.parallel),
        confirmed: job.confirmed.iter().cloned().map(StepId).collect(),
        ..pace(args.poll, job.provider)
    };
    let lines = Lines::new(printer, job.plan);
    let run = |stop| work(job.plan, job.agreed, job.provider, job.root, &System::new(stop), &lines, &options);
    let told = Told { printer, root: job.root, key: &Key::of(job.plan), again: &job.again };
    let applied = interruptible(&told, run)?.map_err(|error| {
        Failure::new("apply", error.to_string(), Some(format!("`{}` continues from there", job.again)))
    })?;
    printer.data(&report(printer, &applied, json)?)?;
    if applied.complete {
        return Ok(Exit::Done);
    }
    if applied.left.is_empty() {
        return Ok(Exit::Error);
    }
    printer.note(&format!("`{}` continues from there", job.again));
    Ok(Exit::Stopped)
}

/// How patiently to wait: tests look more often than people need.
fn pace(poll: Option<u64>, provider: &dyn Provider) -> Options {
    let usual = Options::default();
    let Some(poll) = poll.map(Duration::from_millis) else { return usual };
    let pace = Some(provider.pace().from_first_look(poll));
    Options { pace, backoff: Backoff { first: poll, ..usual.backoff }, ..usual }
}

fn report(printer: &Printer, applied: &Applied, json: bool) -> Result<String, Failure> {
    Ok(if json { Json.render(applied) } else { Table { color: printer.color() }.render(applied) }?)
}

/// Whether the person at the terminal wants it.
fn agrees(printer: &Printer, job: &Job<'_>) -> Result<bool, Failure> {
    if !printer.is_interactive() {
        let hint = format!("read the plan, then `{} --yes`", job.again);
        return Err(Failure::new("consent", "nobody is here to agree to the plan", Some(hint)));
    }
    Ok(printer.ask("Do it? Only `yes` is taken as yes:")? == "yes")
}
