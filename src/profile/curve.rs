//! Hit ratios that were learned from a trace.

use crate::units::{Bytes, Percent, Policy, Sourced};

/// Hit ratios by memory and eviction policy.
#[derive(Clone, Debug, PartialEq)]
pub struct HitCurve {
    /// The server that was emulated.
    pub server: Sourced<String>,
    /// By memory; never empty.
    pub points: Vec<HitPoint>,
}

/// The hit ratio at one memory with one policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HitPoint {
    /// Memory for keys, values and tables over all shards.
    pub memory: Bytes,
    /// The policy.
    pub policy: Policy,
    /// Share of the reads that hit.
    pub hits: Percent,
}

impl HitCurve {
    /// Hit ratio of a policy with so many bytes for keys: on a line over the logarithm of memory between two points,
    /// below the first point in proportion to memory, the last one's beyond it. None if the policy has no point.
    pub fn hits(&self, policy: Policy, memory: f64) -> Option<f64> {
        let mut below: Option<&HitPoint> = None;
        for point in self.points.iter().filter(|p| p.policy == policy) {
            if point.memory.0 >= memory {
                let Some(from) = below else {
                    return Some(point.hits.0 * (memory / point.memory.0).clamp(0.0, 1.0));
                };
                let part = (memory / from.memory.0).ln() / (point.memory.0 / from.memory.0).ln().max(1e-9);
                return Some(from.hits.0 + part.clamp(0.0, 1.0) * (point.hits.0 - from.hits.0));
            }
            below = Some(point);
        }
        below.map(|last| last.hits.0)
    }

    /// Largest memory of the curve.
    pub fn largest(&self) -> f64 {
        self.points.last().map_or(0.0, |p| p.memory.0)
    }
}
