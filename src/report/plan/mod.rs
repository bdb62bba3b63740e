//! Plans, in every form. All of them are made from the changes of the plan.

mod json;
mod markdown;
mod table;
mod users;

use crate::plan::{Action, AttributeChange, Change, Plan, When};
use crate::units::{Duration, Figure, Usd};

/// The sign of an action, as people know it from other planners.
pub(super) fn sign(action: &Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace { .. } => "-/+",
        Action::Delete => "-",
        Action::None => "=",
    }
}

/// The action in words.
pub(crate) fn verb(action: &Action) -> String {
    match action {
        Action::Create => "create".to_owned(),
        Action::Update => "change in place".to_owned(),
        Action::Replace { forced_by } => format!("replace, forced by {}", forced_by.join(", ")),
        Action::Delete => "delete".to_owned(),
        Action::None => "keep".to_owned(),
    }
}

/// `2 to create, 1 to change`.
pub(super) fn counts(plan: &Plan) -> String {
    let count = |of: fn(&Action) -> bool| plan.changes.iter().filter(|c| of(&c.action)).count();
    let pending = plan.changes.iter().flat_map(|c| &c.attributes).filter(|a| a.pending).count();
    let parts: Vec<String> = [
        (count(|a| *a == Action::Create), "to create"),
        (count(|a| *a == Action::Update), "to change"),
        (count(|a| matches!(a, Action::Replace { .. })), "to replace"),
        (count(|a| *a == Action::Delete), "to delete"),
        (pending, "pending"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") }
}

/// What a change does to the service, when, and for how long.
pub(super) fn impact(change: &Change) -> String {
    let parts = [Some(change.effect.to_string()), Some(change.when.to_string()), usual(change.usual_seconds)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Below this, nobody plans for it.
const SOON: u32 = 10;

/// `usually 12 min`; none where it is soon done.
pub(super) fn usual(seconds: u32) -> Option<String> {
    (seconds >= SOON).then(|| format!("usually {}", Duration(f64::from(seconds))))
}

/// Attributes with their values; users one a line and in words, unless the rules themselves are asked for.
pub(super) fn attributes(change: &Change, explain: bool) -> Vec<(String, String)> {
    let whole = |a: &AttributeChange| vec![(a.name.clone(), difference(a))];
    let of = |a: &AttributeChange| {
        let rules = if explain { whole(a) } else { Vec::new() };
        users::lines(a).map_or_else(|| whole(a), |lines| lines.into_iter().chain(rules).collect())
    };
    change.attributes.iter().flat_map(of).collect()
}

/// `+12.00 USD a month`.
pub(super) fn delta(figure: &Figure<Usd>) -> String {
    match figure {
        Figure::Known(usd) if *usd > Usd::ZERO => format!("+{usd} USD a month"),
        Figure::Known(usd) if *usd == Usd::ZERO => "no change of the bill".to_owned(),
        Figure::Known(usd) => format!("{usd} USD a month"),
        Figure::Unknown { why } => format!("not known what it costs ({why})"),
    }
}

/// `noeviction -> allkeys-lru (next maintenance window)`.
pub(super) fn difference(attribute: &AttributeChange) -> String {
    let after = attribute.after.as_ref().map_or_else(|| "absent".to_owned(), ToString::to_string);
    let mut text = match &attribute.before {
        Some(before) => format!("{before} -> {after}"),
        None => after,
    };
    if attribute.forces {
        text.push_str(" (forces replacement)");
    }
    match &attribute.when {
        When::NextWindow { starts } if attribute.pending => {
            text.push_str(&format!(" (accepted, in force {starts})"));
        }
        When::NextWindow { starts } => text.push_str(&format!(" (in the maintenance window, {starts})")),
        When::Now => {}
    }
    text
}

/// The bill afterwards and what the plan does to it.
pub(super) fn bill(plan: &Plan) -> String {
    let after = match &plan.monthly {
        Figure::Known(usd) => format!("{usd} USD a month"),
        Figure::Unknown { why } => format!("not known ({why})"),
    };
    format!("Bill afterwards: {after}; {}", delta(&plan.monthly_delta()))
}
