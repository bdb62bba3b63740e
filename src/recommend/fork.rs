//! Snapshots by a forked process: pages that are written meanwhile exist twice.

use super::inputs::Inputs;
use super::shape::Shape;
use super::throughput::busiest;
use crate::catalog::ServiceInfo;
use crate::profile::Profile;
use crate::units::{Assumption, Service};

/// Bytes that a child writes in a second, the low end of 100 to 200 MB.
const SAVED_PER_SECOND: f64 = 100e6;
/// A page of memory; the smallest write copies one.
const PAGE: f64 = 4096.0;

/// Whether snapshots are asked for of a service that forks for them.
pub fn saves_by_fork(profile: &Profile, service: Service) -> bool {
    let forks = ServiceInfo::of(service).behaviour.forks_for_snapshots;
    forks && profile.requirements.backup_retention.value.0 > 0.0
}

/// Bytes of the fullest shard that a snapshot at the peak copies, at the high end.
pub fn copied_pages(inputs: &Inputs<'_>, shape: &Shape<'_>) -> f64 {
    if !saves_by_fork(inputs.profile, shape.offering.service()) {
        return 0.0;
    }
    let used = inputs.sizer.used_high(shape.topology);
    let demand = inputs.demand;
    let rates = (demand.peak.writes.high, demand.peak_bandwidth.written.high);
    // The busiest shard's part; how one key's writes fall on few pages is left out, which is the safe side.
    let part = |total: f64| busiest(total, 0.0, shape.topology.shards);
    let pages = part(rates.0) + part(rates.1) / PAGE;
    copied(used, pages)
}

/// Distinct pages of `used` bytes among `pages` random writes a second for as long as the child saves them.
fn copied(used: f64, pages: f64) -> f64 {
    let all = (used / PAGE).max(1.0);
    let touched = pages * used / SAVED_PER_SECOND;
    used * (1.0 - (-touched / all).exp())
}

/// What is printed about it.
pub fn assumption() -> Assumption {
    Assumption::new(
        "pages copied during a snapshot",
        "each write at the peak copies a page of 4 KiB while a child process saves 100 MB a second",
        "outside maxmemory; ElastiCache saves without a child, and slower, where the reserve is too small for it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_copies_no_more_than_all_and_nothing_without_writes() {
        assert_eq!(copied(1e9, 0.0), 0.0);
        let few = copied(1e9, 100.0);
        assert!((few / (100.0 * 10.0 * PAGE) - 1.0).abs() < 0.01, "10 s at 100 pages a second: {few}");
        let many = copied(1e9, 1e6);
        assert!(many > 0.99e9 && many <= 1e9, "{many}");
    }
}
