//! What a trace was taken from, if it is a sample itself.

use serde::Serialize;

/// What a trace was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Taken {
    /// Share of the keys that the trace has, above 0 and below 1.
    pub share: f64,
    /// Reads of the whole trace; none if nobody has counted them.
    pub reads: Option<u64>,
}

impl Taken {
    /// Reads that an even share of the whole has, if these were counted.
    pub fn expected_reads(&self) -> Option<f64> {
        self.reads.map(|all| all as f64 * self.share)
    }
}
