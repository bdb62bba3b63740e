//! Series of Datadog: `query` of version 1, `timeseries` of version 2.

use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, commands, names, time};
use crate::observe::{Metric, Observations, Point, Series, Statistic};

/// Azure Managed Redis, which is told by the name of its older kind, and Azure Cache for Redis.
const MANAGED: &str = "azure.cache_redisenterprise.";
const AZURE: [&str; 2] = [MANAGED, "azure.cache_redis."];

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    V1 { series: Vec<One> },
    V2 { data: Data },
}

#[derive(Deserialize)]
struct One {
    metric: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    interval: Option<u32>,
    #[serde(default)]
    aggr: Option<String>,
    #[serde(default)]
    expression: Option<String>,
    #[serde(default)]
    unit: Option<Vec<Option<Unit>>>,
    #[serde(default)]
    pointlist: Vec<(Stamp, Number)>,
}

/// A unit, or the one that it is counted by.
#[derive(Deserialize)]
struct Unit {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    times: Vec<Stamp>,
    series: Vec<Group>,
    values: Vec<Vec<Number>>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    group_tags: Vec<String>,
    #[serde(default)]
    unit: Option<Vec<Option<Unit>>>,
}

/// What a point of a count says, which the query decides.
#[derive(Clone, Copy)]
enum Counted {
    /// A rate a second: `as_rate()`.
    Rate,
    /// All in the interval: `as_count()`.
    Total,
    /// The count of a minute, as the clouds send it.
    Minutes,
}

impl Counted {
    fn of(expression: &str, units: &[Option<Unit>]) -> Self {
        let per = units.get(1).and_then(|unit| unit.as_ref()?.name.as_deref());
        match () {
            () if expression.contains("as_rate()") || per == Some("second") => Self::Rate,
            () if expression.contains("as_count()") => Self::Total,
            () => Self::Minutes,
        }
    }
}

/// A series with what tells its meaning.
struct Told<'a> {
    name: &'a str,
    tags: Vec<&'a str>,
    aggregator: Option<&'a str>,
    interval: Option<u32>,
    counted: Counted,
}

/// Reads all documents.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::Datadog, content, |document| match document {
        Document::V1 { series } => series.into_iter().for_each(|one| {
            let points = one.pointlist.iter();
            let points = points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? })).collect();
            let told = Told {
                name: &one.metric,
                tags: one.scope.split(',').collect(),
                aggregator: one.aggr.as_deref(),
                interval: one.interval,
                counted: Counted::of(
                    one.expression.as_deref().unwrap_or_default(),
                    one.unit.as_deref().unwrap_or_default(),
                ),
            };
            add(source, &told, points, &mut found);
        }),
        Document::V2 { data } => {
            // Version 2 names no metric: the file has to be named for it.
            let (Attributes { times, series, values }, name) = (data.attributes, file_metric(source));
            for (group, values) in series.iter().zip(values) {
                let points = times.iter().zip(&values);
                let points = points.filter_map(|(at, v)| Some(Point { at: at.0, value: v.0? })).collect();
                let told = Told {
                    name: &name,
                    tags: group.group_tags.iter().map(String::as_str).collect(),
                    aggregator: None,
                    interval: None,
                    counted: Counted::of("", group.unit.as_deref().unwrap_or_default()),
                };
                add(source, &told, points, &mut found);
            }
            found.caveats.insert(format!(
                "{}: this format names no metric; the name of the file stands for it",
                source.name
            ));
        }
    })?;
    found.caveats.insert(
        "Datadog rolls up before it answers: peaks shorter than its interval are not in the series"
            .to_owned(),
    );
    Ok(found)
}

/// The file's name without folder and `.json`: `aws.elasticache.curr_items.json`.
fn file_metric(source: &Source<'_>) -> String {
    let file = source.name.rsplit(['/', '\\']).next().unwrap_or(source.name);
    file.trim_end_matches(".gz").trim_end_matches(".json").to_owned()
}

/// What a metric is here.
struct Meaning {
    metric: Metric,
    unit: f64,
    /// A count since the start of the server.
    since_start: bool,
    /// One of several parts that add up.
    part: Option<String>,
    /// Whether a point is a number of events, as clouds send them for each minute.
    counts: bool,
}

/// What a name means: those of clouds are their own in Datadog's spelling, so that none of theirs is lost.
fn meaning(name: &str, tag: &dyn Fn(&str) -> Option<String>) -> Option<Meaning> {
    let of = |(metric, unit): (Metric, f64)| Meaning {
        metric,
        unit,
        since_start: false,
        part: None,
        counts: metric.is_rate(),
    };
    let plain = |name: &str| name.replace('_', "");
    if let Some(short) = name.strip_prefix("aws.elasticache.") {
        let part = short.ends_with("allowance_exceeded").then(|| short.to_owned());
        return names::find(names::CLOUDWATCH, &plain(short)).map(|row| Meaning { part, ..of(row) });
    }
    if let Some(short) = AZURE.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        let short = short.strip_suffix("_instance_based").unwrap_or(short);
        let row = names::find(names::AZURE, &plain(short));
        let row = row.or_else(|| names::find(names::DATADOG_AZURE, short));
        let (metric, unit) = row?;
        // These are told by the second.
        let rate = matches!(metric, Metric::Inbound | Metric::Outbound) || short == "operations_per_second";
        let found = of((names::of_azure(metric, name.starts_with(MANAGED)), unit));
        return Some(Meaning { counts: found.counts && !rate, ..found });
    }
    let short = name.strip_prefix("redis.").unwrap_or(name);
    if short == "command.calls" {
        let command = tag("command")?;
        let metric = commands::metric_of(&command)?;
        return Some(Meaning { since_start: true, part: Some(command), counts: false, ..of((metric, 1.0)) });
    }
    let counter = names::find(names::DATADOG_COUNTERS, short);
    let row = counter.or_else(|| names::find(names::DATADOG, short))?;
    Some(Meaning { since_start: counter.is_some(), counts: false, part: tag("redis_db"), ..of(row) })
}

fn add(source: &Source<'_>, told: &Told<'_>, points: Vec<Point>, found: &mut Observations) {
    let name = told.name;
    let tag = |key: &str| told.tags.iter().find_map(|tag| tag.trim().strip_prefix(key)?.strip_prefix(':'));
    let Some(meaning) = meaning(name, &|key| tag(key).map(str::to_owned)) else {
        found.caveats.insert(format!("{}: {} sizes no cache", source.name, time::clip(name)));
        return;
    };
    let metric = meaning.metric;
    let statistic = told.aggregator.and_then(names::statistic).unwrap_or(Statistic::Average);
    let statistic = match statistic {
        _ if meaning.since_start => Statistic::Counter,
        // Rates are stored as rates: a sum is one over hosts, not over time.
        Statistic::Sum | Statistic::Counter => Statistic::Average,
        other => other,
    };
    let node = ["cacheclusterid", "clusterid", "redis_host", "host", "name"].iter().find_map(|key| tag(key));
    let node = node.unwrap_or_else(|| source.stem());
    let mut series =
        Series::new(node, metric, statistic, format!("Datadog {name}")).every(told.interval).with(points);
    if meaning.counts && name.starts_with(MANAGED) && !metric.tells_a_limit() {
        found.caveats.insert(format!(
            "{}: {} is left out: Datadog calls it a count, Azure Managed Redis a rate; take it from Azure Monitor",
            source.name,
            time::clip(name)
        ));
        return;
    }
    let seconds = match told.counted {
        _ if !meaning.counts => 1.0,
        Counted::Rate => 1.0,
        Counted::Total => series.pace().map_or(60.0, f64::from),
        Counted::Minutes => {
            found.caveats.insert(format!(
                "{}: counts are taken for those of a minute: ask for them with `as_rate()` to be sure",
                source.name
            ));
            60.0
        }
    };
    series.points.iter_mut().for_each(|point| point.value *= meaning.unit / seconds);
    series.part = meaning.part;
    if !series.points.is_empty() {
        found.series.push(series);
    }
}
