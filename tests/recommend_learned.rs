//! Recommendations from a learned curve: memory against misses.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::profile::parse;
use cachefit::recommend::{MemoryOption, Options, Recommendation, RegionChoice, recommend};
use cachefit::units::{Policy, Usd};

const LEARNED: &str = include_str!("scenarios/recommend-learned/learned.yaml");

fn answer(text: &str) -> Recommendation {
    let profile = parse(text.as_bytes(), "learned.yaml").unwrap();
    let options = Options {
        providers: None,
        regions: RegionChoice::default(),
        as_of: "2026-11-22".parse().unwrap(),
        max_price_age_days: None,
        list_all: false,
    };
    recommend(&profile, "learned.yaml", Catalog::embedded(), &options).unwrap()
}

fn with_cost(cost: &str) -> Recommendation {
    answer(&LEARNED.replace("0.05 USD per million", &format!("{cost} USD per million")))
}

fn chosen(r: &Recommendation) -> &MemoryOption {
    let options = &r.memory_choice.as_ref().unwrap().options;
    let mut taken = options.iter().filter(|o| o.chosen);
    let one = taken.next().unwrap();
    assert!(taken.next().is_none(), "{options:?}");
    one
}

#[test]
fn the_least_total_is_taken_and_is_the_choice() {
    let r = with_cost("0.05");
    let one = chosen(&r);
    let total = |o: &MemoryOption| *o.total.known().unwrap();
    for other in &r.memory_choice.as_ref().unwrap().options {
        assert!(total(one) <= total(other), "{other:?} is cheaper than {one:?}");
        let misses = other.misses.unwrap_or(Usd::ZERO);
        assert_eq!(total(other), *other.cache.known().unwrap() + misses);
    }
    let choice = r.choice.as_ref().unwrap();
    assert_eq!((&choice.shape, choice.cost.total.known()), (&one.shape, one.cache.known()));
    assert!(r.demand.held.unwrap().share < 1.0);
    assert!(choice.checks.iter().all(cachefit::recommend::Check::passes));
    // LFU hits more of this trace at every size.
    assert_eq!(choice.deployment.eviction_policy, Policy::AllkeysLfu);
}

#[test]
fn dearer_misses_never_buy_less_memory() {
    let memories = ["0.001", "0.01", "0.05", "0.5", "5"].map(|cost| chosen(&with_cost(cost)).memory);
    assert!(memories.windows(2).all(|pair| pair[0] <= pair[1] * 1.001), "{memories:?}");
    assert!(memories[0] * 4.0 < memories[4], "{memories:?}");
    // At five dollars a million there is room for all keys.
    assert!((chosen(&with_cost("5")).hit_ratio - 0.929).abs() < 1e-9);
}

#[test]
fn without_a_cost_or_with_state_all_keys_must_fit() {
    let plain = answer(&LEARNED.replace("  miss_cost: 0.05 USD per million\n", ""));
    let one = chosen(&plain);
    assert!((one.hit_ratio - 0.929).abs() < 1e-9 && one.misses.is_none(), "{one:?}");
    assert!(one.total.known().is_none(), "unknown misses are not free: {one:?}");
    assert!(plain.demand.held.is_none());
    let state = answer(&LEARNED.replace("role: cache", "role: state"));
    assert!(state.memory_choice.is_none() && state.demand.held.is_none());
    let why = state.assumptions.iter().find(|a| a.subject == "learned hit ratios").unwrap();
    assert!(why.why.contains("must not be evicted"), "{why:?}");
}

/// A hundred million values of 1 KB: nodes with disks hold a part of what their disks would.
const LARGE: &str = "name: c
placement: { provider: aws, region: us-east-1 }
dataset:
  - { keys: \"a:*\", type: string, count: 100M, value_size: 1KB, ttl: 24h }
traffic:
  peak: { reads: 20k/s, writes: 2k/s }
  access:
    skew: zipf 0.9
    curve:
      server: valkey-8.1
      points:
        - { memory: 1GB, policy: allkeys-lru, hits: 50% }
        - { memory: 5GB, policy: allkeys-lru, hits: 65% }
        - { memory: 20GB, policy: allkeys-lru, hits: 80% }
        - { memory: 60GB, policy: allkeys-lru, hits: 90% }
        - { memory: 115GB, policy: allkeys-lru, hits: 95% }
requirements: { miss_cost: 100 USD per million }
";

#[test]
fn a_shape_holds_what_it_claims() {
    for cost in ["0.01", "0.1", "1", "10", "100"] {
        let r = answer(&LARGE.replace("100 USD per million", &format!("{cost} USD per million")));
        let one = chosen(&r);
        let options = &r.memory_choice.as_ref().unwrap().options;
        let sorted = options.windows(2).all(|pair| pair[0].memory <= pair[1].memory);
        assert!(sorted, "not smallest first at {cost}: {options:?}");
        let choice = r.choice.as_ref().unwrap();
        assert_eq!(choice.shape, one.shape);
        // What was measured is what is claimed: all keys, or as much of them as the option says.
        assert_eq!(r.demand.held.map_or(one.memory, |h| h.memory), one.memory);
        assert!(choice.checks.iter().all(cachefit::recommend::Check::passes), "{:?}", choice.checks);
    }
}
