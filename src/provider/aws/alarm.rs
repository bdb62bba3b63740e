//! Alarms: what is watched on each member. As text in plans, and read back from it.

use crate::catalog::NodeType;
use crate::deployment::Configuration;
use crate::units::Policy;

/// One alarm, the same for every member.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// What it is called: `memory`.
    pub kind: String,
    /// The metric in the namespace AWS/ElastiCache.
    pub metric: String,
    /// `Maximum`, `Sum`, `Average`.
    pub statistic: String,
    /// Seconds of a point.
    pub period: i32,
    /// The line that it must cross upwards.
    pub above: f64,
    /// Points beyond the line.
    pub points: i32,
    /// Points looked at.
    pub of: i32,
}

impl Alarm {
    fn new(
        kind: &str,
        metric: &str,
        statistic: &str,
        period: i32,
        above: f64,
        (points, of): (i32, i32),
    ) -> Self {
        let (kind, metric, statistic) = (kind.to_owned(), metric.to_owned(), statistic.to_owned());
        Self { kind, metric, statistic, period, above, points, of }
    }

    /// `EngineCPUUtilization Maximum over 60 s above 90, 3 of 5 points`.
    pub fn text(&self) -> String {
        format!(
            "{} {} over {} s above {}, {} of {} points",
            self.metric, self.statistic, self.period, self.above, self.points, self.of
        )
    }

    /// The alarm that a text describes.
    pub fn from_text(kind: &str, text: &str) -> Option<Self> {
        let (head, tail) = text.strip_suffix(" points")?.split_once(", ")?;
        let (points, of) = tail.split_once(" of ")?;
        let words: Vec<&str> = head.split(' ').collect();
        let [metric, statistic, "over", period, "s", "above", above] = words[..] else { return None };
        let points = (points.parse().ok()?, of.parse().ok()?);
        Some(Self::new(kind, metric, statistic, period.parse().ok()?, above.parse().ok()?, points))
    }
}

/// Alarms of every node. Thresholds are those of AWS's own guides, except the one on connections, which it leaves open:
/// 80 % of the limit is ours.
pub fn of_nodes(deployment: &Configuration, node: &NodeType) -> Vec<Alarm> {
    let vcpu = node.vcpu.known().copied().unwrap_or(2.0);
    // The engine has one thread for commands; on two cores the work beside it shares them.
    let cpu = if vcpu >= 4.0 {
        Alarm::new("engine-cpu", "EngineCPUUtilization", "Maximum", 60, 90.0, (3, 5))
    } else {
        Alarm::new("engine-cpu", "CPUUtilization", "Maximum", 60, (90.0 / vcpu.max(1.0)).floor(), (3, 5))
    };
    let evictions = match deployment.eviction_policy {
        Policy::NoEviction => 0.0,
        policy if policy.is_volatile() => 1000.0,
        _ => 100.0,
    };
    let limit = node.max_connections.known().copied().unwrap_or(65_000.0);
    let mut all = vec![
        cpu,
        Alarm::new("memory", "DatabaseMemoryUsagePercentage", "Maximum", 60, 80.0, (3, 5)),
        Alarm::new("evictions", "Evictions", "Sum", 300, evictions, (2, 3)),
        Alarm::new("connections", "CurrConnections", "Maximum", 60, (limit * 0.8).floor(), (3, 5)),
    ];
    if deployment.replicas > 0 {
        all.push(Alarm::new("replication-lag", "ReplicationLag", "Maximum", 60, 1.0, (3, 5)));
    }
    all
}

/// Alarms of a serverless cache with limits on data, in bytes, and work, in units a second.
pub fn of_serverless(data_maximum_gb: i64, units_a_second: i64) -> Vec<Alarm> {
    let bytes = (data_maximum_gb as f64 * 1e9 * 0.75).floor();
    let units = (units_a_second as f64 * 60.0 * 0.75).floor();
    vec![
        Alarm::new("throttling", "ThrottledCmds", "Sum", 60, 0.0, (2, 3)),
        Alarm::new("storage", "BytesUsedForCache", "Maximum", 300, bytes, (2, 3)),
        Alarm::new("work", "ElastiCacheProcessingUnits", "Sum", 60, units, (3, 5)),
        Alarm::new("connections", "CurrConnections", "Maximum", 60, 50_000.0, (3, 5)),
        Alarm::new("evictions", "Evictions", "Sum", 300, 1000.0, (2, 3)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows() {
        for alarm in of_serverless(12, 3000) {
            assert_eq!(Alarm::from_text(&alarm.kind, &alarm.text()), Some(alarm));
        }
        assert_eq!(Alarm::from_text("x", "once in a while"), None);
    }
}
