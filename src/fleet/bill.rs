//! What of an estimate a fleet counts: the bill of what is known to run, and of what could run in its place.

use crate::cost::{CostLine, Estimate, LineKind};
use crate::units::{Figure, Usd};

/// Dollars a month, and whether a price in them is an estimate.
pub struct Bill {
    /// Dollars a month.
    pub monthly: Figure<Usd>,
    /// Whether a price in it was estimated.
    pub estimated: bool,
}

impl Bill {
    /// The lines that something tells: no inventory tells alarms, and without metrics nothing tells traffic.
    pub fn of(cost: &Estimate, traffic_is_known: bool) -> Self {
        let lines: Vec<&CostLine> = cost
            .lines
            .iter()
            .filter(|line| line.kind != LineKind::Alarms && (traffic_is_known || is_fixed(line.kind)))
            .collect();
        let estimated = lines.iter().any(|line| line.is_estimate());
        let sum = lines.iter().map(|line| line.amount.known().copied()).sum::<Option<Usd>>();
        let monthly = match (sum, &cost.total) {
            _ if lines.is_empty() && !traffic_is_known => {
                Figure::unknown("the bill follows use, and no metrics tell it")
            }
            (Some(sum), _) => Figure::Known(sum),
            (None, Figure::Unknown { why }) if traffic_is_known => Figure::unknown(why),
            (None, _) => Figure::unknown("no price for its nodes"),
        };
        Self { monthly, estimated }
    }
}

/// Whether a line is the same however much the cache is used.
fn is_fixed(kind: LineKind) -> bool {
    matches!(kind, LineKind::Nodes | LineKind::Plan | LineKind::ExtendedSupport | LineKind::ProdPack)
}
