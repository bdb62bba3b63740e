//! What the bill is computed from: the likely use of today.

use crate::cost::Usage;
use crate::demand::{Demand, Sizer};
use crate::profile::Profile;
use crate::units::SECONDS_PER_MONTH;

/// A month of likely use, as of today.
pub fn usage(profile: &Profile, demand: &Demand, sizer: &Sizer<'_>, region: &str) -> Usage {
    let average = &demand.average;
    let traffic = demand.average_bandwidth.total().likely * SECONDS_PER_MONTH;
    let functions = &profile.placement.functions;
    let instances: f64 = demand.connections.fleets.iter().map(|f| f.connections.likely).sum();
    let mut other_regions: Vec<(String, f64)> = functions
        .iter()
        .zip(&demand.connections.fleets)
        .filter_map(|(function, fleet)| {
            let home = function.region.as_ref().filter(|r| r.value != region)?;
            Some((home.value.clone(), traffic * fleet.connections.likely / instances.max(1.0)))
        })
        .collect();
    other_regions.sort_by(|a, b| a.0.cmp(&b.0));
    other_regions.dedup_by(|next, first| {
        let same = next.0 == first.0;
        if same {
            first.1 += next.1;
        }
        same
    });
    Usage {
        stored: sizer.stored_now(),
        payload: demand.payload_now.likely,
        reads: average.reads.likely * SECONDS_PER_MONTH,
        writes: (average.writes + average.publishes).likely * SECONDS_PER_MONTH,
        complex: average.complex.likely * SECONDS_PER_MONTH,
        bytes_per_command: demand.payload_per_command().likely,
        traffic,
        backups: profile.requirements.backup_retention.value.0 as u32,
        other_regions,
        has_functions: !functions.is_empty(),
        operations: profile.requirements.operations.as_ref().map(crate::profile::OperationsCost::monthly),
    }
}
