//! Amounts, shares and times as people read them.

use crate::cost::{CostLine, Estimate};
use crate::recommend::Check;
use crate::units::{Figure, Usd, cents};

/// `277.34`, `~277.34`, `at least ~12.00`, or `not known` where no line has a price.
pub(crate) fn total(cost: &Estimate) -> String {
    let tilde = if cost.is_estimate() { "~" } else { "" };
    match &cost.total {
        Figure::Known(total) => format!("{tilde}{total}"),
        Figure::Unknown { .. } if cost.known > Usd::ZERO => format!("at least {tilde}{}", cost.known),
        Figure::Unknown { .. } => "not known".into(),
    }
}

/// `~277.34 USD a month`; the gate says what has no price.
pub(super) fn monthly(cost: &Estimate) -> String {
    match &cost.total {
        Figure::Known(_) => format!("{} USD a month", total(cost)),
        Figure::Unknown { .. } if cost.known > Usd::ZERO => format!("{} USD a month", total(cost)),
        Figure::Unknown { .. } => "a price that no list at hand has".into(),
    }
}

/// What each line costs: `184.54`, `~184.54` or `not known`. The shown amounts add up to the shown total.
pub(crate) fn amounts(lines: &[CostLine]) -> Vec<String> {
    let exact: Vec<Usd> = lines.iter().filter_map(|l| l.amount.known().copied()).collect();
    let mut shown = cents(&exact).0.into_iter();
    let tilde = |line: &CostLine| if line.is_estimate() { "~" } else { "" };
    let one = |line: &CostLine| match line.amount {
        Figure::Known(_) => shown.next().map(|usd| format!("{}{usd}", tilde(line))).unwrap_or_default(),
        Figure::Unknown { .. } => "not known".into(),
    };
    lines.iter().map(one).collect()
}

/// `184.54` or `not known`.
pub(crate) fn usd(figure: &Figure<Usd>) -> String {
    figure.known().map_or_else(|| "not known".to_owned(), ToString::to_string)
}

/// `+12.00`, `-3.40`.
pub(super) fn difference(monthly: Usd) -> String {
    if monthly >= Usd::ZERO { format!("+{monthly}") } else { monthly.to_string() }
}

/// Demand, capacity, used and allowed shares.
pub(super) fn check_cells(check: &Check) -> [String; 4] {
    let capacity = match &check.capacity {
        Figure::Known(capacity) => check.measure.show(*capacity),
        Figure::Unknown { .. } => "unknown".into(),
    };
    let used = check.used().map_or_else(|| "?".into(), percent);
    [check.measure.show(check.demand), capacity, used, percent(check.allowed)]
}

/// `75%`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// `6 months`, `1 month`.
pub(in crate::report) fn months(months: f64) -> String {
    if (months - 1.0).abs() < 0.05 { "1 month".into() } else { format!("{months:.0} months") }
}
