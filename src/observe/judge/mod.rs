//! What series say of the demand: how much, how sure, and whether a cache may shrink for it.

mod counter;
mod demand;
mod group;
mod join;
mod judged;
mod keep;
mod over;
mod peak;
mod random;
mod state;

pub(super) use demand::COUNTS_COPIES;
pub use group::{Group, groups, untold};
pub use judged::{Bound, Confidence, Judged, JudgedFigure, State, StateName, Window};
pub use keep::{keeps, still_holds};
pub use over::{Over, over};

use std::collections::BTreeMap;

use super::{Metric, Observations, Point};
use crate::units::{DAY, Interval};
use join::Joined;

/// Fewer points than these shrink nothing.
pub const LEAST_POINTS: usize = 100;
/// Fewer days than these shrink nothing.
pub const LEAST_DAYS: f64 = 3.0;
/// Less of the time than this shrinks nothing.
pub const LEAST_COVERAGE: f64 = 0.8;
/// Metrics whose newest point is so many days old shrink and retire nothing: the month that they foretell is over.
pub const STALE_DAYS: f64 = 30.0;
/// Days that are looked at, unless others are asked for: whole weeks.
pub const DAYS: u32 = 14;

/// What to judge by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Days before the last point.
    pub days: u32,
    /// The longest time to live that the profile declares, in seconds.
    pub ttl: Option<f64>,
    /// Decides chance: the same seed gives the same answer.
    pub seed: u64,
    /// The clock, in seconds since 1970: metrics that end long before it tell nothing of today. None where age does not
    /// matter.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { days: DAYS, ttl: None, seed: 1, now: None }
    }
}

/// The metrics that size a cache, by which the window is judged.
const SIZING: &[Metric] = &[
    Metric::Memory,
    Metric::Keys,
    Metric::Reads,
    Metric::Writes,
    Metric::Commands,
    Metric::Connections,
    Metric::UnitsOfWork,
];

/// Judges one cache.
pub fn judge(group: &Group, all: &Observations, options: &Options) -> Judged {
    let (mut metrics, restarts) = join::join(group, all);
    let sizing = || SIZING.iter().filter_map(|metric| metrics.get(metric));
    let ends = sizing().filter_map(|one| Some(one.points.last()?.at + i64::from(one.pace.unwrap_or(1))));
    let to = ends.max().unwrap_or(0);
    let from = to - i64::from(options.days) * DAY;
    for one in metrics.values_mut() {
        // They are in the order of time.
        let before = one.points.partition_point(|point| point.at < from);
        one.points.drain(..before);
    }
    metrics.retain(|_, one| !one.points.is_empty());
    let restarts: Vec<i64> = restarts.into_iter().filter(|at| (from..=to).contains(at)).collect();
    let window = window(&metrics, to, restarts.len());
    let mut caveats: Vec<String> = all.caveats.iter().cloned().collect();
    let silent = group.silent(all);
    if !silent.is_empty() && silent.len() < group.nodes.len() {
        caveats.push(format!(
            "{} of {} nodes have no metrics: {}",
            silent.len(),
            group.nodes.len(),
            silent.join(", ")
        ));
    }
    if metrics.values().any(|one| one.derived) {
        caveats.push(
            "reads are lookups, writes all other commands: give commandstats to tell them apart".to_owned(),
        );
    }
    let facts = state::Facts {
        group,
        metrics: &metrics,
        window: &window,
        options,
        silent: &silent,
        last_restart: restarts.last().copied(),
    };
    let states = state::states(&facts);
    let figures: Vec<JudgedFigure> = metrics.values().map(|one| figure(one, &facts, options.seed)).collect();
    let no_shrinking = state::no_shrinking(&states, &figures);
    Judged {
        cache: group.id.clone(),
        info: group.info.clone(),
        nodes: group.nodes.keys().cloned().collect(),
        shards: shards(group),
        window,
        states,
        figures,
        no_shrinking,
        caveats,
    }
}

fn shards(group: &Group) -> usize {
    let mut shards: Vec<&String> = group.nodes.values().flatten().collect();
    shards.sort();
    shards.dedup();
    shards.len()
}

/// The time of the metric that is told worst among those that size a cache.
fn window(metrics: &BTreeMap<Metric, Joined>, to: i64, restarts: usize) -> Window {
    let sizing = SIZING.iter().filter_map(|metric| metrics.get(metric));
    let worst = sizing
        .min_by(|a, b| coverage(a, to).total_cmp(&coverage(b, to)).then(a.points.len().cmp(&b.points.len())));
    let Some(worst) = worst else { return Window::default() };
    let from = worst.points.first().map_or(to, |p| p.at);
    Window { from, to, coverage: coverage(worst, to), points: worst.points.len(), restarts }
}

/// Share of the time from the first point to the end of the window for which there is one: a metric that ended earlier
/// has a gap there.
fn coverage(one: &Joined, to: i64) -> f64 {
    let Some(first) = one.points.first() else { return 0.0 };
    let Some(pace) = one.pace.map(f64::from) else { return 1.0 };
    let expected = ((to - first.at) as f64 / pace).round().max(1.0);
    (one.points.len() as f64 / expected).min(1.0)
}

/// The value in the middle of all from low to high, as `f64::total_cmp` has it; whole numbers are compared faster.
fn median(points: &[Point]) -> Option<f64> {
    let turned = |bits: i64| bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed();
    let mut places: Vec<i64> = points.iter().map(|p| turned(p.value.to_bits().cast_signed())).collect();
    let middle = places.len() / 2;
    let place = (middle < places.len()).then(|| *places.select_nth_unstable(middle).1)?;
    Some(f64::from_bits(turned(place).cast_unsigned()))
}

fn figure(one: &Joined, facts: &state::Facts<'_>, seed: u64) -> JudgedFigure {
    let most = one.points.iter().copied().max_by(|a, b| a.value.total_cmp(&b.value));
    let most = most.unwrap_or(Point { at: facts.window.to, value: 0.0 });
    let median = median(&one.points).unwrap_or(0.0);
    let mean = one.points.iter().map(|point| point.value).sum::<f64>() / one.points.len().max(1) as f64;
    // The high end is never below what was seen; a limit or an age has no peak to come.
    let (next_peak, told) = match one.metric {
        Metric::MemoryLimit
        | Metric::ConnectionsLimit
        | Metric::Uptime
        | Metric::Primary
        | Metric::MeanTtl => (Interval::exact(most.value), peak::is_told(&one.points, one.pace)),
        _ => {
            let (peak, told) = peak::next_month(&one.points, one.pace, seed ^ one.metric as u64);
            (Interval::new(peak.low, peak.likely, peak.high.max(most.value)), told)
        }
    };
    let days = one.points.first().map_or(0.0, |first| (facts.window.to - first.at) as f64 / DAY as f64);
    let coverage = coverage(one, facts.window.to);
    let enough = told && one.points.len() >= LEAST_POINTS && days >= LEAST_DAYS && coverage >= LEAST_COVERAGE;
    let confidence = match () {
        () if enough && days >= 13.5 && coverage >= 0.95 => Confidence::High,
        () if enough => Confidence::Medium,
        () => Confidence::Low,
    };
    JudgedFigure {
        metric: one.metric,
        most: most.value,
        most_at: most.at,
        median,
        mean,
        next_peak,
        bound: if state::is_censored(one.metric, facts) { Bound::AtLeast } else { Bound::Interval },
        confidence,
        statistic: one.statistic,
        step: one.pace,
        source: one.source.clone(),
        points: one.points.len(),
        coverage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_numbers_in_their_order() {
        let values =
            [3.5, -0.0, 0.0, -2.0, f64::MAX, -1e300, 7.0, 1e-300, 3.5, f64::INFINITY, f64::NEG_INFINITY];
        for taken in 1..=values.len() {
            let points: Vec<Point> =
                values[..taken].iter().map(|value| Point { at: 0, value: *value }).collect();
            let mut ordered = values[..taken].to_vec();
            ordered.sort_by(f64::total_cmp);
            assert_eq!(median(&points).map(f64::to_bits), Some(ordered[taken / 2].to_bits()), "{taken}");
        }
        assert_eq!(median(&[]), None);
    }
}
