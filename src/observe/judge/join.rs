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
    points: Vec<Point>,
    incomplete: Option<String>,
}

/// All metrics of a cache, and the times at which its nodes were restarted.
pub(super) fn join(group: &Group, all: &Observations) -> (BTreeMap<Metric, Joined>, BTreeSet<i64>) {
    let mut restarts = BTreeSet::new();
    let mut by_node: BTreeMap<Metric, BTreeMap<&str, OfNode>> = BTreeMap::new();
    for node in group.nodes.keys() {
        let mut of_metric: BTreeMap<Metric, Vec<&Series>> = BTreeMap::new();
        for series in all.of_node(node) {
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
        by_node.into_iter().map(|(metric, nodes)| (metric, joined(metric, group, &nodes))).collect();
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
    let (mut points, mut incomplete) = (Vec::new(), None);
    for part in parts {
        if part.statistic == Statistic::Counter {
            let (rates, restarted) = counter::rates(&part.points, part.pace().unwrap_or(60));
            restarts.extend(restarted);
            points.extend(rates);
        } else {
            points.extend_from_slice(&part.points);
        }
        incomplete = incomplete.or_else(|| part.incomplete.clone());
    }
    let add_up = metric != Metric::Primary && metric != Metric::MeanTtl;
    points.sort_by_key(|point| point.at);
    points.dedup_by(|next, kept| {
        let same = next.at == kept.at;
        if same {
            kept.value = if add_up { kept.value + next.value } else { kept.value.max(next.value) };
        }
        same
    });
    let (statistic, pace, source) = (best.statistic, best.pace(), best.source.clone());
    (!points.is_empty()).then_some(OfNode { statistic, pace, source, points, incomplete })
}

fn joined(metric: Metric, group: &Group, nodes: &BTreeMap<&str, OfNode>) -> Joined {
    let pace = nodes.values().filter_map(|node| node.pace).max();
    let first = nodes.values().next();
    let points = match first {
        Some(one) if nodes.len() == 1 && group.nodes.len() < 2 => one.points.clone(),
        _ => merged(metric, group, nodes, i64::from(pace.unwrap_or(1)).max(1)),
    };
    Joined {
        metric,
        statistic: first.map_or(Statistic::Sample, |node| node.statistic),
        pace,
        source: first.map_or_else(String::new, |node| node.source.clone()),
        points,
        incomplete: nodes.values().find_map(|node| node.incomplete.clone()),
        derived: false,
    }
}

/// The nodes' points on one grid of times, as one.
fn merged(metric: Metric, group: &Group, nodes: &BTreeMap<&str, OfNode>, grid: i64) -> Vec<Point> {
    let join = metric.join();
    // The unit that must be there at a time: a shard, or a node.
    let mut units: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (name, node) in nodes {
        let unit = match join {
            Join::SumOfShards => group.nodes.get(*name).and_then(Option::as_deref),
            _ => Some(*name),
        };
        let Some(unit) = unit else { continue };
        // The point before tells the place on the grid without a division, as a rule.
        let mut place = i64::MIN;
        let on_grid = |point: &Point| {
            if place == i64::MIN || point.at < place || point.at >= place + 2 * grid {
                place = point.at.div_euclid(grid) * grid;
            } else if point.at >= place + grid {
                place += grid;
            }
            Point { at: place, value: point.value }
        };
        units.entry(unit).or_default().extend(node.points.iter().map(on_grid));
    }
    let (mut begins, mut ends, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for points in units.values_mut() {
        points.sort_by_key(|point| point.at);
        points.dedup_by(|next, kept| {
            let same = next.at == kept.at;
            if same {
                kept.value = if join == Join::Lowest {
                    kept.value.min(next.value)
                } else {
                    kept.value.max(next.value)
                };
            }
            same
        });
        begins.extend(points.first().map(|point| point.at));
        ends.extend(points.last().map(|point| point.at));
        all.append(points);
    }
    begins.sort_unstable();
    ends.sort_unstable();
    all.sort_by_key(|point| point.at);
    let of_time = |there: &[Point]| {
        let at = there.first()?.at;
        let values = there.iter().map(|point| point.value);
        // A node that came later or went away is not missed; one between its first and last point is.
        let live = begins.partition_point(|begin| *begin <= at) - ends.partition_point(|end| *end < at);
        let value = match join {
            // A sum without one of its parts would be too low: the time is a gap.
            Join::SumOfShards | Join::SumOfNodes if there.len() < live => return None,
            Join::SumOfShards | Join::SumOfNodes => values.sum(),
            Join::Highest => values.fold(f64::MIN, f64::max),
            Join::Lowest => values.fold(f64::MAX, f64::min),
        };
        Some(Point { at, value })
    };
    all.chunk_by(|a, b| a.at == b.at).filter_map(of_time).collect()
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
