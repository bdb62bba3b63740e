//! What a profile declares against what the metrics of its cache show, key by key; and the profile with what they show.

use schemars::JsonSchema;
use serde::Serialize;

use super::average::usual_peak;
use super::measured::{Measured, measured, scaled_to, server};
use super::provenance::{least, source};
use crate::observe::{Bound, Judged, Metric};
use crate::profile::{Draft, EditError, Profile, Value, bound, set, stands_in_braces};
use crate::units::{Interval, terms};

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

/// Every figure that both tell.
pub fn compare(profile: &Profile, judged: &Judged) -> Vec<Declared> {
    let all = measured(profile, judged).into_iter();
    all.filter_map(|one| {
        let written = match one.told.metric {
            Metric::Memory => keys(profile, judged, &one)?,
            Metric::Reads => peak("traffic.peak.reads", &one, "/s"),
            Metric::Writes => peak("traffic.peak.writes", &one, "/s"),
            _ => peak("placement.worker_connections", &one, ""),
        };
        Some(declared(judged, &one, written))
    })
    .collect()
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

/// The keys that a figure is written to, with their values, and the least that was observed of each.
struct Written {
    keys: Vec<String>,
    values: Vec<String>,
    least: Vec<String>,
}

/// The number of keys of each family that makes up the memory.
fn keys(profile: &Profile, judged: &Judged, memory: &Measured) -> Option<Written> {
    let server = server(judged.info.as_ref()).ok()?;
    let counts = |bytes: f64| -> Vec<f64> {
        let scaled = scaled_to(profile, bytes, &server).0;
        scaled.dataset.iter().map(|family| family.count.value.high.0).collect()
    };
    let (likely, most) = (counts(memory.seen.likely), counts(memory.seen.high));
    Some(Written {
        keys: (0..profile.dataset.len()).map(|at| format!("dataset[{at}].count")).collect(),
        values: likely.iter().zip(&most).map(|(likely, most)| range(*likely, *most, "")).collect(),
        least: counts(least(&memory.told, memory.seen)).iter().map(|count| format!("{count:.0}")).collect(),
    })
}

/// A peak under a key of its own.
fn peak(key: &str, one: &Measured, unit: &str) -> Written {
    let whole = |value: f64| value.ceil().max(1.0);
    Written {
        keys: vec![key.to_owned()],
        values: vec![range(whole(one.seen.likely), whole(one.seen.high), unit)],
        least: vec![format!("{:.0}{unit}", least(&one.told, one.seen).floor())],
    }
}

fn declared(judged: &Judged, one: &Measured, written: Written) -> Declared {
    let verdict = match () {
        () if one.holds => Verdict::Holds,
        () if one.is_above() => Verdict::TooLow,
        () if judged.may_shrink() && one.told.bound == Bound::Interval => Verdict::TooHigh,
        () => Verdict::Kept,
    };
    let kept_for = if verdict == Verdict::Kept { judged.no_shrinking.clone() } else { Vec::new() };
    Declared {
        metric: one.told.metric,
        keys: written.keys,
        declared: one.declared,
        seen: one.seen,
        verdict,
        source: source(judged, &one.told),
        at_least: one.told.bound == Bound::AtLeast,
        kept_for,
        values: written.values,
        least: written.least,
    }
}

fn range(low: f64, high: f64, unit: &str) -> String {
    if low >= high { format!("{high:.0}{unit}") } else { format!("{low:.0}{unit}..{high:.0}{unit}") }
}

/// The text of the profile with what the metrics contradict put right; everything else stays as people wrote it.
pub fn written(text: &str, compared: &[Declared]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    // Braces have no room for a comment of each side: one is of both.
    let in_braces = stands_in_braces(&text, "traffic.peak");
    for one in compared.iter().filter(|one| one.is_contradicted()) {
        for ((key, value), least) in one.keys.iter().zip(&one.values).zip(&one.least) {
            let comment = one.comment(std::iter::once((key, least)));
            let comment = Some(comment).filter(|_| !in_braces || !key.starts_with("traffic.peak."));
            text = set(&text, key, &Value::plain(value), comment.as_deref())?;
        }
    }
    let sides: Vec<&Declared> =
        compared.iter().filter(|one| one.keys.iter().any(|key| key.starts_with("traffic.peak."))).collect();
    if let [reads, writes] = sides.as_slice()
        && in_braces
        && sides.iter().any(|one| one.is_contradicted())
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
