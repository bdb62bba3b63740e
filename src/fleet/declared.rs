//! What a profile declares against what the metrics of its cache show, key by key; and the profile with what they show.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::average::usual_peak;
use super::observed::{at_most, declared_peak, holds, load, modelled, rounded, server};
use crate::memory::Server;
use crate::observe::{Bound, Judged, JudgedFigure, Metric};
use crate::profile::{Draft, EditError, Profile, Value, bound, set};
use crate::units::{Count, Interval, Range, terms};

/// Rounds in which the number of keys is brought to the memory that was seen.
const ROUNDS: u32 = 16;
/// It is looked for between a proportion divided and multiplied by this.
const SPREAD: f64 = 4.0;
/// From this share on what is declared is what would be written.
const SAME: f64 = 0.98;
/// Up to this share, too: keys are whole.
const MORE: f64 = 1.001;

terms!(
    /// What metrics say of a declared figure.
    Verdict, "holds, too-low, too-high or kept" {
        /// The metrics agree with it.
        Holds = "holds",
        /// More was seen, or is likely.
        TooLow = "too-low",
        /// Even the high end of the next peak is below it.
        TooHigh = "too-high",
        /// It looks too high, and the metrics do not say enough to lower it.
        Kept = "kept",
    }
);

/// A figure that the profile declares, or takes for granted, against the metrics.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Declared {
    /// What is measured.
    pub metric: Metric,
    /// The keys of the profile that tell it.
    pub keys: Vec<String>,
    /// What the profile says, in the unit of the metric.
    pub declared: Interval,
    /// The peak of the next month.
    pub seen: Interval,
    /// Whether they agree.
    pub verdict: Verdict,
    /// Source, statistic, window and confidence of what was seen.
    pub source: String,
    /// Whether the demand may be more than what was seen.
    pub at_least: bool,
    /// Why it is kept, if it is.
    pub kept_for: Vec<String>,
    #[serde(skip)]
    values: Vec<String>,
    /// The least that was observed of each key.
    #[serde(skip)]
    least: Vec<String>,
}

impl Declared {
    /// A range of its metric, for people.
    pub fn shown(&self, range: Interval) -> String {
        let (low, high) = (self.metric.show(range.low), self.metric.show(range.high));
        if low == high { high } else { format!("{low}..{high}") }
    }

    /// The comment behind the keys that it is written to: the least that was observed of each, and the source.
    fn comment<'a>(&'a self, all: impl Iterator<Item = (&'a String, &'a String)>) -> String {
        let last = |key: &'a String| key.rsplit('.').next().unwrap_or(key);
        let bounds = all.map(|(key, least)| format!("{}, ", bound(last(key), least)));
        format!("{}{}", bounds.collect::<String>(), self.source)
    }

    /// Whether the metrics say that it should be another.
    fn is_contradicted(&self) -> bool {
        matches!(self.verdict, Verdict::TooLow | Verdict::TooHigh)
    }
}

/// Every figure that both tell. A figure that still holds is not replaced, so that two more weeks of the same change
/// nothing.
pub fn compare(profile: &Profile, judged: &Judged) -> Vec<Declared> {
    let figure = |metric| judged.figure(metric);
    let mut all = Vec::new();
    if let (Some(memory), Ok(server)) = (figure(Metric::Memory), server(judged.info.as_ref())) {
        let model = modelled(profile, &server);
        let (most, factor) = scaled_to(profile, memory.next_peak.high, &server);
        let (likely, _) = scaled_to(profile, memory.next_peak.likely, &server);
        let families = likely.dataset.iter().zip(&most.dataset);
        let values =
            families.map(|(likely, most)| range(likely.count.value.high.0, most.count.value.high.0, ""));
        let keys = (0..profile.dataset.len()).map(|at| format!("dataset[{at}].count")).collect();
        let least = scaled_to(profile, least(memory, memory.next_peak), &server).0;
        let least = least.dataset.iter().map(|family| format!("{:.0}", family.count.value.high.0)).collect();
        let written = Written { keys, values: values.collect(), least };
        let mut of_memory = one(judged, memory, written, model, memory.next_peak);
        // Fewer keys would not hold it, whatever the step of a table adds.
        if (SAME..=MORE).contains(&factor) && of_memory.verdict != Verdict::TooLow {
            (of_memory.verdict, of_memory.kept_for) = (Verdict::Holds, Vec::new());
        }
        all.push(of_memory);
    }
    if let Some((reads, writes)) = load(judged) {
        let peak = &profile.traffic.peak;
        let sides = [
            (Metric::Reads, "traffic.peak.reads", &peak.reads.value, reads),
            (Metric::Writes, "traffic.peak.writes", &peak.writes.value, writes),
        ];
        for (metric, key, declared, seen) in sides {
            // Where nobody tells the side by itself, it follows from all commands.
            let told = figure(metric).or_else(|| figure(Metric::Commands)).or_else(|| figure(Metric::Hits));
            let Some(told) = told else { continue };
            let value = range(seen.likely.ceil().max(1.0), seen.high.ceil().max(1.0), "/s");
            let declared = declared_peak(declared.low.0, declared.high.0);
            let most = figure(metric).map_or(0.0, |own| own.most);
            let side = JudgedFigure { metric, most, ..told.clone() };
            let least = format!("{:.0}/s", least(&side, seen).floor());
            let written = Written { keys: vec![key.to_owned()], values: vec![value], least: vec![least] };
            all.push(one(judged, &side, written, declared, seen));
        }
    }
    // Functions declare their connections one by one.
    if let Some(connections) = figure(Metric::Connections).filter(|_| profile.placement.functions.is_empty())
    {
        let declared = &profile.placement.worker_connections.value;
        let declared = declared_peak(declared.low.0, declared.high.0);
        let seen = connections.next_peak;
        let value = range(seen.likely.ceil().max(1.0), seen.high.ceil().max(1.0), "");
        let key = vec!["placement.worker_connections".to_owned()];
        let least = format!("{:.0}", least(connections, seen).floor());
        let written = Written { keys: key, values: vec![value], least: vec![least] };
        all.push(one(judged, connections, written, declared, seen));
    }
    all
}

/// The usual peak of reads and of writes once what metrics contradict is put right.
pub fn peak_put_right(profile: &Profile, compared: &[Declared]) -> [f64; 2] {
    let [reads, writes] = usual_peak(profile);
    let side = |metric, declared: f64| {
        let wrong = compared.iter().find(|one| one.metric == metric && one.is_contradicted());
        wrong.map_or(declared, |one| one.seen.likely.ceil().max(1.0))
    };
    [side(Metric::Reads, reads), side(Metric::Writes, writes)]
}

/// The profile with the fewest keys that make up so many bytes by the model, and how many that is of the most declared.
fn scaled_to(profile: &Profile, bytes: f64, server: &Server) -> (Profile, f64) {
    let profile = &at_most(profile);
    let times = |factor: f64| {
        let mut scaled = profile.clone();
        for family in &mut scaled.dataset {
            let keys = Count((family.count.value.high.0 * factor).ceil().max(1.0));
            family.count.value = Range { low: keys, high: keys };
        }
        scaled
    };
    // Tables grow in steps, so that a proportion may miss: it is halved, in logarithms, until it is near enough.
    let near = bytes.max(1.0) / modelled(profile, server).likely.max(1.0);
    let (mut low, mut high) = ((near / SPREAD).ln(), (near * SPREAD).ln());
    for _ in 0..ROUNDS {
        let middle = f64::midpoint(low, high);
        let holds = modelled(&times(middle.exp()), server).likely >= bytes;
        (low, high) = if holds { (low, middle) } else { (middle, high) };
    }
    (times(high.exp()), high.exp())
}

/// The keys that a figure is written to, with their values, and the least that was observed of each.
struct Written {
    keys: Vec<String>,
    values: Vec<String>,
    least: Vec<String>,
}

/// What the demand is at least: what was seen, or the low end of the peak to come; never more than what is written.
fn least(figure: &JudgedFigure, seen: Interval) -> f64 {
    figure.most.max(seen.low).min(seen.high)
}

fn one(
    judged: &Judged,
    figure: &JudgedFigure,
    written: Written,
    declared: Interval,
    seen: Interval,
) -> Declared {
    let verdict = match () {
        () if holds(declared, figure.most, seen) => Verdict::Holds,
        () if seen.likely.max(figure.most) > rounded(declared).high => Verdict::TooLow,
        () if judged.may_shrink() && figure.bound == Bound::Interval => Verdict::TooHigh,
        () => Verdict::Kept,
    };
    let kept_for = if verdict == Verdict::Kept { judged.no_shrinking.clone() } else { Vec::new() };
    Declared {
        metric: figure.metric,
        keys: written.keys,
        declared,
        seen,
        verdict,
        source: source(judged, figure),
        at_least: figure.bound == Bound::AtLeast,
        kept_for,
        values: written.values,
        least: written.least,
    }
}

/// Where a figure is from, as it stands beside the key that is written.
fn source(judged: &Judged, figure: &JudgedFigure) -> String {
    let until = Timestamp::from_second(judged.window.to);
    let until = until.map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
    let bound = if figure.bound == Bound::AtLeast { ", or more" } else { "" };
    format!(
        "{}, {} of {}, {} points in {:.0} days to {until}, confidence {}{bound}",
        figure.metric,
        figure.statistic,
        figure.source,
        figure.points,
        judged.window.days(),
        figure.confidence
    )
}

fn range(low: f64, high: f64, unit: &str) -> String {
    if low >= high { format!("{high:.0}{unit}") } else { format!("{low:.0}{unit}..{high:.0}{unit}") }
}

/// The text of the profile with what the metrics contradict put right; everything else stays as people wrote it.
pub fn written(text: &str, compared: &[Declared]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for one in compared.iter().filter(|one| one.is_contradicted()) {
        for ((key, value), least) in one.keys.iter().zip(&one.values).zip(&one.least) {
            let comment = one.comment(std::iter::once((key, least)));
            text = set(&text, key, &Value::plain(value), Some(&comment))?;
        }
    }
    // Braces on one line have no room for a comment of each side: one stands behind them.
    let sides: Vec<&Declared> =
        compared.iter().filter(|one| one.keys.iter().any(|key| key.starts_with("traffic.peak."))).collect();
    if let [reads, writes] = sides.as_slice()
        && sides.iter().any(|one| one.is_contradicted() && !text.contains(&one.source))
    {
        let side = |one: &Declared| {
            if one.is_contradicted() { one.values.concat() } else { exactly(one.declared) }
        };
        let peak = Draft::default()
            .with("reads", Value::plain(side(reads)))
            .with("writes", Value::plain(side(writes)));
        let both = || sides.iter().flat_map(|one| one.keys.iter().zip(&one.least));
        let changed = sides.iter().find(|one| one.is_contradicted()).map(|one| one.comment(both()));
        text = set(&text, "traffic.peak", &Value::Inline(peak), changed.as_deref())?;
    }
    Ok(text)
}

/// A rate as it was declared.
fn exactly(rate: Interval) -> String {
    if rate.low == rate.high {
        format!("{}/s", rate.high)
    } else {
        format!("{}/s..{}/s", rate.low, rate.high)
    }
}
