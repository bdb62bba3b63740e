//! A month's bill: lines, their exact sum, and what is left out.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CostLine, LineKind};
use crate::units::{Figure, Usd};

/// A monthly estimate in US dollars before tax.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Estimate {
    /// What is billed.
    pub lines: Vec<CostLine>,
    /// The sum; unknown as soon as one line is.
    pub total: Figure<Usd>,
    /// The sum of the known lines.
    pub known: Usd,
    /// What may be billed as well and is not estimated.
    pub not_included: Vec<String>,
    /// What to know beside the lines.
    pub notes: Vec<String>,
}

/// How bills name alarms among what is not included.
pub(super) const ALARMS: &str = "alarms";

/// Kinds of lines that a bill leaves out although they may be billed, by what it says is not included.
pub fn left_out(not_included: &[String]) -> Vec<LineKind> {
    if not_included.iter().any(|text| text == ALARMS) { vec![LineKind::Alarms] } else { Vec::new() }
}

impl Estimate {
    /// Sums the lines.
    pub fn of(lines: Vec<CostLine>, not_included: Vec<String>) -> Self {
        let known = lines.iter().filter_map(|l| l.amount.known().copied()).sum();
        let unknown: Vec<&str> =
            lines.iter().filter(|l| l.amount.known().is_none()).map(|l| l.what.as_str()).collect();
        let total = if unknown.is_empty() {
            Figure::Known(known)
        } else {
            Figure::unknown(format!("no price for {}", unknown.join(", ")))
        };
        Self { lines, total, known, not_included, notes: Vec::new() }
    }

    /// Whether a price in it was estimated.
    pub fn is_estimate(&self) -> bool {
        self.lines.iter().any(CostLine::is_estimate)
    }

    /// The oldest price date in it.
    pub fn oldest_price(&self) -> Option<&str> {
        self.lines
            .iter()
            // What costs nothing stays right however old it is.
            .filter(|l| l.amount.known().is_some_and(|usd| *usd > Usd::ZERO))
            .filter_map(|l| l.rate.known())
            .map(|r| r.as_of.as_str())
            .filter(|d| !d.is_empty())
            .min()
    }
}
