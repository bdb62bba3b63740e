//! What the command line gives to a decision: options of today, answers with their place in the file.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::civil::Date;

use super::answers::answer;
use super::args::TargetArgs;
use super::error::Failure;
use super::inputs::{self, Input};
use super::installed::sized_for;
use super::printer::Printer;
use crate::apply::{Ended, Journal, Key, state_root};
use crate::decide::{Decider, Wanted};
use crate::deployment::Configuration;
use crate::plan::{Observed, Purpose};
use crate::provider::{Intent, Provider};
use crate::recommend::Options;
use crate::units;

/// Looks at an owner that cannot be read, however short the wait is.
const LEAST_LOOKS: u32 = 10;

/// The folder of locks and journals.
pub fn state() -> Result<PathBuf, Failure> {
    Ok(state_root(|name| std::env::var_os(name))?)
}

/// What a profile asks for, against what there is.
pub fn wanted(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
    observed: Vec<Observed>,
) -> Result<Wanted, Failure> {
    decide(input, target, |decider| decider.wanted(kind, provider, observed))
        .map_err(|e| Failure::decide(e, &input.file))
}

/// The choice that a profile alone leads to, without a look at what runs.
pub fn offline(input: &Input, target: &TargetArgs) -> Result<Configuration, Failure> {
    chosen(input, target.as_of)
}

/// The same on a day; today where none is named.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime only")]
pub fn chosen(input: &Input, as_of: Option<Date>) -> Result<Configuration, Failure> {
    decide_on(input, as_of, |decider| decider.offline()).map_err(|e| Failure::decide(e, &input.file))
}

/// Nothing: what `destroy` asks for.
pub fn nothing(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
    observed: &[Observed],
) -> Intent {
    decide(input, target, |decider| decider.nothing(kind, provider, observed))
}

/// What there is, before something is changed: looked at again for a while as long as it cannot be read whose something is.
pub fn settled(
    printer: &Printer,
    provider: &dyn Provider,
    poll: Option<u64>,
) -> Result<Vec<Observed>, Failure> {
    let usual = provider.pace();
    let pace = poll.map_or(usual, |poll| usual.from_first_look(Duration::from_millis(poll)));
    let start = Instant::now();
    let mut looks = 0;
    loop {
        let observed = provider.observe()?;
        let unknown = observed.iter().find(|o| o.owner_is_unknown());
        let waits = looks < LEAST_LOOKS || start.elapsed() < pace.settle;
        let Some(unknown) = unknown.filter(|_| waits) else { return Ok(observed) };
        if looks == 0 {
            let why = unknown.not_ours().unwrap_or_default();
            printer.note(&format!("Waiting until it is known whose {} is: {why}.", unknown.resource.address));
        }
        std::thread::sleep(pace.until_next_look(looks));
        looks += 1;
    }
}

/// Hands over who decides for a profile.
fn decide<T>(input: &Input, target: &TargetArgs, with: impl FnOnce(&Decider<'_>) -> T) -> T {
    decide_on(input, target.as_of, with)
}

/// The same on a day; today where none is named.
fn decide_on<T>(input: &Input, as_of: Option<Date>, with: impl FnOnce(&Decider<'_>) -> T) -> T {
    let options = Options::on(as_of.unwrap_or_else(inputs::today));
    with(&Decider {
        profile: &input.profile,
        file: &input.file,
        recommend: &|profile| answer(profile, &input.file, &options),
        sized_for: &sized_for,
    })
}

/// A run that did not end, for people; none if the last one did.
pub fn unfinished(root: &std::path::Path, key: &Key) -> Result<Option<String>, Failure> {
    let Some(last) = Journal::last(root, key)?.filter(crate::apply::Last::is_unfinished) else {
        return Ok(None);
    };
    let how = match last.ended {
        None => "was cut short",
        Some(Ended::Failed) => "failed",
        Some(Ended::Interrupted) => "was stopped on request",
        Some(Ended::Waiting) => "waits for a confirmation",
        Some(Ended::Complete) => return Ok(None),
    };
    let verb = match last.purpose {
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let steps: Vec<String> = last.in_flight.iter().map(ToString::to_string).collect();
    let within = if steps.is_empty() { String::new() } else { format!(" in {}", steps.join(", ")) };
    // The place stands in no record of an earlier version: it is the reader's to judge.
    let kept = if last.unscoped {
        format!(" An earlier version kept this by name alone; it is taken for that of {}.", key.scope)
    } else {
        String::new()
    };
    Ok(Some(format!(
        "The {verb} of {:.0} {how}{within}. `cachefit {verb}` continues from there.{kept}",
        last.started
    )))
}
