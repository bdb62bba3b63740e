//! What was asked of `GetMetricData`: its answer names no metric, only the id of a query.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;

/// One query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::observe) struct Query {
    /// The metric.
    pub metric: String,
    /// The node or cache.
    pub node: String,
    /// The statistic.
    pub statistic: String,
    /// Seconds of a point.
    pub period: u32,
}

/// Queries by their ids; none where one id stands for several.
pub(in crate::observe) type Queries = BTreeMap<String, Option<Query>>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Input {
        #[serde(rename = "MetricDataQueries")]
        queries: Vec<Item>,
    },
    List(Vec<Item>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    id: String,
    metric_stat: Option<MetricStat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Metric,
    period: u32,
    stat: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

/// Reads the file of `--metric-data-queries` or of `--cli-input-json`.
pub(super) fn read(content: impl BufRead, file: &str) -> Result<Queries, ReadError> {
    let wrong = |error: serde_json::Error| ReadError::json(file, Format::CloudWatchQueries, 0, &error);
    let document: Document = serde_json::from_reader(content).map_err(wrong)?;
    let (Document::Input { queries } | Document::List(queries)) = document;
    let mut found = Queries::new();
    for item in queries {
        let Some(stat) = item.metric_stat else { continue };
        add(&mut found, item.id, Some(of(stat)));
    }
    Ok(found)
}

/// Adds a query; an id that stands for another one already stands for none.
pub(super) fn add(queries: &mut Queries, id: String, query: Option<Query>) {
    match queries.entry(id) {
        Entry::Vacant(place) => _ = place.insert(query),
        Entry::Occupied(mut known) if *known.get() != query => _ = known.insert(None),
        Entry::Occupied(_) => {}
    }
}

fn of(stat: MetricStat) -> Query {
    let dimension = |name: &str| stat.metric.dimensions.iter().find(|d| d.name == name);
    let node = ["CacheClusterId", "clusterId"].into_iter().find_map(dimension);
    Query {
        node: node.map(|d| d.value.clone()).unwrap_or_default(),
        metric: stat.metric.metric_name,
        statistic: stat.stat,
        period: stat.period,
    }
}
