//! A profile to start from, with the demand that a trace has shown.

use super::{Draft, Value};
use crate::profile::curve::HitPoint;

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
    /// The share of the keys that the trace has, if it is a sample.
    pub sampled: Option<f64>,
    /// The emulated server.
    pub server: String,
    /// Hit ratios.
    pub points: Vec<HitPoint>,
}

impl Learned {
    /// The profile as text.
    pub fn text(&self) -> String {
        let bytes = |bytes: f64| Value::plain(format!("{:.0}B", bytes.round().max(1.0)));
        let rate = |rate: f64| Value::plain(format!("{}/s", (rate * 100.0).ceil() / 100.0));
        let mut family = Draft::default();
        family.put("keys", Value::text("*"));
        family.put("type", Value::plain("string"));
        family.put("count", Value::plain(self.keys));
        family.put("key_size", bytes(self.key_size));
        family.put("value_size", bytes(self.value_size));
        if let Some(seconds) = self.ttl_seconds {
            family.put("ttl", Value::plain(format!("{:.0}s", seconds.max(1.0))));
        }
        family.put("role", Value::plain("cache"));
        let peak = Draft::default().with("reads", rate(self.peak.0)).with("writes", rate(self.peak.1));
        let mut draft = Draft::new(&[
            "Learned from a trace by `cachefit simulate --write`. Check the role of the data, its growth and where it",
            "runs (placement); `cachefit init -` explains every key. Sizes are means, rates those of the busiest minute.",
            "With a `miss_cost` under requirements, `cachefit recommend` picks the memory with the least total.",
        ]);
        draft.put("name", Value::quoted(&self.name));
        draft.put("dataset", Value::List(vec![Value::Record(family)]));
        draft.record("traffic", |traffic| {
            traffic.put("peak", Value::Inline(peak));
            traffic.record("access", |access| {
                if let Some(exponent) = self.zipf {
                    let skew = access.put("skew", Value::plain(format!("zipf {exponent:.2}")));
                    if let Some(share) = self.sampled {
                        let parts = 1.0 / share;
                        skew.beside(format!(
                            "of a sample of 1/{parts:.0} of the keys: it rarely has the hottest ones, so that all keys may be less alike"
                        ));
                    }
                }
                access.put("trace", Value::quoted(&self.trace));
                if !self.points.is_empty() {
                    access.record("curve", |curve| {
                        curve.put("server", Value::quoted(&self.server));
                        curve.put("points", Value::List(self.points.iter().map(point).collect()));
                    });
                }
            });
        });
        draft.text()
    }
}

fn point(point: &HitPoint) -> Value {
    let draft = Draft::default()
        .with("memory", Value::plain(format!("{:.0}B", point.memory.0.round())))
        .with("policy", Value::plain(point.policy))
        .with("hits", Value::plain(format!("{:.2}%", point.hits.0 * 100.0)));
    Value::Inline(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Bytes, Percent, Policy};

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
            sampled: None,
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
        assert!(learned.text().contains("skew: zipf 1.03\n"), "{}", learned.text());
        learned.sampled = Some(1.0 / 16.0);
        let text = learned.text();
        assert!(text.contains("skew: zipf 1.03  # of a sample of 1/16 of the keys"), "{text}");
        crate::profile::parse(text.as_bytes(), "t").unwrap();
    }
}
