//! The order of candidates: cost first, then what speaks against a shape, which never touches its cost.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::candidate::{Candidate, Penalty};
use super::shape::Shape;
use crate::catalog::{Generation, Stage};
use crate::profile::{Environment, Profile};
use crate::units::Usd;

/// What speaks against a shape.
pub fn penalties(profile: &Profile, shape: &Shape<'_>, candidate: &Candidate) -> Vec<Penalty> {
    let node = shape.model.node;
    let mut found = Vec::new();
    let mut add = |applies: bool, share: f64, why: &str| {
        if applies {
            found.push(Penalty { why: why.to_owned(), share });
        }
    };
    let production = profile.environment == Environment::Production;
    add(node.burstable.is_some() && production, 0.30, "burstable CPU in production: credits can run out");
    add(node.generation == Generation::Older, 0.05, "an older generation");
    add(matches!(node.stage, Stage::Retiring { .. }), 0.25, "in retirement: a migration is certain");
    add(node.stage == Stage::Preview, 0.10, "in preview");
    add(node.is_data_tiering(), 0.05, "some reads come from disk");
    add(shape.layout.shards > 1, 0.02, "clients must speak the cluster protocol");
    let many = shape.layout.shards.saturating_sub(3).min(40);
    add(many > 0 && !shape.is_whole_cluster(), f64::from(many) * 0.01, "many shards to watch and to move");
    let unknown = candidate.checks.iter().any(|c| c.capacity.known().is_none());
    add(unknown, 0.02, "a capacity is not published and was not checked");
    add(candidate.cost.total.known().is_none(), 0.03, "a price is unknown");
    add(candidate.cost.is_estimate(), 0.005, "a price is estimated");
    found
}

/// Dollars for the ranking, made dearer by the penalties.
pub fn weighed(candidate: &Candidate, cost: Usd) -> Decimal {
    let share: f64 = candidate.penalties.iter().map(|p| p.share).sum();
    cost.0 * (Decimal::ONE + Usd::quantity(share))
}

/// Cheapest first. Those whose cost is not known even by a reference come last. Ties are broken by name.
pub fn order(a: &Candidate, b: &Candidate) -> Ordering {
    let name = |c: &Candidate| {
        let d = &c.deployment;
        (d.engine, d.service, d.node_type.clone(), d.region.clone(), d.shards)
    };
    let cost = |c: &Candidate| c.cost.total.known().copied();
    match (a.ranked_by, b.ranked_by) {
        (Some(x), Some(y)) => weighed(a, x).cmp(&weighed(b, y)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => weighed(a, a.cost.known).cmp(&weighed(b, b.cost.known)),
    }
    .then_with(|| cost(a).is_none().cmp(&cost(b).is_none()))
    .then_with(|| cost(a).cmp(&cost(b)))
    .then_with(|| b.usable_memory.total_cmp(&a.usable_memory))
    .then_with(|| name(a).cmp(&name(b)))
}
