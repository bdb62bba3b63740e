//! The end of a plan: in which order, how long, how much, and what it does to the service and to the bill.

use std::collections::HashMap;

use super::{delta, visible};
use crate::plan::{Action, Change, Effect, Plan, Step, StepId, When};
use crate::units::{Duration, Figure, Usd};

/// Names that a run of steps shows.
const NAMES: usize = 3;

/// How many resources each action is for.
struct Counts {
    create: usize,
    change: usize,
    replace: usize,
    delete: usize,
    /// Attributes that the provider has accepted and puts in force by itself.
    scheduled: usize,
}

impl Counts {
    fn of(plan: &Plan) -> Self {
        let count = |of: fn(&Action) -> bool| plan.changes.iter().filter(|c| of(&c.action)).count();
        Self {
            create: count(|a| *a == Action::Create),
            change: count(|a| *a == Action::Update),
            replace: count(|a| matches!(a, Action::Replace { .. })),
            delete: count(|a| *a == Action::Delete),
            scheduled: plan.changes.iter().flat_map(|c| &c.attributes).filter(|a| a.pending).count(),
        }
    }
}

/// `2 to create, 1 to change`; what there is none of is left out.
pub(in crate::report) fn counts(plan: &Plan) -> String {
    let counts = Counts::of(plan);
    let parts: Vec<String> = [
        (counts.create, "to create"),
        (counts.change, "to change"),
        (counts.replace, "to replace"),
        (counts.delete, "to delete"),
        (counts.scheduled, "pending"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") }
}

/// `Plan: 3 to create, 7 to change, 0 to replace, 0 to delete.`
pub(super) fn plan(plan: &Plan) -> String {
    let Counts { create, change, replace, delete, scheduled } = Counts::of(plan);
    let kept = plan.changes.iter().filter(|c| c.action == Action::None).count();
    let kept = match kept {
        0 => String::new(),
        1 => " 1 resource stays as it is.".to_owned(),
        n => format!(" {n} resources stay as they are."),
    };
    let scheduled = match scheduled {
        0 => String::new(),
        1 => " 1 change is accepted and not yet in force.".to_owned(),
        n => format!(" {n} changes are accepted and not yet in force."),
    };
    if plan.is_empty() {
        return format!("Plan: nothing to do.{kept}{scheduled}");
    }
    format!(
        "Plan: {create} to create, {change} to change, {replace} to replace, {delete} to delete.{kept}{scheduled}"
    )
}

/// `create folder shop; create server shop-1, shop-2; about 20 s`.
pub(super) fn order(plan: &Plan) -> Option<String> {
    let action = |step: &Step| {
        let of = plan.changes.iter().find(|c| c.address == step.address).map(|c| &c.action);
        match of {
            Some(Action::Create) => "create",
            Some(Action::Replace { .. }) => "replace",
            Some(Action::Delete) => "delete",
            _ => "change",
        }
    };
    let runs = plan.steps.chunk_by(|a, b| a.address.kind == b.address.kind && action(a) == action(b));
    let parts: Vec<String> = runs
        .filter_map(|run| {
            let first = run.first()?;
            let mut names: Vec<&str> = Vec::new();
            for step in run {
                if !names.contains(&step.address.name.as_str()) {
                    names.push(&step.address.name);
                }
            }
            let more = names.len().saturating_sub(NAMES);
            let mut text = names[..names.len() - more].join(", ");
            if more > 0 {
                text.push_str(&format!(" and {more} more"));
            }
            Some(format!("{} {} {}", action(first), first.address.kind.replace('_', " "), visible(&text)))
        })
        .collect();
    let takes = super::usual(longest(&plan.steps))
        .map_or_else(String::new, |_| format!(" About {}.", Duration(f64::from(longest(&plan.steps)))));
    (!parts.is_empty()).then(|| format!("Order: {}.{takes}", parts.join("; ")))
}

/// Seconds along the longest chain of steps that wait for each other.
fn longest(steps: &[Step]) -> u32 {
    let mut ends: HashMap<&StepId, u32> = HashMap::new();
    for step in steps {
        let begins = step.needs.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or(0);
        ends.insert(&step.id, begins.saturating_add(step.usual_seconds));
    }
    ends.into_values().max().unwrap_or(0)
}

/// `Service: failover of about 30 s (server shop-1); some of it in the next maintenance window, Sunday 03:00.`
pub(super) fn service(plan: &Plan) -> String {
    let worst = plan.work().map(|c| c.effect).max().unwrap_or(Effect::None);
    let of: Vec<&Change> = plan.work().filter(|c| c.effect == worst && worst != Effect::None).collect();
    let whose = match of.as_slice() {
        [] => String::new(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!(" ({} {}{more})", first.address.kind.replace('_', " "), visible(&first.address.name))
        }
    };
    let later = plan.work().find_map(|c| match &c.when {
        When::NextWindow { starts } => Some(format!("; some of it in the next maintenance window, {starts}")),
        When::Now => None,
    });
    format!("Service: {worst}{whose}{}.", visible(&later.unwrap_or_default()))
}

/// `Bill: 0.00 -> 50.00 USD a month (+50.00 USD a month).`
pub(in crate::report) fn bill(plan: &Plan) -> String {
    let figure = |figure: &Figure<Usd>| match figure {
        Figure::Known(usd) => format!("{usd}"),
        Figure::Unknown { why } => format!("unknown ({})", visible(why)),
    };
    let (before, after) = (figure(&plan.monthly_before), figure(&plan.monthly));
    if plan.monthly_before == plan.monthly {
        return format!("Bill: {after} USD a month, as before.");
    }
    let difference = match plan.monthly_delta() {
        known @ Figure::Known(_) => format!(" ({})", delta(&known)),
        Figure::Unknown { .. } => String::new(),
    };
    format!("Bill: {before} -> {after} USD a month{difference}.")
}
