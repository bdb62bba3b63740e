//! The order of candidates: cost first, then what speaks against a shape, which never touches its cost.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::check::Constraint;
use super::check::Penalty;
use super::context::Priced;
use crate::catalog::{Generation, Stage};
use crate::demand::{Demand, popular_share};
use crate::profile::{Environment, Profile};
use crate::units::Usd;

/// What speaks against a shape.
pub fn penalties(profile: &Profile, demand: &Demand, priced: &Priced<'_>) -> Vec<Penalty> {
    let shape = &priced.fit.shape;
    let node = shape.offering.node;
    let mut found = Vec::new();
    let mut add = |applies: bool, share: f64, why: &'static str| {
        if applies {
            found.push(Penalty { why, share });
        }
    };
    let production = profile.environment == Environment::Production;
    add(node.burstable.is_some() && production, 0.30, "burstable CPU in production: credits can run out");
    add(node.generation == Generation::Older, 0.05, "an older generation");
    add(node.generation == Generation::Legacy, 0.15, "superseded more than once");
    add(matches!(node.stage, Stage::Retiring { .. }), 0.25, "in retirement: a migration is certain");
    add(node.stage == Stage::Preview, 0.10, "in preview");
    if node.is_data_tiering() {
        add(true, 0.05, "some reads come from disk");
        let Tiering { small, cold } = tiering(profile, demand, priced);
        add(small > 0.0, small, "values on disk are advised from about 500 GB of data");
        add(
            cold > 0.0,
            cold,
            "less than 80% of the reads fall on the fifth of the values that stays in memory",
        );
    }
    add(shape.speaks_cluster(), 0.02, "clients must speak the cluster protocol");
    let many = shape.topology.shards.saturating_sub(3).min(40);
    add(many > 0 && !shape.is_whole_cluster(), f64::from(many) * 0.01, "many shards to watch and to move");
    let unknown = priced.fit.checks.iter().any(|c| c.capacity.known().is_none());
    add(unknown, 0.02, "a capacity is not published and was not checked");
    add(priced.sums.total().is_none(), 0.03, "a price is unknown");
    add(priced.sums.estimate, 0.005, "a price is estimated");
    found
}

/// AWS advises data tiering from about so much data on (ElastiCache User Guide and Well-Architected text).
const TIERED_FROM: f64 = 500e9;
/// Share of the reads that should fall on what stays in memory.
const READ_FROM_MEMORY: f64 = 0.8;
/// The part of the values that stays in memory.
const IN_MEMORY: f64 = 0.2;
/// How much dearer data tiering is made where there is hardly any data.
const TOO_SMALL: f64 = 0.25;

/// What speaks against values on disk, each part without a step.
struct Tiering {
    small: f64,
    cold: f64,
}

fn tiering(profile: &Profile, demand: &Demand, priced: &Priced<'_>) -> Tiering {
    let shape = &priced.fit.shape;
    let memory = priced.fit.checks.iter().find(|c| c.constraint == Constraint::Memory);
    let data = memory.map_or(0.0, |check| check.demand) * f64::from(shape.topology.shards);
    let popular = popular_share(profile.traffic.access.skew.value, demand.keys.likely, IN_MEMORY);
    // A read from disk is made as dear as what it takes away from memory: one for one.
    Tiering {
        small: TOO_SMALL * (1.0 - data / TIERED_FROM).max(0.0),
        cold: (READ_FROM_MEMORY - popular).max(0.0),
    }
}

/// Dollars for the ranking, made dearer by the penalties.
pub fn weighed(penalties: &[Penalty], cost: Usd) -> Usd {
    let share: f64 = penalties.iter().map(|p| p.share).sum();
    // A few hundredths: always a decimal.
    Usd(cost.0 * (Decimal::ONE + Usd::quantity(share).unwrap_or_default()))
}

/// Whether a month costs more than the profile allows.
pub fn over_budget(profile: &Profile, cost: Usd) -> bool {
    profile.requirements.budget.as_ref().is_some_and(|budget| cost > Usd(budget.value.0))
}

/// Fewest lines whose meter no list prices first, since they cannot be compared; then what keeps within the budget, which is a
/// requirement and goes before judgement; then cheapest.
pub fn order(a: &Priced<'_>, b: &Priced<'_>) -> Ordering {
    let kept = a.unpriced().cmp(&b.unpriced()).then_with(|| a.over_budget.cmp(&b.over_budget));
    kept.then_with(|| by_score(a, b))
}

/// What the choice owes to the budget: the shape that would come first without it, and what speaks against the choice.
pub fn budget_note(candidates: &[Priced<'_>]) -> Option<String> {
    let first = candidates.first().filter(|first| !first.over_budget)?;
    let same = candidates.iter().filter(|p| p.unpriced() == first.unpriced());
    let other = same.min_by(|a, b| by_score(a, b)).filter(|other| other.over_budget)?;
    Some(format!(
        "taken to keep within the budget: {} at {} USD would rank first, since this one is made dearer for the ranking \
         by: {}",
        other.fit.shape.summary(),
        other.ranked_by,
        against(first, other)
    ))
}

/// What speaks against one option and not against another, with how much dearer that makes it.
pub fn against(one: &Priced<'_>, other: &Priced<'_>) -> String {
    let own = one.penalties.iter().filter(|penalty| !other.penalties.contains(penalty));
    let why: Vec<String> = own.map(|p| format!("{} (+{:.1}%)", p.why, p.share * 100.0)).collect();
    why.join("; ")
}

/// Cheapest first. Ties go to more memory where the cost is whole, to less where it is not, and then by name.
fn by_score(a: &Priced<'_>, b: &Priced<'_>) -> Ordering {
    let name = |p: &Priced<'_>| {
        let offering = p.fit.shape.offering;
        (offering.engine, offering.service(), offering.node.name)
    };
    let memory = a.usable_memory().total_cmp(&b.usable_memory());
    let total = |p: &Priced<'_>| p.sums.total();
    a.score
        .cmp(&b.score)
        .then_with(|| total(a).is_none().cmp(&total(b).is_none()))
        // A total without alarms is no less for it.
        .then_with(|| a.sums.aside.cmp(&b.sums.aside))
        .then_with(|| total(a).cmp(&total(b)))
        .then_with(|| if a.unpriced() == 0 { memory.reverse() } else { memory })
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| a.region.cmp(b.region))
        .then_with(|| a.fit.shape.topology.shards.cmp(&b.fit.shape.topology.shards))
}
