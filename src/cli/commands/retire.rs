//! `cachefit retire`

use jiff::Timestamp;

use super::apply::{Job, carry_out, key, lock, planned};
use crate::cli::Exit;
use crate::cli::args::{DataFormat, RetireArgs};
use crate::cli::deployment::{nothing, settled, state};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input};
use crate::cli::observed::{exports, judging};
use crate::cli::printer::Printer;
use crate::cli::resume_command::resume_command;
use crate::cli::retirement::{Retirement, blocked, is_blocked};
use crate::cli::target::{provider, provider_alone};
use crate::cli::whose::Metrics;
use crate::fleet::{Decision, Done, Evidence, Policy, Record, Refusal, RetireStep, WAIT_DAYS, decide, steps};
use crate::observe::Options;
use crate::provider;
use crate::report::{Json, Report as _, Table, retire::RetireReport};
use crate::units::{Provider, quoted};

pub fn run(printer: &Printer, args: &RetireArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let asked = match (args.quarantine, args.undo, args.delete) {
        (true, ..) => Decision::Quarantine,
        (_, true, _) => Decision::Undo,
        (.., true) => Decision::Delete,
        _ => Decision::Show,
    };
    let evidence = evidence(args, &input)?;
    if asked == Decision::Show {
        return show(printer, args, &input, &evidence);
    }
    refuse_clouds(&input, args)?;
    let (kind, opened) = provider(&input, &args.target)?;
    let root = state()?;
    let key = key(kind, opened.as_ref(), &input.profile.name)?;
    let _lock = lock(&root, &key, opened.as_ref())?;
    let kept = Retirement::open(&root, &key)?;
    let now = Timestamp::now().as_second();
    let mut record = kept.record().clone();
    let given_back =
        asked == Decision::Quarantine && is_given_back(args, &input, kind, opened.as_ref(), &record)?;
    if given_back {
        // It is blocked anew: with evidence, and its waiting time begins again.
        record.done.push(Done::Undone { at: now });
    }
    let policy = Policy { wait_days: args.wait_days };
    decide(asked, &record, &evidence, policy, now).map_err(|refusal| refused(&refusal, args))?;
    match asked {
        Decision::Show => Ok(Exit::Done),
        Decision::Quarantine => {
            if given_back {
                kept.add(Done::Undone { at: now })?;
            }
            let exit = apply(printer, args, &blocked(&input), kind, opened.as_ref(), &root)?;
            if exit == Exit::Done && record.quarantined().is_none() {
                kept.add(Done::Quarantined { at: now })?;
                printer.note(&format!(
                    "its users may do nothing now; `cachefit retire {} --undo` gives it back",
                    input.file
                ));
            }
            Ok(exit)
        }
        Decision::Undo => {
            // First on record: what is on record as blocked could be deleted.
            kept.add(Done::Undone { at: now })?;
            apply(printer, args, &input, kind, opened.as_ref(), &root)
        }
        Decision::Delete => {
            let observed = settled(printer, opened.as_ref(), args.run.poll)?;
            let (plan, _) =
                planned(printer, &blocked(&input), &args.target, kind, opened.as_ref(), observed)?;
            if !plan.is_empty() {
                let message =
                    "it is not blocked any more, or was changed: somebody has applied its profile since";
                let hint =
                    format!("`cachefit retire {} --undo`, then begin again if nobody needs it", input.file);
                return Err(Failure::new("retire", message, Some(hint)));
            }
            let exit = delete(printer, args, &input, &root)?;
            if exit == Exit::Done {
                kept.add(Done::Deleted { at: now })?;
            }
            Ok(exit)
        }
    }
}

/// How it stands, and what comes next.
fn show(printer: &Printer, args: &RetireArgs, input: &Input, evidence: &Evidence) -> Result<Exit, Failure> {
    let provider = input.profile.placement.provider.as_ref().map(|p| p.value);
    let service = input.profile.pin.service.as_ref().map(|s| s.value);
    let (record, given_back) = record(args, input)?;
    let report = RetireReport {
        profile: input.profile.name.clone(),
        record,
        given_back,
        evidence: evidence.clone(),
        wait_days: args.wait_days,
        steps: steps(&input.profile.name, provider, service, Some(&input.file), args.wait_days),
        by_hand: provider != Some(Provider::Local),
    };
    let text = match args.run.format {
        DataFormat::Table => Table { color: printer.color() }.render(&report)?,
        DataFormat::Json => Json.render(&report)?,
    };
    printer.data(&text)?;
    Ok(Exit::Done)
}

/// What is on record, and whether its users have their rights again all the same; nothing for a cloud, where people do it
/// by hand.
fn record(args: &RetireArgs, input: &Input) -> Result<(Record, bool), Failure> {
    if input.profile.placement.provider.as_ref().is_none_or(|p| p.value != Provider::Local) {
        return Ok((Record::default(), false));
    }
    let (kind, opened) = provider(input, &args.target)?;
    let key = key(kind, opened.as_ref(), &input.profile.name)?;
    let record = Retirement::read(&state()?, &key)?;
    let given_back = is_given_back(args, input, kind, opened.as_ref(), &record)?;
    Ok((record, given_back))
}

/// Whether it is on record as blocked and is not: somebody has applied its profile since.
fn is_given_back(
    args: &RetireArgs,
    input: &Input,
    kind: Provider,
    provider: &dyn provider::Provider,
    record: &Record,
) -> Result<bool, Failure> {
    if record.quarantined().is_none() {
        return Ok(false);
    }
    Ok(!is_blocked(input, &args.target, kind, provider, &provider.observe()?)?)
}

/// What the metrics say of its use.
fn evidence(args: &RetireArgs, input: &Input) -> Result<Evidence, Failure> {
    if args.from.is_empty() {
        return Ok(Evidence::of(None));
    }
    let profile = &input.profile;
    let metrics = Metrics::of(exports(&args.from, "metrics")?);
    let Some(found) = metrics.own(&args.cache, profile, true)? else {
        let why = format!(
            "the metrics hold no cache {}, but {}: --cache NAME says which one it is",
            profile.name,
            metrics.holds()
        );
        return Ok(Evidence::Unknown { why });
    };
    if let Some(why) = found.caveat(profile) {
        return Ok(Evidence::Unknown { why });
    }
    // The whole waiting time has to be looked at.
    let usual = judging(Some(profile), args.target.as_of);
    let options = Options { days: usual.days.max(args.wait_days.saturating_add(1)), ..usual };
    let judged = metrics.judge_for(&found, &options);
    Ok(Evidence::of(Some(&judged).filter(|judged| !judged.figures.is_empty())))
}

/// Only what can be undone with certainty is done here.
fn refuse_clouds(input: &Input, args: &RetireArgs) -> Result<(), Failure> {
    let provider = input.profile.placement.provider.as_ref().map(|p| p.value);
    if provider == Some(Provider::Local) {
        return Ok(());
    }
    let named = provider.map_or_else(|| "no provider".to_owned(), |provider| provider.to_string());
    let service = input.profile.pin.service.as_ref().map(|s| s.value);
    let steps = steps(&input.profile.name, provider, service, None, args.wait_days);
    let line = |step: &RetireStep| {
        let undo = step.undo.as_ref().map_or_else(String::new, |undo| format!("; undo: {undo}"));
        format!("{}: {}{undo}", step.step, step.text)
    };
    let lines: Vec<String> =
        steps.iter().filter(|step| !args.undo || step.undo.is_some()).map(line).collect();
    let message =
        format!("blocking and deleting is done by hand at {named}; cachefit does it for local servers");
    Err(Failure::new("retire", message, Some(lines.join("\n"))))
}

fn refused(refusal: &Refusal, args: &RetireArgs) -> Failure {
    let file = args.profile.display();
    let hint = match refusal {
        Refusal::NoEvidence(_) | Refusal::OldEvidence => {
            format!("`cachefit retire {file} --from METRICS …` with at least two weeks of its metrics")
        }
        Refusal::ShortEvidence { of, .. } => {
            format!("`cachefit retire {file} --from METRICS …` with its metrics of the last {of} days")
        }
        Refusal::InUse(_) => {
            format!("ask who it is; `cachefit retire {file} --undo` gives a blocked one back")
        }
        Refusal::NotQuarantined => {
            format!("`cachefit retire {file} --from METRICS --quarantine` blocks it first")
        }
        Refusal::TooSoon { until, .. } => {
            let day = Timestamp::from_second(*until).map(|at| at.to_string()).unwrap_or_default();
            format!("wait until {day}; whoever misses it will call")
        }
        Refusal::Gone => format!("`cachefit apply {file}` makes a new one, without its data"),
        Refusal::NothingToUndo => format!("`cachefit apply {file}` makes it what its profile says"),
    };
    Failure::new("retire", refusal.to_string(), Some(hint))
}

/// Makes the deployment what a profile says, by the executor of `apply`.
fn apply(
    printer: &Printer,
    args: &RetireArgs,
    input: &Input,
    kind: Provider,
    provider: &dyn provider::Provider,
    root: &std::path::Path,
) -> Result<Exit, Failure> {
    let observed = settled(printer, provider, args.run.poll)?;
    let (plan, _) = planned(printer, input, &args.target, kind, provider, observed)?;
    let job = Job {
        plan: &plan,
        agreed: &plan.id(),
        provider,
        root,
        confirmed: &[],
        agreed_to: &|| Ok(()),
        again: again(args),
    };
    carry_out(printer, &job, &args.run)
}

/// Takes it down, by the executor of `destroy`.
fn delete(
    printer: &Printer,
    args: &RetireArgs,
    input: &Input,
    root: &std::path::Path,
) -> Result<Exit, Failure> {
    if !args.no_final_snapshot {
        let hint = "keep a copy of its dump file if it matters, then add --no-final-snapshot".to_owned();
        return Err(Failure::new("retire", "local servers leave no last snapshot", Some(hint)));
    }
    let (kind, provider) = provider_alone(input, &args.target, false)?;
    let observed = settled(printer, provider.as_ref(), args.run.poll)?;
    let intent = nothing(input, &args.target, kind, provider.as_ref(), &observed);
    let plan = provider::plan(provider.as_ref(), &intent, &observed)?;
    let job = Job {
        plan: &plan,
        agreed: &plan.id(),
        provider: provider.as_ref(),
        root,
        confirmed: &[],
        agreed_to: &|| Ok(()),
        again: again(args),
    };
    carry_out(printer, &job, &args.run)
}

/// The same command once more.
fn again(args: &RetireArgs) -> String {
    let mut words = vec![resume_command("retire", &args.profile, &args.target, None)];
    if !args.from.is_empty() {
        words.push("--from".to_owned());
        words.extend(args.from.iter().map(|file| quoted(&file.to_string_lossy())));
    }
    words.extend(args.cache.iter().map(|name| format!("--cache {}", quoted(name))));
    words.push(
        match (args.quarantine, args.undo) {
            (true, _) => "--quarantine",
            (_, true) => "--undo",
            _ => "--delete",
        }
        .to_owned(),
    );
    if args.delete && args.wait_days != WAIT_DAYS {
        words.push(format!("--wait-days {}", args.wait_days));
    }
    if args.no_final_snapshot {
        words.push("--no-final-snapshot".to_owned());
    }
    words.join(" ")
}
