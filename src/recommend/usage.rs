//! What the bill is computed from: the likely use of today.

use std::collections::BTreeMap;

use crate::catalog::Metered;
use crate::cost::{Callers, OtherRegion, Usage};
use crate::demand::{Demand, Sizer};
use crate::profile::{FunctionKind, Network, OperationsCost, Profile, Role};
use crate::units::{Provider, SECONDS_PER_MONTH};

/// Units of a command on many elements on a metered service, at least. No vendor publishes the formula; judgement.
pub const COMPLEX_UNITS: f64 = 10.0;

/// A month of likely use, as of today, by callers around a cache in `region`.
pub fn usage(
    profile: &Profile,
    demand: &Demand,
    sizer: &Sizer<'_>,
    metered: Option<&Metered>,
    region: &str,
) -> Usage {
    let month = |rate: f64| rate * SECONDS_PER_MONTH;
    let average = &demand.average;
    let bandwidth = &demand.average_bandwidth;
    let (sent, received) = (month(bandwidth.inbound.likely), month(bandwidth.outbound.likely));
    let away = shares_away(profile, demand, region);
    let here = 1.0 - away.values().sum::<f64>();
    let unit = metered.and_then(|m| m.bytes_per_unit);
    Usage {
        stored: sizer.stored_now(),
        payload: demand.payload_now.likely,
        simple: month(average.reads.likely + average.writes.likely - average.complex.likely),
        complex: month(average.complex.likely),
        publishes: month(average.publishes.likely),
        units_per_command: unit.map_or((1.0, 1.0), |u| demand.units_per_command(u.0, COMPLEX_UNITS, false)),
        traffic: (sent + received) * here,
        read_traffic: month(bandwidth.reads.likely) * here,
        callers: callers(profile),
        written: month(bandwidth.written.likely),
        minimum_stored: profile.requirements.minimum.data.0,
        minimum_work: profile.requirements.minimum.work.0,
        backups: profile.requirements.backup_retention.value.0 as u32,
        other_regions: away
            .into_iter()
            .map(|(region, share)| OtherRegion { region, sent: sent * share, received: received * share })
            .collect(),
        clouds: clouds(profile),
        writes: month(average.writes.likely),
        read_regions: u32::try_from(profile.placement.read_regions.len()).unwrap_or(u32::MAX),
        service_level: profile.needs_service_level(),
        private: profile.security.network.value == Network::Private,
        durable: profile.dataset.iter().any(|family| family.role.value != Role::Cache),
        operations: profile.requirements.operations.as_ref().and_then(OperationsCost::monthly),
    }
}

/// Where the callers are, if the profile declares any.
fn callers(profile: &Profile) -> Option<Callers> {
    let placement = &profile.placement;
    let declared = !placement.functions.is_empty()
        || placement.worker_connections.value.high.0 > 0.0
        || placement.zones.is_declared();
    declared.then_some(Callers { zones: placement.zones.value, reads_from: placement.reads_from.value })
}

/// Regions of callers other than the cache's, with their share of the traffic: by connections.
fn shares_away(profile: &Profile, demand: &Demand, region: &str) -> BTreeMap<String, f64> {
    let connections = &demand.connections;
    let workers = profile.placement.worker_connections.value;
    let all = connections.fleets.iter().map(|f| f.connections.likely).sum::<f64>()
        + f64::midpoint(workers.low.0, workers.high.0);
    let mut shares = BTreeMap::new();
    for (function, fleet) in profile.placement.functions.iter().zip(&connections.fleets) {
        if let Some(away) = function.region.as_ref().filter(|r| r.value != region) {
            *shares.entry(away.value.clone()).or_insert(0.0) += fleet.connections.likely / all.max(1.0);
        }
    }
    shares
}

/// The clouds that the functions run on.
fn clouds(profile: &Profile) -> Vec<Provider> {
    let mut clouds: Vec<Provider> = profile
        .placement
        .functions
        .iter()
        .map(|f| match f.kind {
            FunctionKind::Lambda => Provider::Aws,
            FunctionKind::FunctionApp => Provider::Azure,
            FunctionKind::CloudRun | FunctionKind::CloudFunction => Provider::Gcp,
        })
        .collect();
    clouds.sort_unstable();
    clouds.dedup();
    clouds
}
