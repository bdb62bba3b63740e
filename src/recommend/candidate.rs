//! A shape in a region with its bill.

use schemars::JsonSchema;
use serde::Serialize;

use super::capacity::self_hosted_share;
use super::check::{Check, Penalty};
use super::context::{Context, Priced, Sizers, billed, usage_of, wanted};
use super::features;
use super::shape::Shape;
use crate::catalog::reference_region;
use crate::cost::{Estimate, Usage, bill, has_node_price, sums};
use crate::deployment::{Configuration, Topology};
use crate::units::{Commitment, Usd};

/// A shape that fits, in a region, with its bill.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Candidate {
    /// As one would order it: `2 x cache.r7g.large (1 primary, 1 replica)`.
    pub shape: String,
    /// What to deploy.
    pub deployment: Configuration,
    /// Shards and replicas; where one size holds several shards, those inside it.
    pub layout: Topology,
    /// Demand against capacity.
    pub checks: Vec<Check>,
    /// The monthly bill.
    pub cost: Estimate,
    /// What moves it down the list.
    pub penalties: Vec<Penalty>,
    /// Dollars a month with which it was ranked: its total, with alarms that have no price there at the dearest one; or where
    /// the region lacks a price of it, the reference region's total at the level of the region's other prices.
    pub ranked_by: Usd,
    /// The region whose list helped to rank it, where its own lacks prices.
    pub ranked_in: Option<&'static str>,
    /// Lines that no list has; a shape with fewer of them ranks first.
    pub unpriced_lines: u32,
    /// The number that orders candidates: dollars a month made dearer by the penalties. Not a cost.
    pub score: Usd,
    /// Dollars a month with the data and the commands of the horizon, where they change the bill.
    pub at_horizon: Option<Usd>,
    /// Memory for keys of all primaries, in bytes.
    pub usable_memory: f64,
}

/// A candidate with all its texts.
pub fn candidate(context: &Context<'_>, sizers: &Sizers<'_>, priced: &Priced<'_>) -> Option<Candidate> {
    let shape = &priced.fit.shape;
    let sizer = sizers.of(&shape.offering)?;
    let usage = usage_of(context, sizer, &shape.offering, priced.region);
    let mut cost = bill(context.catalog, &billed(context, shape, priced.region, priced.commitment), &usage);
    cost.notes.extend(commitment_note(context, priced));
    let provider = shape.offering.service().provider();
    Some(Candidate {
        shape: shape.summary(),
        deployment: configuration(context, priced),
        layout: Topology { cluster_mode: shape.speaks_cluster(), ..shape.topology },
        checks: priced.fit.checks.clone(),
        penalties: priced.penalties.clone(),
        ranked_by: priced.ranked_by,
        ranked_in: priced.sums.by_reference.then(|| reference_region(provider)),
        unpriced_lines: priced.unpriced(),
        score: priced.score,
        at_horizon: at_horizon(context, priced, &usage, &cost),
        usable_memory: priced.usable_memory(),
        cost,
    })
}

/// Why the commitment is not the one that was asked for.
fn commitment_note(context: &Context<'_>, priced: &Priced<'_>) -> Option<String> {
    let wanted = wanted(context);
    if wanted == priced.commitment {
        let billed = billed(context, &priced.fit.shape, priced.region, wanted);
        let why = wanted.years().and_then(|years| billed.outlasts(years))?;
        return Some(format!("{wanted} is asked for; bought today {why}: take a shorter term"));
    }
    Some(if priced.fit.shape.offering.info.behaviour.commitments {
        let priced_under = |term: &&Commitment| {
            let billed = billed(context, &priced.fit.shape, priced.region, **term);
            term.years() == wanted.years() && has_node_price(context.catalog, &billed)
        };
        let other = Commitment::ALL.iter().find(priced_under);
        let other = other.map_or_else(String::new, |term| format!("; it has one of {term}"));
        format!(
            "{wanted} is asked for; no list has that price of this shape, so it is shown {}{other}",
            priced.commitment
        )
    } else {
        format!("{wanted} is asked for; this service has no commitments")
    })
}

/// The total with the use of the horizon, where that makes a difference.
fn at_horizon(context: &Context<'_>, priced: &Priced<'_>, usage: &Usage, cost: &Estimate) -> Option<Usd> {
    let growth = context.demand.growth.factor;
    let billed = billed(context, &priced.fit.shape, priced.region, priced.commitment);
    let later = sums(context.catalog, &billed, &usage.scaled(growth)).total()?;
    (Some(&later) != cost.total.known()).then_some(later)
}

/// The limit that is set, on which the sizing rests: on a server of one's own snapshots need some of the memory.
fn limit(context: &Context<'_>, shape: &Shape<'_>) -> u64 {
    let own = shape.offering.service().is_self_hosted();
    let share = if own { self_hosted_share(context.profile) } else { 1.0 };
    (shape.offering.node.usable.0 * share) as u64
}

/// What to deploy.
pub fn configuration(context: &Context<'_>, priced: &Priced<'_>) -> Configuration {
    let shape = &priced.fit.shape;
    let Shape { offering, topology } = shape;
    Configuration {
        service: offering.service(),
        region: priced.region.to_owned(),
        engine: offering.engine,
        version: offering.version.to_owned(),
        node_type: Some(offering.node.name.to_owned()),
        shards: if shape.is_whole_cluster() { 1 } else { topology.shards },
        replicas: topology.replicas,
        cluster_mode: shape.speaks_cluster(),
        max_memory: limit(context, shape),
        eviction_policy: priced.fit.policy,
        tls: features::encrypts(context.profile, offering),
        commitment: priced.commitment,
        backup_retention_days: context.profile.requirements.backup_retention.value.0 as u32,
    }
}
