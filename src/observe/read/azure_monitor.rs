//! `az monitor metrics list`, and the REST answer that it shows.

use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, names, time};
use crate::observe::{Metric, Observations, Point, Series, Statistic};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    interval: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    value: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    #[serde(default)]
    id: String,
    name: Named,
    #[serde(default)]
    timeseries: Vec<Times>,
    #[serde(default)]
    error_code: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    value: String,
}

#[derive(Deserialize)]
struct Times {
    #[serde(default)]
    metadatavalues: Vec<Metadata>,
    #[serde(default)]
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Metadata {
    name: Named,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    time_stamp: Stamp,
    #[serde(default)]
    average: Number,
    #[serde(default)]
    maximum: Number,
    #[serde(default)]
    minimum: Number,
    #[serde(default)]
    total: Number,
}

/// Reads all documents. An entry with a time and no value is a gap.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::AzureMonitor, content, |document: Document| {
        let step = document.interval.as_deref().and_then(time::period);
        for one in document.value {
            // Managed Redis counts some things by the second, although its unit is a count.
            let place = document.namespace.as_deref().unwrap_or(&one.id).to_ascii_lowercase();
            let managed = place.contains("redisenterprise");
            add(&one, step, managed, source, &mut found);
        }
    })?;
    Ok(found)
}

fn add(one: &One, step: Option<u32>, managed: bool, source: &Source<'_>, found: &mut Observations) {
    let Some((metric, unit)) = names::find(names::AZURE, &one.name.value) else { return };
    // Both directions are documented from the node's side there.
    let metric = match metric {
        Metric::Outbound if managed => Metric::Inbound,
        Metric::Inbound if managed => Metric::Outbound,
        metric => metric,
    };
    let node = node(&one.id).unwrap_or_else(|| source.stem().to_owned());
    if managed && metric == Metric::Memory {
        found.caveats.insert(format!(
            "{node}: usedmemory counts primary and replica, about twice the data with high availability"
        ));
    }
    if managed && metric == Metric::Keys {
        found.caveats.insert(format!(
            "{node}: totalkeys is the largest shard only: the number of keys is at least that"
        ));
    }
    let already_rate = managed
        || matches!(metric, Metric::Commands | Metric::Inbound | Metric::Outbound)
            && one.name.value.to_ascii_lowercase() != "totalcommandsprocessed";
    let columns: [(Statistic, fn(&Data) -> Number); 4] = [
        (Statistic::Maximum, |d| d.maximum),
        (Statistic::Average, |d| d.average),
        (Statistic::Minimum, |d| d.minimum),
        (Statistic::Sum, |d| d.total),
    ];
    for times in &one.timeseries {
        let dimension = times.metadatavalues.iter().find(|m| {
            ["shardid", "instanceid", "shard"].contains(&m.name.value.to_ascii_lowercase().as_str())
        });
        for (statistic, column) in columns {
            let factor = match (metric.is_rate(), already_rate, statistic, step) {
                (false, _, Statistic::Sum, _) | (true, true, Statistic::Sum, _) => continue,
                (true, false, Statistic::Sum, Some(step)) => unit / f64::from(step),
                // A maximum or a mean of counts is one of minutes.
                (true, false, Statistic::Maximum | Statistic::Average, _) => unit / 60.0,
                (true, false, ..) => continue,
                _ => unit,
            };
            let points = times.data.iter();
            let points =
                points.filter_map(|d| Some(Point { at: d.time_stamp.0, value: column(d).0? * factor }));
            let name = match dimension {
                Some(shard) => format!("{node}/{}", time::clip(&shard.value)),
                None => node.clone(),
            };
            let source = format!("Azure Monitor {} {statistic}", one.name.value);
            let mut series = Series::new(name, metric, statistic, source).every(step).with(points);
            series.incomplete = one
                .error_code
                .as_ref()
                .filter(|code| !code.eq_ignore_ascii_case("success"))
                .map(|code| format!("Azure Monitor answers {} for {}", time::clip(code), one.name.value));
            if !series.points.is_empty() {
                found.series.push(series);
            }
        }
    }
}

/// The name in `/subscriptions/…/redisEnterprise/NAME/providers/…`.
fn node(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let at = parts.iter().position(|part| {
        part.eq_ignore_ascii_case("redisenterprise") || part.eq_ignore_ascii_case("redis")
    })?;
    parts.get(at + 1).filter(|name| !name.is_empty()).map(|name| (*name).to_owned())
}
