//! `cachefit status`

use std::time::Duration;

use jiff::Timestamp;

use super::apply::key;
use crate::cli::Exit;
use crate::cli::answers::note_gates;
use crate::cli::args::{PlanFormat, StatusArgs};
use crate::cli::deployment::{self, wanted};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::cli::retirement::{Retirement, is_blocked};
use crate::cli::target::provider;
use crate::decide::Wanted;
use crate::observe::queries::Purpose;
use crate::observe::{Health, Options, groups, judge};
use crate::plan::{Observed, State};
use crate::provider::{MetricsAsked, Provider, plan};
use crate::report::status::Status;
use crate::report::{Json, Markdown, Report as _, Table};
use crate::units::Figure;

/// Seconds for which health is told, by few metrics: some clouds charge for each.
const HOUR: i64 = 3600;

pub fn run(printer: &Printer, args: &StatusArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider(&input, &args.target)?;
    let wanted = wanted(&input, &args.target, kind, provider.as_ref(), provider.observe()?)?;
    for note in &wanted.notes {
        printer.note(note);
    }
    let state = deployment::state()?;
    let mut resources = wanted.observed.clone();
    resources.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    let key = key(kind, provider.as_ref(), &input.profile.name)?;
    let on_record = Retirement::read(&state, &key)?.quarantined();
    let blocked_since = match on_record {
        Some(since) if is_blocked(&input, &args.target, kind, provider.as_ref(), &wanted.observed)? => {
            Some(since)
        }
        _ => None,
    };
    let mut pending = pending(&wanted.observed);
    pending.extend(blocked_since.map(|_| {
        format!(
            "retirement: `cachefit retire {0}` says what is next, `cachefit retire {0} --undo` gives it back",
            input.file
        )
    }));
    let status = Status {
        profile: input.profile.name.clone(),
        provider: kind,
        health: health(provider.as_ref(), &input.profile.name, &wanted),
        monthly: wanted.intent.monthly_before.clone(),
        alarms: provider.alarms(&wanted.observed),
        alarm_days: provider.alarm_days(),
        pending,
        blocked_since,
        drift: plan(provider.as_ref(), &wanted.intent, &wanted.observed)?,
        resources,
        unfinished: deployment::unfinished(&state, &key)?,
    };
    let report = match args.format {
        PlanFormat::Table => Table { color: printer.color() }.render(&status),
        PlanFormat::Json => Json.render(&status),
        PlanFormat::Markdown => Markdown.render(&status),
    }?;
    printer.data(&report)?;
    // Of the choice; what runs may breach none of them.
    note_gates(printer, &input.profile.name, &wanted.gates);
    Ok(Exit::Done)
}

/// How it does now; whatever hinders the look at its metrics hinders nothing else.
fn health(provider: &dyn Provider, name: &str, wanted: &Wanted) -> Figure<Health> {
    if provider.running(&wanted.observed).is_none() {
        return Figure::unknown("nothing runs yet");
    }
    let asked = MetricsAsked {
        now: Timestamp::now().as_second(),
        seconds: HOUR,
        purpose: Purpose::Health,
        pause: Duration::ZERO,
    };
    let all = match provider.metrics(&asked, &|_| ()) {
        Ok(all) => all,
        Err(error) => return Figure::unknown(error.why()),
    };
    let groups = groups(&all);
    let group = groups.iter().find(|group| group.id == name);
    let judged = group.map(|group| judge(group, &all, &Options::default()));
    match judged.filter(|judged| !judged.figures.is_empty()) {
        Some(judged) => Figure::Known(Health::of(&judged)),
        None => Figure::unknown("its metrics have no point of the last hour"),
    }
}

/// What goes on, and what is accepted for later.
fn pending(observed: &[Observed]) -> Vec<String> {
    let of = |o: &Observed| {
        let address = o.resource.address.clone();
        let busy = match &o.state {
            State::Busy { what } => Some(format!("{address}: {what}")),
            _ => None,
        };
        let later =
            o.pending.iter().map(|p| format!("{address}: {} {} from {}", p.attribute, p.value, p.until));
        busy.into_iter().chain(later).collect::<Vec<String>>()
    };
    let mut all: Vec<String> = observed.iter().flat_map(of).collect();
    all.sort();
    all
}
