//! What metrics say of caches, in every form.

use jiff::Timestamp;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::document::{Align, Block, Document, Rows, Section, Sentence};
use super::json::{VERSION, envelope};
use super::{Json, Markdown, Report, ReportError, Table};
use crate::compatibility::is_classed;
use crate::fleet::{Average, Declared, Reason, Verdict};
use crate::observe::{Bound, CommandUse, Judged, JudgedFigure, Metric, Over, Window};
use crate::units::{Percent, several};

use Align::{Left, Right};

/// Caches as their metrics show them.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// One entry a cache, by name.
    pub caches: Vec<ObservedCache>,
    /// Whether what is wrong is written into the profile at once.
    #[serde(skip)]
    pub writes: bool,
}

/// What is said of one cache.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObservedCache {
    /// What its metrics say.
    #[serde(flatten)]
    pub judged: Judged,
    /// What happens beyond each of its limits, the fullest first; nothing where the metrics are of another cloud's cache.
    pub limits: Vec<Over>,
    /// What its profile declares against the metrics; nothing without a profile.
    pub declared: Vec<Declared>,
    /// The mean load that its metrics show; none without a profile, or where they do not tell all commands.
    pub average: Option<Average>,
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
        let all: Vec<String> = outcome
            .caches
            .iter()
            .map(|cache| self.document(&document(cache, outcome.writes), true))
            .collect();
        Ok(all.join("\n"))
    }
}

impl Report<Observed> for Markdown {
    fn render(&self, outcome: &Observed) -> Result<String, ReportError> {
        let all: Vec<String> =
            outcome.caches.iter().map(|cache| document(cache, outcome.writes).markdown()).collect();
        Ok(all.join("\n"))
    }
}

impl Report<Observed> for Json {
    fn render(&self, outcome: &Observed) -> Result<String, ReportError> {
        envelope("observe", &outcome.caches)
    }
}

fn document(cache: &ObservedCache, writes: bool) -> Document {
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
    if judged.figures.iter().any(JudgedFigure::is_demand) {
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
        let average = cache.average.as_ref().map(|mean| ("average".to_owned(), average_told(mean, writes)));
        let items =
            cache.declared.iter().map(|one| compared(one, writes)).chain(average).chain(reason).collect();
        sections.push(Section::new("The profile against the metrics").with([Block::Items(items)]));
    }
    let seen = judged.info.as_ref().and_then(|info| info.command_use.as_ref());
    sections.extend(seen.and_then(application));
    let limits = cache.limits.iter().map(|one| {
        let used = one.next.map_or_else(String::new, |next| format!(", {} of it next month", percent(next)));
        (format!("{}{used}", one.limit), format!("{}. First alarm: {}", one.then, one.alarm))
    });
    // Of what runs elsewhere no limit is told.
    if !cache.limits.is_empty() {
        sections.push(Section::new("If it goes over").with([Block::Items(limits.collect())]));
    }
    let notes = judged.caveats.iter().map(|caveat| Block::Note(caveat.clone()));
    sections.push(Section::default().with(notes));
    let foot = format!("{}; {}.", looked_at(&judged.window), shape(judged));
    Document { name: judged.cache.clone(), answer, sections, foot: vec![foot], more: None }
}

/// The time that was looked at.
fn looked_at(window: &Window) -> String {
    if window.points == 0 {
        return "No metric that sizes a cache was given".to_owned();
    }
    format!(
        "{:.1} days from {} on, {}, {} of the time",
        window.days(),
        time(window.from),
        several(window.points, "point"),
        percent(window.coverage)
    )
}

/// The nodes that metrics or an inventory name; without any, what the inventory says of its shape.
fn shape(judged: &Judged) -> String {
    let nodes = judged.nodes.len();
    let info = judged.info.as_ref();
    // Metrics of a cache as a whole have its name, and none of a node.
    let is_whole = matches!(judged.nodes.as_slice(), [node] if *node == judged.cache)
        && info.is_none_or(|info| info.members.is_empty());
    if nodes > 0 && !is_whole {
        return format!("{} in {}", several(nodes, "node"), several(judged.shards, "shard"));
    }
    match info.map(|info| (info.shards, info.replicas)) {
        Some((Some(shards), Some(replicas))) => {
            let (shards, replicas) =
                (several(shards as usize, "shard"), several(replicas as usize, "replica"));
            format!("{shards} with {replicas} each by its inventory")
        }
        Some((Some(shards), None)) => format!("{} by its inventory", several(shards as usize, "shard")),
        _ => "its nodes and shards are not told".to_owned(),
    }
}

/// What the commands ask of a server beyond keys one by one; nothing where that is nothing.
fn application(seen: &CommandUse) -> Option<Section> {
    let names = |commands: &mut dyn Iterator<Item = &String>| {
        commands.map(|name| name.to_ascii_uppercase()).collect::<Vec<_>>().join(", ")
    };
    let mut items = Vec::new();
    let commands = names(&mut seen.commands.iter().filter(|name| is_classed(name)));
    if !commands.is_empty() {
        items.push(("commands that not every service runs".to_owned(), commands));
    }
    if let Some(across) = seen.across_slots.as_ref().filter(|across| !across.is_empty()) {
        let across = names(&mut across.iter());
        items.push(("keys in several hash slots".to_owned(), format!("{across}: no cluster runs them so")));
    }
    if let Some(databases) = seen.databases.filter(|databases| *databases > 1) {
        items.push(("databases".to_owned(), format!("0 to {}: a cluster has one", databases - 1)));
    }
    (!items.is_empty()).then(|| Section::new("What the application asks for").with([Block::Items(items)]))
}

fn compared(one: &Declared, writes: bool) -> (String, String) {
    let (declared, seen) = (one.shown(one.declared), one.shown(one.seen));
    let verdict = match one.verdict {
        Verdict::Holds => "it holds",
        Verdict::TooLow if writes => "it is too low, and put right",
        Verdict::TooHigh if writes => "it is too high, and put right",
        Verdict::TooLow => "it is too low; --write puts it right",
        Verdict::TooHigh => "it is too high; --write puts it right",
        // Why stands once, at the top: it is the same for all.
        Verdict::Kept => "it looks too high and is kept, as the metrics do not say enough",
    };
    let name = one.metric.to_string().replace('_', " ");
    (name, format!("declared {declared}, next month {seen}: {verdict}"))
}

fn average_told(mean: &Average, writes: bool) -> String {
    // Two decimals would make nothing of it, and it is billed.
    let rate = |metric: Metric, rate: f64| {
        if rate > 0.0 && rate < 0.01 { "under 0.01/s".to_owned() } else { metric.show(rate) }
    };
    let rates = |[reads, writes]: [f64; 2]| {
        format!("{} and {}", rate(Metric::Reads, reads), rate(Metric::Writes, writes))
    };
    let declared =
        mean.declared.map_or_else(|| "not declared".to_owned(), |both| format!("declared {}", rates(both)));
    let verdict = match mean.declared {
        _ if mean.is_news && writes => "it is put there",
        _ if mean.is_news => "--write puts it there",
        None => "the metrics do not say enough to write it",
        Some(_) => "it is kept",
    };
    format!("{declared}, seen {} reads and writes: {verdict}", rates([mean.reads, mean.writes]))
}

fn reason_told(reason: &Reason) -> String {
    let chosen = &reason.chosen_for;
    match &reason.binds {
        _ if reason.holds() => format!("was chosen for {chosen}, which still has the least to spare"),
        Some(binds) => format!(
            "was chosen for {chosen}, which is no longer the reason: {binds} has the least to spare; \
             take `deployment:` out of the profile, and `cachefit recommend` says what fits now"
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
    let show = |value: f64| figure.metric.show(value);
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
