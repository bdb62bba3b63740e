//! `aws cloudwatch get-metric-data`: series by the ids or the labels of their queries.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::cloudwatch_queries::Query;
use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, elements};
use super::{Source, names, time};
use crate::observe::{Observations, Point, Series};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Result_ {
    #[serde(default)]
    id: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    timestamps: Vec<Stamp>,
    #[serde(default)]
    values: Vec<Number>,
    #[serde(default)]
    status_code: Option<String>,
}

/// Reads all pages.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut more = false;
    // A page that others follow calls its series partial; the last page of a series decides.
    let mut last: BTreeMap<(String, String), (Vec<usize>, Option<String>)> = BTreeMap::new();
    let each = |result: Result_| {
        let (_, status) = last.entry((result.id.clone(), result.label.clone())).or_default();
        status.clone_from(&result.status_code);
        let key = (result.id.clone(), result.label.clone());
        if let Some(series) = series(source, result, &mut found)
            && let Some((places, _)) = last.get_mut(&key)
        {
            places.push(found.series.len());
            found.series.push(series);
        }
    };
    let rest = |page: &serde_json::Map<String, Value>| {
        let token = page.get("NextToken").and_then(Value::as_str);
        more = token.is_some_and(|token| !token.is_empty());
    };
    elements(source, Format::CloudWatchData, content, &["MetricDataResults"], each, rest)?;
    for (places, status) in last.into_values() {
        let Some(code) = status.filter(|code| code != "Complete") else { continue };
        for place in places {
            let series = &mut found.series[place];
            let why = format!("CloudWatch calls the answer for {} {}", series.node, time::clip(&code));
            series.incomplete = Some(why);
        }
    }
    if more {
        let why = format!("{}: the last page names a next one that is missing", source.name);
        for series in &mut found.series {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
        found.caveats.insert(why);
    }
    Ok(found)
}

fn series(source: &Source<'_>, result: Result_, found: &mut Observations) -> Option<Series> {
    let query = source.queries.get(&result.id).cloned().or_else(|| of_label(source, &result.label));
    let Some(query) = query else {
        found.caveats.insert(format!(
            "{}: `{}` is no metric that is known: give the file of --metric-data-queries with --from, too, or take the labels of `observe --print-queries`",
            source.name,
            time::clip(if result.label.is_empty() { &result.id } else { &result.label })
        ));
        return None;
    };
    let (metric, unit) = names::find(names::CLOUDWATCH, &query.metric)?;
    let Some(statistic) = names::statistic(&query.statistic) else {
        let (metric, statistic) = (time::clip(&query.metric), time::clip(&query.statistic));
        found.caveats.insert(format!("{metric}: {statistic} is no statistic that is known"));
        return None;
    };
    if result.timestamps.len() != result.values.len() {
        found.caveats.insert(format!(
            "{} of {}: there are {} times and {} values, only those in pairs are taken",
            query.metric,
            query.node,
            result.timestamps.len(),
            result.values.len()
        ));
    }
    let points = result.timestamps.iter().zip(&result.values);
    let points = points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? }));
    let mut series =
        Series::new(query.node, metric, statistic, format!("CloudWatch {} {statistic}", query.metric))
            .every(Some(query.period))
            .with(points);
    let twice = series.tidy();
    if twice > 0 {
        found.caveats.insert(names::contradict(source.name, twice, &query.metric));
    }
    match names::cloudwatch_factor(metric, statistic, series.pace().unwrap_or(0)) {
        Ok(factor) => series.points.iter_mut().for_each(|point| point.value *= factor * unit),
        Err(why) => {
            found.caveats.insert(format!("{} of {}: {why}", query.metric, series.node));
            return None;
        }
    }
    if names::is_part(&query.metric) {
        series.part = Some(query.metric);
    }
    Some(series)
}

/// `Metric|Node|Stat|Period` as `--print-queries` writes it, or a text in which a known metric stands.
fn of_label(source: &Source<'_>, label: &str) -> Option<Query> {
    let parts: Vec<&str> = label.split('|').map(str::trim).collect();
    if let [metric, node, statistic, period] = parts.as_slice() {
        return Some(Query {
            metric: (*metric).to_owned(),
            node: (*node).to_owned(),
            statistic: (*statistic).to_owned(),
            period: period.parse().ok()?,
        });
    }
    let words: Vec<&str> = label.split_whitespace().collect();
    let metric = words.iter().find(|word| names::find(names::CLOUDWATCH, word).is_some())?;
    let node = words.iter().find(|word| *word != metric && names::statistic(word).is_none());
    let statistic = words.iter().find(|word| names::statistic(word).is_some())?;
    let period = words.iter().find_map(|word| word.parse().ok()).unwrap_or(0);
    Some(Query {
        metric: (*metric).to_owned(),
        node: node.map_or_else(|| source.stem().to_owned(), |node| (*node).to_owned()),
        statistic: (*statistic).to_owned(),
        period,
    })
}
