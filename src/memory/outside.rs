//! Memory that `used_memory` and `maxmemory` do not see, but the machine does.

use crate::units::Interval;

/// Resident bytes of a TLS connection beyond its client; 29.0 and 30.5 KB measured on Valkey 9.1.2 and Redis 7.0.15.
pub const TLS_CONNECTION: f64 = 30_000.0;

/// Resident memory divided by `used_memory`, where sizes hardly change. Measured 1.02 to 1.15 above 100 MB.
pub const FRAGMENTATION_STABLE: Interval = Interval { low: 1.03, likely: 1.1, high: 1.15 };

/// The same with churn and mixed sizes; a planning range.
pub const FRAGMENTATION_CHURN: Interval = Interval { low: 1.1, likely: 1.2, high: 1.3 };

/// Bytes a second that a child process writes: 100 to 200 MB measured; the slower end is planned with.
pub const CHILD_BYTES_PER_SECOND: f64 = 100e6;

/// Bytes of a page that is copied when one byte of it is written.
const PAGE: f64 = 4096.0;

/// Memory that is copied while a child process writes `dataset` bytes to disk or to a replica.
/// Every one of `writes_per_second` touches a page of its own; the worst case is the whole dataset once more.
pub fn fork_copies(dataset: f64, writes_per_second: f64) -> f64 {
    let seconds = dataset / CHILD_BYTES_PER_SECOND;
    (writes_per_second * seconds * PAGE).min(dataset)
}
