//! Where a figure of a profile is from, as it stands beside the key that is written.

use jiff::Timestamp;

use crate::observe::{Bound, Judged, JudgedFigure};
use crate::units::Interval;

/// Metric, statistic, source, points, window and confidence.
pub fn source(judged: &Judged, figure: &JudgedFigure) -> String {
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

/// What the demand is at least: what was seen, or the low end of the peak to come; never more than what is written.
pub fn least(figure: &JudgedFigure, seen: Interval) -> f64 {
    figure.most.max(seen.low).min(seen.high)
}
