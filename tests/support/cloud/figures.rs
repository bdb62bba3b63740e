//! Figures that a monitoring system has kept: the same two weeks for every cloud.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a point.
pub const STEP: i64 = 300;
/// Points of two weeks.
const POINTS: i64 = 14 * 288;

/// Seconds since 1970.
pub fn now() -> i64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(age.as_secs()).unwrap()
}

/// Two weeks until now, in order: a wave a day between two values.
pub fn two_weeks(low: f64, high: f64) -> Vec<(i64, f64)> {
    let end = now() / STEP * STEP;
    let wave = |at: i64| ((at % 86_400) as f64 / 86_400.0 * std::f64::consts::TAU).sin().midpoint(1.0);
    (1..=POINTS).rev().map(|ago| end - ago * STEP).map(|at| (at, low + (high - low) * wave(at))).collect()
}

/// Metrics with the least and the most of a day, as two weeks of points.
pub fn waves<'a>(metrics: &'a [(&'a str, f64, f64)]) -> impl Iterator<Item = (String, Vec<(i64, f64)>)> + 'a {
    metrics.iter().map(|(name, low, high)| ((*name).to_owned(), two_weeks(*low, *high)))
}

/// The points between two times, the newest first, as services answer.
pub fn between(points: &[(i64, f64)], from: i64, to: i64) -> Vec<(i64, f64)> {
    points.iter().rev().copied().filter(|(at, _)| (from..to).contains(at)).collect()
}
