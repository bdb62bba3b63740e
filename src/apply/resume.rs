//! Whether a plan that somebody has read may still be carried out.

use thiserror::Error;

use super::journal::Last;
use crate::plan::{Action, Change, Drift, Observed, Plan, Scope};

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
    /// This program would do something else than the plan says.
    #[error("this version of cachefit would do other steps than the plan file says")]
    OtherSteps,
}

fn lines(drift: &[Drift]) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "absent".to_owned());
    let lines: Vec<String> = drift
        .iter()
        .map(|d| format!("  {} {}: {} -> {}", d.address, d.what, or(&d.then), or(&d.now)))
        .collect();
    lines.join("\n")
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
        let same = reviewed.steps == fresh.steps && reviewed.changes == fresh.changes;
        return if same { Ok(()) } else { Err(Refusal::OtherSteps) };
    }
    let resumes = last.is_some_and(|last| last.is_unfinished() && last.plan == reviewed.id());
    if resumes && fresh.work().all(|change| covered(change, reviewed)) {
        return Ok(());
    }
    Err(Refusal::Moved(drift))
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
