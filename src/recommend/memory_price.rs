//! What a given amount of memory costs, for a cache that is always full.

use super::{Options, RecommendError, recommend};
use crate::catalog::Catalog;
use crate::demand::{Demand, Layout, Sizer};
use crate::memory::Server;
use crate::profile::Profile;
use crate::units::{Count, Figure, Percent, Range, Usd};

/// The shape that is bought for an amount of memory, and its bill.
pub struct MemoryPrice {
    /// In words; none if nothing fits.
    pub shape: Option<String>,
    /// Dollars a month.
    pub monthly: Figure<Usd>,
}

/// Changes the profile so that its data fills `maxmemory` bytes, and runs the selection on it. A full cache needs no
/// headroom: what does not fit is evicted.
pub fn memory_price(
    profile: &Profile,
    file: &str,
    server: &Server,
    maxmemory: u64,
    options: &Options,
) -> Result<MemoryPrice, RecommendError> {
    let mut filled = profile.clone();
    filled.growth.rate.value.0 = 0.0;
    filled.requirements.headroom.value = Percent(0.0);
    filled.pin = crate::profile::Pin::default();
    // Tables grow in steps: a few rounds come near enough.
    for _ in 0..4 {
        let demand = Demand::of(&filled);
        let sizer = Sizer::new(&filled, &demand, server.clone());
        let layout = Layout { shards: 1, replicas: 0, cluster_mode: false };
        let factor = maxmemory as f64 / sizer.breakdown(layout).used.high.max(1.0);
        for family in &mut filled.dataset {
            let count = Count((family.count.value.high.0 * factor).round().max(1.0));
            family.count.value = Range { low: count, high: count };
        }
    }
    let answer = recommend(&filled, file, Catalog::embedded(), options)?;
    Ok(match answer.choice {
        Some(choice) => MemoryPrice { shape: Some(choice.shape), monthly: choice.cost.total },
        None => MemoryPrice { shape: None, monthly: Figure::unknown("nothing fits") },
    })
}
