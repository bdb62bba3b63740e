//! A recommendation, or several, in every form.

mod csv;
mod json;
mod markdown;
mod memory;
mod table;

pub use json::schema;

use crate::cost::{CostLine, Estimate};
use crate::recommend::Check;
use crate::units::{Figure, Usd};

/// `277.34`, `~277.34`, `unknown (at least 12.00)`, or with the reference region's list `unknown (~97.30 at reference prices)`.
pub(crate) fn total(cost: &Estimate) -> String {
    let tilde = if cost.is_estimate() { "~" } else { "" };
    match (&cost.total, cost.ranked()) {
        (Figure::Known(total), _) => format!("{tilde}{total}"),
        (_, Some(there)) => format!("unknown (~{there} at reference prices)"),
        _ => format!("unknown (at least {tilde}{})", cost.known),
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
