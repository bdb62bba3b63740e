//! What keeps metrics from telling the whole demand: hours and days that are missing, restarts, limits that were reached.

use cachefit::observe::{Metric, Observations, Point, Series, Statistic};

use crate::simulator::{Chance, DAY, Draw as _, STEP};

/// Points of one metric.
pub type Walk = Vec<(i64, f64)>;

/// What is wrong with two weeks of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// One hour in ten is missing.
    Gaps,
    /// Two days and some hours are missing: less than four fifths are left.
    Holes,
    /// The server was restarted: counts begin anew, the memory fills up again.
    Restart,
    /// The memory is as large as its limit allows, and keys are evicted.
    Full,
    /// The service refused commands.
    Throttled,
}

impl Trouble {
    /// Half of all caches have none, each other is that of a tenth.
    pub fn of(cache: u64) -> Self {
        match cache % 10 {
            1 => Self::Gaps,
            3 => Self::Holes,
            5 => Self::Restart,
            7 => Self::Full,
            9 => Self::Throttled,
            _ => Self::None,
        }
    }

    /// Whether nobody can tell from such metrics how small a cache may be.
    pub fn hides_demand(self) -> bool {
        !matches!(self, Self::None | Self::Gaps)
    }
}

/// What an exporter shows of a cache that may hold `limit` bytes: the highest memory of every hour, commands as a count, and
/// what tells of the trouble.
pub fn shown(
    trouble: Trouble,
    memory: &[(i64, f64)],
    load: &[(i64, f64)],
    limit: f64,
    chance: &mut Chance,
) -> Observations {
    let hours = load.len();
    let restart = (trouble == Trouble::Restart).then(|| chance.between(0.2, 0.8) * hours as f64);
    let restart = restart.map(|at| at as usize);
    // It takes half a day to fill up again.
    let filled = |hour: usize| match restart {
        Some(at) if hour >= at => (0.05 + (hour - at) as f64 / 12.0).min(1.0),
        _ => 1.0,
    };
    let held = memory.iter().enumerate().map(|(hour, (at, bytes))| (*at, (bytes * filled(hour)).min(limit)));
    let evicted = memory.iter().map(|(at, bytes)| (*at, if *bytes > limit { 5.0 } else { 0.0 }));
    let begin = load.first().map_or(0, |first| first.0);
    let (mut count, mut counts) = (4e9, vec![(begin, 4e9)]);
    for (hour, (at, rate)) in load.iter().enumerate() {
        count = if restart == Some(hour) { 0.0 } else { count + rate * STEP as f64 };
        counts.push((at + STEP, count));
    }
    let started = |hour: usize| restart.filter(|at| hour >= *at).map_or(begin - 300 * DAY, |at| load[at].0);
    let uptime = load.iter().enumerate().map(|(hour, (at, _))| (*at, (at - started(hour)) as f64));
    let throttled = load.iter().enumerate().map(|(hour, (at, _))| {
        (*at, if trouble == Trouble::Throttled && hour % 50 == 7 { 2.0 } else { 0.0 })
    });
    let mut all = Observations::default();
    for (metric, statistic, walk) in [
        (Metric::Memory, Statistic::Maximum, held.collect::<Walk>()),
        (Metric::Commands, Statistic::Counter, counts),
        (Metric::Uptime, Statistic::Sample, uptime.collect()),
        (Metric::Evictions, Statistic::Maximum, evicted.collect()),
        (Metric::Throttled, Statistic::Maximum, throttled.collect()),
    ] {
        let hole = begin + 5 * DAY..begin + 7 * DAY;
        let lost = |at: i64, chance: &mut Chance| match trouble {
            Trouble::Gaps => chance.happens(0.1),
            Trouble::Holes => hole.contains(&at) || chance.happens(0.2),
            _ => false,
        };
        let there: Walk = walk.into_iter().filter(|(at, _)| !lost(*at, chance)).collect();
        let points = there.into_iter().map(|(at, value)| Point { at, value });
        let series = Series::new("a", metric, statistic, "simulated");
        all.series.push(series.every(Some(STEP as u32)).with(points));
    }
    all.tidy();
    all
}
