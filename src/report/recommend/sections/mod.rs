//! The sections of a recommendation, one subject a file.

pub(super) mod advice;
pub(super) mod alternatives;
pub(super) mod assumptions;
pub(in crate::report) mod bill;
pub(super) mod choice;
pub(super) mod headroom;
pub(super) mod misfit;
pub(super) mod policy;
pub(super) mod rejected;
pub(super) mod what_if;

use crate::recommend::Recommendation;

/// What the short form leaves out, and how to read it.
pub(super) fn more(r: &Recommendation) -> String {
    let count = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let checks = r.choice.as_ref().map_or(0, |c| c.checks.len());
    let prices = if checks > 0 { Some("the sources of the prices".to_owned()) } else { None };
    let listed = r.choice.is_none() || r.all_rejected.is_some();
    let out = if listed { 0 } else { r.considered - r.eligible };
    let parts: Vec<String> = [
        prices,
        count(checks, "limit that was checked", "limits that were checked"),
        count(if r.choice.is_some() { r.advice.len() } else { 0 }, "piece of advice", "pieces of advice"),
        count(out, "option that was ruled out", &format!("of {} options that were ruled out", r.considered)),
        count(r.assumptions.len(), "assumption", "assumptions"),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("Add --explain to see {}.", enumerated(&parts))
}

/// `a, b and c`.
pub(super) fn enumerated(parts: &[String]) -> String {
    match parts {
        [] => "more".into(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
