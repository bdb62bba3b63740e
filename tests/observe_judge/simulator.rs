//! Caches whose demand is known: first what they ask for is made up, then what metrics would show of it.

use cachefit::observe::{Judged, Metric, Observations, Options, Point, Series, Statistic, groups, judge};

/// Seconds between points: few of them, so that a thousand caches are quick.
pub const STEP: i64 = 3600;
/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Numbers from 0 to 1, and what follows from them.
pub trait Draw {
    /// From 0 to 1.
    fn share(&mut self) -> f64;

    /// From `low` to `high`.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// From `low` to `high`, each order of magnitude as often as the other.
    fn spread(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// True in so many of 1 cases.
    fn happens(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// Chance that is the same in every run (`SplitMix64`).
pub struct Chance(u64);

impl Draw for Chance {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Traits of a cache that are spread evenly over all caches of a seed (a shifted lattice), so that a few hundred of them
/// are as mixed as many.
pub struct Traits {
    shifts: Chance,
    cache: u64,
    steps: std::slice::Iter<'static, u32>,
}

impl Traits {
    /// Those of one cache.
    pub fn new(seed: u64, cache: u64) -> Self {
        const PRIMES: &[u32] = &[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];
        Self { shifts: Chance::new(seed), cache: cache + 1, steps: PRIMES.iter() }
    }
}

impl Draw for Traits {
    fn share(&mut self) -> f64 {
        let step = f64::from(*self.steps.next().expect("fewer traits than primes")).sqrt();
        (self.shifts.share() + self.cache as f64 * step).fract()
    }
}

impl Chance {
    /// The same for the same seed.
    pub fn new(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        chance.share();
        chance
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.share()).ln()
    }
}

/// What moves a demand: all shares are of its level.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Its level on a busy day without noise.
    pub level: f64,
    /// Growth a day, in logarithms.
    pub trend: f64,
    /// How much lower the quietest hour is.
    pub by_night: f64,
    /// How much lower, or higher, a weekend is.
    pub weekend: f64,
    /// The weekday on which it begins.
    pub begins: i64,
    /// Deviation of days, in logarithms.
    pub days_differ: f64,
    /// How much of a day's deviation the next day keeps.
    pub keeps: f64,
    /// Deviation of hours.
    pub hours_differ: f64,
    /// Share of days with a burst.
    pub bursts: f64,
    /// Mean height of a burst, in logarithms.
    pub burst: f64,
    /// How many times higher one day of every week is.
    pub weekly: f64,
}

impl Demand {
    /// Bytes: slow, growing, hardly any day.
    pub fn memory(chance: &mut impl Draw) -> Self {
        Self {
            level: chance.spread(0.3e9, 60e9),
            trend: trend(chance),
            by_night: chance.between(0.0, 0.2),
            weekend: chance.between(-0.05, 0.1),
            begins: chance.between(0.0, 7.0) as i64,
            days_differ: chance.spread(0.004, 0.06),
            keeps: chance.between(0.3, 0.85),
            hours_differ: chance.between(0.0, 0.01),
            bursts: some(chance, 0.15, 0.02, 0.08),
            burst: chance.between(0.02, 0.15),
            weekly: 1.0,
        }
    }

    /// Commands a second: days, weekends, bursts.
    pub fn load(chance: &mut impl Draw) -> Self {
        Self {
            level: chance.spread(100.0, 60_000.0),
            trend: trend(chance),
            by_night: chance.between(0.1, 0.9),
            weekend: chance.between(-0.2, 0.6),
            begins: chance.between(0.0, 7.0) as i64,
            days_differ: chance.spread(0.02, 0.25),
            keeps: chance.between(0.0, 0.6),
            hours_differ: chance.between(0.01, 0.08),
            bursts: some(chance, 0.3, 0.02, 0.1),
            burst: chance.between(0.1, 0.35),
            weekly: 1.0,
        }
    }

    /// The hours of so many days from `first` on; `state` is how much the day before deviated, and is kept for the next call.
    pub fn walk(&self, first: i64, days: i64, state: &mut f64, chance: &mut Chance) -> Vec<(i64, f64)> {
        let mut points = Vec::with_capacity((days * DAY / STEP) as usize);
        for day in first..first + days {
            let fresh = (1.0 - self.keeps * self.keeps).sqrt() * self.days_differ;
            *state = *state * self.keeps + fresh * chance.normal();
            let burst = if chance.happens(self.bursts) { self.burst * chance.exponential() } else { 0.0 };
            let weekend = if (day + self.begins).rem_euclid(7) >= 5 { 1.0 - self.weekend } else { 1.0 };
            let weekly = if (day + self.begins).rem_euclid(7) == 0 { self.weekly } else { 1.0 };
            let of_day = self.level * (self.trend * day as f64 + *state + burst).exp() * weekend * weekly;
            for hour in 0..DAY / STEP {
                let angle = (hour as f64 - 14.0) / 24.0 * std::f64::consts::TAU;
                let of_hour = 1.0 - self.by_night * (1.0 - angle.cos()) / 2.0;
                let noise = (self.hours_differ * chance.normal()).exp();
                points.push((day * DAY + hour * STEP, of_day * of_hour * noise));
            }
        }
        points
    }
}

/// From `low` to `high` for some of the caches, nothing for the others; every cache draws as often.
fn some(chance: &mut impl Draw, share: f64, low: f64, high: f64) -> f64 {
    let (has, value) = (chance.happens(share), chance.between(low, high));
    if has { value } else { 0.0 }
}

/// Half of all demands stay, most others grow, a few shrink or grow fast: in logarithms a day.
fn trend(chance: &mut impl Draw) -> f64 {
    let (kind, much) = (chance.share(), chance.share());
    let a_month = match kind {
        kind if kind < 0.5 => 0.0,
        kind if kind < 0.85 => 0.1 * much,
        kind if kind < 0.95 => -0.1 * much,
        _ => 0.1 + 0.2 * much,
    };
    (1.0 + a_month).ln() / 30.0
}

/// What an exporter would show of one node: the highest value of every hour.
pub fn observed(cache: &str, metrics: &[(Metric, Vec<(i64, f64)>)]) -> Observations {
    let mut all = Observations::default();
    for (metric, points) in metrics {
        let points = points.iter().map(|(at, value)| Point { at: *at, value: *value });
        let series = Series::new(cache, *metric, Statistic::Maximum, "simulated");
        all.series.push(series.every(Some(STEP as u32)).with(points));
    }
    all.tidy();
    all
}

/// What is judged of the one cache that was observed.
pub fn judged(all: &Observations, seed: u64) -> Judged {
    judge(&groups(all)[0], all, &Options { seed, ..Options::default() })
}

/// The highest value.
pub fn highest(points: &[(i64, f64)]) -> f64 {
    points.iter().map(|(_, value)| *value).fold(0.0, f64::max)
}

/// How the interval from two weeks fares against many next months of the same caches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Share of next months whose peak lies in the interval.
    pub held: f64,
    /// Share whose peak lies above.
    pub above: f64,
    /// Mean of how many times the highest value that was seen the high end is.
    pub width: f64,
}

/// Half of the caches show their memory, the others their load. Each is followed into `futures` next months that its first
/// two weeks could have had, so that the share is that of the intervals and not of single months. One day of every week is so many
/// times higher as `weekly` draws.
pub fn coverage(seed: u64, caches: u64, futures: u32, weekly: impl Fn(&mut Traits) -> f64) -> Coverage {
    let mut chance = Chance::new(seed);
    let mut sum = Coverage::default();
    let one = 1.0 / (caches as f64 * f64::from(futures));
    for cache in 0..caches {
        let mut traits = Traits::new(seed, cache / 2);
        let (metric, mut demand) = if cache % 2 == 0 {
            (Metric::Memory, Demand::memory(&mut traits))
        } else {
            (Metric::Commands, Demand::load(&mut traits))
        };
        demand.weekly = weekly(&mut traits);
        let mut state = demand.days_differ * chance.normal();
        let past = demand.walk(0, 14, &mut state, &mut chance);
        let judged = judged(&observed("a", &[(metric, past)]), seed * 1000 + cache);
        let figure = judged.figure(metric).expect("it was observed");
        let told = figure.next_peak;
        sum.width += told.high / figure.most / caches as f64;
        for _ in 0..futures {
            let peak = highest(&demand.walk(14, 30, &mut state.clone(), &mut chance));
            sum.held += if told.low <= peak && peak <= told.high { one } else { 0.0 };
            sum.above += if peak > told.high { one } else { 0.0 };
        }
    }
    sum
}
