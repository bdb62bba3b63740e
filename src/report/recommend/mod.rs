//! A recommendation, or several, in every form.

mod csv;
mod json;
mod markdown;
mod memory;
mod table;

pub use json::schema;

use crate::cost::CostLine;
use crate::recommend::{Candidate, Check};
use crate::units::{Figure, Usd};

/// `277.34`, `~277.34`, or `unknown (at least 12.00)`.
pub(crate) fn total(candidate: &Candidate) -> String {
    let tilde = if candidate.cost.is_estimate() { "~" } else { "" };
    match &candidate.cost.total {
        Figure::Known(total) => format!("{tilde}{total}"),
        Figure::Unknown { .. } => format!("unknown (at least {tilde}{})", candidate.cost.known),
    }
}

/// `184.54`, `~184.54` or `unknown`.
pub(crate) fn amount(line: &CostLine) -> String {
    let tilde = if line.is_estimate() { "~" } else { "" };
    match &line.amount {
        Figure::Known(amount) => format!("{tilde}{amount}"),
        Figure::Unknown { .. } => "unknown".into(),
    }
}

/// `184.54` or `unknown`.
pub(crate) fn usd(figure: &Figure<Usd>) -> String {
    figure.known().map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

/// `+12.00`, `-3.40`.
pub(crate) fn difference(monthly: Usd) -> String {
    if monthly >= Usd::ZERO { format!("+{monthly}") } else { monthly.to_string() }
}

/// Demand, capacity, used and allowed shares.
pub(crate) fn check_cells(check: &Check) -> [String; 4] {
    let capacity = match &check.capacity {
        Figure::Known(capacity) => check.measure.show(*capacity),
        Figure::Unknown { .. } => "unknown".into(),
    };
    let used = check.used().map_or_else(|| "?".into(), |u| format!("{:.0}%", u * 100.0));
    [check.measure.show(check.demand), capacity, used, format!("{:.0}%", check.allowed * 100.0)]
}
