//! Caches that are sized by their metrics, and two weeks later once more: how many are resized again, how many were made
//! smaller than the weeks after asked for, and how far the choice is from that of somebody who knows the future.

use cachefit::observe::{Judged, JudgedFigure, Metric, keeps, still_holds};
use cachefit::units::Interval;

use crate::simulator::{Chance, Demand, Traits, highest, judged};
use crate::troubles::{Trouble, Walk, shown};

/// What a size has, and what a new choice may use of it.
const MEMORY_SHARE: f64 = 0.75;
const LOAD_SHARE: f64 = 0.6;

/// What became of many caches.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// All of them.
    pub caches: u32,
    /// Made smaller, in any round.
    pub shrunk: u32,
    /// Of these, too small for the memory, or for the load, of the month after.
    pub too_small: [u32; 2],
    /// Resized again in the second round, though the first one knew its demand.
    pub changed: u32,
    /// Made smaller though the metrics hid the demand.
    pub rash: u32,
    /// Sizes that grew because a limit hid the demand.
    pub grown: u32,
    /// Costs of the choice above those of the best one, as shares of these; only where the demand was known.
    pub regrets: Vec<f64>,
}

impl Rounds {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.caches += other.caches;
        self.shrunk += other.shrunk;
        self.too_small = [0, 1].map(|at| self.too_small[at] + other.too_small[at]);
        self.changed += other.changed;
        self.rash += other.rash;
        self.grown += other.grown;
        self.regrets.extend(other.regrets);
        self
    }

    /// The regret of the middle one.
    pub fn median_regret(&self) -> f64 {
        let mut sorted = self.regrets.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// Sizes of which each has twice as much as the one before and costs twice as much.
fn capacity(size: i32) -> [f64; 2] {
    [1e9 * 2_f64.powi(size), 8e3 * 2_f64.powi(size)]
}

/// The smallest size for memory and load.
fn smallest([memory, load]: [f64; 2]) -> i32 {
    let holds = |size: &i32| {
        let [bytes, rate] = capacity(*size);
        memory <= bytes * MEMORY_SHARE && load <= rate * LOAD_SHARE
    };
    (0..40).find(holds).expect("some size holds it")
}

fn figures(judged: &Judged) -> [&JudgedFigure; 2] {
    [Metric::Memory, Metric::Commands].map(|metric| judged.figure(metric).expect("it was observed"))
}

/// The size for what was judged, beside what runs and the figures by which that was chosen.
fn size(judged: &Judged, runs: i32, by: Option<[Interval; 2]>) -> i32 {
    let figures = figures(judged);
    let figure = |at: usize| {
        let earlier = by
            .map(|by| by[at])
            .filter(|earlier| still_holds(*earlier, figures[at].most, figures[at].next_peak));
        earlier.unwrap_or(figures[at].next_peak).high
    };
    let best = smallest([figure(0), figure(1)]);
    let [bytes, rate] = capacity(runs);
    let stays = keeps(figures[0], bytes, MEMORY_SHARE) && keeps(figures[1], rate, LOAD_SHARE);
    match best {
        best if best < runs && !judged.may_shrink() => runs,
        best if best > runs && stays => runs,
        best => best,
    }
}

/// The caches from one number to another, on two cores.
pub fn rounds(seed: u64, caches: u64) -> Rounds {
    let half =
        |from: u64, to: u64| (from..to).map(|cache| one(seed, cache)).fold(Rounds::default(), Rounds::and);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| half(0, caches / 2));
        let second = half(caches / 2, caches);
        first.join().expect("no cache panics").and(second)
    })
}

fn one(seed: u64, cache: u64) -> Rounds {
    let mut chance = Chance::new(seed * 100_000 + cache);
    let demands =
        [Demand::memory(&mut Traits::new(seed, cache)), Demand::load(&mut Traits::new(seed + 5000, cache))];
    let mut states = demands.each_ref().map(|demand| demand.days_differ * chance.normal());
    let mut walk = |first: i64, days: i64| -> [Walk; 2] {
        [0, 1].map(|at| demands[at].walk(first, days, &mut states[at], &mut chance))
    };
    // Two fortnights are seen; a month follows each.
    let [first, second, third, rest] =
        [(0, 14), (14, 14), (28, 16), (44, 14)].map(|(from, days)| walk(from, days));
    let peaks = |weeks: [&[Walk; 2]; 2]| {
        [0, 1].map(|at| weeks.map(|w| highest(&w[at])).into_iter().fold(0.0, f64::max))
    };
    let (after_first, after_second) = (peaks([&second, &third]), peaks([&third, &rest]));
    let mut chance = Chance::new(seed * 100_000 + cache + 50_000);
    let mut look = |trouble: Trouble, weeks: &[Walk; 2], limit: f64| {
        judged(&shown(trouble, &weeks[0], &weeks[1], limit, &mut chance), seed * 1000 + cache)
    };

    let mut trouble = Trouble::of(cache);
    let open = look(Trouble::None, &first, f64::INFINITY);
    let fits = smallest(figures(&open).map(|figure| figure.next_peak.high));
    // What runs is as large as it should be, or up to eight times too large; or it is too small for its data.
    let too_small = (highest(&first[0]) / 1e9).log2().ceil() as i32 - 1;
    let mut runs = fits + (cache.wrapping_mul(7919) / 10 % 4) as i32;
    if trouble == Trouble::Full && too_small < 0 {
        trouble = Trouble::None;
    }
    if trouble == Trouble::Full {
        runs = too_small;
    }
    let seen = look(trouble, &first, capacity(runs)[0]);
    let chosen = size(&seen, runs, None);
    let by = figures(&seen).map(|figure| figure.next_peak);
    // The trouble is over in the next two weeks, but for gaps, which stay.
    let later = if trouble == Trouble::Gaps { trouble } else { Trouble::None };
    let again = size(&look(later, &second, capacity(chosen)[0]), chosen, Some(by));

    let mut told = Rounds { caches: 1, ..Rounds::default() };
    for (before, after, peaks) in [(runs, chosen, after_first), (chosen, again, after_second)] {
        told.shrunk += u32::from(after < before);
        for (told, (peak, capacity)) in told.too_small.iter_mut().zip(peaks.iter().zip(capacity(after))) {
            *told += u32::from(after < before && *peak > capacity);
        }
    }
    if trouble.hides_demand() {
        told.rash += u32::from(chosen < runs);
        told.grown += u32::from(chosen > runs);
    } else {
        told.changed += u32::from(again != chosen);
        told.regrets.push(2_f64.powi(chosen - smallest(after_first)) - 1.0);
    }
    told
}
