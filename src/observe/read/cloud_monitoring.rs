//! `projects.timeSeries.list` of Cloud Monitoring.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, commands, names};
use crate::observe::{Metric, Observations, Point, Series, Statistic};

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Page(Page),
    List(Vec<One>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(rename = "timeSeries")]
    series: Vec<One>,
    next_page_token: Option<String>,
    #[serde(default)]
    unreachable: Vec<String>,
    #[serde(default)]
    execution_errors: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    metric: Labelled,
    #[serde(default)]
    resource: Labelled,
    #[serde(default)]
    metric_kind: String,
    #[serde(default)]
    points: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct Labelled {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Value {
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
    documents(source, Format::CloudMonitoring, content, |document: Document| {
        let series = match document {
            Document::List(series) => series,
            Document::Page(page) => {
                lacks = match page.next_page_token {
                    Some(token) if !token.is_empty() => Some("a next page is missing"),
                    _ if !page.unreachable.is_empty() => Some("some places could not be reached"),
                    _ if !page.execution_errors.is_empty() => Some("the query had errors"),
                    _ => None,
                };
                page.series
            }
        };
        series.into_iter().for_each(|one| add(one, &mut found));
    })?;
    if let Some(lacks) = lacks {
        let why = format!("{}: {lacks}", source.name);
        for series in &mut found.series {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
        found.caveats.insert(why);
    }
    Ok(found)
}

fn add(one: One, found: &mut Observations) {
    let name = one.metric.kind.split_once("googleapis.com/").map_or("", |(_, name)| name);
    let Some((metric, unit)) = names::find(names::GOOGLE, name) else { return };
    let mut part = None;
    let mut metric = metric;
    if metric == Metric::Commands {
        let label = ["cmd", "command"].iter().find_map(|label| one.metric.labels.get(*label));
        if let Some(command) = label {
            let Some(kind) = commands::metric_of(command) else { return };
            (metric, part) = (kind, Some(command.clone()));
        }
    }
    let label = |name: &str| one.resource.labels.get(name).or_else(|| one.metric.labels.get(name));
    let instance = label("instance_id").map_or("memorystore", String::as_str);
    let instance = instance.rsplit('/').next().unwrap_or(instance);
    let node = match label("node_id") {
        Some(node) => format!("{instance}/{node}"),
        None => instance.to_owned(),
    };
    let cumulative = one.metric_kind.eq_ignore_ascii_case("CUMULATIVE");
    let delta = one.metric_kind.eq_ignore_ascii_case("DELTA");
    let statistic = match () {
        () if cumulative => Statistic::Counter,
        () if delta && metric.is_rate() => Statistic::Sum,
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
