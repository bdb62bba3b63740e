//! What runs costs.

use super::Running;
use crate::plan::{Observed, Ownership, Resource};
use crate::provider::Provider;
use crate::units::{Figure, Usd};

/// The bill of what runs.
pub fn bill(provider: &dyn Provider, observed: &[Observed], running: Option<&Running>) -> Figure<Usd> {
    match running.and_then(|r| r.recommendation.as_ref().ok()?.choice.as_ref()) {
        Some(choice) => {
            let ours = observed.iter().filter(|o| o.ownership == Ownership::Ours);
            let ours: Vec<Resource> = ours.map(|o| o.resource.clone()).collect();
            sum(choice.cost.total.clone(), provider.beside(&ours))
        }
        None if observed.iter().all(|o| o.ownership != Ownership::Ours) => Figure::Known(Usd::ZERO),
        None => Figure::unknown("the catalogue does not have what runs"),
    }
}

/// Two parts of a bill; unknown if one of them is.
pub fn sum(one: Figure<Usd>, other: Figure<Usd>) -> Figure<Usd> {
    match (one, other) {
        (Figure::Known(one), Figure::Known(other)) => Figure::Known(Usd(one.0 + other.0)),
        (Figure::Unknown { why }, _) | (_, Figure::Unknown { why }) => Figure::Unknown { why },
    }
}
