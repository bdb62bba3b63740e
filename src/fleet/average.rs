//! The mean load, from which follows what is metered: what metrics show of it, and the profile with that.

use schemars::JsonSchema;
use serde::Serialize;

use crate::observe::{Judged, JudgedFigure, Metric};
use crate::profile::{Draft, EditError, Operations, Profile, Value, set};
use crate::units::{Range, Rate, Source, Sourced};

/// Off by up to this share, a mean is what it was: two more weeks are never quite the same.
const SAME: f64 = 0.1;

/// The mean load of a window against what the profile declares.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Average {
    /// Commands a second that read: whole ones, and three significant digits where there are less than a hundred.
    pub reads: f64,
    /// Commands a second that write, rounded as the reads. Commands that nobody parts count as such.
    pub writes: f64,
    /// Reads and writes a second that the profile declares; none if it declares none.
    pub declared: Option<[f64; 2]>,
    /// Whether the profile should say this: what it declares is another, and the metrics say enough.
    pub is_news: bool,
    /// Where it is from.
    pub source: String,
}

/// The mean load that metrics show; none if they do not tell all commands. `peak` is the usual peak of reads and of writes
/// that the profile will have beside it.
pub fn average(profile: &Profile, judged: &Judged, peak: [f64; 2]) -> Option<Average> {
    let (reads, writes, figure) = seen(judged)?;
    let (reads, writes) = (rounded_up(reads), rounded_up(writes));
    let declared =
        profile.traffic.average.as_ref().map(|all| [all.reads.value.high.0, all.writes.value.high.0]);
    let differs = declared.is_none_or(|[r, w]| is_off(reads, r) || is_off(writes, w));
    let is_more = declared.is_some_and(|[r, w]| reads + writes > r + w);
    // A profile may not have a mean above its peak: neither this one nor one that stands there.
    let is_below_peak = reads <= peak[0] && writes <= peak[1];
    let is_too_high = declared.is_some_and(|[r, w]| r > peak[0] || w > peak[1]);
    Some(Average {
        reads,
        writes,
        declared,
        is_news: is_below_peak && (is_too_high || differs && (is_more || judged.may_shrink())),
        source: average_source(judged, figure),
    })
}

fn average_source(judged: &Judged, figure: &JudgedFigure) -> String {
    format!("mean of {}, {} points in {:.0} days", figure.source, figure.points, judged.window.days())
}

/// The mean load for a profile that is new: what was seen on average, however long, if it is not above its peak.
pub fn drafted_average(judged: &Judged, peak: [f64; 2]) -> Option<Average> {
    let (reads, writes, figure) = seen(judged)?;
    let (reads, writes) = (rounded_up(reads), rounded_up(writes));
    let is_below_peak = reads <= peak[0].max(1.0).ceil() && writes <= peak[1].max(1.0).ceil();
    is_below_peak.then(|| Average {
        reads,
        writes,
        declared: None,
        is_news: true,
        source: average_source(judged, figure),
    })
}

impl Average {
    /// As a profile has it.
    pub fn operations(&self, judged: &Judged) -> Operations {
        let exactly = |rate: f64| Sourced {
            value: Range { low: Rate(rate), high: Rate(rate) },
            source: Source::Observed {
                metric: self.source.clone(),
                window: format!("{:.0} days", judged.window.days()),
            },
        };
        Operations { reads: exactly(self.reads), writes: exactly(self.writes) }
    }
}

/// The text of a profile with the mean load that metrics show, where that is news.
pub fn with_average(text: &str, average: Option<&Average>) -> Result<String, EditError> {
    let Some(average) = average.filter(|average| average.is_news) else {
        return Ok(text.to_owned());
    };
    let value = Draft::default()
        .with("reads", Value::plain(format!("{}/s", average.reads)))
        .with("writes", Value::plain(format!("{}/s", average.writes)));
    set(text, "traffic.average", &Value::Inline(value), Some(&average.source))
}

/// The usual peak of reads and of writes that a profile declares.
pub fn usual_peak(profile: &Profile) -> [f64; 2] {
    let peak = &profile.traffic.peak;
    [peak.reads.value.low.0, peak.writes.value.low.0]
}

fn is_off(mean: f64, declared: f64) -> bool {
    (mean - declared).abs() > declared * SAME
}

/// Never less than was seen: what is metered is billed by it. Few commands a second are many in a month, so that a whole one
/// would be most of a small bill.
fn rounded_up(rate: f64) -> f64 {
    if rate >= 100.0 || rate <= 0.0 {
        return rate.ceil();
    }
    let digits = 10_f64.powi(2 - rate.log10().floor() as i32);
    // A digit that only the binary form has is none.
    (rate * digits - 1e-6).ceil() / digits
}

/// Reads and writes a second, and the figure that tells most of them.
fn seen(judged: &Judged) -> Option<(f64, f64, &JudgedFigure)> {
    let figure = |metric| judged.figure(metric);
    match (figure(Metric::Reads), figure(Metric::Writes), figure(Metric::Commands)) {
        (Some(reads), Some(writes), _) => Some((reads.mean, writes.mean, reads)),
        (None, None, Some(all)) => Some((0.0, all.mean, all)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_rounded_up_to_three_digits_and_above_a_hundred_to_whole_ones() {
        for (rate, rounded) in [
            (0.0, 0.0),
            (0.05, 0.05),
            (0.1 + 0.2, 0.3),
            (0.012_341, 0.0124),
            (1.0, 1.0),
            (7.201, 7.21),
            (99.91, 100.0),
            (3839.2, 3840.0),
        ] {
            assert_eq!(rounded_up(rate), rounded, "{rate}");
            assert!(rounded_up(rounded) == rounded && rounded >= rate - 1e-9, "{rate}");
        }
    }
}
