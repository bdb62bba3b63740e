//! `aws cloudwatch get-metric-statistics`: one metric a document, of a cache that only the file's name tells.

use std::io::BufRead;

use serde::Deserialize;

use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, names};
use crate::observe::{Observations, Point, Series, Statistic};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    label: String,
    datapoints: Vec<Datapoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datapoint {
    timestamp: Stamp,
    #[serde(default)]
    average: Number,
    #[serde(default)]
    maximum: Number,
    #[serde(default)]
    minimum: Number,
    #[serde(default)]
    sum: Number,
}

/// A statistic, and where it stands.
type Column = (Statistic, fn(&Datapoint) -> Number);

/// Reads all documents of the file.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::CloudWatchStatistics, content, |document: Document| {
        if let Some(begin) = names::commands_of(&document.label) {
            let called = |d: &Datapoint| {
                [d.average, d.maximum, d.minimum, d.sum].iter().any(|value| value.0 > Some(0.0))
            };
            if document.datapoints.iter().any(called) {
                let told = format!("CloudWatch {}", document.label);
                found.use_of(source.stem(), &told).add_any(begin);
            }
            return;
        }
        let Some((metric, unit)) = names::find(names::CLOUDWATCH, &document.label) else {
            found.caveats.insert(format!(
                "{}: {} sizes no cache",
                source.name,
                super::time::clip(&document.label)
            ));
            return;
        };
        let period = period(&document.datapoints);
        let columns: [Column; 4] = [
            (Statistic::Maximum, |d| d.maximum),
            (Statistic::Average, |d| d.average),
            (Statistic::Minimum, |d| d.minimum),
            (Statistic::Sum, |d| d.sum),
        ];
        for (statistic, column) in columns {
            if document.datapoints.iter().all(|d| column(d).0.is_none()) {
                continue;
            }
            let factor = match names::cloudwatch_factor(metric, statistic, period.unwrap_or(0)) {
                Ok(factor) => factor * unit,
                Err(why) => {
                    found.caveats.insert(format!("{}: {why}", document.label));
                    continue;
                }
            };
            let points = document.datapoints.iter();
            let points =
                points.filter_map(|d| Some(Point { at: d.timestamp.0, value: column(d).0? * factor }));
            let label = format!("CloudWatch {} {statistic}", document.label);
            let mut series = Series::new(source.stem(), metric, statistic, label).every(period).with(points);
            if names::is_part(&document.label) {
                series.part = Some(document.label.clone());
            }
            found.series.push(series);
        }
    })?;
    if !found.is_empty() {
        found.caveats.insert(format!(
            "{}: the format names no cache; the name of the file stands for it",
            source.name
        ));
    }
    Ok(found)
}

/// The shortest time between two points: the answer does not tell its period.
fn period(points: &[Datapoint]) -> Option<u32> {
    let mut times: Vec<i64> = points.iter().map(|d| d.timestamp.0).collect();
    times.sort_unstable();
    let shortest = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).filter(|d| *d > 0).min()?;
    u32::try_from(shortest).ok()
}
