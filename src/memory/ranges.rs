//! Declared ranges: the cost of a family of keys whose sizes vary.

use super::{Encoding, Key, Part, Server};
use crate::units::{Interval, Range};

/// Points at which a cost is computed where sizes vary.
const POINTS: u32 = 64;
/// Each dimension walks through the same points in another order (powers of 19, modulo 64).
const STEPS: [u32; 5] = [1, 19, 41, 11, 17];

/// What a key of a family costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Bytes a key; the likely value is the mean over the ranges.
    pub bytes: Interval,
    /// Means of the parts; their sum is the likely value.
    pub parts: Vec<Part>,
    /// Every encoding that occurs, sorted.
    pub encodings: Vec<Encoding>,
}

/// Points that cover `ranges` evenly, taken as uniform and independent; one point if no range is open.
fn samples(ranges: &[(f64, f64)]) -> Vec<Vec<f64>> {
    if ranges.iter().all(|(low, high)| low == high) {
        return vec![ranges.iter().map(|(low, _)| *low).collect()];
    }
    (0..POINTS)
        .map(|i| {
            let mut open = 0;
            ranges
                .iter()
                .map(|(low, high)| {
                    if low == high {
                        return *low;
                    }
                    let place = (i * STEPS[open % STEPS.len()]) % POINTS;
                    open += 1;
                    low + (high - low) * (f64::from(place) + 0.5) / f64::from(POINTS)
                })
                .collect()
        })
        .collect()
}

/// Every combination of the ends of `ranges`.
fn corners(ranges: &[(f64, f64)]) -> Vec<Vec<f64>> {
    ranges.iter().fold(vec![Vec::new()], |corners, (low, high)| {
        let ends: &[f64] = if low == high { &[*low] } else { &[*low, *high] };
        corners
            .iter()
            .flat_map(|corner| ends.iter().map(|end| [corner.as_slice(), &[*end]].concat()))
            .collect()
    })
}

/// The mean of `f` over `ranges`, and the smallest and largest value met at samples and corners.
pub fn over(ranges: &[(f64, f64)], f: impl Fn(&[f64]) -> f64) -> Interval {
    let values: Vec<f64> = samples(ranges).iter().map(|point| f(point)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let ends = corners(ranges).into_iter().map(|corner| f(&corner));
    Interval::hull(mean, values.iter().copied().chain(ends))
}

impl Server {
    /// What a key of a family costs, without the tables of the database. The high end includes an outgrown table
    /// that is still allocated.
    pub fn key_over(&self, family: &Key<Range<u64>>) -> Estimate {
        let mut ranges = Vec::with_capacity(5);
        family.map(|range| ranges.push((range.low as f64, range.high.max(range.low) as f64)));
        let key_at = |point: &[f64]| {
            let mut sizes = point.iter();
            family.map(|_| sizes.next().map_or(0, |size| size.round() as u64))
        };
        let points = samples(&ranges);
        let share = 1.0 / points.len() as f64;
        let mut parts: Vec<Part> = Vec::new();
        let mut ends = Vec::new();
        let mut encodings = Vec::new();
        for point in &points {
            let cost = self.key(&key_at(point));
            for part in &cost.parts {
                match parts.iter_mut().find(|known| known.what == part.what) {
                    Some(known) => known.bytes += share * part.bytes,
                    None => parts.push(Part { what: part.what, bytes: share * part.bytes }),
                }
            }
            ends.extend([cost.total, cost.upper, cost.at_once]);
            encodings.push(cost.encoding);
        }
        for corner in corners(&ranges) {
            let cost = self.key(&key_at(&corner));
            ends.extend([cost.total, cost.upper, cost.at_once]);
            encodings.push(cost.encoding);
        }
        encodings.sort_unstable();
        encodings.dedup();
        Estimate { bytes: Interval::hull(parts.iter().map(|part| part.bytes).sum(), ends), parts, encodings }
    }
}
