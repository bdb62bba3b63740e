//! What a given amount of memory costs, for a cache that is always full.

use super::{Depth, Options, RecommendError, recommend_for};
use crate::catalog::Catalog;
use crate::demand::{Demand, Held, Sizer};
use crate::memory::Server;
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Policy, Sourced, Usd};

/// The shape that is bought for an amount of memory, and its bill.
pub struct MemoryPrice {
    /// In words; none if nothing fits.
    pub shape: Option<String>,
    /// Dollars a month.
    pub monthly: Figure<Usd>,
}

/// Runs the selection for a cache that evicts by `policy` and whose keys, values and tables take `memory` bytes on
/// `server`. A full cache needs no headroom for memory: what does not fit is evicted.
pub fn memory_price(
    profile: &Profile,
    server: &Server,
    memory: u64,
    policy: Policy,
    options: &Options,
) -> Result<MemoryPrice, RecommendError> {
    let mut free = profile.clone();
    free.pin = Pin::default();
    free.pin.eviction_policy = Some(Sourced::assumed(policy, "simulated"));
    let demand = Demand::of(&free);
    let stored = Sizer::new(&free, &demand, server.clone()).stored_now();
    let held = Held { share: memory as f64 / stored.max(1.0), memory: memory as f64 };
    let answer =
        recommend_for(&free, "", Catalog::embedded(), options, Some(demand.holding(held)), Depth::Full)?;
    Ok(match answer.choice {
        Some(choice) => MemoryPrice { shape: Some(choice.shape), monthly: choice.cost.total },
        None => MemoryPrice { shape: None, monthly: Figure::unknown("nothing fits") },
    })
}
