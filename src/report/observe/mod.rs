//! What metrics say of caches, in every form.

use jiff::Timestamp;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::document::{Align, Block, Document, Rows, Section, Sentence};
use super::json::{VERSION, envelope};
use super::{Json, Markdown, Report, ReportError, Table};
use crate::fleet::{Declared, Reason, Verdict};
use crate::observe::{Bound, Judged, JudgedFigure, Metric, Over};
use crate::units::{Bytes, Count, Percent, Rate};

use Align::{Left, Right};

/// Caches as their metrics show them.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// One entry a cache, by name.
    pub caches: Vec<ObservedCache>,
}

/// What is said of one cache.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObservedCache {
    /// What its metrics say.
    #[serde(flatten)]
    pub judged: Judged,
    /// What happens beyond each of its limits, the fullest first.
    pub limits: Vec<Over>,
    /// What its profile declares against the metrics; nothing without a profile.
    pub declared: Vec<Declared>,
    /// Whether the pinned choice has still the reason for which it was made; none where none is kept.
    pub reason: Option<Reason>,
}

/// JSON Schema of the report.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Vec<ObservedCache>>().to_value();
    let definitions = schema.get_mut("$defs").map(Value::take).unwrap_or_default();
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cachefit observe",
        "type": "object",
        "required": ["version", "report", "results"],
        "properties": {
            "version": { "const": VERSION },
            "report": { "const": "observe" },
            "results": { "type": "array", "items": { "$ref": "#/$defs/ObservedCache" } },
        },
        "$defs": definitions,
    })
}

impl Report<Observed> for Table {
    fn render(&self, outcome: &Observed) -> Result<String, ReportError> {
        let all: Vec<String> = outcome.caches.iter().map(|c| self.document(&document(c), true)).collect();
        Ok(all.join("\n"))
    }
}

impl Report<Observed> for Markdown {
    fn render(&self, outcome: &Observed) -> Result<String, ReportError> {
        let all: Vec<String> = outcome.caches.iter().map(|c| document(c).markdown()).collect();
        Ok(all.join("\n"))
    }
}

impl Report<Observed> for Json {
    fn render(&self, outcome: &Observed) -> Result<String, ReportError> {
        envelope("observe", &outcome.caches)
    }
}

fn document(cache: &ObservedCache) -> Document {
    let judged = &cache.judged;
    let answer = if judged.may_shrink() {
        Sentence::answer("the metrics are enough to size it by")
    } else {
        Sentence::alarm("may not be made smaller", "by these metrics")
    };
    let mut states: Vec<(String, String)> =
        judged.states.iter().map(|s| (s.name.to_string(), s.why.clone())).collect();
    // Reasons that no state tells.
    let told = |why: &&String| !judged.states.iter().any(|s| **why == format!("{}: {}", s.name, s.why));
    let others = judged.no_shrinking.iter().filter(told);
    states.extend(others.map(|why| ("not smaller".to_owned(), why.clone())));
    let mut sections = vec![Section::default().with((!states.is_empty()).then_some(Block::Items(states)))];
    if !judged.figures.is_empty() {
        let rows = Rows {
            header: vec!["", "most", "next month", "", "from"],
            headed: true,
            aligns: vec![Left, Right, Right, Left, Left],
            cells: judged.figures.iter().filter(|figure| figure.is_demand()).map(row).collect(),
            sum: false,
        };
        sections.push(Section::new("Demand").with([Block::Rows(rows)]));
    }
    if !cache.declared.is_empty() {
        let reason = cache.reason.as_ref().map(|reason| ("the pin".to_owned(), reason_told(reason)));
        let items = cache.declared.iter().map(compared).chain(reason).collect();
        sections.push(Section::new("The profile against the metrics").with([Block::Items(items)]));
    }
    let limits = cache.limits.iter().map(|one| {
        let used = one.next.map_or_else(String::new, |next| format!(", {} of it next month", percent(next)));
        (format!("{}{used}", one.limit), format!("{}. First alarm: {}", one.then, one.alarm))
    });
    sections.push(Section::new("If it goes over").with([Block::Items(limits.collect())]));
    let notes = judged.caveats.iter().map(|caveat| Block::Note(caveat.clone()));
    sections.push(Section::default().with(notes));
    let window = &judged.window;
    let foot = format!(
        "{:.1} days from {} on, {} points, {} of the time; {} nodes in {} shards.",
        window.days(),
        time(window.from),
        window.points,
        percent(window.coverage),
        judged.nodes.len(),
        judged.shards
    );
    Document { name: judged.cache.clone(), answer, sections, foot: vec![foot], more: None }
}

fn compared(one: &Declared) -> (String, String) {
    let range = |low: f64, high: f64| {
        let (low, high) = (shown(one.metric, low), shown(one.metric, high));
        if low == high { high } else { format!("{low}..{high}") }
    };
    let (declared, seen) = (range(one.declared.low, one.declared.high), range(one.seen.low, one.seen.high));
    let verdict = match one.verdict {
        Verdict::Holds => "it holds".to_owned(),
        Verdict::TooLow => "it is too low; --write puts it right".to_owned(),
        Verdict::TooHigh => "it is too high; --write puts it right".to_owned(),
        Verdict::Kept => format!("it looks too high and is kept: {}", one.kept_for.join("; ")),
    };
    let name = one.metric.to_string().replace('_', " ");
    (name, format!("declared {declared}, next month {seen}: {verdict}"))
}

fn reason_told(reason: &Reason) -> String {
    let chosen = &reason.chosen_for;
    match &reason.binds {
        _ if reason.holds() => format!("was chosen for {chosen}, which still has the least to spare"),
        Some(binds) => format!(
            "was chosen for {chosen}, which is no longer the reason: {binds} has the least to spare; \
             `cachefit recommend` without the pin says what fits now"
        ),
        None => format!("was chosen for {chosen}, and does not hold what the metrics show"),
    }
}

fn time(at: i64) -> String {
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}

fn percent(share: f64) -> String {
    Percent(share).to_string()
}

fn row(figure: &JudgedFigure) -> Vec<String> {
    let show = |value: f64| shown(figure.metric, value);
    let peak = &figure.next_peak;
    let range = format!("{}..{}", show(peak.low), show(peak.high));
    let bound = if figure.bound == Bound::AtLeast { "or more" } else { "" };
    vec![
        figure.metric.to_string().replace('_', " "),
        show(figure.most),
        range,
        bound.to_owned(),
        format!("{}, {}", figure.source, figure.confidence),
    ]
}

fn shown(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Memory | Metric::MemoryLimit => Bytes(value).to_string(),
        Metric::Inbound | Metric::Outbound => format!("{}/s", Bytes(value)),
        Metric::MemoryShare | Metric::EngineCpu | Metric::HostCpu | Metric::TrafficManaged => {
            format!("{:.0}%", value * 100.0)
        }
        Metric::Uptime | Metric::MeanTtl => crate::units::Duration(value).to_string(),
        metric if metric.is_rate() => Rate(value).to_string(),
        _ => Count(value.round()).to_string(),
    }
}
