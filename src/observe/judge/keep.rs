//! Whether an earlier answer still holds, so that the noise of two more weeks resizes nothing.

use super::judged::{Bound, JudgedFigure};
use crate::units::Interval;

/// Whether what runs is large enough to stay. A new choice leaves the whole headroom free at the high end of the next
/// peak; what runs stays while half of that headroom is free at what was seen and at the likely peak. `allowed` is the
/// share of the capacity that a new choice may use.
pub fn keeps(figure: &JudgedFigure, capacity: f64, allowed: f64) -> bool {
    let half = capacity * f64::midpoint(1.0, allowed);
    figure.bound == Bound::Interval && figure.most <= half && figure.next_peak.likely <= half
}

/// Whether an interval that was told earlier still tells the demand: nothing above it was seen or is likely, and all that
/// may come is not below it. `most` is what was seen, `next` the peak to come.
pub fn still_holds(earlier: Interval, most: f64, next: Interval) -> bool {
    most.max(next.likely) <= earlier.high && next.high >= earlier.low
}
