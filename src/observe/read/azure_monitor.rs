//! `az monitor metrics list`, and the REST answer that it shows.

use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, names, time};
use crate::observe::judge::COUNTS_COPIES;
use crate::observe::{Metric, Observations, Point, Series, Statistic};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    interval: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    value: Vec<One>,
    #[serde(default)]
    values: Vec<Self>,
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
    #[serde(default)]
    count: Number,
}

/// Reads all documents. An entry with a time and no value is a gap.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::AzureMonitor, content, |document: Document| {
        answer(&document, source, &mut found);
        // The answer to a batch holds one answer a cache.
        document.values.iter().for_each(|one| answer(one, source, &mut found));
    })?;
    Ok(found)
}

fn answer(document: &Document, source: &Source<'_>, found: &mut Observations) {
    let step = document.interval.as_deref().and_then(time::period);
    for one in &document.value {
        // Managed Redis counts by the second, although its unit is a count.
        let place = document.namespace.as_deref().unwrap_or(&one.id).to_ascii_lowercase();
        let managed = place.contains("redisenterprise");
        add(one, step, managed, source, found);
    }
}

/// What a metric is here.
fn metric(name: &str, managed: bool) -> Option<(Metric, f64)> {
    let name = name.to_ascii_lowercase();
    // Azure Cache for Redis has each metric again by instance: `allusedmemory`.
    let short = name.strip_prefix("all").unwrap_or(&name);
    let (metric, unit) = names::find(names::AZURE, &name).or_else(|| names::find(names::AZURE, short))?;
    Some((names::of_azure(metric, managed), unit))
}

fn add(one: &One, step: Option<u32>, managed: bool, source: &Source<'_>, found: &mut Observations) {
    let name = &one.name.value;
    let Some((metric, unit)) = metric(name, managed) else { return };
    let node = node(&one.id).unwrap_or_else(|| source.stem().to_owned());
    let caveat = match metric {
        Metric::Memory if managed => Some(COUNTS_COPIES),
        Metric::Keys if managed => {
            Some("totalkeys is the largest shard only: the number of keys is at least that")
        }
        _ => None,
    };
    let by_second = managed || matches!(metric, Metric::Inbound | Metric::Outbound);
    let by_second = by_second || name.eq_ignore_ascii_case("operationspersecond");
    let columns: [Column; 4] = [
        (Statistic::Maximum, |d| d.maximum.0),
        (Statistic::Average, Data::mean),
        (Statistic::Minimum, |d| d.minimum.0),
        (Statistic::Sum, |d| d.total.0),
    ];
    let failed = one
        .error_code
        .as_ref()
        .filter(|code| !code.eq_ignore_ascii_case("success"))
        .map(|code| format!("Azure Monitor answers {} for {name}", time::clip(code)));
    let mut any = false;
    let mut values = false;
    for times in &one.timeseries {
        let node = match shard(&times.metadatavalues) {
            Some(shard) => format!("{node}/{shard}"),
            None => node.clone(),
        };
        for (statistic, column) in columns {
            let points = times.data.iter();
            let points = points.filter_map(|d| Some(Point { at: d.time_stamp.0, value: column(d)? }));
            let source = format!("Azure Monitor {name} {statistic}");
            let mut series = Series::new(node.clone(), metric, statistic, source).every(step).with(points);
            values |= !series.points.is_empty();
            let counts = metric.is_rate() && !by_second;
            let factor = match (counts, statistic) {
                (true, Statistic::Sum) => series.pace().map(|pace| unit / f64::from(pace)),
                // That something was evicted is known, whatever was asked for.
                (true, _) if metric.tells_a_limit() => Some(unit / 60.0),
                // Of counts, only the sum has a known time; a sum of levels or rates says nothing.
                (true, _) | (false, Statistic::Sum) => None,
                (false, _) => Some(unit),
            };
            let Some(factor) = factor else { continue };
            series.points.iter_mut().for_each(|point| point.value *= factor);
            series.incomplete.clone_from(&failed);
            if !series.points.is_empty() {
                any = true;
                found.series.push(series);
            }
        }
    }
    found.caveats.extend(caveat.filter(|_| any).map(|caveat| format!("{node}: {caveat}")));
    if let Some(why) = failed.filter(|_| !values) {
        found.caveats.insert(format!("{node}: {why}"));
    }
    if values && !any {
        let ask = if by_second || !metric.is_rate() { "Maximum" } else { "Total" };
        found.caveats.insert(format!("{node}: {name} is left out: ask for its aggregation {ask}"));
    }
}

/// A statistic, and where it stands.
type Column = (Statistic, fn(&Data) -> Option<f64>);

impl Data {
    /// The mean, which the sum and the number of samples tell as well.
    fn mean(&self) -> Option<f64> {
        let count = self.count.0.filter(|count| *count > 0.0);
        self.average.0.or_else(|| Some(self.total.0? / count?))
    }
}

/// The shard or instance that a series is split by.
fn shard(dimensions: &[Metadata]) -> Option<String> {
    let names = ["shardid", "shard", "slots", "instanceid"];
    let of = |name: &str| dimensions.iter().find(|m| m.name.value.eq_ignore_ascii_case(name));
    names.iter().find_map(|name| of(name)).map(|found| time::clip(&found.value))
}

/// The name in `/subscriptions/…/providers/Microsoft.Cache/redisEnterprise/NAME/providers/…`.
fn node(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let at = parts.iter().position(|part| part.eq_ignore_ascii_case("microsoft.cache"))?;
    parts.get(at + 2).filter(|name| !name.is_empty()).map(|name| (*name).to_owned())
}
