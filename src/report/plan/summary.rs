//! The end of a plan: in which order, how long, how much, and what it does to the service and to the bill.

use std::collections::HashMap;

use super::{delta, users, visible};
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
    let Counts { create, change, replace, delete, .. } = Counts::of(plan);
    if plan.is_empty() {
        return "Plan: nothing to do.".to_owned();
    }
    format!("Plan: {create} to create, {change} to change, {replace} to replace, {delete} to delete.")
}

/// What nothing is done to: `2 resources stay as they are. 1 change is accepted and not yet in force.`
pub(super) fn others(plan: &Plan) -> Option<String> {
    let parts: Vec<String> = [
        (
            plan.changes.iter().filter(|c| c.action == Action::None).count(),
            "resource stays as it is",
            "resources stay as they are",
        ),
        (
            Counts::of(plan).scheduled,
            "change is accepted and not yet in force",
            "changes are accepted and not yet in force",
        ),
    ]
    .iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format!("{count} {}.", if *count == 1 { one } else { many }))
    .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// `Order: create folder shop; create server shop-1, shop-2. About 20 s.` Kinds stand where their first step does.
pub(super) fn order(plan: &Plan) -> Option<String> {
    let action =
        |step: &Step| match plan.changes.iter().find(|c| c.address == step.address).map(|c| &c.action) {
            Some(Action::Create) => "create",
            Some(Action::Replace { .. }) => "replace",
            Some(Action::Delete) => "delete",
            _ => "change",
        };
    let mut runs: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for step in &plan.steps {
        let (action, kind, name) = (action(step), step.address.kind.as_str(), step.address.name.as_str());
        match runs.iter_mut().find(|(a, k, _)| (*a, *k) == (action, kind)) {
            Some((_, _, names)) if names.contains(&name) => {}
            Some((_, _, names)) => names.push(name),
            None => runs.push((action, kind, vec![name])),
        }
    }
    let text = |(action, kind, names): &(&str, &str, Vec<&str>)| {
        let more = names.len().saturating_sub(NAMES);
        let more_text = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = visible(&names[..names.len() - more].join(", "));
        format!("{action} {} {names}{more_text}", kind.replace('_', " "))
    };
    let seconds = longest(&plan.steps);
    let takes = if seconds >= super::SOON {
        format!(" About {}.", Duration(f64::from(seconds)))
    } else {
        String::new()
    };
    let parts: Vec<String> = runs.iter().map(text).collect();
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
    let mut out: Vec<String> = plan
        .work()
        .flat_map(|c| c.attributes.iter().map(move |a| users::locked_out(a, &c.address.name)))
        .flatten()
        .collect();
    out.sort();
    out.dedup();
    let later = later.unwrap_or_default();
    if out.is_empty() {
        return format!("Service: {worst}{whose}{}.", visible(&later));
    }
    let servers = if worst == Effect::None { String::new() } else { format!("{worst}{whose}; ") };
    let out = visible(&format!("users that may do nothing any more: {}{later}", out.join(", ")));
    format!("Service: {servers}{out}.")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Address, Expect, Purpose};
    use crate::units::Provider;

    fn step(name: &str, verb: &str, seconds: u32, needs: &[&str]) -> Step {
        let address = Address::new(Provider::Local, "server", name);
        Step {
            id: StepId(format!("{address}:{verb}")),
            address,
            verb: verb.to_owned(),
            what: verb.to_owned(),
            needs: needs.iter().map(|need| StepId(format!("local.server.{need}"))).collect(),
            effect: Effect::None,
            usual_seconds: seconds,
            gate: None,
            proof: None,
            expect: Expect::Nothing,
            argument: serde_json::Value::Null,
        }
    }

    #[test]
    fn steps_side_by_side_take_the_time_of_the_longest() {
        let steps =
            [step("a", "start", 20, &[]), step("b", "start", 30, &[]), step("a", "join", 5, &["a:start"])];
        assert_eq!(longest(&steps), 30);
        let chain = [step("a", "start", 20, &[]), step("b", "start", 30, &["a:start"])];
        assert_eq!(longest(&chain), 50);
    }

    #[test]
    fn a_plan_without_work_says_so_once() {
        let text = include_str!("../../../tests/scenarios/show-plan/plan.json");
        let mut of = Plan::from_json(text).unwrap();
        assert_eq!(plan(&of), "Plan: 2 to create, 0 to change, 0 to replace, 0 to delete.");
        assert_eq!(order(&of).unwrap(), "Order: create folder shop; create server shop-1.");
        of.changes.iter_mut().for_each(|c| c.action = Action::None);
        of.steps.clear();
        of.purpose = Purpose::Apply;
        assert_eq!(plan(&of), "Plan: nothing to do.");
        assert_eq!(others(&of).unwrap(), "2 resources stay as they are.");
        assert_eq!(order(&of), None);
    }
}
