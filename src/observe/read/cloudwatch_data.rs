//! `aws cloudwatch get-metric-data`: series by the ids or the labels of their queries.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read as _};

use serde::Deserialize;
use serde_json::Value;

use super::cloudwatch_queries::{Queries, Query};
use super::error::{ReadError, first_of};
use super::format::Format;
use super::json::{Number, Stamp, elements};
use super::pages::Pages;
use super::{Source, names, time};
use crate::observe::{Metric, Observations, Point, Series};
use crate::units::several;

/// A file of up to so many bytes is taken into memory; a larger one is read piece by piece.
const WHOLE: u64 = 64 << 20;

/// Answers of which nobody knows what they tell, by why: what is said before their names, and behind them.
type Unnamed = BTreeMap<[&'static str; 2], Vec<String>>;

const AMBIGUOUS: [&str; 2] =
    ["an id stands for several queries in the answer", "read each answer with its own queries"];
const UNKNOWN: [&str; 2] = [
    "no metric is known for",
    "give the file of --metric-data-queries with --from, too, or take the labels of `observe --print-queries`",
];

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

impl From<Result_> for Answer {
    fn from(result: Result_) -> Self {
        let Result_ { id, label, timestamps, values, status_code: status } = result;
        let points = timestamps.iter().zip(&values);
        let points =
            points.filter_map(|(at, value)| Some(Point { at: at.0, value: value.0? })).collect::<Vec<_>>();
        Self { id, label, points, told: (timestamps.len(), values.len()), status }
    }
}

/// The answer to one query, whose meaning a query in another file may tell.
struct Answer {
    id: String,
    label: String,
    /// As they came: in the unit and of the time of the query.
    points: Vec<Point>,
    /// How many times and values there were.
    told: (usize, usize),
    status: Option<String>,
}

/// All pages of a file.
pub(super) struct Answers {
    /// The file.
    pub file: String,
    stem: String,
    all: Vec<Answer>,
    /// Whether a page names a next one that does not follow.
    more: bool,
}

/// Reads all pages.
pub(super) fn read(source: &Source<'_>, mut content: impl BufRead) -> Result<Answers, ReadError> {
    let mut answers = Answers {
        file: source.name.to_owned(),
        stem: source.stem().to_owned(),
        all: Vec::new(),
        more: false,
    };
    // A page that others follow calls its series partial; the last page of a series decides.
    let mut last: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut each = |mut answer: Answer| {
        let next = answers.all.len();
        let place = *last.entry((answer.id.clone(), answer.label.clone())).or_insert(next);
        if let Some(known) = answers.all.get_mut(place) {
            known.points.append(&mut answer.points);
            known.told = (known.told.0 + answer.told.0, known.told.1 + answer.told.1);
            known.status = answer.status;
            return;
        }
        answer.points.shrink_to_fit();
        answers.all.push(answer);
    };
    let mut whole = Vec::new();
    let unreadable = |error: io::Error| ReadError::unreadable(source.name, &error).of(Format::CloudWatchData);
    (&mut content).take(WHOLE).read_to_end(&mut whole).map_err(unreadable)?;
    if (whole.len() as u64) < WHOLE
        && let Ok(page) = serde_json::from_slice::<LastPage>(&whole)
    {
        page.metric_data_results.into_iter().map(Answer::from).for_each(each);
        return Ok(answers);
    }
    // The queries that the page that is read answers.
    let asked = RefCell::new(BTreeSet::new());
    let mut pages = Pages::default();
    let rest = |page: &serde_json::Map<String, Value>| {
        let token = page.get("NextToken").and_then(Value::as_str);
        pages.add(asked.take(), token.is_some_and(|token| !token.is_empty()));
    };
    let content = io::Cursor::new(whole).chain(content);
    let each = |result: Result_| {
        asked.borrow_mut().insert((result.id.clone(), result.label.clone()));
        each(result.into());
    };
    elements(source, Format::CloudWatchData, content, &["MetricDataResults"], each, rest)?;
    answers.more = pages.is_one_missing();
    Ok(answers)
}

/// A whole and last page, as the command line of AWS writes it. What has more in it is read piece by piece.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LastPage {
    metric_data_results: Vec<Result_>,
    #[serde(default, rename = "Messages")]
    _messages: [(); 0],
}

/// Answers with what was asked.
pub(super) fn joined(answers: Answers, queries: &Queries) -> Observations {
    let Answers { file, stem, all, more } = answers;
    let mut found = Observations::default();
    let mut lost: BTreeMap<Metric, String> = BTreeMap::new();
    let mut unnamed = Unnamed::new();
    let mut silent = 0;
    for answer in all {
        let Some(query) = query_of(&stem, &answer, queries, &mut unnamed) else { continue };
        let Some(series) = series(&file, answer, query, &mut found) else { continue };
        // A node whose answer has failed would be missing from the sum of the others.
        match &series.incomplete {
            Some(why) if series.points.is_empty() => _ = lost.insert(series.metric, why.clone()),
            // Of what did not happen, there is often no point.
            None if series.points.is_empty() => silent += 1,
            _ => found.series.push(series),
        }
    }
    if silent > 0 && found.is_empty() {
        found.caveats.insert(format!("{file}: {} without any value", several(silent, "answer")));
    }
    for ([what, then], names) in unnamed {
        found.caveats.insert(format!("{file}: {what} {}: {then}", first_of(&names).join(", ")));
    }
    for series in &mut found.series {
        if let Some(why) = lost.get(&series.metric) {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
    }
    found.caveats.extend(lost.into_iter().map(|(metric, why)| format!("{file}: {metric}: {why}")));
    if more {
        let why = format!("{file}: a page names a next one that is missing");
        for series in &mut found.series {
            series.incomplete.get_or_insert_with(|| why.clone());
        }
        found.caveats.insert(why);
    }
    found
}

/// What an answer was asked by; those of which nobody knows are named by why.
fn query_of(stem: &str, answer: &Answer, queries: &Queries, unnamed: &mut Unnamed) -> Option<Query> {
    // Ids are those of one call; a label that tells everything is of the whole account.
    let exact = || of_label(stem, &answer.label).filter(|_| answer.label.matches('|').count() == 3);
    let by_id = || queries.get(&answer.id).cloned().flatten();
    let found = exact().or_else(by_id).or_else(|| of_label(stem, &answer.label));
    if found.is_none() {
        let name = time::clip(if answer.label.is_empty() { &answer.id } else { &answer.label });
        let why = if queries.get(&answer.id) == Some(&None) { AMBIGUOUS } else { UNKNOWN };
        unnamed.entry(why).or_default().push(format!("`{name}`"));
    }
    found
}

fn series(file: &str, answer: Answer, query: Query, found: &mut Observations) -> Option<Series> {
    if let Some(begin) = names::commands_of(&query.metric) {
        if answer.points.iter().any(|point| point.value > 0.0) {
            found.use_of(&query.node, &format!("CloudWatch {}", query.metric)).add_any(begin);
        }
        return None;
    }
    let (metric, unit) = names::find(names::CLOUDWATCH, &query.metric)?;
    let name = time::clip(&query.metric);
    let Some(statistic) = names::statistic(&query.statistic) else {
        let statistic = time::clip(&query.statistic);
        found.caveats.insert(format!("{name}: {statistic} is no statistic that is known"));
        return None;
    };
    let (times, values) = answer.told;
    if times != values {
        found.caveats.insert(format!(
            "{name} of {}: there are {times} times and {values} values, only those in pairs are taken",
            time::clip(&query.node)
        ));
    }
    let source = format!("CloudWatch {name} {statistic}");
    let mut series = Series::new(query.node, metric, statistic, source).every(Some(query.period));
    series.points = answer.points;
    let twice = series.tidy();
    if twice > 0 {
        found.caveats.insert(names::contradict(file, twice, &name));
    }
    match names::cloudwatch_factor(metric, statistic, series.pace().unwrap_or(0)) {
        Ok(factor) => series.points.iter_mut().for_each(|point| point.value *= factor * unit),
        Err(why) => {
            found.caveats.insert(format!("{name} of {}: {why}", series.node));
            return None;
        }
    }
    series.part = Some(query.metric).filter(|metric| names::is_part(metric));
    series.incomplete = answer.status.filter(|code| code != "Complete").map(|code| {
        format!("CloudWatch calls the answer for {} {}", time::clip(&series.node), time::clip(&code))
    });
    Some(series)
}

/// `Metric|Node|Stat|Period` as `--print-queries` writes it, or a text in which a known metric stands.
fn of_label(stem: &str, label: &str) -> Option<Query> {
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
    let is_metric =
        |word: &&&str| names::find(names::CLOUDWATCH, word).is_some() || names::commands_of(word).is_some();
    let metric = words.iter().find(is_metric)?;
    let node = words.iter().find(|word| *word != metric && names::statistic(word).is_none());
    let statistic = words.iter().find(|word| names::statistic(word).is_some())?;
    let period = words.iter().find_map(|word| word.parse().ok()).unwrap_or(0);
    Some(Query {
        metric: (*metric).to_owned(),
        node: node.map_or(stem, |node| *node).to_owned(),
        statistic: (*statistic).to_owned(),
        period,
    })
}
