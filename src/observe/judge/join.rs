//! From the series of nodes to one series of the cache: one statistic, parts added up, times brought together.

use std::collections::{BTreeMap, BTreeSet};

use super::counter;
use super::group::Group;
use crate::observe::{Join, Metric, Observations, Point, Series, Statistic};

/// One metric of the whole cache.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub metric: Metric,
    pub statistic: Statistic,
    pub pace: Option<u32>,
    pub source: String,
    pub points: Vec<Point>,
    pub incomplete: Option<String>,
    /// Whether it follows from other metrics.
    pub derived: bool,
}

/// A metric of one node, as rates and levels.
struct OfNode {
    statistic: Statistic,
    pace: Option<u32>,
    source: String,
    points: BTreeMap<i64, f64>,
    incomplete: Option<String>,
}

/// All metrics of a cache, and the times at which its nodes were restarted.
pub(super) fn join(group: &Group, all: &Observations) -> (BTreeMap<Metric, Joined>, BTreeSet<i64>) {
    let mut restarts = BTreeSet::new();
    let mut by_node: BTreeMap<Metric, BTreeMap<&str, OfNode>> = BTreeMap::new();
    for node in group.nodes.keys() {
        let mut of_metric: BTreeMap<Metric, Vec<&Series>> = BTreeMap::new();
        for series in all.series.iter().filter(|series| series.node == *node) {
            of_metric.entry(series.metric).or_default().push(series);
        }
        let mut metrics: BTreeMap<Metric, OfNode> = BTreeMap::new();
        for (metric, series) in of_metric {
            metrics.extend(of_node(metric, &series, &mut restarts).map(|one| (metric, one)));
        }
        for (metric, one) in metrics {
            by_node.entry(metric).or_default().insert(node, one);
        }
    }
    let mut joined: BTreeMap<Metric, Joined> =
        by_node.into_iter().map(|(metric, nodes)| (metric, joined(metric, group, nodes))).collect();
    derive(&mut joined);
    (joined, restarts)
}

/// How well a statistic tells the peak of a metric.
fn rank(metric: Metric, statistic: Statistic) -> u32 {
    let order: [Statistic; 8] = match (metric.join(), metric.is_rate()) {
        (Join::Lowest, _) => [
            Statistic::Minimum,
            Statistic::Sample,
            Statistic::Average,
            Statistic::Maximum,
            Statistic::P95,
            Statistic::P99,
            Statistic::Sum,
            Statistic::Counter,
        ],
        (_, true) => [
            Statistic::Counter,
            Statistic::Sum,
            Statistic::Maximum,
            Statistic::P99,
            Statistic::P95,
            Statistic::Sample,
            Statistic::Average,
            Statistic::Minimum,
        ],
        (_, false) => [
            Statistic::Maximum,
            Statistic::P99,
            Statistic::Counter,
            Statistic::Sample,
            Statistic::P95,
            Statistic::Average,
            Statistic::Sum,
            Statistic::Minimum,
        ],
    };
    order.iter().position(|s| *s == statistic).map_or(99, |at| at as u32)
}

/// The best series of a node for a metric; the parts of one are added up.
fn of_node(metric: Metric, series: &[&Series], restarts: &mut BTreeSet<i64>) -> Option<OfNode> {
    // More points before a better statistic, by orders of magnitude: one mean since the start is no series.
    let size = |s: &Series| s.points.len().max(1).ilog10();
    let best =
        series.iter().min_by_key(|s| (std::cmp::Reverse(size(s)), rank(metric, s.statistic), s.step))?;
    let parts = series.iter().filter(|s| s.statistic == best.statistic && s.step == best.step);
    let mut one = OfNode {
        statistic: best.statistic,
        pace: best.pace(),
        source: best.source.clone(),
        points: BTreeMap::new(),
        incomplete: None,
    };
    let add_up = metric != Metric::Primary && metric != Metric::MeanTtl;
    for part in parts {
        let points = if part.statistic == Statistic::Counter {
            let (rates, restarted) = counter::rates(&part.points, part.pace().unwrap_or(60));
            restarts.extend(restarted);
            rates
        } else {
            part.points.clone()
        };
        for point in points {
            let at = one.points.entry(point.at).or_insert(0.0);
            *at = if add_up { *at + point.value } else { at.max(point.value) };
        }
        one.incomplete = one.incomplete.take().or_else(|| part.incomplete.clone());
    }
    (!one.points.is_empty()).then_some(one)
}

fn joined(metric: Metric, group: &Group, nodes: BTreeMap<&str, OfNode>) -> Joined {
    let pace = nodes.values().filter_map(|node| node.pace).max();
    let grid = i64::from(pace.unwrap_or(1)).max(1);
    let first = nodes.values().next();
    let mut joined = Joined {
        metric,
        statistic: first.map_or(Statistic::Sample, |node| node.statistic),
        pace,
        source: first.map_or_else(String::new, |node| node.source.clone()),
        points: Vec::new(),
        incomplete: nodes.values().find_map(|node| node.incomplete.clone()),
        derived: false,
    };
    if let ([one], true) = (nodes.values().collect::<Vec<_>>().as_slice(), group.nodes.len() < 2) {
        joined.points = one.points.iter().map(|(at, value)| Point { at: *at, value: *value }).collect();
        return joined;
    }
    // The unit that must be there at a time: a shard, or a node.
    let unit = |node: &str| match metric.join() {
        Join::SumOfShards => group.nodes.get(node).cloned().flatten(),
        _ => Some(node.to_owned()),
    };
    let mut units: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for (name, node) in &nodes {
        let Some(unit) = unit(name) else { continue };
        let times = units.entry(unit).or_default();
        for (at, value) in &node.points {
            let bucket = at.div_euclid(grid) * grid;
            let kept = times.entry(bucket).or_insert(*value);
            *kept = if metric.join() == Join::Lowest { kept.min(*value) } else { kept.max(*value) };
        }
    }
    let times: BTreeSet<i64> = units.values().flat_map(|times| times.keys().copied()).collect();
    for at in times {
        // A node that came later or went away is not missed; one between its first and last point is.
        let lives = |times: &&BTreeMap<i64, f64>| {
            times
                .first_key_value()
                .zip(times.last_key_value())
                .is_some_and(|((f, _), (l, _))| *f <= at && at <= *l)
        };
        let values: Vec<Option<f64>> = units.values().filter(lives).map(|t| t.get(&at).copied()).collect();
        let sum = matches!(metric.join(), Join::SumOfShards | Join::SumOfNodes);
        let there: Vec<f64> = values.iter().copied().flatten().collect();
        // A sum without one of its parts would be too low: the time is a gap.
        if there.is_empty() || (sum && there.len() < values.len()) {
            continue;
        }
        let value = match metric.join() {
            Join::SumOfShards | Join::SumOfNodes => there.iter().sum(),
            Join::Highest => there.iter().copied().fold(f64::MIN, f64::max),
            Join::Lowest => there.iter().copied().fold(f64::MAX, f64::min),
        };
        joined.points.push(Point { at, value });
    }
    joined
}

/// Reads are lookups and writes what is left, where commands are not told apart. What is neither counts as a write.
fn derive(all: &mut BTreeMap<Metric, Joined>) {
    let known = |metric| all.contains_key(&metric);
    if known(Metric::Reads) || known(Metric::Writes) || !known(Metric::Hits) || !known(Metric::Misses) {
        return;
    }
    let points = |metric: Metric| -> BTreeMap<i64, f64> {
        all.get(&metric).map(|one| one.points.iter().map(|p| (p.at, p.value)).collect()).unwrap_or_default()
    };
    let (hits, misses, commands) = (points(Metric::Hits), points(Metric::Misses), points(Metric::Commands));
    let reads: Vec<Point> =
        hits.iter().filter_map(|(at, hits)| Some(Point { at: *at, value: hits + misses.get(at)? })).collect();
    let left =
        |read: &Point| Some(Point { at: read.at, value: (commands.get(&read.at)? - read.value).max(0.0) });
    let writes: Vec<Point> = reads.iter().filter_map(left).collect();
    let Some(hits) = all.get(&Metric::Hits) else { return };
    let of = |metric, points, source: &str| Joined {
        metric,
        points,
        source: source.to_owned(),
        derived: true,
        ..hits.clone()
    };
    let reads = of(Metric::Reads, reads, "hits and misses");
    let writes = of(Metric::Writes, writes, "commands without hits and misses");
    for one in [reads, writes] {
        if !one.points.is_empty() {
            all.insert(one.metric, one);
        }
    }
}
