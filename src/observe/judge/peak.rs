//! The highest value of the next month, as an interval: days in blocks, with a trend and a tail.
//!
//! The highest of thirty days to come lies above the highest of fourteen days past more often than not, so resampling alone
//! would be too low. Days among the highest are drawn from an exponential tail that is fitted to them. Trend, level, spread
//! and tail are drawn with their errors, which are larger where neighbouring days are alike.

use super::random::Random;
use crate::observe::Point;
use crate::units::{DAY, Interval};

/// Days ahead.
const AHEAD: usize = 30;
/// Days of a block: neighbours are alike.
const BLOCK: usize = 3;
/// Draws.
const DRAWS: usize = 400;
/// Share of the days that make up the tail.
const TAIL: f64 = 0.4;
/// Part of a day that must be there for its peak to count.
const DAY_SHARE: f64 = 0.5;
/// Days from which anything can be told.
const FEWEST: usize = 3;
/// What the high end is of the highest value where there are fewer days.
const UNKNOWN: f64 = 2.0;
/// Days of a week.
const WEEK: usize = 7;
/// Share of what days differ by that their place in the week must explain before it is taken for one.
const WEEKLY: f64 = 0.85;
/// By how much these days are higher, in logarithms: what differs by less is told well by the tail.
const STANDS_OUT: f64 = 0.25;
/// Added to the likeness of neighbours, in days of the series: the likeness within a few days is told too low.
const LIKENESS: f64 = 5.0;
/// More likeness than this cannot be told from a trend.
const MOST_ALIKE: f64 = 0.85;
/// The ends of the interval. They were chosen on caches with known demand, so that about 90 in 100 hold: 89.4 on fresh seeds,
/// by `cargo run --example observed_peaks -- 301 40`.
const LOW_END: f64 = 0.04;
const HIGH_END: f64 = 0.95;

/// The interval, or a guess if there are fewer than three days, which the second value tells.
pub(super) fn next_month(points: &[Point], pace: Option<u32>, seed: u64) -> (Interval, bool) {
    let most = points.iter().map(|p| p.value).fold(0.0, f64::max);
    let days = daily(points, pace);
    if days.len() < FEWEST {
        return (Interval::new(most, most, most * UNKNOWN), false);
    }
    let last = days.last().map_or(0, |day| day.0);
    if most <= 0.0 {
        return (Interval::exact(0.0), true);
    }
    // Growth and noise are in proportion: logarithms, with a floor for what is nearly nothing.
    let floor = most * 1e-3;
    let logs: Vec<(f64, f64)> =
        days.iter().map(|(day, peak)| ((day - last) as f64, peak.max(floor).ln())).collect();
    let days = Days::of(&logs);
    let mut random = Random::new(seed);
    let mut peaks: Vec<f64> = (0..DRAWS).map(|_| days.draw(&mut random)).collect();
    peaks.sort_by(f64::total_cmp);
    let at = |share: f64| peaks[((DRAWS - 1) as f64 * share).round() as usize].exp();
    (Interval::new(at(LOW_END), at(0.5), at(HIGH_END)), true)
}

/// Whether there are days enough for more than a guess.
pub(super) fn is_told(points: &[Point], pace: Option<u32>) -> bool {
    daily(points, pace).len() >= FEWEST
}

/// The peak of every day that is at least half there.
pub(super) fn daily(points: &[Point], pace: Option<u32>) -> Vec<(i64, f64)> {
    // Days begin where the last point ends, so that the newest day is whole.
    let Some(last) = points.last() else { return Vec::new() };
    let end = last.at + i64::from(pace.unwrap_or(1));
    let expected = DAY as f64 / f64::from(pace.unwrap_or(1).max(1));
    let mut days: Vec<(i64, f64, usize)> = Vec::new();
    for point in points {
        let day = (point.at - end).div_euclid(DAY);
        match days.last_mut().filter(|known| known.0 == day) {
            Some(known) => *known = (day, known.1.max(point.value), known.2 + 1),
            None => days.push((day, point.value, 1)),
        }
    }
    days.retain(|(_, _, count)| *count as f64 >= expected.min(DAY as f64) * DAY_SHARE || pace.is_none());
    days.into_iter().map(|(day, peak, _)| (day, peak)).collect()
}

/// The slope a day. With two weeks or more the same days of the week are compared, so that a weekend is no trend.
fn slope(days: &[(f64, f64)]) -> f64 {
    let apart = if days.len() >= 2 * WEEK { WEEK as f64 } else { 1.0 };
    let mut slopes = Vec::new();
    for (i, (at, value)) in days.iter().enumerate() {
        for (later, other) in &days[i + 1..] {
            let between = later - at;
            if between >= apart && between % apart == 0.0 {
                slopes.push((other - value) / between);
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    slopes.get(slopes.len() / 2).copied().unwrap_or(0.0)
}

/// The slope a day and its error. A slope that its error can explain is taken for less, down to none.
fn trend(days: &[(f64, f64)]) -> (f64, f64) {
    let slope = slope(days);
    let rest = without(days, |day| slope * day);
    let n = days.len() as f64;
    // The error of a slope through n days.
    let error = spread(&rest) * inflation(&rest) * (12.0 / (n * (n * n - 1.0))).sqrt();
    if slope == 0.0 || error == 0.0 {
        return (slope, error);
    }
    let kept = (1.0 - (error / slope).powi(2)).max(0.0);
    (slope * kept, error * kept.sqrt())
}

/// The values of days less what is known of each.
fn without(days: &[(f64, f64)], known: impl Fn(f64) -> f64) -> Vec<f64> {
    days.iter().map(|(day, value)| value - known(*day)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation.
fn spread(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// By how much errors are larger since neighbours are alike, so that there are fewer independent days.
fn inflation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let beside: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    if square == 0.0 {
        return 1.0;
    }
    let alike = (beside / square + LIKENESS / values.len() as f64).clamp(0.0, MOST_ALIKE);
    ((1.0 + alike) / (1.0 - alike)).sqrt()
}

/// The place in the week of a day that is counted from the last one.
fn of_week(day: f64) -> usize {
    (day.rem_euclid(WEEK as f64) as usize + WEEK - 1) % WEEK
}

/// By how much days of the week stand out from their neighbours, and the error of it. Only where a few of them do in every
/// week, as a weekly batch does: these days are no tail of the others.
fn week(days: &[(f64, f64)]) -> Option<([f64; WEEK], f64)> {
    let slope = slope(days);
    let rest = without(days, |day| slope * day);
    let mut of_days: [Vec<f64>; WEEK] = Default::default();
    for ((day, _), value) in days.iter().zip(&rest) {
        of_days[of_week(*day)].push(*value);
    }
    let fewest = of_days.iter().map(Vec::len).min().filter(|fewest| *fewest >= 2)?;
    let within: f64 = of_days.iter().map(|values| spread(values).powi(2) * values.len() as f64).sum();
    let all = spread(&rest).powi(2) * rest.len() as f64;
    let means = of_days.map(|values| mean(&values));
    let (lowest, highest) = means.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let stands_out = means.map(|mean| mean > f64::midpoint(lowest, highest));
    let few = stands_out.iter().filter(|is| **is).count() as f64 <= TAIL * WEEK as f64;
    if highest - lowest < STANDS_OUT || within > (1.0 - WEEKLY) * all || !few {
        return None;
    }
    let is_usual = |i: &usize| !stands_out[of_week(days[*i].0)];
    let mut above: [Vec<f64>; WEEK] = Default::default();
    for i in (0..days.len()).filter(|i| !is_usual(i)) {
        let beside = [(0..i).rev().find(is_usual), (i..days.len()).find(is_usual)];
        let beside: Vec<f64> = beside.into_iter().flatten().map(|usual| rest[usual]).collect();
        above[of_week(days[i].0)].push(rest[i] - mean(&beside));
    }
    let usual: Vec<f64> = (0..days.len()).filter(is_usual).map(|i| rest[i]).collect();
    let steps: Vec<f64> = usual.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).collect();
    // Two neighbours differ by twice what a day does, a day and the mean of two by one and a half times.
    let error = (0.75 * mean(&steps) / fewest as f64).sqrt();
    Some((above.map(|all| if all.is_empty() { 0.0 } else { mean(&all) }), error))
}

/// What days past tell of the days to come: around their trend, with all that fourteen days leave open.
struct Days {
    /// Deviations from the trend and what the day of the week adds, in the order of the days, moved to the last day.
    residuals: Vec<f64>,
    /// What days of the week add, and the error of it.
    week: Option<([f64; WEEK], f64)>,
    /// Their mean.
    mean: f64,
    /// Above this a day is one of the tail.
    above: f64,
    /// Mean excess of the tail.
    excess: f64,
    /// Days of the tail.
    tail: usize,
    /// Growth a day and its error.
    slope: (f64, f64),
    /// The error of the level: larger where neighbours are alike.
    level: f64,
}

impl Days {
    fn of(logs: &[(f64, f64)]) -> Self {
        let n = logs.len();
        let week = week(logs);
        let logs: Vec<(f64, f64)> = match week {
            Some((week, _)) => logs.iter().map(|(day, log)| (*day, log - week[of_week(*day)])).collect(),
            None => logs.to_vec(),
        };
        let slope = trend(&logs);
        let residuals = without(&logs, |day| slope.0 * day);
        let mut sorted = residuals.clone();
        sorted.sort_by(f64::total_cmp);
        let tail = ((n as f64 * TAIL).round() as usize).clamp(2, n - 1);
        let above = sorted[n - tail - 1];
        let excess = sorted[n - tail..].iter().map(|v| v - above).sum::<f64>() / tail as f64;
        let level = spread(&residuals) / (n as f64 - 1.0).sqrt() * inflation(&residuals);
        Self { mean: mean(&residuals), residuals, week, above, excess, tail, slope, level }
    }

    /// The highest of one drawn month.
    fn draw(&self, random: &mut Random) -> f64 {
        let n = self.residuals.len();
        // The mean of so few excesses is itself uncertain, and so is how much days differ.
        let scale = self.excess / random.mean_of_exponentials(self.tail);
        let stretch = random.mean_of_exponentials(n / 2).powf(-0.5);
        let shift = self.level * random.normal();
        let slope = self.slope.0 + self.slope.1 * random.normal();
        let week = self.week.map_or([0.0; WEEK], |(week, error)| {
            week.map(|above| if above == 0.0 { 0.0 } else { above + error * random.normal() })
        });
        let (mut highest, mut ahead) = (f64::MIN, 0);
        while ahead < AHEAD {
            let from = random.below(n);
            for step in 0..BLOCK.min(AHEAD - ahead) {
                let day = (ahead + step + 1) as f64;
                let grown = slope * day + week[of_week(day)];
                let of_day = |drawn: f64| self.mean + (drawn - self.mean) * stretch + grown;
                let drawn = self.residuals[(from + step) % n];
                if drawn > self.above {
                    let tail = random.exponential();
                    // Most days of the tail cannot be the highest, whatever they are exactly.
                    if of_day(self.above + scale * tail.at_most()) > highest {
                        highest = highest.max(of_day(self.above + scale * tail.value()));
                    }
                } else {
                    highest = highest.max(of_day(drawn));
                }
            }
            ahead += BLOCK;
        }
        highest + shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(peaks: &[f64]) -> Vec<Point> {
        let hours = peaks.iter().enumerate().flat_map(|(day, peak)| {
            (0..24).map(move |hour| Point {
                at: i64::try_from(day).unwrap_or(0) * DAY + hour * 3600,
                value: if hour == 12 { *peak } else { peak / 2.0 },
            })
        });
        hours.collect()
    }

    #[test]
    fn what_never_changes_stays_as_it_is_and_what_grows_goes_on() {
        let (flat, told) = next_month(&days(&[100.0; 14]), Some(3600), 1);
        assert!(told && (flat.low - 100.0).abs() < 0.01 && (flat.high - 100.0).abs() < 0.01, "{flat:?}");
        let growing: Vec<f64> = (0..14).map(|day| 100.0 * 1.01_f64.powi(day)).collect();
        let (grown, _) = next_month(&days(&growing), Some(3600), 1);
        let then = 100.0 * 1.01_f64.powi(13 + 30);
        assert!((grown.likely / then - 1.0).abs() < 0.02, "{grown:?} against {then}");
    }

    #[test]
    fn a_weekly_batch_is_no_tail_of_the_other_days() {
        for (times, offset) in [(2.0, 0), (3.0, 3), (4.0, 6)] {
            let noise = |day: usize| 1.0 + 0.01 * ((day * 7919 % 13) as f64 / 6.0 - 1.0);
            let peak = |day: usize| if day % 7 == offset { 100.0 * times } else { 100.0 } * noise(day);
            let peaks: Vec<f64> = (0..14).map(peak).collect();
            let (told, _) = next_month(&days(&peaks), Some(3600), 1);
            assert!(told.low > 97.0 * times && told.high < 115.0 * times, "{times}: {told:?}");
        }
        // What comes on any day stays what it was: the next may be higher.
        let mut once = [100.0; 14];
        (once[3], once[9]) = (200.0, 210.0);
        assert!(next_month(&days(&once), Some(3600), 1).0.high > 300.0);
    }

    #[test]
    fn two_days_are_a_guess_and_the_same_seed_tells_the_same() {
        let (guess, told) = next_month(&days(&[10.0, 12.0]), Some(3600), 1);
        assert!(!told && guess.high == 24.0 && guess.low == 12.0);
        let noisy = days(&[10.0, 12.0, 9.0, 14.0, 11.0, 10.0, 13.0]);
        assert_eq!(next_month(&noisy, Some(3600), 7), next_month(&noisy, Some(3600), 7));
        assert!(next_month(&noisy, Some(3600), 7).0.high > 14.0);
    }

    #[test]
    fn a_day_that_is_mostly_missing_has_no_peak() {
        let mut points = days(&[10.0, 50.0, 10.0, 10.0]);
        points.retain(|p| p.at.div_euclid(DAY) != 1 || p.at.rem_euclid(DAY) < 3 * 3600);
        assert_eq!(daily(&points, Some(3600)).len(), 3);
    }
}
