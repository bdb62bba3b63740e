//! The answer of Prometheus to `query_range` or `query`: also of Thanos, Mimir, `VictoriaMetrics`. Names are those of
//! `redis_exporter`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, elements};
use super::{Source, commands, names, time};
use crate::observe::{CacheInfo, Member, Metric, Observations, Point, Series, Statistic};
use crate::units::{FromText as _, Policy};

/// Where commands and databases are counted, as a profile names it.
const COMMANDS: &str = "Prometheus redis_commands_total";
const DATABASES: &str = "Prometheus redis_db_keys";

#[derive(Deserialize)]
struct One {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(Stamp, Number)>,
    value: Option<(Stamp, Number)>,
}

/// Reads all documents.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut refused = None;
    let mut warnings = Vec::new();
    let each = |one: One| {
        let points = one.values.into_iter().chain(one.value);
        let points = points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? })).collect();
        add(&one.metric, points, &mut found);
    };
    let rest = |document: &serde_json::Map<String, Value>| {
        refused = refused.take().or(document.get("error").and_then(Value::as_str).map(time::clip));
        let texts = document.get("warnings").and_then(Value::as_array);
        let texts = texts.into_iter().flatten().filter_map(Value::as_str);
        warnings.extend(texts.map(|text| format!("Prometheus warns: {}", time::clip(text))));
    };
    elements(source, Format::PrometheusRange, content, &["data", "result"], each, rest)?;
    found.caveats.extend(warnings);
    settle_commands(&mut found);
    match refused {
        Some(error) => Err(ReadError::new(source.name, &format!("holds an error of Prometheus: {error}"))
            .of(Format::PrometheusRange)
            .hint("`cachefit observe --print-queries` prints a query that it answers")),
        None => Ok(found),
    }
}

/// One series with the labels of the exporter.
pub(super) fn add(labels: &BTreeMap<String, String>, points: Vec<Point>, found: &mut Observations) {
    let label = |name: &str| labels.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let Some(name) = label("__name__") else {
        found.caveats.insert(
            "series without a name are left out: ask for the metric itself, not for a function of it"
                .to_owned(),
        );
        return;
    };
    let Some(short) = name.strip_prefix("redis_") else { return };
    let node = label("addr").or_else(|| label("instance")).unwrap_or("redis");
    let node = node.trim_start_matches("redis://").trim_start_matches("rediss://").to_owned();
    if short == "instance_info" {
        return role(labels, &node, points, found);
    }
    let mut part = label("db").map(str::to_owned);
    let (metric, factor, statistic) = if short == "commands_total" {
        let Some(command) = label("cmd") else { return };
        if points.iter().any(|point| point.value > 0.0) {
            found.use_of(&node, COMMANDS).add(command);
        }
        let Some(metric) = commands::metric_of(command) else { return };
        part = Some(command.to_owned());
        (metric, 1.0, Statistic::Counter)
    } else if short == "errors_total" {
        if label("err") != Some("OOM") {
            return;
        }
        (Metric::RefusedWrites, 1.0, Statistic::Counter)
    } else if let Some((metric, factor)) = names::find(names::EXPORTER_GAUGES, short) {
        // The exporter names databases without keys, too.
        let number = part.as_deref().and_then(|db| db.strip_prefix("db")?.parse::<u32>().ok());
        if let Some(number) = number.filter(|number| short == "db_keys" && *number > 0)
            && points.iter().any(|point| point.value > 0.0)
        {
            let used = found.use_of(&node, DATABASES);
            used.databases = used.databases.max(number.checked_add(1));
        }
        (metric, factor, Statistic::Sample)
    } else if let Some((metric, factor)) = names::find(names::EXPORTER_COUNTERS, short) {
        if metric == Metric::EngineCpu {
            part = Some(short.to_owned());
        }
        (metric, factor, Statistic::Counter)
    } else {
        return;
    };
    let points = points.into_iter().map(|p| Point { value: p.value * factor, ..p });
    let mut series = Series::new(node, metric, statistic, format!("Prometheus {name}")).with(points);
    series.part = part;
    if !series.points.is_empty() {
        found.series.push(series);
    }
}

/// Leaves out what is counted without the application: what replicas are sent by their primary, and SELECT where all keys
/// are in database 0, because clients select that when they connect and an exporter that checks keys selects it, too.
pub(super) fn settle_commands(found: &mut Observations) {
    let is_replica = |series: &&Series| {
        series.metric == Metric::Primary && series.points.iter().any(|point| point.value < 0.5)
    };
    let replicas: BTreeSet<&str> =
        found.series.iter().filter(is_replica).map(|series| series.node.as_str()).collect();
    found.uses.retain(|node, used| {
        if replicas.contains(node.as_str()) {
            used.leave_out_replication();
        }
        if used.databases.is_none() {
            used.commands.remove("select");
        }
        !used.is_empty()
    });
}

/// `redis_instance_info` says in its labels what the server is.
fn role(labels: &BTreeMap<String, String>, node: &str, points: Vec<Point>, found: &mut Observations) {
    let Some(role) = labels.get("role") else { return };
    let primary = if role == "master" { 1.0 } else { 0.0 };
    let points = points.into_iter().filter(|p| p.value > 0.0).map(|p| Point { value: primary, ..p });
    let source = "Prometheus redis_instance_info";
    let mut series = Series::new(node, Metric::Primary, Statistic::Sample, source).with(points);
    series.part = Some(role.clone());
    found.series.push(series);
    let policy = labels.get("maxmemory_policy").and_then(|text| Policy::from_text(text).ok());
    if found.caches.iter().all(|cache| cache.id != node) {
        found.caches.push(CacheInfo {
            version: labels.get("redis_version").cloned(),
            policy,
            members: vec![Member {
                id: node.to_owned(),
                shard: node.to_owned(),
                primary: Some(role == "master"),
            }],
            ..CacheInfo::named(node)
        });
    }
}
