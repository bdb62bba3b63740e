//! Values that no cache can have: they are no measurement, whoever wrote them.

use crate::observe::{Metric, Observations, Point, Series, Statistic};
use crate::units::several;

/// More bytes, keys or seconds than 63 bits hold.
const MOST: f64 = 9_223_372_036_854_775_808.0;
/// More of anything in a second.
const FASTEST: f64 = 1e15;
/// Shares are from 0 to 1; memory and processors may be over their limits, but not so far.
const FULLEST: f64 = 10.0;

/// The highest value that a cache can have.
fn most(metric: Metric, statistic: Statistic) -> f64 {
    match statistic {
        // All since the start.
        Statistic::Counter => MOST,
        _ if metric.is_rate() => FASTEST,
        _ if metric.is_share() => FULLEST,
        _ => MOST,
    }
}

/// Leaves out what no cache can have, and says so. What is no number at all is a gap, and stays one.
pub(super) fn drop_impossible(all: &mut Observations) {
    let Observations { series, caveats, .. } = all;
    // A server without a limit of its memory writes 0: that is no limit of nothing.
    for limit in series.iter_mut().filter(|series| series.metric == Metric::MemoryLimit) {
        limit.points.retain(|point| point.value > 0.0);
    }
    caveats.extend(series.iter_mut().filter_map(in_one));
    series.retain(|series| !series.points.is_empty());
}

fn in_one(series: &mut Series) -> Option<String> {
    let most = most(series.metric, series.statistic);
    let right = |point: &Point| !point.value.is_finite() || (0.0..=most).contains(&point.value);
    let wrong = series.points.iter().copied().find(|point| !right(point))?;
    let before = series.points.len();
    series.points.retain(right);
    let left = before - series.points.len();
    let (values, are) = (several(left, "value"), if left == 1 { "is" } else { "are" });
    let Series { node, metric, .. } = series;
    Some(format!("{node}: {values} of {metric} {are} left out: no cache has {:e}", wrong.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(metric: Metric, statistic: Statistic, values: &[f64]) -> (Vec<f64>, usize) {
        let points = values.iter().zip(0..).map(|(value, at)| Point { at, value: *value });
        let series = Series::new("shop", metric, statistic, "test").with(points);
        let mut all = Observations { series: vec![series], ..Observations::default() };
        drop_impossible(&mut all);
        let values = all.series.iter().flat_map(|series| &series.points).map(|point| point.value);
        (values.collect(), all.caveats.len())
    }

    #[test]
    fn what_no_cache_can_have_is_left_out_and_said() {
        use Metric::{Memory, MemoryLimit, MemoryShare, Reads};
        use Statistic::{Counter, Maximum};
        assert_eq!(left(Memory, Maximum, &[5e12, 1e308, -1.0]), (vec![5e12], 1));
        assert_eq!(left(Reads, Maximum, &[1e9, 1e16]), (vec![1e9], 1));
        assert_eq!(left(Reads, Counter, &[1e16, 1e17]), (vec![1e16, 1e17], 0));
        assert_eq!(left(MemoryShare, Maximum, &[1.02, 85.0]), (vec![1.02], 1));
        assert_eq!(left(Memory, Maximum, &[0.0, -0.0]), (vec![0.0, -0.0], 0));
        assert_eq!(left(MemoryLimit, Maximum, &[0.0, 5e9, -0.0]), (vec![5e9], 0));
    }
}
