//! The form of a curve and of a popularity distribution.

use super::emulate::Access;
use super::outcome::Mark;
use super::request::Op;

/// Sizes at which the curve is looked at.
const STEPS: u32 = 200;
/// A smaller rise is no curve with a knee.
const FLAT: f64 = 0.02;
/// The working set comes this near to the ceiling.
const NEAR: f64 = 0.01;

/// Exact LRU at many sizes, from 1/1000 of all keys to all of them, in equal ratios.
pub fn exact(hit_ratio: impl Fn(f64) -> f64, base: u64, all: u64) -> Vec<Mark> {
    (0..=STEPS)
        .map(|i| {
            let part = 1000_f64.powf(f64::from(i) / f64::from(STEPS) - 1.0);
            let room = (all.saturating_sub(base)) as f64 * part;
            Mark { memory: base + room.ceil() as u64, hit_ratio: hit_ratio(room) }
        })
        .collect()
}

/// The point farthest above the line from the first to the last, over the logarithm of memory: from there on,
/// doubling memory buys less than it did on average.
pub fn knee(marks: &[Mark], base: u64) -> Option<Mark> {
    let (first, last) = (marks.first()?, marks.last()?);
    let rise = last.hit_ratio - first.hit_ratio;
    if rise < FLAT {
        return None;
    }
    let x = |mark: &Mark| ((mark.memory - base).max(1) as f64).ln();
    let width = x(last) - x(first);
    let above = |mark: &Mark| (mark.hit_ratio - first.hit_ratio) / rise - (x(mark) - x(first)) / width;
    marks.iter().max_by(|a, b| above(a).total_cmp(&above(b))).filter(|m| above(m) > 0.05).copied()
}

/// The smallest size whose hit ratio is within a point of the ceiling.
pub fn working_set(marks: &[Mark], ceiling: f64) -> Option<Mark> {
    marks.iter().find(|m| m.hit_ratio >= ceiling - NEAR).copied()
}

/// Exponent of the Zipf distribution nearest to how often keys are read: the slope of frequency over rank, both
/// logarithmic, over ranks in equal ratios. A sample of the keys keeps the slope.
pub fn zipf(accesses: &[Access], keys: usize) -> Option<f64> {
    let mut counts = vec![0_u32; keys];
    accesses.iter().filter(|a| a.op() == Op::Read).for_each(|a| counts[a.id as usize] += 1);
    counts.sort_unstable_by(|a, b| b.cmp(a));
    // Rare keys only say how long the trace is.
    let common = counts.partition_point(|c| *c >= 10);
    if common < 50 {
        return None;
    }
    let mut points = Vec::new();
    let mut rank = 4.0_f64;
    while rank < common as f64 {
        let around = &counts[rank as usize - 1..((rank * 1.25) as usize).min(common)];
        if let Some(middle) = around.get(around.len() / 2) {
            points.push(((rank * 1.125).ln(), f64::from(*middle).ln()));
        }
        rank *= 1.25;
    }
    let n = points.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    let slope = mean(&|p| (p.0 - x) * (p.1 - y)) / mean(&|p| (p.0 - x).powi(2));
    slope.is_finite().then(|| (-slope).clamp(0.0, 3.0))
}
