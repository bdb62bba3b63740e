//! `projects.timeSeries.list` of Cloud Monitoring.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, elements};
use super::pages::Pages;
use super::{Source, commands, names};
use crate::observe::{CacheInfo, Member, Metric, Observations, Point, Series, Statistic};
use crate::units::Provider;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    metric: Labelled,
    #[serde(default)]
    resource: Labelled,
    #[serde(default)]
    metric_kind: String,
    #[serde(default)]
    points: Vec<Measured>,
}

#[derive(Default, Deserialize)]
struct Labelled {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Measured {
    interval: Interval,
    value: Typed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interval {
    start_time: Option<Stamp>,
    end_time: Stamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typed {
    #[serde(default)]
    int64_value: Number,
    #[serde(default)]
    double_value: Number,
}

/// Reads all pages.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut lacks = None;
    // The metrics of the page that is read.
    let kinds = RefCell::new(BTreeSet::new());
    let mut pages = Pages::default();
    let rest = |page: &serde_json::Map<String, Value>| {
        let told = |key: &str| match page.get(key) {
            Some(Value::Array(list)) => !list.is_empty(),
            Some(Value::String(text)) => !text.is_empty(),
            _ => false,
        };
        pages.add(kinds.take(), told("nextPageToken"));
        // What a page could not tell stays untold, whatever the next page says.
        if told("unreachable") {
            lacks = Some("some places could not be reached");
        } else if told("executionErrors") {
            lacks = Some("the query had errors");
        }
    };
    let each = |one: One| {
        add(&one, &mut found);
        kinds.borrow_mut().insert(one.metric.kind);
    };
    elements(source, Format::CloudMonitoring, content, &["timeSeries"], each, rest)?;
    if let Some(lacks) = lacks.or(pages.is_one_missing().then_some("a next page is missing")) {
        let why = format!("{}: {lacks}", source.name);
        for series in &mut found.series {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
        found.caveats.insert(why);
    }
    Ok(found)
}

fn add(one: &One, found: &mut Observations) {
    let name = one.metric.kind.split_once("googleapis.com/").map_or("", |(_, name)| name);
    // Redis Cluster has the names of Valkey, behind another word.
    let valkey = name.strip_prefix("cluster/").map(|rest| format!("instance/{rest}"));
    let Some((metric, unit)) = names::find(names::GOOGLE, valkey.as_deref().unwrap_or(name)) else { return };
    let mut part = None;
    let mut metric = metric;
    if name == "stats/network_traffic" {
        let direction = one.metric.labels.get("direction").map_or("", String::as_str);
        metric = if direction.starts_with("out") { Metric::Outbound } else { Metric::Inbound };
    }
    if metric == Metric::EngineCpu {
        let of = |label: &str| one.metric.labels.get(label).cloned();
        let parts: Vec<String> = ["relationship", "space"].into_iter().filter_map(of).collect();
        part = Some(parts.join(" ")).filter(|part| !part.is_empty());
    }
    if metric == Metric::Commands {
        let label = ["cmd", "command"].iter().find_map(|label| one.metric.labels.get(*label));
        if let Some(command) = label {
            let Some(kind) = commands::metric_of(command) else { return };
            (metric, part) = (kind, Some(command.clone()));
        }
    }
    let label = |name: &str| one.resource.labels.get(name).or_else(|| one.metric.labels.get(name));
    let instance = label("instance_id").or_else(|| label("cluster_id")).map_or("memorystore", String::as_str);
    let instance = instance.rsplit('/').next().unwrap_or(instance);
    let node = match label("node_id") {
        Some(node) => format!("{instance}/{node}"),
        None => instance.to_owned(),
    };
    if label("node_id").is_some()
        && let Some(role) = label("role")
    {
        // Without shards, the nodes are one primary and its replicas.
        let shard = label("shard_id").map_or("0001", String::as_str);
        member(found, instance, &node, shard, role);
    }
    // Each database has its own keys.
    if part.is_none() && matches!(metric, Metric::Keys | Metric::VolatileKeys | Metric::MeanTtl) {
        part = one.metric.labels.get("db").cloned();
    }
    let cumulative = one.metric_kind.eq_ignore_ascii_case("CUMULATIVE");
    let delta = one.metric_kind.eq_ignore_ascii_case("DELTA");
    let statistic = match () {
        () if cumulative => Statistic::Counter,
        () if delta && (metric.is_rate() || metric == Metric::EngineCpu) => Statistic::Sum,
        () => Statistic::Sample,
    };
    let points = one.points.iter().filter_map(|point| {
        let value = point.value.int64_value.0.or(point.value.double_value.0)? * unit;
        let end = point.interval.end_time.0;
        let seconds = end - point.interval.start_time.as_ref().map_or(end, |start| start.0);
        Some(match statistic {
            Statistic::Counter => Point { at: end, value },
            // Counts are those of a minute where the interval does not tell another time.
            Statistic::Sum => Point {
                at: end - seconds.max(0),
                value: value / if seconds > 0 { seconds as f64 } else { 60.0 },
            },
            _ if metric.is_rate() => Point { at: end, value: value / 60.0 },
            _ => Point { at: end, value },
        })
    });
    let source = format!("Cloud Monitoring {name}");
    let mut series = Series::new(node, metric, statistic, source).with(points);
    series.part = part;
    if !series.points.is_empty() {
        found.series.push(series);
    }
}

/// Metrics tell the nodes of an instance, which no inventory lists.
fn member(found: &mut Observations, instance: &str, node: &str, shard: &str, role: &str) {
    let place = found.caches.iter().position(|cache| cache.id == instance).unwrap_or(found.caches.len());
    if place == found.caches.len() {
        found.caches.push(CacheInfo { provider: Some(Provider::Gcp), ..CacheInfo::named(instance) });
    }
    let cache = &mut found.caches[place];
    if cache.member(node).is_none() {
        let primary = Some(role.eq_ignore_ascii_case("primary") || role.eq_ignore_ascii_case("master"));
        cache.members.push(Member { id: node.to_owned(), shard: shard.to_owned(), primary });
    }
}
