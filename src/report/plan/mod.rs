//! Plans, in every form. All of them are made from the changes of the plan.

mod groups;
mod json;
mod lines;
mod markdown;
mod summary;
mod table;
mod users;

use crate::plan::{Action, Change, Effect, When};
use crate::profile::visible;
use crate::units::{Duration, Figure, Usd};
pub(super) use summary::counts;

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
        Action::Replace { forced_by } => format!("replace, forced by {}", visible(&forced_by.join(", "))),
        Action::Delete => "delete".to_owned(),
        Action::None => "keep".to_owned(),
    }
}

/// What a change does to the service, when and for how long, where that is anything; all of it on request.
pub(super) fn impact(change: &Change, explain: bool) -> Option<String> {
    let effect = (explain || change.effect != Effect::None).then(|| change.effect.to_string());
    let when = (explain || change.when != When::Now).then(|| change.when.to_string());
    let parts: Vec<String> = [effect, when, usual(change.usual_seconds)].into_iter().flatten().collect();
    (!parts.is_empty() && change.action != Action::None).then(|| visible(&parts.join("; ")))
}

/// What a change does to the bill, where that is anything; always on request.
pub(super) fn cost(change: &Change, explain: bool) -> Option<String> {
    let free = change.monthly_delta == Figure::Known(Usd::ZERO);
    (change.action != Action::None && (explain || !free)).then(|| delta(&change.monthly_delta))
}

/// Why, where it is not plain from the lines below.
pub(super) fn reason(change: &Change, explain: bool) -> Option<String> {
    (explain || !change.is_plain()).then(|| visible(&change.reason))
}

/// Below this, nobody plans for it.
const SOON: u32 = 10;

/// `usually 12 min`; none where it is soon done.
pub(super) fn usual(seconds: u32) -> Option<String> {
    (seconds >= SOON).then(|| format!("usually {}", Duration(f64::from(seconds))))
}

/// What differs by name; of a new resource all that it is.
pub(super) fn attributes(change: &Change, explain: bool) -> Vec<(String, String)> {
    let sign = |line: &lines::Line| if change.action == Action::Create { ' ' } else { line.sign };
    let text = |line: lines::Line| match sign(&line) {
        '+' => format!("+ {}", line.text),
        '-' => format!("- {}", line.text),
        _ => line.text,
    };
    lines::differences(change, explain).into_iter().map(|line| (line.name.clone(), text(line))).collect()
}

/// `+12.00 USD a month`.
pub(super) fn delta(figure: &Figure<Usd>) -> String {
    match figure {
        Figure::Known(usd) if *usd > Usd::ZERO => format!("+{usd} USD a month"),
        Figure::Known(usd) if *usd == Usd::ZERO => "no change of the bill".to_owned(),
        Figure::Known(usd) => format!("{usd} USD a month"),
        Figure::Unknown { why } => format!("not known what it costs ({})", visible(why)),
    }
}
