//! What is watched of a cache, as text in plans, and read back from it.

use crate::catalog::{Catalog, Service};
use crate::deployment::Configuration;
use crate::units::Policy;

/// One alert on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// What it is called: `memory`.
    pub kind: String,
    /// The metric: `usedmemorypercentage`.
    pub metric: String,
    /// `Average`, `Maximum`, `Total`.
    pub aggregation: String,
    /// Minutes that are looked at together.
    pub window: u32,
    /// The line that it must cross upwards.
    pub above: f64,
    /// From 0, critical, to 4.
    pub severity: u32,
}

impl Alert {
    fn new(kind: &str, metric: &str, aggregation: &str, window: u32, above: f64, severity: u32) -> Self {
        let (kind, metric, aggregation) = (kind.to_owned(), metric.to_owned(), aggregation.to_owned());
        Self { kind, metric, aggregation, window, above, severity }
    }

    /// `usedmemorypercentage Average over 15 min above 75, severity 2`.
    pub fn text(&self) -> String {
        let Self { metric, aggregation, window, above, severity, .. } = self;
        format!("{metric} {aggregation} over {window} min above {above}, severity {severity}")
    }

    /// The alert that a text describes.
    pub fn from_text(kind: &str, text: &str) -> Option<Self> {
        let (head, severity) = text.split_once(", severity ")?;
        let words: Vec<&str> = head.split(' ').collect();
        let [metric, aggregation, "over", window, "min", "above", above] = words[..] else { return None };
        let (window, above) = (window.parse().ok()?, above.parse().ok()?);
        Some(Self::new(kind, metric, aggregation, window, above, severity.parse().ok()?))
    }

    /// The window as Azure writes it.
    pub fn period(&self) -> String {
        if self.window.is_multiple_of(60) {
            format!("PT{}H", self.window / 60)
        } else {
            format!("PT{}M", self.window)
        }
    }

    /// A window as Azure writes it, in minutes.
    pub fn minutes(period: &str) -> Option<u32> {
        let (number, unit) = period.strip_prefix("PT")?.split_at_checked(period.len().checked_sub(3)?)?;
        let number: u32 = number.parse().ok()?;
        match unit {
            "M" => Some(number),
            "H" => Some(number * 60),
            _ => None,
        }
    }
}

/// Share of the connections of a size at which it is time to look.
const BUSY_CONNECTIONS: f64 = 0.8;
/// Milliseconds that a command may take on average.
const SLOW: f64 = 10.0;

/// Alerts of a cache, with thresholds from its size. Lines are those of Microsoft's texts and of Azure Monitor's baseline;
/// that on connections is ours, since neither has one that goes with the size.
pub fn of(deployment: &Configuration) -> Vec<Alert> {
    let classic = deployment.service == Service::AzureCacheForRedis;
    let node = deployment.node_type.as_deref();
    let node = node.and_then(|name| Catalog::embedded().node_type(deployment.service, name).ok());
    // Managed Redis shows evictions a second, the old service how many there were.
    let evictions = match deployment.eviction_policy {
        Policy::NoEviction => 0.0,
        policy if policy.is_volatile() => 1000.0,
        _ => 100.0,
    };
    let mut all = if classic {
        vec![
            Alert::new("memory", "usedmemorypercentage", "Average", 15, 90.0, 2),
            Alert::new("load", "serverLoad", "Average", 15, 85.0, 3),
            // In microseconds there.
            Alert::new("latency", "cacheLatency", "Average", 15, SLOW * 1000.0, 3),
            Alert::new("evictions", "evictedkeys", "Total", 5, evictions, 3),
            Alert::new("errors", "errors", "Maximum", 5, 0.0, 2),
        ]
    } else {
        vec![
            // From there on Microsoft's text asks for a larger size.
            Alert::new("memory", "usedmemorypercentage", "Average", 15, 75.0, 2),
            // Its serverLoad goes beyond 100, so that the processor's time is watched.
            Alert::new("load", "percentProcessorTime", "Average", 5, 80.0, 3),
            Alert::new("latency", "cacheLatency", "Average", 15, SLOW, 3),
            Alert::new(
                "evictions",
                "evictedkeys",
                "Average",
                5,
                (evictions / 300.0 * 100.0).round() / 100.0,
                3,
            ),
        ]
    };
    if let Some(most) = node.and_then(|node| node.max_connections.known().copied()) {
        let line = (most * BUSY_CONNECTIONS).floor();
        all.push(Alert::new("connections", "connectedclients", "Maximum", 15, line, 2));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows() {
        let alert = Alert::new("memory", "usedmemorypercentage", "Average", 15, 75.0, 2);
        assert_eq!(alert.text(), "usedmemorypercentage Average over 15 min above 75, severity 2");
        assert_eq!(Alert::from_text("memory", &alert.text()), Some(alert.clone()));
        assert_eq!(Alert::from_text("x", "once in a while"), None);
        for (minutes, period) in [(15, "PT15M"), (60, "PT1H"), (5, "PT5M")] {
            assert_eq!(Alert { window: minutes, ..alert.clone() }.period(), period);
            assert_eq!(Alert::minutes(period), Some(minutes));
        }
        assert_eq!(Alert::minutes("P1D"), None);
    }
}
