//! A profile of a cache that runs already: its choice, and its load as its metrics show it.
//!
//! Metrics that do not tell the number of keys do not tell how large values are, either: unless the network does, the size is
//! made up, and the number of keys is what makes up the memory with it.

use super::draft::Entry;
use super::{Draft, EditError, Value, decided};
use crate::deployment::Pin;
use crate::profile::{Profile, visible};
use crate::units::Provider;

/// Bytes of a key beside its value, about.
const BESIDE_VALUE: f64 = 150.0;
/// The largest value of a server, in bytes.
const MOST_VALUE: f64 = 512.0 * 1024.0 * 1024.0;
/// Share of the keys with a time to live from which they are said to have one.
const MOST: f64 = 0.5;

/// Bytes of a value of which no metric tells the size.
const MADE_UP_VALUE: f64 = 1024.0;
/// Keys of a cache of which no metric tells anything.
const MADE_UP_KEYS: f64 = 100_000.0;

/// Where the figures of a cache are from, in words; where nothing is said, it is the metrics as a whole.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Of the number of keys and of the memory.
    pub data: Option<String>,
    /// Of the size of values, where the network tells it.
    pub value_size: Option<String>,
    /// Of the peak of reads and writes.
    pub peak: Option<String>,
    /// Of the connections.
    pub connections: Option<String>,
    /// Of the mean load.
    pub average: Option<String>,
}

/// What is known of a cache.
#[derive(Clone, Debug, Default)]
pub struct RunningCache {
    /// Its own name, where its profile has another: that is none by which a provider would find it.
    pub own_name: Option<String>,
    /// The choice that runs.
    pub pin: Pin,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// Whether it survives a zone.
    pub multi_az: bool,
    /// Days of backups.
    pub backup_days: i64,
    /// Whether it carries our tags.
    pub managed: bool,
    /// Most keys at once, in all shards.
    pub keys: Option<f64>,
    /// Most bytes in use at once, in all shards.
    pub bytes: Option<f64>,
    /// Share of the keys that have a time to live.
    pub volatile: Option<f64>,
    /// The mean time to live, in seconds.
    pub ttl_seconds: Option<f64>,
    /// What a serverless cache keeps ready: gigabytes, and units of work a second.
    pub minimum: (i64, i64),
    /// Mean bytes of a value, where something else than keys and bytes tells it.
    pub value_size: Option<f64>,
    /// Reads a second at the peak.
    pub reads: Option<f64>,
    /// Writes a second at the peak.
    pub writes: Option<f64>,
    /// Reads and writes a second in the mean.
    pub average: Option<[f64; 2]>,
    /// Most connections at once.
    pub connections: Option<f64>,
    /// What keys, bytes, reads and writes are from.
    pub metrics: &'static str,
    /// The same for single figures.
    pub notes: Notes,
    /// The environment that asks for no more than it has, with the reason; production where it has all.
    pub environment: Option<(&'static str, &'static str)>,
    /// Regions with copies to read from.
    pub read_regions: Vec<String>,
    /// Addresses that may connect; none where that is not told by addresses.
    pub allow_from: Vec<String>,
}

impl RunningCache {
    /// Whether keys and bytes are from metrics, both.
    pub fn measures_data(&self) -> bool {
        self.keys.is_some() && self.bytes.is_some()
    }

    /// Whether reads and writes are from metrics, both.
    pub fn measures_traffic(&self) -> bool {
        self.reads.is_some() && self.writes.is_some()
    }

    /// A new profile of the cache, with its pin; `command` is the one that writes it.
    pub fn text(&self, command: &str, name: &str, provider: Provider, region: &str) -> String {
        let own_name = self.own_name.as_deref().map(visible);
        let about = format!(
            "Written by `cachefit {command}` from the cache {}.",
            own_name.as_deref().unwrap_or(name)
        );
        let other = "Its name is none that a profile may have, so that nothing here takes it over (`adopt`): `cachefit apply` \
                     would make a new cache.";
        let lines: &[&str] = if own_name.is_some() { &[&about, other] } else { &[&about] };
        let mut draft = Draft::new(lines);
        draft.put("name", Value::text(name));
        let (environment, why) = self.environment.unwrap_or(("production", ""));
        let environment = draft.put("environment", Value::plain(environment));
        if !why.is_empty() {
            environment.beside(why);
        }
        draft.record("placement", |keys| {
            keys.put("provider", Value::plain(provider));
            keys.put("region", Value::text(region));
            if !self.read_regions.is_empty() {
                keys.put("read_regions", texts(&self.read_regions));
            }
            if let Some(connections) = self.connections {
                let value = Value::plain(connections.max(1.0).ceil());
                let entry = keys.put("worker_connections", value);
                observed(entry, self.notes.connections.as_deref());
            }
            keys.put("functions", Value::Absent).beside("functions: name those that call the cache");
        });
        let sizes = "sizes are means, types and times to live are in no metric";
        let of_data = self.notes.data.as_deref();
        draft.put("dataset", Value::List(vec![Value::Record(self.family())])).above(self.source(
            self.measures_data(),
            of_data,
            sizes,
        ));
        let rate =
            |rate: Option<f64>| Value::plain(format!("{:.0}/s", rate.unwrap_or(100.0).max(1.0).ceil()));
        let peak = Draft::default().with("reads", rate(self.reads)).with("writes", rate(self.writes));
        let traffic = draft.record("traffic", |keys| {
            let entry = keys.put("peak", Value::Inline(peak));
            observed(entry, self.notes.peak.as_deref().filter(|_| self.measures_traffic()));
            if let Some([reads, writes]) = self.average {
                let mean = |rate: f64| Value::plain(format!("{rate}/s"));
                let average = Draft::default().with("reads", mean(reads)).with("writes", mean(writes));
                observed(keys.put("average", Value::Inline(average)), self.notes.average.as_deref());
            }
        });
        traffic.above(self.source(self.measures_traffic(), None, self.what_peaks_are()));
        draft.record("requirements", |keys| {
            keys.put("availability", Value::plain(if self.multi_az { "multi-az" } else { "single" }));
            let days =
                if self.backup_days > 0 { format!("{}d", self.backup_days) } else { "none".to_owned() };
            keys.put("backup_retention", Value::plain(days));
            let (data, work) = self.minimum;
            if self.minimum != (0, 0) {
                let least = Draft::default()
                    .with("data", Value::plain(format!("{data}GB")))
                    .with("work", Value::plain(format!("{work}/s")));
                keys.put("minimum", Value::Inline(least));
            }
        });
        draft.record("security", |keys| {
            keys.put("tls", Value::plain(if self.tls { "required" } else { "off" }));
            if !self.allow_from.is_empty() {
                keys.put("allow_from", texts(&self.allow_from));
            }
        });
        draft.append(decided(&self.pinned()));
        draft.text()
    }

    /// The text of a profile that is there, with this pin. How a cache is paid for cannot be read from it: that stays.
    pub fn pin_in(&self, text: &str, profile: &Profile) -> Result<String, EditError> {
        let commitment = profile.pin.commitment.clone();
        decided(&Pin { commitment, ..self.pinned() }).write_into(text)
    }

    /// The pin, with the wish to take over what is not managed yet.
    pub fn pinned(&self) -> Pin {
        Pin { adopt: !self.managed && self.own_name.is_none(), ..self.pin.clone() }
    }

    /// Where figures are from.
    fn source(&self, known: bool, note: Option<&str>, what: &str) -> String {
        match (self.metrics, note) {
            ("", _) => "made up: no metrics were read".to_owned(),
            (_, Some(note)) => format!("{note}; {what}"),
            (metrics, None) if known => format!("from {metrics}; {what}"),
            (metrics, None) => format!("made up, at least in part: {metrics} do not say it all"),
        }
    }

    /// What the peak of the traffic is.
    fn what_peaks_are(&self) -> &'static str {
        if self.notes.peak.is_some() {
            "the high end of next month's peak"
        } else {
            "the mean of the busiest hour"
        }
    }

    /// All keys as one family. Sizes of single keys are in no metric: the mean is.
    fn family(&self) -> Draft {
        let value = self.value_size.unwrap_or(MADE_UP_VALUE).clamp(1.0, MOST_VALUE);
        let keys = self.keys.or_else(|| self.bytes.map(|bytes| bytes / (value + BESIDE_VALUE)));
        let keys = keys.unwrap_or(MADE_UP_KEYS).max(1.0).round();
        let mean = match (self.keys, self.bytes) {
            (Some(_), Some(bytes)) => (bytes / keys - BESIDE_VALUE).clamp(1.0, MOST_VALUE),
            _ => value,
        };
        let (ttl, about) = self.time_to_live();
        let mut family = Draft::default();
        family.put("keys", Value::text("*"));
        family.put("type", Value::plain("string"));
        let count = family.put("count", Value::plain(keys));
        let read = !self.metrics.is_empty();
        if read && self.keys.is_none() && self.bytes.is_some() {
            observed(count, Some("made up: as many as make up the memory that was seen"));
        }
        let size = family.put("value_size", Value::plain(format!("{mean:.0}B")));
        if read && self.keys.is_none() {
            let note = self.notes.value_size.as_deref();
            let made_up =
                "made up: no metric tells the number of keys, so that the size of values is not known";
            observed(size, Some(note.unwrap_or(made_up)));
        }
        family.put("ttl", ttl.map_or(Value::Absent, Value::Plain)).beside(about);
        family
    }

    /// The time to live of the keys, and where it is from. A cache that evicts only keys with one has some.
    fn time_to_live(&self) -> (Option<String>, &'static str) {
        let policy = self.pin.eviction_policy.as_ref().map(|p| p.value);
        // A serverless cache has this policy, whatever is asked for.
        let only_volatile = policy.is_none_or(crate::units::Policy::is_volatile);
        let mean = self.ttl_seconds.map(|seconds| format!("{:.0}s", seconds.ceil()));
        let made_up = || Some("1d".to_owned());
        match (self.volatile, mean) {
            (Some(share), Some(mean)) if share >= MOST => {
                (Some(mean), "most keys have a time to live, of which this is the mean (DB0AverageTTL)")
            }
            (Some(share), None) if share >= MOST => {
                (made_up(), "most keys have a time to live (CurrVolatileItems); how long is made up")
            }
            (Some(_), _) => (None, "most keys have no time to live (CurrVolatileItems)"),
            (None, _) if only_volatile => {
                (made_up(), "made up: only keys with a time to live are evicted, so some have one")
            }
            (None, _) => (None, "whether keys have a time to live is in no metric"),
        }
    }
}

/// Says behind a value where it is from, so that a later edit of it replaces that.
fn observed(entry: &mut Entry, note: Option<&str>) {
    if let Some(note) = note {
        entry.beside(format!("cachefit: {note}"));
    }
}

fn texts(all: &[String]) -> Value {
    Value::List(all.iter().map(Value::text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse;

    #[test]
    fn a_cache_without_metrics_is_a_profile_that_says_so_and_a_pin_stays_beside_what_people_wrote() {
        let metrics = "the metrics of the last 14 days";
        let cache = RunningCache { managed: false, multi_az: true, metrics, ..RunningCache::default() };
        let text = cache.text("import", "shop", Provider::Aws, "eu-west-1");
        let read = parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert!(read.pin.adopt && text.contains("\n# made up, at least in part:"), "{text}");
        assert_eq!(read.dataset[0].count.value.low.0, 100_000.0);
        let theirs = text.replace("  adopt: true\n", "  commitment: 1y-no-upfront # ask Ann\n");
        let profile = parse(theirs.as_bytes(), "shop.yaml").unwrap();
        let edited = cache.pin_in(&theirs, &profile).unwrap();
        assert_eq!(edited, format!("{theirs}  adopt: true\n"));
    }

    #[test]
    fn without_the_number_of_keys_the_size_of_values_is_said_to_be_made_up() {
        let of = |cache: RunningCache| {
            let text =
                RunningCache { metrics: "metrics", ..cache }.text("fleet", "a", Provider::Aws, "eu-west-1");
            let profile = parse(text.as_bytes(), "a").unwrap_or_else(|e| panic!("{e}\n{text}"));
            let keys = profile.dataset[0].count.value.high.0;
            (text, keys)
        };
        let bytes = Some(1e9);
        let (text, keys) = of(RunningCache { bytes, ..RunningCache::default() });
        assert!(
            text.contains("value_size: 1024B  # cachefit: made up: no metric tells the number of keys"),
            "{text}"
        );
        assert!((keys - 1e9 / 1174.0).abs() < 1.0, "{keys}");
        let notes = Notes { value_size: Some("from the network".into()), ..Notes::default() };
        let (text, keys) =
            of(RunningCache { bytes, value_size: Some(9850.0), notes, ..RunningCache::default() });
        assert!(text.contains("value_size: 9850B  # cachefit: from the network"), "{text}");
        assert!((keys - 1e5).abs() < 1.0, "{keys}");
        let (text, _) = of(RunningCache { bytes, keys: Some(1e6), ..RunningCache::default() });
        assert!(text.contains("value_size: 850B\n") && text.contains("count: 1000000\n"), "{text}");
    }
}
