//! Equal changes of several resources are told once.

use super::lines::{self, Line};
use super::{cost, impact, reason, visible};
use crate::plan::{Action, Change, Effect, Plan, Step};

/// Changes that read the same.
pub(super) struct Group<'a> {
    /// They, in the order of the plan; at least one.
    pub changes: Vec<&'a Change>,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// What each does to the service and the bill, where that is anything.
    pub impact: Option<String>,
    /// Its steps, where they say more than the action does.
    pub steps: Option<String>,
    /// What differs.
    pub lines: Vec<Line>,
    /// Attributes that are not shown.
    pub more: usize,
}

fn about(change: &Change, explain: bool) -> Option<String> {
    let parts: Vec<String> = impact(change, explain).into_iter().chain(cost(change, explain)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What the steps of a change do, as far as people notice it or it is more than that the resource is made or deleted.
fn steps(change: &Change, plan: &Plan) -> Option<String> {
    let kind = change.address.kind.replace('_', " ");
    let says_more = |step: &&Step| {
        let whole = ["create", "delete"].contains(&step.verb.as_str());
        step.effect != Effect::None || (whole && step.what != format!("{} the {kind}", step.verb))
    };
    let told = plan.steps.iter().filter(|step| step.address == change.address).filter(says_more);
    let told: Vec<String> = told.map(|step| visible(&step.what)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The changes to show, each with those that read like it.
pub(super) fn of(plan: &Plan, explain: bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in plan.changes.iter().filter(|c| c.action != Action::None || !c.attributes.is_empty()) {
        let (lines, more) = lines::of(change, plan, explain);
        let (reason, impact) = (reason(change, explain), about(change, explain));
        let steps = steps(change, plan).filter(|_| !explain);
        let like = |group: &&mut Group<'_>| {
            let first = group.changes[0];
            first.address.kind == change.address.kind
                && first.action == change.action
                && first.effect == change.effect
                && (&group.reason, &group.impact, &group.steps, &group.lines, group.more)
                    == (&reason, &impact, &steps, &lines, more)
        };
        match groups.iter_mut().find(like) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { changes: vec![change], reason, impact, steps, lines, more }),
        }
    }
    groups
}
