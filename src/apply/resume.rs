//! Whether a plan that somebody has read may still be carried out.

use thiserror::Error;

use super::journal::Last;
use crate::plan::{Action, Change, Drift, Observed, Plan, Scope, Step, StepId};

/// Why a plan file is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The world is not the one for which it was made.
    #[error("the deployment has changed since the plan was made:\n{}", lines(.0))]
    Moved(Vec<Drift>),
    /// It was made for another place.
    #[error("the plan was made for {planned}, and this is {here}: nothing was changed")]
    Elsewhere {
        /// The place that it was made for.
        planned: Scope,
        /// Where it was to be carried out.
        here: Scope,
    },
    /// What would be done is not what the plan says.
    #[error("what would be done now is not what the plan says:\n{}", indented(.0))]
    OtherWork(Vec<String>),
}

fn lines(drift: &[Drift]) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "absent".to_owned());
    let lines: Vec<String> = drift
        .iter()
        .map(|d| format!("  {} {}: {} -> {}", d.address, d.what, or(&d.then), or(&d.now)))
        .collect();
    lines.join("\n")
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Whether a plan was made for this place.
pub fn is_for(reviewed: &Plan, here: &Scope) -> Result<(), Refusal> {
    if reviewed.scope == *here {
        return Ok(());
    }
    Err(Refusal::Elsewhere { planned: reviewed.scope.clone(), here: here.clone() })
}

/// Holds the plan that was read (`reviewed`) against the one that would be made now (`fresh`). A run of the same plan
/// that was cut short may be finished: what is left must be part of what was read.
pub fn still_holds(
    reviewed: &Plan,
    fresh: &Plan,
    now: &[Observed],
    last: Option<&Last>,
) -> Result<(), Refusal> {
    if fresh.is_empty() {
        return Ok(());
    }
    let drift = reviewed.drift(now);
    if drift.is_empty() {
        let other = other_work(reviewed, fresh);
        return if other.is_empty() { Ok(()) } else { Err(Refusal::OtherWork(other)) };
    }
    let resumes = last.is_some_and(|last| last.is_unfinished() && last.plan == reviewed.id());
    if resumes && fresh.work().all(|change| covered(change, reviewed)) {
        return Ok(());
    }
    Err(Refusal::Moved(drift))
}

/// How the work differs in what is done. Words and figures beside it may differ: they are of their moment.
fn other_work(reviewed: &Plan, fresh: &Plan) -> Vec<String> {
    let find = |plan: &Plan, id: &StepId| plan.steps.iter().find(|s| &s.id == id).cloned();
    let mut all = Vec::new();
    for step in &fresh.steps {
        let Some(agreed) = find(reviewed, &step.id) else {
            all.push(format!("{} is to be done, too: {}", step.id, step.what));
            continue;
        };
        let kind = |step: &Step| step.gate.as_ref().map(|gate| gate.kind);
        // What no longer waits for people is only milder.
        if let Some(gate) = step.gate.as_ref().filter(|_| kind(step) != kind(&agreed)) {
            all.push(format!("{} waits for people first: {}", step.id, gate.what));
        }
        if (&step.expect, &step.argument) != (&agreed.expect, &agreed.argument) {
            all.push(format!(
                "{} would set something else ({}; in the plan: {})",
                step.id, step.what, agreed.what
            ));
        }
    }
    for step in reviewed.steps.iter().filter(|step| find(fresh, &step.id).is_none()) {
        all.push(format!("{} has nothing to do any more: {}", step.id, step.what));
    }
    for change in fresh.work() {
        let Some(agreed) = reviewed.work().find(|c| c.address == change.address) else { continue };
        if change.effect > agreed.effect {
            all.push(format!(
                "{} means {}, and not {}: {}",
                change.address, change.effect, agreed.effect, change.reason
            ));
        }
    }
    all
}

/// Whether a change is what a cut-off change of the plan leaves to do.
fn covered(change: &Change, reviewed: &Plan) -> bool {
    let Some(agreed) = reviewed.work().find(|c| c.address == change.address) else { return false };
    match (&change.action, &agreed.action) {
        (Action::Replace { forced_by }, Action::Replace { forced_by: agreed }) => {
            forced_by.iter().all(|name| agreed.contains(name))
        }
        (Action::Create, Action::Create | Action::Replace { .. })
        | (Action::Update, Action::Create | Action::Update | Action::Replace { .. })
        | (Action::Delete, Action::Delete) => true,
        _ => false,
    }
}
