//! Rows with named columns: `time, resource, metric, statistic, value, unit, step`; or one column a metric, as consoles and
//! spreadsheets write them.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::error::ReadError;
use super::format::Format;
use super::{Source, names, time};
use crate::observe::{Metric, Observations, Point, Series, Statistic};
use crate::units::FromText as _;

/// Rows that may be unreadable before the file is refused.
const MOST_BAD: f64 = 0.1;

type Key = (String, String, String, Option<u32>);

struct Columns {
    time: usize,
    resource: Option<usize>,
    metric: Option<usize>,
    statistic: Option<usize>,
    value: Option<usize>,
    unit: Option<usize>,
    step: Option<usize>,
    /// Columns that are named like a metric.
    wide: Vec<(usize, String)>,
}

/// Reads all rows.
pub(super) fn read(source: &Source<'_>, mut content: impl BufRead) -> Result<Observations, ReadError> {
    let wrong = |what: &str| ReadError::new(source.name, what).of(Format::Table);
    let mut first = String::new();
    content.read_line(&mut first).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let separator = [b',', b'\t', b';'].into_iter().max_by_key(|s| first.bytes().filter(|b| b == s).count());
    let separator = separator.unwrap_or(b',');
    let mut head =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(first.as_bytes());
    let header = head.records().next().and_then(Result::ok).unwrap_or_default();
    let header: Vec<String> = header.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
    let columns = Columns::of(&header).ok_or_else(|| {
        wrong("has no columns that tell a time and values")
            .hint("name the columns time, resource, metric, statistic, value, unit, step; the last three may be missing")
    })?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(content);
    let mut all: BTreeMap<Key, Vec<Point>> = BTreeMap::new();
    let (mut rows, mut bad) = (0_usize, 0_usize);
    for row in reader.records() {
        rows += 1;
        let read = row.ok().and_then(|row| columns.points(&row, source));
        match read {
            Some(points) => {
                for (key, point) in points {
                    all.entry(key).or_default().push(point);
                }
            }
            None => bad += 1,
        }
    }
    if bad as f64 > rows as f64 * MOST_BAD {
        return Err(wrong(&format!("has {bad} rows of {rows} that cannot be read")).hint(
            "times are RFC 3339 or seconds since 1970, values are numbers without separators of thousands",
        ));
    }
    let mut found = Observations::default();
    if bad > 0 {
        found
            .caveats
            .insert(format!("{}: {bad} rows of {rows} cannot be read and are left out", source.name));
    }
    for ((resource, metric, statistic, step), points) in all {
        add(source, resource, &metric, &statistic, step, points, &mut found);
    }
    Ok(found)
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| header.iter().position(|cell| names.contains(&cell.as_str()));
        let metric = find(&["metric", "metric_name", "metricname", "name", "label"]);
        let value = find(&["value", "val", "y"]);
        let known = |cell: &String| row_of(cell).is_some();
        let wide = header.iter().enumerate().filter(|(_, cell)| known(cell));
        let wide: Vec<(usize, String)> = wide.map(|(at, cell)| (at, cell.clone())).collect();
        let columns = Self {
            time: find(&["time", "timestamp", "date", "datetime", "time_stamp", "x"])?,
            resource: find(&["resource", "node", "cache", "cluster", "cacheclusterid", "instance", "host"]),
            statistic: find(&["statistic", "stat", "aggregation"]),
            unit: find(&["unit", "units"]),
            step: find(&["step", "period", "interval"]),
            metric,
            value,
            wide,
        };
        let long = columns.metric.is_some() && columns.value.is_some();
        (long || !columns.wide.is_empty()).then_some(columns)
    }

    fn points(&self, row: &csv::StringRecord, source: &Source<'_>) -> Option<Vec<(Key, Point)>> {
        let cell =
            |at: Option<usize>| at.and_then(|at| row.get(at)).map(str::trim).filter(|text| !text.is_empty());
        let at = time::of_text(cell(Some(self.time))?)?;
        let resource = cell(self.resource).unwrap_or_else(|| source.stem()).to_owned();
        let statistic = cell(self.statistic).unwrap_or_default().to_owned();
        let step = cell(self.step).and_then(|text| text.parse().ok().or_else(|| time::period(text)));
        let factor = match cell(self.unit).map(str::to_ascii_lowercase).as_deref() {
            Some("percent" | "%") => 0.01,
            Some("kilobytes" | "kb") => 1e3,
            Some("megabytes" | "mb") => 1e6,
            Some("gigabytes" | "gb") => 1e9,
            Some("milliseconds" | "ms") => 1e-3,
            Some("count/minute" | "1/min" | "per minute") => 1.0 / 60.0,
            _ => 1.0,
        };
        let point = |metric: &str, text: &str| {
            let value: f64 = text.parse().ok()?;
            // The names of CloudWatch already stand for percent and milliseconds.
            let told = [0.01, 1e-3].contains(&factor) && row_of(metric).is_some_and(|row| row.2);
            let factor = if told { 1.0 } else { factor };
            let key = (resource.clone(), metric.to_owned(), statistic.clone(), step);
            Some((key, Point { at, value: value * factor }))
        };
        if let (Some(metric), Some(value)) = (self.metric, self.value) {
            // A row without a value is a gap.
            let Some(value) = cell(Some(value)) else { return Some(Vec::new()) };
            return Some(vec![point(cell(Some(metric))?, value)?]);
        }
        let wide = self.wide.iter().filter_map(|(at, metric)| Some((metric, cell(Some(*at))?)));
        wide.map(|(metric, text)| point(metric, text)).collect()
    }
}

/// A metric by any name: ours, or that of `CloudWatch`; and whether the latter.
fn row_of(name: &str) -> Option<(Metric, f64, bool)> {
    if let Ok(metric) = Metric::from_text(&name.to_ascii_lowercase()) {
        return Some((metric, 1.0, false));
    }
    names::find(names::CLOUDWATCH, name).map(|(metric, unit)| (metric, unit, true))
}

fn add(
    source: &Source<'_>,
    resource: String,
    name: &str,
    statistic: &str,
    step: Option<u32>,
    points: Vec<Point>,
    found: &mut Observations,
) {
    let Some((metric, unit, cloudwatch)) = row_of(name) else {
        found.caveats.insert(format!("{}: {} sizes no cache", source.name, time::clip(name)));
        return;
    };
    let default = if metric.is_rate() && cloudwatch { Statistic::Sum } else { Statistic::Sample };
    let statistic = names::statistic(statistic).unwrap_or(default);
    let mut series =
        Series::new(resource, metric, statistic, format!("{} {name}", source.stem())).every(step);
    series.points = points;
    let twice = series.tidy();
    if twice > 0 {
        found.caveats.insert(names::contradict(source.name, twice, name));
    }
    let factor = if cloudwatch {
        match names::cloudwatch_factor(metric, statistic, series.pace().unwrap_or(0)) {
            Ok(factor) => factor * unit,
            Err(why) => {
                found.caveats.insert(format!("{}: {name}: {why}", source.name));
                return;
            }
        }
    } else {
        unit
    };
    for point in &mut series.points {
        point.value *= factor;
    }
    found.series.push(series);
}
