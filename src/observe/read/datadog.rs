//! Series of Datadog: `query` of version 1, `timeseries` of version 2.

use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, names, time};
use crate::observe::{Observations, Point, Series, Statistic};

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
    pointlist: Vec<(Stamp, Number)>,
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
}

/// Reads all documents.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::Datadog, content, |document| match document {
        Document::V1 { series } => series.into_iter().for_each(|one| {
            let points = one.pointlist.iter();
            let points = points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? })).collect();
            let tags: Vec<&str> = one.scope.split(',').collect();
            add(source, &one.metric, &tags, one.aggr.as_deref(), one.interval, points, &mut found);
        }),
        Document::V2 { data } => {
            // Version 2 names no metric: the file has to be named for it.
            let Attributes { times, series, values } = data.attributes;
            for (group, values) in series.iter().zip(values) {
                let points = times.iter().zip(&values);
                let points = points.filter_map(|(at, v)| Some(Point { at: at.0, value: v.0? })).collect();
                let tags: Vec<&str> = group.group_tags.iter().map(String::as_str).collect();
                add(source, &file_metric(source), &tags, None, None, points, &mut found);
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

fn add(
    source: &Source<'_>,
    name: &str,
    tags: &[&str],
    aggregator: Option<&str>,
    interval: Option<u32>,
    points: Vec<Point>,
    found: &mut Observations,
) {
    const PREFIXES: [&str; 4] =
        ["aws.elasticache.", "azure.cache_redisenterprise.", "azure.cache_redis.", "redis."];
    let short = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let counter = names::find(names::DATADOG_COUNTERS, short);
    let Some((metric, unit)) = counter.or_else(|| names::find(names::DATADOG, short)) else {
        found.caveats.insert(format!("{}: {} sizes no cache", source.name, time::clip(name)));
        return;
    };
    let statistic = aggregator.and_then(names::statistic).unwrap_or(Statistic::Average);
    let statistic = match statistic {
        _ if counter.is_some() => Statistic::Counter,
        // Rates are stored as rates: a sum is one over hosts, not over time.
        Statistic::Sum | Statistic::Counter => Statistic::Average,
        other => other,
    };
    let tag = |key: &str| tags.iter().find_map(|tag| tag.trim().strip_prefix(key)?.strip_prefix(':'));
    let node = ["cacheclusterid", "redis_host", "host", "name"].iter().find_map(|key| tag(key));
    let node = node.unwrap_or_else(|| source.stem());
    let points = points.into_iter().map(|p| Point { value: p.value * unit, ..p });
    let mut series =
        Series::new(node, metric, statistic, format!("Datadog {name}")).every(interval).with(points);
    // The agent tells the keys of each database.
    series.part = tag("redis_db").map(str::to_owned);
    if !series.points.is_empty() {
        found.series.push(series);
    }
}
