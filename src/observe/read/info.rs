//! One answer of INFO: any sections, as text or taken apart by another tool.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::error::ReadError;
use super::format::Format;
use super::{Source, commands};
use crate::observe::{CommandUse, Metric};

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

/// Fields that are used beside those of the tables, of commands and of databases.
const OTHERS: &[&str] = &[
    "run_id",
    "tcp_port",
    "server_time_usec",
    "role",
    "master_replid",
    "redis_version",
    "valkey_version",
    "maxmemory_policy",
    "cluster_enabled",
    "errorstat_OOM",
    "used_cpu_user_main_thread",
    "used_cpu_sys_main_thread",
];
/// What the name of a command stands behind.
const COMMAND: &str = "cmdstat_";
/// The heading below which databases stand: a server without keys has it and no database.
const KEYSPACE: &str = "# Keyspace";

/// The answers in a file: a field that comes again begins the next one.
pub(super) fn dumps(source: &Source<'_>, content: impl BufRead) -> Result<Vec<Dump>, ReadError> {
    let new = || Dump { file: source.stem().to_owned(), ..Dump::default() };
    let (mut all, mut dump) = (Vec::new(), new());
    for line in content.lines() {
        let line = line.map_err(|error| {
            ReadError::new(source.name, &format!("cannot be read: {error}")).of(Format::Info)
        })?;
        let Some((key, value)) = field_of(&line) else { continue };
        if dump.fields.contains_key(key) {
            all.push(std::mem::replace(&mut dump, new()));
        }
        dump.fields.insert(key.to_owned(), value.to_owned());
    }
    all.push(dump);
    all.retain(|dump| !dump.fields.is_empty());
    Ok(all)
}

/// `db0`, `db1`, …
fn is_database(key: &str) -> bool {
    key.strip_prefix("db").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// A line that is used: of a large answer, most are not.
fn field_of(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line == KEYSPACE {
        return Some((KEYSPACE, ""));
    }
    let (key, value) = line.split_once(':')?;
    let in_table = |table: &[(&str, Metric)]| table.iter().any(|(name, _)| *name == key);
    let used = OTHERS.contains(&key)
        || key.starts_with(COMMAND)
        || is_database(key)
        || in_table(COUNTERS)
        || in_table(LEVELS);
    used.then_some((key, value.trim()))
}

impl Dump {
    /// An answer that came over a connection.
    #[cfg(feature = "local")]
    pub fn of_text(name: &str, text: &str) -> Self {
        // The port that the server knows may be another than that it was reached by, which the name tells.
        let fields = text.lines().filter_map(field_of).filter(|(key, _)| *key != "tcp_port");
        let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { file: name.to_owned(), fields }
    }

    /// An answer that another tool has taken apart.
    pub(super) fn of_fields(name: &str, fields: BTreeMap<String, String>) -> Self {
        Self { file: name.to_owned(), fields }
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.text(key)?.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)
    }

    /// What stays the same while a server runs.
    pub(super) fn run(&self) -> &str {
        self.text("run_id").unwrap_or_default()
    }

    /// The name of the file, with the port unless it ends with that already.
    pub(super) fn node(&self) -> String {
        match self.text("tcp_port") {
            Some(port) if !self.file.ends_with(&format!(":{port}")) => format!("{}:{port}", self.file),
            _ => self.file.clone(),
        }
    }

    /// Seconds since 1970, if the server tells its clock.
    pub(super) fn clock(&self) -> Option<f64> {
        Some(self.number("server_time_usec")? / 1e6)
    }

    pub(super) fn uptime(&self) -> Option<f64> {
        self.number("uptime_in_seconds")
    }

    /// One field of a line such as `keys=3,expires=1,avg_ttl=500`.
    fn field(text: &str, name: &str) -> Option<f64> {
        text.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    }

    /// Every command with the number of its calls, if its line tells it.
    fn commandstats(&self) -> impl Iterator<Item = (&str, Option<f64>)> {
        let calls =
            |value| Self::field(value, "calls").filter(|calls: &f64| calls.is_finite() && *calls >= 0.0);
        let named = self.fields.iter().filter_map(|(key, value)| Some((key.strip_prefix(COMMAND)?, value)));
        named.map(move |(command, value)| (command, calls(value)))
    }

    /// Commands whose lines do not say how often they were called.
    pub(super) fn uncounted(&self) -> Vec<&str> {
        self.commandstats().filter(|(_, calls)| calls.is_none()).map(|(command, _)| command).collect()
    }

    /// Which commands were called, and the highest database with keys.
    pub(super) fn command_use(&self) -> Option<CommandUse> {
        let mut seen = CommandUse::default();
        for (command, _) in self.commandstats().filter(|(_, calls)| calls.is_some_and(|calls| calls > 0.0)) {
            seen.add(command);
        }
        if self.text("role").is_some_and(|role| role != "master") {
            seen.leave_out_replication();
        }
        let number = |key: &str| key.strip_prefix("db")?.parse::<u32>().ok();
        let highest = self.fields.keys().filter_map(|key| number(key)).max();
        // A server without keys names no database, and whoever calls SELECT may mean others than those with keys.
        seen.databases = highest.filter(|highest| *highest > 0 || !seen.commands.contains("select"));
        seen.databases = seen.databases.map(|highest| highest.saturating_add(1));
        seen.sources.insert("INFO commandstats".to_owned());
        (!seen.commands.is_empty()).then_some(seen)
    }

    /// Sums a field over `db0`, `db1`, …
    fn databases(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(key, _)| is_database(key)).map(|(_, value)| value.as_str())
    }

    fn sum(&self, name: &str) -> f64 {
        // The sum of no floats would be -0.
        self.databases().filter_map(|text| Self::field(text, name)).fold(0.0, |sum, one| sum + one)
    }

    /// Everything that is counted: a metric, and how often.
    pub(super) fn counts(&self) -> BTreeMap<Metric, f64> {
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
        if self.commandstats().next().is_some() {
            counts.insert(Metric::Reads, 0.0);
            counts.insert(Metric::Writes, 0.0);
        }
        for (command, calls) in self.commandstats() {
            let Some(metric) = commands::metric_of(command) else { continue };
            match calls {
                Some(calls) => counts.entry(metric).and_modify(|sum| *sum += calls),
                // A sum of which one part is not known is not known.
                None => counts.entry(metric).and_modify(|sum| *sum = f64::NAN),
            };
        }
        counts.retain(|_, count| count.is_finite());
        if let Some(refused) = self.text("errorstat_OOM").and_then(|text| Self::field(text, "count")) {
            counts.insert(Metric::RefusedWrites, refused);
        }
        counts
    }

    pub(super) fn levels(&self) -> Vec<(Metric, f64)> {
        let level = |(key, metric): &(&str, Metric)| Some((*metric, self.number(key)?));
        let mut levels: Vec<(Metric, f64)> = LEVELS.iter().filter_map(level).collect();
        // A server without keys names no database at all; an answer without that section tells nothing of keys.
        if self.databases().next().is_some() || self.fields.contains_key(KEYSPACE) {
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
