//! A range stands for every value in it: what a profile with ranges needs is never less than what the same profile
//! needs with each range set to one of its values.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use cachefit::catalog::Catalog;
use cachefit::demand::{Demand, Sizer};
use cachefit::deployment::Topology;
use cachefit::memory::{Allocator, Server};
use cachefit::profile::{Profile, parse};
use cachefit::recommend::{Options, Recommendation, RegionChoice, recommend};
use proptest::prelude::*;

/// Both ends of a range.
type Ends = (u64, u64);

#[derive(Clone, Debug)]
struct Family {
    kind: usize,
    count: Ends,
    key: Ends,
    elements: Ends,
    size: Ends,
    share: Option<u64>,
    ttl: bool,
}

#[derive(Clone, Debug)]
struct Workload {
    families: Vec<Family>,
    reads: Ends,
    writes: Ends,
    fleets: Vec<(Ends, bool)>,
    workers: Ends,
    skew: &'static str,
}

/// What becomes of each range.
#[derive(Clone, Copy, Debug)]
enum Taken {
    Range,
    High,
    /// So many hundredths of the way from the low to the high end, in turn.
    Inside([u64; 7]),
}

impl Workload {
    fn yaml(&self, taken: Taken) -> String {
        let turn = std::cell::Cell::new(0);
        let show = |(low, high): Ends, unit: &str| match taken {
            Taken::Range if low < high => format!("{low}{unit}..{high}{unit}"),
            Taken::Range | Taken::High => format!("{high}{unit}"),
            Taken::Inside(parts) => {
                turn.set(turn.get() + 1);
                format!("{}{unit}", low + (high - low) * parts[turn.get() % parts.len()] / 100)
            }
        };
        let mut text = format!(
            "name: ranges\nplacement:\n  provider: aws\n  worker_connections: {}\n  functions:\n",
            show(self.workers, "")
        );
        for (i, (instances, reuses)) in self.fleets.iter().enumerate() {
            text += &format!(
                "  - {{ lambda: f{i}, peak_concurrency: {}, reuses_connections: {reuses} }}\n",
                show(*instances, "")
            );
        }
        text += "dataset:\n";
        for (i, f) in self.families.iter().enumerate() {
            let (elements, size) = (show(f.elements, ""), show(f.size, "B"));
            let shape = match f.kind {
                0 => format!("type: string, value_size: {size}"),
                1 => format!("type: hash, fields: {elements}, field_size: 9B, value_size: {size}"),
                2 => format!("type: list, items: {elements}, value_size: {size}"),
                3 => format!("type: set, members: {elements}, member_size: {size}"),
                _ => format!("type: zset, members: {elements}, member_size: {size}"),
            };
            let share = f.share.map_or_else(String::new, |share| format!(", share: {share}%"));
            let ttl = if f.ttl { ", ttl: 1h" } else { "" };
            text += &format!(
                "- {{ keys: \"f{i}:*\", {shape}, count: {}, key_size: {}{share}{ttl} }}\n",
                show(f.count, ""),
                show(f.key, "B")
            );
        }
        text + &format!(
            "traffic:\n  access: {{ skew: {} }}\n  complex: 5%\n  peak: {{ reads: {}, writes: {} }}\n\
             growth: {{ rate: 3% per month, horizon: 6 months }}\nrequirements: {{ availability: single }}\n",
            self.skew,
            show(self.reads, "/s"),
            show(self.writes, "/s")
        )
    }

    fn profile(&self, taken: Taken) -> Profile {
        let yaml = self.yaml(taken);
        parse(yaml.as_bytes(), "ranges.yaml").unwrap_or_else(|errors| panic!("{errors}\n{yaml}"))
    }
}

/// What capacity is chosen for: every figure at its high end, and the memory of several layouts.
fn needs(profile: &Profile) -> BTreeMap<String, f64> {
    let demand = Demand::of(profile);
    let mut needs = BTreeMap::new();
    let mut put = |what: &str, value: f64| {
        needs.insert(what.to_owned(), value);
    };
    put("keys", demand.keys.high);
    put("hottest key", demand.hottest_key);
    put("inbound", demand.peak_bandwidth.inbound.high);
    put("outbound", demand.peak_bandwidth.outbound.high);
    put("written", demand.peak_bandwidth.written.high);
    put("hottest bandwidth", demand.peak_bandwidth.hottest);
    put("average traffic", demand.average_bandwidth.total().high);
    put("commands", demand.peak.commands().high);
    put("connections", demand.connections.peak.high);
    put("new connections", demand.connections.new_per_second.high);
    put("payload", demand.payload_now.high);
    let (simple, complex) = demand.units_per_command(1024.0, 10.0, true);
    put("units", simple);
    put("complex units", complex);
    for family in &demand.families {
        put(&format!("{} share", family.keys), family.share.high);
        put(&format!("{} hottest key", family.keys), family.hottest_key);
    }
    for version in ["redis-7.0", "redis-8.2", "valkey-8.1"] {
        let server = Server::new(version, Some(Allocator::Jemalloc8)).unwrap();
        let sizer = Sizer::new(profile, &demand, server);
        for (shards, replicas) in [(1, 0), (3, 1), (40, 0)] {
            let layout = Topology { shards, replicas, cluster_mode: shards > 1 };
            put(&format!("memory {version} {shards}"), sizer.used(layout).high);
            put(&format!("memory {version} {shards} with values on disk"), sizer.resident_high(layout, 0.8));
        }
    }
    needs
}

/// The fewest shards of every node type that fits, by all that tells offers apart.
fn shards(profile: &Profile) -> BTreeMap<String, u32> {
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: true,
    };
    let answer: Recommendation = recommend(profile, "ranges.yaml", Catalog::embedded(), &options).unwrap();
    let mut fewest = BTreeMap::new();
    for candidate in answer.all_candidates.unwrap() {
        let d = &candidate.deployment;
        let key = format!("{} {:?} {} {}", d.service, d.node_type, d.engine, d.version);
        let fewest = fewest.entry(key).or_insert(d.shards);
        *fewest = d.shards.min(*fewest);
    }
    fewest
}

fn ends(low: std::ops::Range<u64>, times: std::ops::Range<u64>) -> impl Strategy<Value = Ends> {
    // Half of the ranges are open.
    (low, times, any::<bool>()).prop_map(|(low, times, open)| (low, if open { low * times } else { low }))
}

fn family() -> impl Strategy<Value = Family> {
    let sizes = (ends(1..200_000, 1..40), ends(1..120, 1..3), ends(1..400, 1..4), ends(1..2_000, 1..4));
    let kind = (0_usize..5, proptest::option::weighted(0.3, 1_u64..25), any::<bool>());
    (sizes, kind).prop_map(|((count, key, elements, size), (kind, share, ttl))| {
        // Sizes of single elements, so that no value is larger than a node.
        let size = if kind == 0 { size } else { (size.0.div_ceil(8), size.1.div_ceil(8)) };
        Family { kind, count, key, elements, size, share, ttl }
    })
}

fn workload() -> impl Strategy<Value = Workload> {
    let rates = (ends(1..50_000, 1..4), ends(1..20_000, 1..4));
    let fleets = proptest::collection::vec((ends(1..400, 1..5), any::<bool>()), 0..3);
    let skew = prop_oneof![Just("uniform"), Just("zipf 0.6"), Just("zipf 0.9"), Just("zipf 1.3")];
    (proptest::collection::vec(family(), 1..4), rates, fleets, ends(0..300, 1..5), skew).prop_map(
        |(families, (reads, writes), fleets, workers, skew)| Workload {
            families,
            reads,
            writes,
            fleets,
            workers,
            skew,
        },
    )
}

fn inside() -> impl Strategy<Value = Taken> {
    proptest::array::uniform7(prop_oneof![Just(0_u64), Just(100), 0_u64..101]).prop_map(Taken::Inside)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_range_needs_what_each_of_its_values_needs(workload in workload(), inside in inside()) {
        let range = needs(&workload.profile(Taken::Range));
        for taken in [Taken::High, inside] {
            for (what, need) in needs(&workload.profile(taken)) {
                // Between two sizes that were tried, an allocator's class may be passed by a hair.
                let slack = if what.starts_with("memory") { 0.01 } else { 1e-9 };
                prop_assert!(
                    range[&what] >= need * (1.0 - slack),
                    "{what}: {} for the range, {need} for {taken:?}\n{}", range[&what], workload.yaml(Taken::Range)
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_range_takes_the_shards_that_each_of_its_values_takes(mut workload in workload(), inside in inside()) {
        // Which policies will do hangs on how much of the data expires, which is no matter of size.
        workload.families.iter_mut().for_each(|f| f.ttl = true);
        let range = shards(&workload.profile(Taken::Range));
        for taken in [Taken::High, inside] {
            let point = shards(&workload.profile(taken));
            for (offer, shards) in &range {
                let fewest = point.get(offer);
                prop_assert!(
                    fewest.is_some_and(|fewest| fewest <= shards),
                    "{offer}: {shards} for the range, {fewest:?} for {taken:?}\n{}", workload.yaml(Taken::Range)
                );
            }
        }
    }
}

/// An object with its value inside takes the room that a longer name would have taken: the value of a short name is
/// the larger one, and what stays in memory is still most for the long one.
#[test]
fn a_range_of_names_whose_values_differ_in_size() {
    let names = |key| Family {
        kind: 0,
        count: (1, 1),
        key,
        elements: (1, 1),
        size: (28, 28),
        share: None,
        ttl: false,
    };
    let workload = |key| Workload {
        families: vec![names(key)],
        reads: (1, 1),
        writes: (1, 1),
        fleets: Vec::new(),
        workers: (0, 0),
        skew: "uniform",
    };
    let what = "memory redis-8.2 1 with values on disk";
    let at = |key| needs(&workload(key).profile(Taken::Range))[what];
    assert!(at((6, 12)) >= at((12, 12)));
    assert!(at((12, 12)) > at((6, 6)));
}

/// A family whose keys may be many takes traffic from one whose values are small.
#[test]
fn a_range_of_keys_reaches_the_shares_of_traffic() {
    let zset = Family {
        kind: 4,
        count: (16_880, 16_880),
        key: (69, 69),
        elements: (271, 271),
        size: (35, 35),
        share: None,
        ttl: false,
    };
    let hash =
        |count| Family { kind: 1, count, elements: (40, 40), size: (48, 48), ttl: true, ..zset.clone() };
    let workload = |count| Workload {
        families: vec![zset.clone(), hash(count)],
        reads: (6924, 6924),
        writes: (5000, 5000),
        fleets: Vec::new(),
        workers: (0, 0),
        skew: "zipf 0.9",
    };
    let range = workload((21_968, 26_641)).profile(Taken::Range);
    let (range, end) = (needs(&range), needs(&workload((26_641, 26_641)).profile(Taken::High)));
    for what in ["inbound", "outbound", "written", "f1:* share"] {
        assert!(range[what] >= end[what], "{what}: {} and {}", range[what], end[what]);
    }
    assert!(range["f1:* share"] > 0.6);
}
