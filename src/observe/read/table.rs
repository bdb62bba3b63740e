//! Rows with named columns: `time, resource, metric, statistic, value, unit, step`; or one column a metric, as consoles and
//! spreadsheets write them.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::error::{ReadError, first_of};
use super::format::Format;
use super::{Source, names, time, unit};
use crate::observe::{Metric, Observations, Point, Series, Statistic};
use crate::units::{FromText as _, several};

/// Rows that may be unreadable before the file is refused.
const MOST_BAD: f64 = 0.1;

/// Bytes that any server uses.
const SMALLEST: f64 = 500_000.0;

/// What one series of the table is told apart by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    resource: String,
    metric: String,
    statistic: String,
    step: Option<u32>,
    unit: String,
}

struct Columns {
    /// How many there are.
    count: usize,
    time: usize,
    resource: Option<usize>,
    metric: Option<usize>,
    statistic: Option<usize>,
    value: Option<usize>,
    unit: Option<usize>,
    step: Option<usize>,
    /// Columns that are named like a metric: where, the metric, and the unit that the name tells.
    wide: Vec<(usize, String, String)>,
}

/// Reads all rows.
pub(super) fn read(source: &Source<'_>, mut content: impl BufRead) -> Result<Observations, ReadError> {
    let wrong = |what: &str| ReadError::new(source.name, what).of(Format::Table);
    let mut first = String::new();
    let unreadable = |error: &io::Error| ReadError::unreadable(source.name, error).of(Format::Table);
    content.read_line(&mut first).map_err(|error| unreadable(&error))?;
    let separator = [b',', b'\t', b';'].into_iter().max_by_key(|s| first.bytes().filter(|b| b == s).count());
    let separator = separator.unwrap_or(b',');
    let mut head =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(first.as_bytes());
    let header = head.records().next().and_then(Result::ok).unwrap_or_default();
    let header: Vec<&str> = header.iter().map(str::trim).collect();
    let columns = Columns::of(&header).ok_or_else(|| {
        wrong("has no columns that tell a time and values")
            .hint("name the columns time, resource, metric, statistic, value, unit, step; the last three may be missing")
    })?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(content);
    let mut all: BTreeMap<Key, Vec<Point>> = BTreeMap::new();
    let (mut rows, mut bad) = (0_usize, Vec::new());
    for row in reader.records() {
        rows += 1;
        // What was cut is not all rows.
        if let Err(error) = &row
            && let csv::ErrorKind::Io(error) = error.kind()
        {
            return Err(unreadable(error));
        }
        let line = row.as_ref().map_or_else(csv::Error::position, csv::StringRecord::position);
        // The header is the first line.
        let line = line.map_or(0, csv::Position::line) + 1;
        let read = row.map_err(|_| "it is no text".to_owned()).and_then(|row| columns.points(&row, source));
        match read {
            Ok(points) => {
                for (key, point) in points {
                    all.entry(key).or_default().push(point);
                }
            }
            Err(why) => bad.push(format!("line {line}: {why}")),
        }
    }
    let told = format!("{} of {rows}", several(bad.len(), "row"));
    if bad.len() as f64 > rows as f64 * MOST_BAD {
        let mut error = wrong(&format!("has {told} that cannot be read")).hint(
            "times are RFC 3339 or seconds since 1970, values are numbers without separators of thousands",
        );
        error.details.extend(first_of(&bad));
        return Err(error);
    }
    let mut found = Observations::default();
    if !bad.is_empty() {
        let (lines, are) = (first_of(&bad).join("; "), if bad.len() == 1 { "is" } else { "are" });
        found.caveats.insert(format!("{}: {told} cannot be read and {are} left out: {lines}", source.name));
    }
    for (key, points) in all {
        add(source, key, points, &mut found)?;
    }
    Ok(found)
}

impl Columns {
    fn of(header: &[&str]) -> Option<Self> {
        let find = |names: &[&str]| {
            header.iter().position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)))
        };
        let metric = find(&["metric", "metric_name", "metricname", "name", "label"]);
        let value = find(&["value", "val", "y"]);
        let wide = header.iter().enumerate().filter_map(|(at, cell)| {
            let (name, unit) = with_unit(cell)?;
            Some((at, name, unit))
        });
        let columns = Self {
            count: header.len(),
            time: find(&["time", "timestamp", "date", "datetime", "time_stamp", "x"])?,
            resource: find(&["resource", "node", "cache", "cluster", "cacheclusterid", "instance", "host"]),
            statistic: find(&["statistic", "stat", "aggregation"]),
            unit: find(&["unit", "units"]),
            step: find(&["step", "period", "interval"]),
            metric,
            value,
            wide: wide.collect(),
        };
        let long = columns.metric.is_some() && columns.value.is_some();
        (long || !columns.wide.is_empty()).then_some(columns)
    }

    /// The points of a row, or why it cannot be read.
    fn points(&self, row: &csv::StringRecord, source: &Source<'_>) -> Result<Vec<(Key, Point)>, String> {
        // A value with a separator of thousands would move all that stand behind it.
        if row.iter().skip(self.count).any(|cell| !cell.trim().is_empty()) {
            return Err(format!("it has {} cells for {} columns", row.len(), self.count));
        }
        let cell =
            |at: Option<usize>| at.and_then(|at| row.get(at)).map(str::trim).filter(|text| !text.is_empty());
        let at = cell(Some(self.time)).ok_or("it has no time")?;
        let at = time::of_text(at).ok_or_else(|| format!("`{}` is no time", time::clip(at)))?;
        let resource = cell(self.resource).unwrap_or_else(|| source.stem());
        let statistic = cell(self.statistic).unwrap_or_default();
        let step = cell(self.step).and_then(|text| text.parse().ok().or_else(|| time::period(text)));
        let point = |metric: &str, text: &str, unit: &str| {
            let value: f64 = text.parse().map_err(|_| format!("`{}` is no number", time::clip(text)))?;
            let key = Key {
                resource: resource.to_owned(),
                metric: metric.to_owned(),
                statistic: statistic.to_owned(),
                step,
                unit: unit.to_owned(),
            };
            Ok((key, Point { at, value }))
        };
        let unit = cell(self.unit).unwrap_or_default();
        if let (Some(metric), Some(value)) = (self.metric, self.value) {
            // A row without a value is a gap.
            let Some(value) = cell(Some(value)) else { return Ok(Vec::new()) };
            return Ok(vec![point(cell(Some(metric)).ok_or("it names no metric")?, value, unit)?]);
        }
        let wide = self.wide.iter().filter_map(|(at, metric, unit)| Some((metric, cell(Some(*at))?, unit)));
        wide.map(|(metric, text, own)| point(metric, text, if own.is_empty() { unit } else { own })).collect()
    }
}

/// The metric of a column's name, and the unit that it tells: `memory`, `memory (GiB)`, `memory_share_percent`.
fn with_unit(cell: &str) -> Option<(String, String)> {
    let of = |name: &str, unit: &str| {
        let name = name.trim().to_ascii_lowercase();
        row_of(&name).is_some().then(|| (name, unit.trim().to_owned()))
    };
    let in_brackets = |open: char, close: char| {
        let (name, unit) = cell.strip_suffix(close)?.split_once(open)?;
        of(name, unit)
    };
    let behind = |ending: &str| {
        let name = cell.get(..cell.len().checked_sub(ending.len())?)?;
        cell[name.len()..].eq_ignore_ascii_case(ending).then(|| of(name, "percent"))?
    };
    of(cell, "")
        .or_else(|| in_brackets('(', ')'))
        .or_else(|| in_brackets('[', ']'))
        .or_else(|| ["_percent", "_percentage", "_pct"].iter().find_map(|ending| behind(ending)))
}

/// A metric by any name: ours, or that of `CloudWatch`; and whether the latter.
fn row_of(name: &str) -> Option<(Metric, f64, bool)> {
    if let Ok(metric) = Metric::from_text(&name.to_ascii_lowercase()) {
        return Some((metric, 1.0, false));
    }
    names::find(names::CLOUDWATCH, name).map(|(metric, unit)| (metric, unit, true))
}

fn add(source: &Source<'_>, key: Key, points: Vec<Point>, found: &mut Observations) -> Result<(), ReadError> {
    let name = key.metric.as_str();
    let Some((metric, usual, cloudwatch)) = row_of(name) else {
        found.caveats.insert(format!("{}: {} sizes no cache", source.name, time::clip(name)));
        return Ok(());
    };
    let default = if metric.is_rate() && cloudwatch { Statistic::Sum } else { Statistic::Sample };
    let statistic = names::statistic(&key.statistic).unwrap_or(default);
    let mut series =
        Series::new(key.resource, metric, statistic, format!("{} {name}", source.stem())).every(key.step);
    series.points = points;
    let twice = series.tidy();
    if twice > 0 {
        found.caveats.insert(names::contradict(source.name, twice, name));
    }
    let told = unit::of(&key.unit, metric);
    if told == Ok(None) && !cloudwatch {
        no_percent(source, name, &series)?;
        no_other_bytes(source, name, &series)?;
    }
    let factor = match told.and_then(|told| factor(&series, told, usual, cloudwatch)) {
        Ok(factor) => factor,
        Err(why) => {
            let unit = time::clip(&key.unit);
            let why = if unit.is_empty() { why } else { format!("`{unit}` {why}") };
            // That a limit was reached is known without a unit.
            let (what, kept) = if metric.tells_a_limit() {
                ("is taken as it stands there", true)
            } else {
                ("is left out", false)
            };
            found.caveats.insert(format!("{}: {} {what}: {why}", source.name, time::clip(name)));
            if !kept {
                return Ok(());
            }
            1.0
        }
    };
    for point in &mut series.points {
        point.value *= factor;
    }
    found.series.push(series);
    Ok(())
}

/// What values are to be multiplied with, or why they say nothing.
fn factor(series: &Series, told: Option<unit::Unit>, usual: f64, cloudwatch: bool) -> Result<f64, String> {
    let Series { metric, statistic, .. } = *series;
    if told.is_none() && !cloudwatch {
        return Ok(usual);
    }
    let unit = told.map_or(usual, |unit| unit.factor);
    if let Some(seconds) = told.and_then(|unit| unit.per) {
        return Ok(unit / seconds);
    }
    let pace = series.pace().unwrap_or(0);
    if cloudwatch || (metric.is_rate() && statistic == Statistic::Sum) {
        return names::cloudwatch_factor(metric, statistic, pace).map(|by| by * unit).map_err(str::to_owned);
    }
    if metric.is_rate() {
        return Err("names no time that it is counted in: write it with /second or /minute".to_owned());
    }
    Ok(unit)
}

/// A share is from 0 to 1. What is more without a unit is percent in all likelihood, and one hundred times too much.
fn no_percent(source: &Source<'_>, name: &str, series: &Series) -> Result<(), ReadError> {
    let over = |point: &&Point| series.metric.is_share() && point.value > 1.0;
    let Some(point) = series.points.iter().find(over) else { return Ok(()) };
    let what = format!("has a {} of {}, which is a share from 0 to 1", time::clip(name), point.value);
    let hint = format!(
        "name the unit: `percent` or `share` in a column `unit`, or as the column's name, such as `{} (percent)`",
        time::clip(name)
    );
    Err(ReadError::new(source.name, &what).of(Format::Table).hint(&hint))
}

/// No server is so small, in bytes: an empty one uses 0.7 MB and more. What is less without a unit is MiB or GiB in all
/// likelihood.
fn no_other_bytes(source: &Source<'_>, name: &str, series: &Series) -> Result<(), ReadError> {
    if !matches!(series.metric, Metric::Memory | Metric::MemoryLimit) {
        return Ok(());
    }
    let most = series.points.iter().map(|point| point.value).max_by(f64::total_cmp);
    let Some(most) = most.filter(|most| *most > 0.0 && *most < SMALLEST) else { return Ok(()) };
    let name = time::clip(name);
    let what = format!(
        "has a {name} of {most} at most without a unit, which would be bytes: an empty server uses more than that"
    );
    let hint = format!(
        "name the unit, in a column `unit` or as the column's name, such as `{name} (GiB)`: `B` if it is bytes"
    );
    Err(ReadError::new(source.name, &what).of(Format::Table).hint(&hint))
}
