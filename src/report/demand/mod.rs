//! What a workload needs, in every form.

mod json;
mod table;

use serde::Serialize;

use crate::demand::{Demand, FamilyMemory, MemoryDemand, Sizer};
use crate::deployment::Topology;
use crate::profile::{Profile, assumed};
use crate::units::Assumption;

/// The numbers of one profile on one server.
#[derive(Serialize)]
pub struct DemandReport<'a> {
    /// Name of the profile.
    pub profile: &'a str,
    /// The server as it was asked for.
    pub server: &'a str,
    /// Its size classes.
    pub allocator: &'static str,
    /// How the data is spread.
    pub layout: Topology,
    /// Bytes a key and in total, by family.
    pub families: &'a [FamilyMemory],
    /// `used_memory` of the fullest shard at the horizon.
    pub memory: MemoryDemand,
    /// Operations, bandwidth, connections, growth.
    pub demand: &'a Demand,
    /// What it rests on beside the profile.
    pub assumptions: Vec<Assumption>,
}

impl<'a> DemandReport<'a> {
    /// Gathers the numbers.
    pub fn new(profile: &'a Profile, demand: &'a Demand, sizer: &'a Sizer<'_>, layout: Topology) -> Self {
        let mut assumptions = demand.assumptions.clone();
        assumptions.extend(sizer.server.assumptions.iter().cloned());
        assumptions.extend(assumed(profile));
        assumptions.sort();
        assumptions.dedup();
        Self {
            profile: &profile.name,
            server: &sizer.server.version,
            allocator: sizer.server.allocator.as_str(),
            layout,
            families: sizer.families(),
            memory: sizer.breakdown(layout),
            demand,
            assumptions,
        }
    }
}
