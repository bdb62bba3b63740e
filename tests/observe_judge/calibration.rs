//! What `observe` says of caches whose demand is known: the interval holds, sizing by it comes to rest, hardly anything becomes
//! too small. The interval was tuned on seeds 1 to 20, with a look at 101 to 140 and 201 to 220; docs/observe.md has what was
//! measured on seeds that nobody had looked at.

use cachefit::observe::{Metric, StateName};

use crate::rounds::rounds;
use crate::simulator::{self, Chance, Demand, Draw as _, Traits, coverage, highest, judged};
use crate::troubles::{Trouble, shown};

/// Five sets of 200 caches.
const CHECKED: std::ops::Range<u64> = 101..106;

#[test]
fn the_interval_holds_the_peak_of_nine_in_ten_next_months() {
    let all: Vec<simulator::Coverage> = CHECKED.map(|seed| coverage(seed, 200, 20, |_| 1.0)).collect();
    let held = all.iter().map(|one| one.held).sum::<f64>() / all.len() as f64;
    let above = all.iter().map(|one| one.above).sum::<f64>() / all.len() as f64;
    assert!((0.88..=0.92).contains(&held), "{held}: {all:?}");
    assert!(above <= 0.06, "{above} of the peaks were above the interval");
    assert!((0.88..=0.92).contains(&all[0].held), "200 series of one seed: {:?}", all[0]);
}

#[test]
fn a_weekly_batch_is_foretold_as_well_and_not_as_a_burst_that_may_grow() {
    let all: Vec<simulator::Coverage> =
        CHECKED.map(|seed| coverage(seed, 200, 20, |traits| traits.between(1.3, 4.0))).collect();
    let mean = |of: fn(&simulator::Coverage) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    let (held, above, width) = (mean(|c| c.held), mean(|c| c.above), mean(|c| c.width));
    assert!((0.85..=0.95).contains(&held) && above <= 0.08, "{held} held, {above} above: {all:?}");
    // A tail through all days would make it 11 times and more.
    assert!(width < 3.0, "the high end is {width} times what was seen: {all:?}");
}

#[test]
fn a_thousand_caches_come_to_rest_and_hardly_any_becomes_too_small() {
    let told = rounds(202, 1000);
    assert!(told.shrunk > 500, "only {} were made smaller: the test would prove nothing", told.shrunk);
    assert_eq!(told.rash, 0, "were made smaller though metrics hid what they ask for");
    assert!(told.grown > 50, "only {} of those at their limit grew", told.grown);
    // What no day of two weeks has shown cannot be told: docs/observe.md has the share on fresh seeds.
    assert_eq!(told.too_small.iter().sum::<u32>(), 0, "{:?} became too small", told.too_small);
    let judged = told.regrets.len();
    assert!(told.changed as usize * 100 <= judged, "{} of {judged} were resized again", told.changed);
    assert!(told.median_regret().abs() <= 0.03, "median regret {}", told.median_regret());
}

#[test]
fn what_hides_the_demand_is_called_so() {
    use StateName::{Censored, Sparse, Warming};
    for (trouble, state) in [
        (Trouble::None, None),
        (Trouble::Gaps, None),
        (Trouble::Holes, Some(Sparse)),
        (Trouble::Restart, Some(Warming)),
        (Trouble::Full, Some(Censored)),
        (Trouble::Throttled, Some(Censored)),
    ] {
        for seed in 0..10 {
            let mut chance = Chance::new(seed);
            let memory = Demand::memory(&mut Traits::new(seed, 1)).walk(0, 14, &mut 0.0, &mut chance);
            let load = Demand::load(&mut Traits::new(seed, 2)).walk(0, 14, &mut 0.0, &mut chance);
            let limit = if trouble == Trouble::Full { 0.8 } else { 4.0 } * highest(&memory);
            let judged = judged(&shown(trouble, &memory, &load, limit, &mut chance), seed);
            let states: Vec<StateName> = judged.states.iter().map(|state| state.name).collect();
            assert_eq!(states, state.into_iter().collect::<Vec<_>>(), "{trouble:?}, seed {seed}");
            assert_eq!(judged.may_shrink(), state.is_none(), "{trouble:?}: {:?}", judged.no_shrinking);
            // A count tells the rate of every hour but that of the restart.
            let commands = judged.figure(Metric::Commands).unwrap();
            let most = highest(&load);
            assert!(commands.most <= most * 1.0001, "{trouble:?}: {} of {most}", commands.most);
            assert!(trouble != Trouble::None || commands.most >= most * 0.9999);
        }
    }
}
