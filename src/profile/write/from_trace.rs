//! A profile to start from, with the demand that a trace has shown.

use crate::profile::curve::HitPoint;
use crate::units::{Bytes, Count, Rate};

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// Name of the profile.
    pub name: String,
    /// The trace.
    pub trace: String,
    /// Different keys.
    pub keys: u64,
    /// Mean bytes of a key's name.
    pub key_size: f64,
    /// Mean bytes of a value.
    pub value_size: f64,
    /// Median time to live in seconds, if most keys have one.
    pub ttl_seconds: Option<f64>,
    /// Reads and writes a second in the busiest minute.
    pub peak: (f64, f64),
    /// Zipf exponent, if it could be told.
    pub zipf: Option<f64>,
    /// The emulated server.
    pub server: String,
    /// Hit ratios.
    pub points: Vec<HitPoint>,
}

impl Learned {
    /// The profile as text.
    pub fn text(&self) -> String {
        // A JSON string is a YAML string.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let whole = |bytes: f64| format!("{:.0}B", Bytes(bytes.round().max(1.0)).0);
        let rate = |rate: f64| format!("{}/s", Rate((rate * 100.0).ceil() / 100.0).0);
        let ttl = self.ttl_seconds.map_or_else(String::new, |s| format!("    ttl: {:.0}s\n", s.max(1.0)));
        let skew = self.zipf.map_or_else(String::new, |s| format!("    skew: zipf {s:.2}\n"));
        let point = |p: &HitPoint| {
            let (memory, hits) = (p.memory.0.round(), p.hits.0 * 100.0);
            format!("        - {{ memory: {memory:.0}B, policy: {}, hits: {hits:.2}% }}\n", p.policy)
        };
        let points: String = self.points.iter().map(point).collect();
        let curve = if points.is_empty() {
            String::new()
        } else {
            format!("    curve:\n      server: {}\n      points:\n{points}", quoted(&self.server))
        };
        format!(
            "# Learned from a trace by `cachefit simulate --write`. Check the role of the data, its growth and where it\n\
             # runs (placement); `cachefit init -` explains every key. Sizes are means, rates those of the busiest minute.\n\
             # With a `miss_cost` under requirements, `cachefit recommend` picks the memory with the least total.\n\
             name: {}\n\ndataset:\n  - keys: \"*\"\n    type: string\n    count: {:.0}\n    key_size: {}\n    \
             value_size: {}\n{ttl}    role: cache\n\ntraffic:\n  peak: {{ reads: {}, writes: {} }}\n  \
             access:\n{skew}    trace: {}\n{curve}",
            quoted(&self.name),
            Count(self.keys as f64).0,
            whole(self.key_size),
            whole(self.value_size),
            rate(self.peak.0),
            rate(self.peak.1),
            quoted(&self.trace),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Percent, Policy};

    #[test]
    fn what_is_written_can_be_read() {
        let mut learned = Learned {
            name: "trace".into(),
            trace: "a \"b\": #c.csv".into(),
            keys: 1_234_567,
            key_size: 16.4,
            value_size: 0.0,
            ttl_seconds: Some(59.9),
            peak: (2000.123, 0.0),
            zipf: Some(1.031),
            server: "valkey-8.1".into(),
            points: vec![HitPoint {
                memory: Bytes(1e6),
                policy: Policy::AllkeysLfu,
                hits: Percent(0.123_456),
            }],
        };
        for ttl in [Some(59.9), None] {
            learned.ttl_seconds = ttl;
            let profile = crate::profile::parse(learned.text().as_bytes(), "t").unwrap();
            assert_eq!(profile.dataset[0].count.value.low.0, 1_234_567.0);
            assert_eq!(profile.traffic.access.trace.unwrap().value, learned.trace);
            let curve = profile.traffic.access.curve.unwrap();
            assert_eq!(curve.hits(Policy::AllkeysLfu, 2e6), Some(0.1235));
            assert_eq!(curve.hits(Policy::AllkeysLfu, 0.5e6), Some(0.06175));
            assert_eq!(curve.hits(Policy::AllkeysLru, 2e6), None);
            assert_eq!(profile.traffic.peak.reads.value.high.0, 2000.13);
        }
    }
}
