//! What a simulation says.

use serde::Serialize;

use super::read::{Counts, Format};
use super::taken::Taken;
use crate::units::Policy;

/// What a trace is like.
#[derive(Clone, Debug, Serialize)]
pub struct TraceFacts {
    /// Its format.
    pub format: Format,
    /// Lines and bad lines.
    pub input: Counts,
    /// Commands on keys.
    pub requests: u64,
    /// Commands that read.
    pub reads: u64,
    /// Commands that write.
    pub writes: u64,
    /// Commands that delete.
    pub deletes: u64,
    /// Different keys.
    pub keys: u64,
    /// Share of the keys with one command only.
    pub one_hit_share: f64,
    /// Seconds from the first to the last command.
    pub seconds: f64,
    /// Mean bytes of a key's name.
    pub key_size: f64,
    /// Mean bytes of a value; none if the trace does not tell.
    pub value_size: Option<f64>,
    /// Tenth and ninetieth percentile of the value size.
    pub value_range: Option<(f64, f64)>,
    /// Median time to live in seconds, if any command sets one.
    pub ttl_seconds: Option<f64>,
    /// Share of the commands that store a value and set a time to live.
    pub ttl_share: f64,
    /// Exponent of the Zipf distribution nearest to the popularity of the keys; none if there is too little.
    pub zipf: Option<f64>,
    /// Reads and writes a second in the busiest minute; none of a trace without times.
    pub peak: Option<(f64, f64)>,
}

/// Hit ratio at one size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// `maxmemory`.
    pub memory: u64,
    /// Share of the reads that hit.
    pub hit_ratio: f64,
    /// Half of the spread over salts or seeds; none after a single run. Of a trace that is a sample with what another
    /// sample might have said, 95 times of 100.
    pub error: Option<f64>,
    /// Share of the keys that was emulated.
    pub share: f64,
    /// Keys evicted, for the whole trace.
    pub evicted: f64,
    /// Writes refused, for the whole trace.
    pub rejected: f64,
}

/// Hit ratios of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyCurve {
    /// The policy.
    pub policy: Policy,
    /// In the order of the sizes.
    pub points: Vec<Point>,
}

/// A size and its hit ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// `maxmemory`.
    pub memory: u64,
    /// Share of the reads that hit under exact LRU.
    pub hit_ratio: f64,
}

/// What a simulation says.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The trace.
    pub trace: TraceFacts,
    /// What it was taken from, if it is a sample; all counts and sizes are then of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled: Option<Taken>,
    /// The emulated server.
    pub server: String,
    /// Its allocator.
    pub allocator: &'static str,
    /// Bytes that the server itself needs.
    pub base: u64,
    /// Whether a read that misses is followed by a write.
    pub fill_on_miss: bool,
    /// Whether exact LRU saw all keys; a share of them otherwise.
    pub lru_on_all_keys: bool,
    /// Smallest share of the keys that was emulated; small caches take a larger one.
    pub share: f64,
    /// Emulations behind each figure.
    pub runs: usize,
    /// By policy.
    pub policies: Vec<PolicyCurve>,
    /// Exact LRU, every miss refilled and no key expired.
    pub exact_lru: Vec<Mark>,
    /// How far another sample might be from each of them, 95 times of 100; none for a whole trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_lru_error: Option<Vec<f64>>,
    /// Whether that is what was emulated: with all keys both hit the same.
    pub exact_lru_holds: bool,
    /// Hit ratio with unlimited memory, as emulated where something was.
    pub ceiling: f64,
    /// Memory that holds all keys.
    pub all_keys: u64,
    /// Memory beyond which a doubling buys the least: the knee of the exact LRU curve.
    pub knee: Option<Mark>,
    /// Memory for a hit ratio within one point of the ceiling.
    pub working_set: Option<Mark>,
    /// What to keep in mind.
    pub caveats: Vec<String>,
}
