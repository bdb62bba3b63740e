//! The product's own way from metrics to a size and back: `observe --write`, `recommend`, and `fleet` two weeks later.

use cachefit::catalog::Catalog;
use cachefit::fleet::{Cache, FleetState, Origin, compare, fleet, written};
use cachefit::observe::{Judged, Metric};
use cachefit::profile::{Profile, parse};
use cachefit::recommend::{Candidate, Check, Constraint, Options, RegionChoice, recommend};
use cachefit::units::Source;

use crate::simulator::{Chance, Demand, Traits, highest, judged, observed};
use crate::troubles::Walk;

/// So many: each is sized by the whole catalogue, twice.
const CACHES: u64 = 30;

/// Much too large for all of them.
const DECLARED: &str = "name: shop
placement: { provider: aws, region: us-east-1 }
dataset:
  - keys: \"cart:*\"
    type: string
    count: 150M
    value_size: 1000B
traffic:
  peak:
    reads: 300k/s
    writes: 60k/s
";

fn options() -> Options {
    Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    }
}

fn profile(text: &str) -> Profile {
    parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn choice(profile: &Profile) -> Candidate {
    let answer = recommend(profile, "shop.yaml", Catalog::embedded(), &options());
    answer.unwrap_or_else(|error| panic!("{error}")).choice.expect("something holds it")
}

/// Memory, reads and writes.
struct Shop([Demand; 3]);

impl Shop {
    fn new(seed: u64, cache: u64) -> Self {
        let memory = Demand::memory(&mut Traits::new(seed, cache));
        let load = |at: u64| Demand::load(&mut Traits::new(seed + at, cache));
        Self([memory, load(5000), load(6000)])
    }
}

const METRICS: [Metric; 3] = [Metric::Memory, Metric::Reads, Metric::Writes];

fn look(walks: &[Walk; 3], seed: u64) -> Judged {
    let all: Vec<(Metric, Walk)> = METRICS.into_iter().zip(walks.iter().cloned()).collect();
    judged(&observed("shop", &all), seed)
}

/// What two weeks and the weeks after them make of one cache: whether it was made smaller, whether it became too small, and
/// what `fleet` says of it after the second fortnight.
fn one(seed: u64, cache: u64, declared: &str) -> (bool, bool, FleetState, String) {
    let shop = Shop::new(seed, cache);
    let mut chance = Chance::new(seed * 1000 + cache);
    let mut states = shop.0.each_ref().map(|demand| demand.days_differ * chance.normal());
    let mut walk = |first: i64, days: i64| {
        [0, 1, 2].map(|at| shop.0[at].walk(first, days, &mut states[at], &mut chance))
    };
    let [first, second, rest] = [(0, 14), (14, 14), (28, 16)].map(|(from, days)| walk(from, days));
    let seen = look(&first, seed + cache);
    let text = written(declared, &compare(&profile(declared), &seen)).unwrap();
    let text = crate::profiles::with_average(&text, &profile(&text), &seen).unwrap();
    let mut sized = profile(&text);
    let (before, chosen) = (choice(&profile(declared)), choice(&sized));

    // The share of each capacity that the high end takes, raised or lowered to what the next month asks for.
    let used = |constraint: Constraint| {
        chosen.checks.iter().find(|check| check.constraint == constraint).and_then(Check::used)
    };
    let month = |at: usize| highest(&second[at]).max(highest(&rest[at]));
    let high = |at: usize| seen.figure(METRICS[at]).unwrap().next_peak.high;
    let memory = used(Constraint::Memory).expect("memory is always checked") * month(0) / high(0);
    let load = used(Constraint::Cpu).map_or(0.0, |used| used * (month(1) + month(2)) / (high(1) + high(2)));

    let decided = Source::Observed { metric: "the first two weeks".into(), window: String::new() };
    sized.pin = chosen.deployment.pinned(&decided);
    let origin = Origin::Profile { file: "shop.yaml".into(), profile: Box::new(sized) };
    let judged = Some(look(&second, seed + cache));
    let later = Cache { name: "shop".into(), origin, info: None, judged };
    let later = fleet(&[later], &[], Vec::new(), Catalog::embedded(), &options());
    let later = &later.caches[0];
    let smaller = chosen.ranked_by < before.ranked_by;
    let why = format!(
        "{cache}: {} then {:?}: {}",
        chosen.shape,
        later.target.as_ref().map(|t| &t.shape),
        later.why
    );
    (smaller, memory > 1.0 || load > 1.0, later.state, why)
}

#[test]
fn what_is_written_and_chosen_holds_the_next_month_and_stays() {
    let half = |from: u64, to: u64| (from..to).map(|cache| one(31, cache, DECLARED)).collect::<Vec<_>>();
    let all = std::thread::scope(|scope| {
        let first = scope.spawn(|| half(0, CACHES / 2));
        let mut all = half(CACHES / 2, CACHES);
        all.extend(first.join().unwrap());
        all
    });
    let smaller = all.iter().filter(|one| one.0).count();
    assert!(smaller as u64 > CACHES * 9 / 10, "only {smaller} were made smaller");
    let too_small: Vec<&String> = all.iter().filter(|one| one.1).map(|one| &one.3).collect();
    assert!(too_small.is_empty(), "too small for the month after: {too_small:#?}");
    // What is written holds nine in ten peaks of a figure, and three figures size a cache: some demand has really changed.
    let moved: Vec<&String> = all.iter().filter(|one| one.2 != FleetState::Fits).map(|one| &one.3).collect();
    assert!(moved.len() as u64 * 10 <= CACHES, "are to be resized again: {moved:#?}");
}
