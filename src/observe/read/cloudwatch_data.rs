//! `aws cloudwatch get-metric-data`: series by the ids or the labels of their queries.

use std::io::BufRead;

use serde::Deserialize;

use super::cloudwatch_queries::Query;
use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::{Source, names};
use crate::observe::{Observations, Point, Series};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    metric_data_results: Vec<Result_>,
    next_token: Option<String>,
}

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
    documents(source, Format::CloudWatchData, content, |document: Document| {
        more = document.next_token.is_some_and(|token| !token.is_empty());
        for result in document.metric_data_results {
            add(source, result, &mut found);
        }
    })?;
    if more {
        let why = format!("{}: the last page names a next one that is missing", source.name);
        for series in &mut found.series {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
        found.caveats.insert(why);
    }
    Ok(found)
}

fn add(source: &Source<'_>, result: Result_, found: &mut Observations) {
    let query = source.queries.get(&result.id).cloned().or_else(|| of_label(source, &result.label));
    let Some(query) = query else {
        found.caveats.insert(format!(
            "{}: `{}` is no metric that is known: give the file of --metric-data-queries with --from, too, or take the labels of `observe --print-queries`",
            source.name,
            super::time::clip(if result.label.is_empty() { &result.id } else { &result.label })
        ));
        return;
    };
    let Some((metric, unit)) = names::find(names::CLOUDWATCH, &query.metric) else { return };
    let Some(statistic) = names::statistic(&query.statistic) else {
        found.caveats.insert(format!("{}: {} is no statistic that is known", query.metric, query.statistic));
        return;
    };
    let factor = match names::cloudwatch_factor(metric, statistic, query.period) {
        Ok(factor) => factor * unit,
        Err(why) => {
            found.caveats.insert(format!("{} of {}: {why}", query.metric, query.node));
            return;
        }
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
    let points = points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? * factor }));
    let mut series =
        Series::new(query.node, metric, statistic, format!("CloudWatch {} {statistic}", query.metric))
            .every(Some(query.period))
            .with(points);
    if names::is_part(&query.metric) {
        series.part = Some(query.metric);
    }
    series.incomplete = result
        .status_code
        .filter(|code| code != "Complete")
        .map(|code| format!("CloudWatch calls the answer for {} {}", series.node, super::time::clip(&code)));
    found.series.push(series);
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
