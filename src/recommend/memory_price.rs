//! What amounts of memory cost with their misses, for a cache that is always full.

use serde::Serialize;
use thiserror::Error;

use super::candidate::candidate;
use super::context::{Asked, Context};
use super::select::{select, sizers};
use super::{Options, RecommendError, host_for, policy, sites};
use crate::catalog::Catalog;
use crate::demand::{Demand, Held, Sizer};
use crate::memory::Server;
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Policy, SECONDS_PER_MONTH, Sourced, Usd};

/// A size that was simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedPoint {
    /// The policy.
    pub policy: Policy,
    /// `maxmemory` of one server.
    pub limit: u64,
    /// Bytes of keys, values and tables in it.
    pub memory: u64,
    /// Share of the reads that hit.
    pub hit_ratio: f64,
}

/// What a size costs a month with a policy.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryTotal {
    /// The policy.
    pub policy: Policy,
    /// `maxmemory` of one server.
    pub memory: u64,
    /// Share of the reads that hit.
    pub hit_ratio: f64,
    /// What is bought for it; none if nothing fits.
    pub shape: Option<String>,
    /// Its bill, dollars a month.
    pub cache: Figure<Usd>,
    /// Misses a month times `miss_cost`.
    pub misses: Usd,
    /// Both.
    pub total: Figure<Usd>,
}

/// Hit ratio against money, for a profile.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryTotals {
    /// Name of the profile.
    pub profile: String,
    /// Reads a month, from the profile's traffic.
    pub reads_a_month: f64,
    /// Cheapest first; sizes without a known bill come last.
    pub totals: Vec<MemoryTotal>,
}

/// Why there are no totals.
#[derive(Debug, Error)]
pub enum TotalsError {
    /// The profile does not say what a miss costs.
    #[error("the profile does not say what a miss costs")]
    NoMissCost,
    /// More than money can count.
    #[error("the profile's reads are more than any bill holds")]
    TooMuch,
    /// The selection cannot run.
    #[error(transparent)]
    Recommend(#[from] RecommendError),
}

/// Total cost of every simulated size and policy, cheapest first.
pub fn memory_totals(
    profile: &Profile,
    server: &Server,
    points: &[SimulatedPoint],
    catalog: &Catalog,
    options: &Options,
) -> Result<MemoryTotals, TotalsError> {
    let miss_cost = profile.requirements.miss_cost.as_ref().ok_or(TotalsError::NoMissCost)?;
    let reads_a_month = Demand::of(profile).average.reads.likely * SECONDS_PER_MONTH;
    let mut totals = Vec::with_capacity(points.len());
    for point in points {
        let (shape, cache) = price(profile, server, point, catalog, options)?;
        let millions = reads_a_month * (1.0 - point.hit_ratio) / 1e6;
        let misses = Usd::of(millions, miss_cost.value.0).ok_or(TotalsError::TooMuch)?.to_cents();
        totals.push(MemoryTotal {
            policy: point.policy,
            memory: point.limit,
            hit_ratio: point.hit_ratio,
            shape,
            misses,
            total: cache.clone().map(|cache| cache + misses),
            cache,
        });
    }
    // Among equal totals the better hit ratio, then the smaller memory, then the order of the points.
    totals.sort_by(|a, b| {
        let known = |t: &MemoryTotal| match t.total {
            Figure::Known(total) => (0, total),
            Figure::Unknown { .. } => (1, Usd::ZERO),
        };
        known(a).cmp(&known(b)).then(b.hit_ratio.total_cmp(&a.hit_ratio)).then(a.memory.cmp(&b.memory))
    });
    Ok(MemoryTotals { profile: profile.name.clone(), reads_a_month, totals })
}

/// The shape that is bought for a cache that evicts by the point's policy, and its bill. A full cache needs no headroom for
/// memory: what does not fit is evicted.
fn price(
    profile: &Profile,
    server: &Server,
    point: &SimulatedPoint,
    catalog: &Catalog,
    options: &Options,
) -> Result<(Option<String>, Figure<Usd>), RecommendError> {
    let mut free = profile.clone();
    free.pin = Pin::default();
    free.pin.eviction_policy = Some(Sourced::assumed(point.policy, "simulated"));
    let demand = Demand::of(&free);
    let stored = Sizer::new(&free, &demand, server.clone()).stored_now();
    let memory = point.memory as f64;
    let demand = demand.holding(Held { share: memory / stored.max(1.0), memory });
    let sites =
        sites::sites(&free, catalog, options.providers.as_deref(), &options.regions, &mut Vec::new())?;
    let (policy, host) = (policy::needs(&free, &demand), host_for(&free, &demand, &sites));
    let context = Context {
        profile: &free,
        demand: &demand,
        policy: &policy,
        catalog,
        sites: &sites,
        only: None,
        as_of: options.as_of,
        host: host.as_ref(),
        asked: Asked::Best,
    };
    let sizers = sizers(&context);
    let selection = select(&context, &sizers);
    Ok(match selection.candidates.first().and_then(|priced| candidate(&context, &sizers, priced)) {
        Some(choice) => (Some(choice.shape), choice.cost.total),
        None => (None, Figure::unknown("nothing fits")),
    })
}
