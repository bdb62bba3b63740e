//! The answer of INFO: any sections, once or several times, in one file or several. Two answers of one server tell what
//! it did between them; one alone tells only the mean since its start.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::error::ReadError;
use super::format::Format;
use super::{Source, commands};
use crate::observe::{CacheInfo, Member, Metric, Observations, Point, Series, Statistic};
use crate::units::{Engine, FromText as _, Policy};

/// More lines than any INFO has; what follows is something else.
const MOST_LINES: usize = 10_000_000;

/// One answer.
#[derive(Clone, Debug, Default)]
pub(in crate::observe) struct Dump {
    /// The file that it is from.
    pub file: String,
    fields: BTreeMap<String, String>,
}

/// What is counted since the start of a server.
const COUNTERS: &[(&str, Metric)] = &[
    ("total_commands_processed", Metric::Commands),
    ("keyspace_hits", Metric::Hits),
    ("keyspace_misses", Metric::Misses),
    ("evicted_keys", Metric::Evictions),
    ("expired_keys", Metric::Expired),
    ("rejected_connections", Metric::RejectedConnections),
    ("total_connections_received", Metric::NewConnections),
    ("total_net_input_bytes", Metric::Inbound),
    ("total_net_output_bytes", Metric::Outbound),
];

const LEVELS: &[(&str, Metric)] = &[
    ("used_memory", Metric::Memory),
    ("maxmemory", Metric::MemoryLimit),
    ("connected_clients", Metric::Connections),
    ("maxclients", Metric::ConnectionsLimit),
    ("uptime_in_seconds", Metric::Uptime),
];

/// The answers in a file: a field that comes again begins the next one.
pub(super) fn dumps(source: &Source<'_>, content: impl BufRead) -> Result<Vec<Dump>, ReadError> {
    let new = || Dump { file: source.stem().to_owned(), ..Dump::default() };
    let (mut all, mut dump) = (Vec::new(), new());
    for line in content.lines().take(MOST_LINES) {
        let line = line.map_err(|error| {
            ReadError::new(source.name, &format!("cannot be read: {error}")).of(Format::Info)
        })?;
        let Some((key, value)) = line.trim().split_once(':') else { continue };
        if key.is_empty() || key.contains(' ') || key.starts_with('#') {
            continue;
        }
        if dump.fields.contains_key(key) {
            all.push(std::mem::replace(&mut dump, new()));
        }
        dump.fields.insert(key.to_owned(), value.trim().to_owned());
    }
    all.push(dump);
    all.retain(|dump| !dump.fields.is_empty());
    Ok(all)
}

impl Dump {
    /// An answer that came over a connection.
    #[cfg(feature = "local")]
    pub fn of_text(name: &str, text: &str) -> Self {
        let fields = text.lines().filter_map(|line| line.trim().split_once(':'));
        let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { file: name.to_owned(), fields }
    }

    /// An answer that another tool has taken apart.
    pub(super) fn of_fields(name: &str, fields: BTreeMap<String, String>) -> Self {
        Self { file: name.to_owned(), fields }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.text(key)?.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)
    }

    /// What stays the same while a server runs.
    fn run(&self) -> String {
        let of = |key: &str| self.text(key).unwrap_or_default();
        match self.text("run_id") {
            Some(run) => run.to_owned(),
            None => format!("{}:{}", self.file, of("tcp_port")),
        }
    }

    fn node(&self) -> String {
        match self.text("tcp_port") {
            Some(port) => format!("{}:{port}", self.file),
            None => self.file.clone(),
        }
    }

    /// Seconds since 1970, if the server tells its clock.
    fn clock(&self) -> Option<f64> {
        Some(self.number("server_time_usec")? / 1e6)
    }

    fn uptime(&self) -> Option<f64> {
        self.number("uptime_in_seconds")
    }

    /// One field of a line such as `keys=3,expires=1,avg_ttl=500`.
    fn field(text: &str, name: &str) -> Option<f64> {
        text.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    }

    /// Sums a field over `db0`, `db1`, …
    fn databases(&self) -> impl Iterator<Item = &str> {
        let is_one = |key: &str| {
            key.strip_prefix("db").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        self.fields.iter().filter(move |(key, _)| is_one(key)).map(|(_, value)| value.as_str())
    }

    fn sum(&self, name: &str) -> f64 {
        self.databases().filter_map(|text| Self::field(text, name)).sum()
    }

    /// Everything that is counted: a metric, and how often.
    fn counts(&self) -> BTreeMap<Metric, f64> {
        let mut counts = BTreeMap::new();
        for (key, metric) in COUNTERS {
            if let Some(count) = self.number(key) {
                counts.insert(*metric, count);
            }
        }
        let cpu = self.number("used_cpu_user_main_thread").zip(self.number("used_cpu_sys_main_thread"));
        if let Some((user, system)) = cpu {
            counts.insert(Metric::EngineCpu, user + system);
        }
        for (key, value) in &self.fields {
            if let Some(metric) = key.strip_prefix("cmdstat_").and_then(commands::metric_of) {
                *counts.entry(metric).or_default() += Self::field(value, "calls").unwrap_or(0.0);
            }
        }
        if self.fields.keys().any(|key| key.starts_with("cmdstat_")) {
            counts.entry(Metric::Reads).or_default();
            counts.entry(Metric::Writes).or_default();
        }
        if let Some(refused) = self.text("errorstat_OOM").and_then(|text| Self::field(text, "count")) {
            counts.insert(Metric::RefusedWrites, refused);
        }
        counts
    }

    fn levels(&self) -> Vec<(Metric, f64)> {
        let level = |(key, metric): &(&str, Metric)| Some((*metric, self.number(key)?));
        let mut levels: Vec<(Metric, f64)> = LEVELS.iter().filter_map(level).collect();
        // No limit is written as 0.
        levels.retain(|(metric, value)| *metric != Metric::MemoryLimit || *value > 0.0);
        // A server without keys names no database at all.
        if self.databases().next().is_some() || self.text("used_memory").is_some() {
            levels.push((Metric::Keys, self.sum("keys")));
            levels.push((Metric::VolatileKeys, self.sum("expires")));
        }
        let expires = self.sum("expires");
        let weighted = self
            .databases()
            .filter_map(|text| Some(Self::field(text, "avg_ttl")? * Self::field(text, "expires")? / 1000.0));
        let ttl: f64 = weighted.sum();
        if ttl > 0.0 && expires > 0.0 {
            levels.push((Metric::MeanTtl, ttl / expires));
        }
        if let Some(role) = self.text("role") {
            levels.push((Metric::Primary, if role == "master" { 1.0 } else { 0.0 }));
        }
        levels
    }
}

/// All answers together: those of one server in the order in which it gave them.
pub(in crate::observe) fn observations(dumps: Vec<Dump>, now: i64) -> Observations {
    let mut found = Observations::default();
    let mut runs: BTreeMap<String, Vec<Dump>> = BTreeMap::new();
    for dump in dumps {
        runs.entry(dump.run()).or_default().push(dump);
    }
    for mut run in runs.into_values() {
        let order = |dump: &Dump| dump.clock().or_else(|| dump.uptime()).unwrap_or(0.0);
        run.sort_by(|a, b| order(a).total_cmp(&order(b)));
        one_run(&run, now as f64, &mut found);
    }
    found
}

fn one_run(run: &[Dump], now: f64, found: &mut Observations) {
    let Some((first, last)) = run.first().zip(run.last()) else { return };
    let node = first.node();
    // Without a clock the last answer is taken to be of now, the others by their age.
    let time = |dump: &Dump| {
        let behind = last.uptime().zip(dump.uptime()).map_or(0.0, |(last, this)| last - this);
        dump.clock().unwrap_or(now - behind)
    };
    let mut add = |metric: Metric, statistic: Statistic, step: Option<f64>, at: f64, value: f64| {
        let point = Point { at: at.floor() as i64, value };
        let kin = |s: &&mut Series| s.node == node && s.metric == metric && s.statistic == statistic;
        match found.series.iter_mut().find(kin) {
            Some(series) => series.points.push(point),
            None => {
                let step = step.map(|seconds| seconds.round().clamp(1.0, f64::from(u32::MAX)) as u32);
                let series = Series::new(node.clone(), metric, statistic, format!("INFO {metric}"));
                found.series.push(series.every(step).with([point]));
            }
        }
    };
    for dump in run {
        for (metric, value) in dump.levels() {
            add(metric, Statistic::Sample, None, time(dump), value);
        }
    }
    let mut rates = false;
    for pair in run.windows(2) {
        let [before, after] = pair else { continue };
        let seconds = time(after) - time(before);
        let restarted = before.uptime().zip(after.uptime()).is_some_and(|(before, after)| after < before);
        if seconds < 0.5 || restarted {
            continue;
        }
        let then = before.counts();
        for (metric, count) in after.counts() {
            // A counter that falls was set back by CONFIG RESETSTAT.
            let Some(more) = then.get(&metric).map(|then| count - then).filter(|more| *more >= 0.0) else {
                continue;
            };
            // The question itself is one of the commands.
            let own = if metric == Metric::Commands { 1.0 } else { 0.0 };
            add(metric, Statistic::Sum, Some(seconds), time(before), (more - own).max(0.0) / seconds);
            rates = true;
        }
    }
    if !rates && let Some(uptime) = last.uptime().filter(|uptime| *uptime >= 1.0) {
        for (metric, count) in last.counts() {
            add(metric, Statistic::Average, Some(uptime), time(last) - uptime, count / uptime);
        }
        found.caveats.insert(format!(
            "{node}: one INFO tells only the mean since the start of the server, {} ago: take a second one in the busiest hour",
            crate::units::Duration(uptime)
        ));
    }
    inventory(last, &node, found);
}

fn inventory(dump: &Dump, node: &str, found: &mut Observations) {
    let shard = dump.text("master_replid").unwrap_or(node).to_owned();
    let primary = dump.text("role").map(|role| role == "master");
    let member = Member { id: node.to_owned(), shard, primary };
    if let Some(cache) = found.caches.iter_mut().find(|cache| cache.id == dump.file) {
        cache.members.push(member);
        return;
    }
    let valkey = dump.text("valkey_version");
    found.caches.push(CacheInfo {
        engine: Some(if valkey.is_some() { Engine::Valkey } else { Engine::Redis })
            .filter(|_| dump.text("redis_version").is_some()),
        version: valkey.or_else(|| dump.text("redis_version")).map(str::to_owned),
        policy: dump.text("maxmemory_policy").and_then(|text| Policy::from_text(text).ok()),
        cluster_mode: dump.text("cluster_enabled").map(|on| on == "1"),
        members: vec![member],
        ..CacheInfo::named(dump.file.clone())
    });
}
