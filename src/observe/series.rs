//! One metric of one node over time, in one unit, with its statistic and its gaps.

use schemars::JsonSchema;
use serde::Serialize;

use crate::units::{Bytes, Count, Duration, Rate, terms};

terms!(
    /// What is measured. Every metric has one unit: bytes, things, seconds, a share from 0 to 1, or any of them a second.
    Metric, "a metric such as memory, keys, reads or connections" {
        /// Bytes in use.
        Memory = "memory",
        /// Bytes that may be in use.
        MemoryLimit = "memory_limit",
        /// Bytes in use against the limit.
        MemoryShare = "memory_share",
        /// Keys.
        Keys = "keys",
        /// Keys with a time to live.
        VolatileKeys = "volatile_keys",
        /// Mean time to live that is left, in seconds.
        MeanTtl = "mean_ttl",
        /// Commands that read, a second.
        Reads = "reads",
        /// Commands that write, a second.
        Writes = "writes",
        /// All commands, a second.
        Commands = "commands",
        /// Lookups that found a key, a second.
        Hits = "hits",
        /// Lookups that found none, a second.
        Misses = "misses",
        /// Keys that were evicted, a second.
        Evictions = "evictions",
        /// Keys that expired, a second.
        Expired = "expired",
        /// Connections that were rejected, a second.
        RejectedConnections = "rejected_connections",
        /// Commands that were refused since the memory was full, a second.
        RefusedWrites = "refused_writes",
        /// Commands that the service throttled, a second.
        Throttled = "throttled",
        /// Packets or bytes above the allowance of the network, a second.
        AllowanceExceeded = "allowance_exceeded",
        /// Whether the service slows clients down, from 0 to 1.
        TrafficManaged = "traffic_managed",
        /// Connections at the same time.
        Connections = "connections",
        /// Connections that may be open at the same time.
        ConnectionsLimit = "connections_limit",
        /// Connections opened a second.
        NewConnections = "new_connections",
        /// Bytes received a second.
        Inbound = "inbound",
        /// Bytes sent a second.
        Outbound = "outbound",
        /// Busy share of the thread that runs commands.
        EngineCpu = "engine_cpu",
        /// Busy share of all cores.
        HostCpu = "host_cpu",
        /// Metered units of work a second.
        UnitsOfWork = "units_of_work",
        /// Seconds since the server was started.
        Uptime = "uptime",
        /// Whether the node is a primary, 0 or 1.
        Primary = "primary",
    }
);

terms!(
    /// What a point says of the time that it stands for.
    Statistic, "a statistic such as maximum, sum or sample" {
        /// The highest value.
        Maximum = "maximum",
        /// 99 of 100 values are below.
        P99 = "p99",
        /// 95 of 100 values are below.
        P95 = "p95",
        /// The mean.
        Average = "average",
        /// The lowest value.
        Minimum = "minimum",
        /// The sum, divided by the seconds: a mean rate.
        Sum = "sum",
        /// The value at one moment.
        Sample = "sample",
        /// A count that only rises, until the server is restarted.
        Counter = "counter",
    }
);

/// How the metric of a cache follows from that of its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// The highest node of each shard, and the sum over the shards: replicas hold the same data again.
    SumOfShards,
    /// The sum over all nodes.
    SumOfNodes,
    /// The highest node.
    Highest,
    /// The lowest node.
    Lowest,
}

impl Metric {
    /// How nodes are joined.
    pub fn join(self) -> Join {
        match self {
            Self::Memory
            | Self::MemoryLimit
            | Self::Keys
            | Self::VolatileKeys
            | Self::Writes
            | Self::Commands
            | Self::Evictions
            | Self::Expired
            | Self::RefusedWrites
            | Self::UnitsOfWork => Join::SumOfShards,
            Self::Reads
            | Self::Hits
            | Self::Misses
            | Self::RejectedConnections
            | Self::Throttled
            | Self::AllowanceExceeded
            | Self::Inbound
            | Self::Outbound => Join::SumOfNodes,
            Self::MemoryShare
            | Self::MeanTtl
            | Self::TrafficManaged
            | Self::Connections
            | Self::NewConnections
            | Self::EngineCpu
            | Self::HostCpu
            | Self::Primary => Join::Highest,
            Self::ConnectionsLimit | Self::Uptime => Join::Lowest,
        }
    }

    /// A value of it, for people.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Memory | Self::MemoryLimit => Bytes(value).to_string(),
            Self::Inbound | Self::Outbound => format!("{}/s", Bytes(value)),
            Self::MemoryShare | Self::EngineCpu | Self::HostCpu | Self::TrafficManaged => {
                format!("{:.0}%", value * 100.0)
            }
            Self::Uptime | Self::MeanTtl => Duration(value).to_string(),
            metric if metric.is_rate() => Rate(value).to_string(),
            _ => Count(value.round()).to_string(),
        }
    }

    /// Whether it is above 0 only where a limit kept the demand from being higher.
    pub fn tells_a_limit(self) -> bool {
        matches!(
            self,
            Self::Evictions
                | Self::RejectedConnections
                | Self::RefusedWrites
                | Self::Throttled
                | Self::AllowanceExceeded
                | Self::TrafficManaged
        )
    }

    /// Whether it is the used part of something.
    pub fn is_share(self) -> bool {
        matches!(self, Self::MemoryShare | Self::EngineCpu | Self::HostCpu)
    }

    /// Whether a point is a number of events, of which the mean over a step is a rate.
    pub fn is_rate(self) -> bool {
        matches!(
            self,
            Self::Reads
                | Self::Writes
                | Self::Commands
                | Self::Hits
                | Self::Misses
                | Self::Evictions
                | Self::Expired
                | Self::RejectedConnections
                | Self::RefusedWrites
                | Self::Throttled
                | Self::AllowanceExceeded
                | Self::NewConnections
                | Self::Inbound
                | Self::Outbound
                | Self::UnitsOfWork
        )
    }
}

/// A value at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Point {
    /// Seconds since 1970 at which the time that it stands for begins.
    pub at: i64,
    /// The value, in the unit of its metric.
    pub value: f64,
}

/// One metric of one node over time. A time without a point is a gap, never a zero.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Series {
    /// The node or cache, by the name that its source has for it.
    pub node: String,
    /// What is measured.
    pub metric: Metric,
    /// What a point says.
    pub statistic: Statistic,
    /// Seconds that a point stands for; none if it is one moment.
    pub step: Option<u32>,
    /// One of several parts that add up, such as a command.
    pub part: Option<String>,
    /// The metric and the format as its source names them.
    pub source: String,
    /// Points in the order of time, each time once.
    pub points: Vec<Point>,
    /// Why the source says that it did not tell everything.
    pub incomplete: Option<String>,
}

impl Series {
    /// An empty series.
    pub fn new(
        node: impl Into<String>,
        metric: Metric,
        statistic: Statistic,
        source: impl Into<String>,
    ) -> Self {
        Self {
            node: node.into(),
            metric,
            statistic,
            step: None,
            part: None,
            source: source.into(),
            points: Vec::new(),
            incomplete: None,
        }
    }

    /// The same with points of so many seconds each.
    #[must_use]
    pub fn every(mut self, step: Option<u32>) -> Self {
        self.step = step.filter(|step| *step > 0);
        self
    }

    /// The same with points.
    #[must_use]
    pub fn with(mut self, points: impl IntoIterator<Item = Point>) -> Self {
        self.points.extend(points);
        self
    }

    /// Brings the points in order; of several at one time the highest is kept. Says how many were given twice with
    /// different values.
    pub fn tidy(&mut self) -> usize {
        let is_tidy = self.points.is_sorted_by(|a, b| a.at < b.at)
            && self.points.iter().all(|point| point.value.is_finite());
        if is_tidy {
            return 0;
        }
        self.points.retain(|point| point.value.is_finite());
        self.points.sort_by(|a, b| a.at.cmp(&b.at).then(b.value.total_cmp(&a.value)));
        let mut contradictory = 0;
        self.points.dedup_by(|next, kept| {
            let same = next.at == kept.at;
            contradictory += usize::from(same && next.value != kept.value);
            same
        });
        contradictory
    }

    /// Whether another series tells the same of the same node.
    pub fn is_kin(&self, other: &Self) -> bool {
        self.node == other.node
            && self.metric == other.metric
            && self.statistic == other.statistic
            && self.step == other.step
            && self.part == other.part
    }

    /// The seconds between points: what the source says, or the median distance.
    pub fn pace(&self) -> Option<u32> {
        if self.step.is_some() {
            return self.step;
        }
        let mut distances: Vec<i64> = self.points.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        distances.sort_unstable();
        let median = *distances.get(distances.len() / 2)?;
        u32::try_from(median).ok().filter(|step| *step > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        let points = points.iter().map(|(at, value)| Point { at: *at, value: *value });
        Series::new("a", Metric::Keys, Statistic::Maximum, "test").with(points)
    }

    #[test]
    fn a_shuffled_series_is_put_in_order_and_what_is_no_number_is_a_gap() {
        let mut all =
            series(&[(180, 4.0), (0, 1.0), (120, f64::NAN), (60, 2.0), (60, 2.0), (180, 3.0), (240, 5.0)]);
        assert_eq!(all.tidy(), 1, "only the two values at 180 contradict each other");
        let values: Vec<(i64, f64)> = all.points.iter().map(|p| (p.at, p.value)).collect();
        assert_eq!(values, [(0, 1.0), (60, 2.0), (180, 4.0), (240, 5.0)]);
    }

    #[test]
    fn one_point_has_no_pace() {
        assert_eq!(series(&[(0, 1.0)]).pace(), None);
    }
}
