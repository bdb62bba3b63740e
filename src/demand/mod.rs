//! From a profile to numbers: memory, operations, bandwidth, connections, growth.

mod bandwidth;
mod connections;
mod family;
mod growth;
mod memory;
mod operations;
mod shape;
mod share;
mod skew;

pub use bandwidth::Bandwidth;
pub use connections::{Connections, FleetConnections};
pub use family::{FamilyDemand, over_shares};
pub use growth::Growth;
pub use memory::{FamilyMemory, MemoryDemand, MemoryPart, Sizer, key_of};
pub use operations::Operations;
pub use shape::{hourly, mean_of_peak};
pub use skew::{hottest_key_share, popular_share};

use serde::Serialize;

use crate::profile::{Profile, Skew};
use crate::units::{Assumption, Interval, SECONDS_PER_MONTH};

/// Everything that the workload asks of a cache, except memory, which depends on the server: see [`Sizer`].
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Demand {
    /// One entry a key family.
    pub families: Vec<FamilyDemand>,
    /// Keys today.
    pub keys_now: Interval,
    /// Keys at the horizon.
    pub keys: Interval,
    /// Growth to the horizon.
    pub growth: Growth,
    /// Commands a second in the busiest minutes, at the horizon.
    pub peak: Operations,
    /// Commands a second over the month, today.
    pub average: Operations,
    /// Bytes a second in the busiest minutes, at the horizon.
    pub peak_bandwidth: Bandwidth,
    /// Bytes a second over the month, today.
    pub average_bandwidth: Bandwidth,
    /// Connections at the horizon.
    pub connections: Connections,
    /// Share of the operations that the hottest key takes, from 0 to 1: a cluster cannot spread it.
    pub hottest_key: f64,
    /// Payload and keys today, in bytes, for services that meter data and not memory.
    pub payload_now: Interval,
    /// What the memory is chosen for, if it need not hold all keys; the rest is evicted.
    pub held: Option<Held>,
    /// What the numbers rest on beside the profile.
    pub assumptions: Vec<Assumption>,
}

/// The part of the keys that the memory is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Held {
    /// Share of today's keys, by bytes.
    pub share: f64,
    /// Memory for them and their tables, on the server of the learned curve.
    pub memory: f64,
}

impl Demand {
    /// Reads all numbers off a profile.
    pub fn of(profile: &Profile) -> Self {
        let mut assumptions = profile_assumptions(profile);
        let growth = Growth::of(&profile.growth);
        let families = family::families(profile, growth, &mut assumptions);
        let load = operations::load(profile, growth, &mut assumptions);
        let connections = connections::connections(profile, load.peak.commands(), growth, &mut assumptions);
        assumptions.push(bandwidth::assumption());
        let keys_now: Interval = families.iter().map(|f| f.count_now).sum();
        assumptions.sort();
        assumptions.dedup();
        Self {
            keys_now,
            keys: families.iter().map(|f| f.count).sum(),
            growth,
            peak_bandwidth: bandwidth::bandwidth(profile, &families, &load.peak),
            average_bandwidth: bandwidth::bandwidth(profile, &families, &load.average),
            peak: load.peak,
            average: load.average,
            connections,
            hottest_key: families.iter().map(|f| f.hottest_key).fold(0.0, f64::max),
            payload_now: families.iter().map(|f| f.payload_now).sum(),
            families,
            held: None,
            assumptions,
        }
    }

    /// The same work on a cache that holds a part of today's keys. It is full all the time, so that it does not grow.
    #[must_use]
    pub fn holding(&self, held: Held) -> Self {
        let mut part = self.clone();
        for family in &mut part.families {
            family.count_now = family.count_now * held.share;
            family.count = family.count_now;
            family.payload_now = family.payload_now * held.share;
        }
        part.keys_now = part.families.iter().map(|f| f.count_now).sum();
        part.keys = part.keys_now;
        part.payload_now = part.families.iter().map(|f| f.payload_now).sum();
        part.held = Some(held);
        part
    }

    /// Metered units of the mean simple and the mean complex command: one for each `unit` bytes of key and payload, and
    /// `complex` at least for a command on many elements. The high end of the declared sizes if `high`.
    pub fn units_per_command(&self, unit: f64, complex: f64, high: bool) -> (f64, f64) {
        let of = |least: f64| {
            let one = |f: &FamilyDemand| {
                let moved = f.key_size + f.payload_per_command;
                let bytes = if high { moved.high } else { moved.likely };
                Interval::exact((bytes / unit).max(least))
            };
            let mean = over_shares(&self.families, one);
            if high { mean.high } else { mean.likely }
        };
        (of(1.0), of(complex))
    }

    /// Commands in a month, today.
    pub fn commands_per_month(&self) -> Interval {
        self.average.commands() * SECONDS_PER_MONTH
    }
}

/// Defaults of the profile that change the numbers.
fn profile_assumptions(profile: &Profile) -> Vec<Assumption> {
    let mut found = Vec::new();
    if let crate::units::Source::Assumed { why } = &profile.traffic.access.skew.source {
        let value = match profile.traffic.access.skew.value {
            Skew::Uniform => "uniform".to_owned(),
            Skew::Zipf(s) => format!("zipf {s}"),
        };
        found.push(Assumption::new("access skew", value, why.clone()).replaced_by("traffic.access.skew"));
    }
    found
}
