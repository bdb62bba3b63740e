//! Fleets from what is known of their caches: states, money, reservations, what is said and what is not.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod known;

use cachefit::catalog::Catalog;
use cachefit::fleet::{Cache, Fleet, FleetState, draft, fleet, join};
use cachefit::observe::{Judged, Metric, Reservation, StateName};
use cachefit::profile::{parse, shipped};
use cachefit::recommend::Options;
use cachefit::report::Table;
use cachefit::report::fleet::{Form, emit, schema};
use cachefit::units::{Figure, Usd};
use serde_json::Value;

use known::{GB, and, cache, idle, in_state, info, judged, with};

fn options() -> Options {
    Options::on(jiff::civil::date(2026, 11, 22))
}

fn of(caches: &[Cache], reservations: &[Reservation]) -> Fleet {
    fleet(caches, reservations, Vec::new(), Catalog::embedded(), &options())
}

fn state_of(fleet: &Fleet, name: &str) -> FleetState {
    fleet.caches.iter().find(|entry| entry.name == name).unwrap().state
}

/// The same cache with the shape that was advised for it.
fn applied(old: Cache) -> Cache {
    let fleet = of(std::slice::from_ref(&old), &[]);
    let d = &fleet.caches[0].target.as_ref().unwrap().configuration;
    let info = cachefit::observe::CacheInfo {
        engine: Some(d.engine),
        version: Some(d.version.clone()),
        service: Some(d.service),
        node_type: d.node_type.clone(),
        shards: Some(d.shards),
        replicas: Some(d.replicas),
        cluster_mode: Some(d.cluster_mode),
        policy: Some(d.eviction_policy),
        ..old.info.unwrap()
    };
    cache(info, old.judged)
}

/// One of each kind, on nodes of 13 GB with a replica.
fn mixed() -> Vec<Cache> {
    let large = "cache.r7g.large";
    vec![
        cache(info("small-data", large, 1, 1), Some(judged("small-data", 0.5 * GB, 500.0))),
        applied(cache(info("right", large, 1, 1), Some(judged("right", 6.5 * GB, 2_000.0)))),
        cache(info("too-small", large, 1, 1), Some(judged("too-small", 14.0 * GB, 2_000.0))),
        cache(
            info("full", large, 1, 1),
            Some(in_state(judged("full", 2.0 * GB, 900.0), StateName::Censored)),
        ),
        cache(
            info("young", large, 1, 1),
            Some(in_state(judged("young", 0.2 * GB, 90.0), StateName::Warming)),
        ),
        cache(info("idle", large, 1, 1), Some(idle("idle"))),
        cache(info("no-metrics", large, 1, 1), None),
    ]
}

#[test]
fn each_cache_has_its_state_and_the_money_is_sorted() {
    let fleet = of(&mixed(), &[]);
    for (name, state) in [
        ("small-data", FleetState::Oversized),
        ("right", FleetState::Fits),
        ("too-small", FleetState::Undersized),
        ("full", FleetState::Censored),
        ("young", FleetState::Warming),
        ("idle", FleetState::Idle),
        ("no-metrics", FleetState::Unknown),
    ] {
        let entry = fleet.caches.iter().find(|entry| entry.name == name).unwrap();
        assert_eq!(state_of(&fleet, name), state, "{name}: {} {:?}", entry.why, entry.current);
    }
    let stakes: Vec<Option<Usd>> = fleet.caches.iter().map(|e| e.at_stake.known().copied()).collect();
    let known: Vec<Usd> = stakes.iter().flatten().copied().collect();
    let size = |usd: Usd| if usd < Usd::ZERO { Usd::ZERO - usd } else { usd };
    assert!(known.is_sorted_by(|a, b| size(*a) >= size(*b)), "{known:?}");
    assert!(stakes.iter().skip(known.len()).all(Option::is_none), "what is not known is last: {stakes:?}");
    // The sum of the rows is the sum.
    let saves =
        |state| fleet.caches.iter().filter(move |e| e.state == state).filter_map(|e| e.at_stake.known());
    let sum: Usd = saves(FleetState::Oversized).chain(saves(FleetState::Idle)).copied().sum();
    assert_eq!(fleet.totals.saves, sum);
    assert!(fleet.totals.costs_more > Usd::ZERO && fleet.totals.at_stake_unknown == 3);
}

#[test]
fn a_target_holds_the_high_end_of_the_demand_and_says_so() {
    let fleet = of(&mixed(), &[]);
    for entry in fleet.caches.iter().filter(|entry| entry.target.is_some()) {
        let target = entry.target.as_ref().unwrap();
        assert!(!target.proof.is_empty(), "{}", entry.name);
        assert!(target.proof.iter().all(|p| p.used <= p.allowed), "{}: {:?}", entry.name, target.proof);
    }
    let large = fleet.caches.iter().find(|e| e.name == "too-small").unwrap();
    let memory = large.target.as_ref().unwrap().proof.iter().find(|p| p.what == "memory").unwrap();
    assert!(memory.demand.starts_with("13.") || memory.demand.starts_with("14."), "{memory:?}");
}

/// Commands that cost more than the model thinks, and payload that nobody declares, are measured on what runs.
#[test]
fn what_was_measured_of_processor_and_network_is_held_by_every_target() {
    let info = || info("busy", "cache.r7g.xlarge", 1, 1);
    let of_one = |judged: Judged| of(&[cache(info(), Some(judged))], &[]).caches.remove(0);
    let light = || judged("busy", 2.0 * GB, 9_000.0);
    let calm = of_one(and(and(light(), Metric::EngineCpu, 0.05), Metric::Outbound, 4e6));
    assert_eq!(calm.state, FleetState::Oversized, "{}", calm.why);
    assert_eq!(calm.target.unwrap().shape, of_one(light()).target.unwrap().shape);
    for (metric, most) in [(Metric::EngineCpu, 0.9), (Metric::Outbound, 200e6)] {
        let busy = of_one(and(light(), metric, most));
        assert_ne!(busy.state, FleetState::Oversized, "{metric}: {} {:?}", busy.why, busy.target);
        assert!(busy.caveats.iter().any(|told| told.contains("times what")), "{metric}: {:?}", busy.caveats);
        for proof in busy.target.iter().flat_map(|target| &target.proof) {
            assert!(proof.used <= proof.allowed, "{metric}: {proof:?}");
        }
    }
    // A third of a thread that is helped by others is more than half of one that is not.
    let half = of_one(and(light(), Metric::EngineCpu, 0.35));
    assert_eq!(half.state, FleetState::Oversized, "{}", half.why);
    let cpu = half.target.unwrap().proof.into_iter().find(|proof| proof.what == "engine CPU").unwrap();
    assert!((0.35..=0.6).contains(&cpu.used), "{cpu:?}");
}

/// Messages and scripts are commands that are neither read nor written: what an engine does, all the same.
#[test]
fn commands_that_are_neither_reads_nor_writes_are_no_silence() {
    let info = || info("messages", "cache.r7g.xlarge", 1, 1);
    let of_one = |judged: Judged| of(&[cache(info(), Some(judged))], &[]).caches.remove(0);
    let silent = judged("messages", 1e8, 0.0);
    let proof = |entry: cachefit::fleet::Entry| {
        let proofs = entry.target.unwrap().proof;
        proofs.into_iter().find(|proof| proof.what == "engine CPU").unwrap().used
    };
    let used = proof(of_one(and(silent.clone(), Metric::Commands, 5_000.0)));
    assert!(used > 0.05 && used > 100.0 * proof(of_one(silent)), "{used}");
    // A few more commands than reads and writes are those of clients that say hello.
    let usual = || judged("messages", 1e8, 5_000.0);
    let with_hello = proof(of_one(and(usual(), Metric::Commands, 5_300.0)));
    assert!((with_hello / proof(of_one(usual())) - 1.0).abs() < 1e-9);
}

/// What is not known makes no cache smaller and retires none, whatever else is true of it.
#[test]
fn what_is_not_known_never_shrinks_and_never_retires() {
    let states =
        [StateName::Stale, StateName::Sparse, StateName::Incomplete, StateName::Warming, StateName::Censored];
    for (bytes, rate) in [(0.01 * GB, 0.0), (0.3 * GB, 100.0), (3.0 * GB, 9_000.0)] {
        let mut all: Vec<(String, Option<Judged>)> = vec![("none".into(), None)];
        for state in states {
            all.push((state.to_string(), Some(in_state(judged(state.as_str(), bytes, rate), state))));
        }
        let mut held = judged("held", bytes, rate);
        held.no_shrinking.push("60 of 100 points".into());
        all.push(("held".into(), Some(held)));
        let no_memory = Judged { figures: Vec::new(), ..idle("no-memory") };
        all.push(("no-memory".into(), Some(no_memory)));
        let caches: Vec<Cache> = all
            .into_iter()
            .map(|(name, judged)| cache(info(&name, "cache.r7g.xlarge", 2, 1), judged))
            .collect();
        for entry in of(&caches, &[]).caches {
            assert!(entry.retire.is_empty(), "{}: {:?}", entry.name, entry.retire);
            let saves = entry.at_stake.known().is_some_and(|usd| *usd > Usd::ZERO);
            assert!(!saves, "{}: {:?}", entry.name, entry.at_stake);
            let cheaper = entry.target.as_ref().and_then(|t| t.monthly.known().copied());
            let now = entry.current.as_ref().and_then(|c| c.monthly.known().copied());
            assert!(cheaper.is_none_or(|after| Some(after) >= now), "{}: {:?}", entry.name, entry.target);
            if entry.name == "none" {
                assert!(matches!(&entry.at_stake, Figure::Unknown { why } if why.contains("no metric")));
                assert!(
                    entry.current.unwrap().monthly.known().is_some(),
                    "nodes have a price without metrics"
                );
            }
        }
    }
}

/// What runs after a resize leads to the same answer again.
#[test]
fn a_target_that_was_applied_fits() {
    let first = of(&mixed(), &[]);
    let changed = |cache: &Cache| {
        let entry = first.caches.iter().find(|entry| entry.name == cache.name).unwrap();
        matches!(entry.state, FleetState::Oversized | FleetState::Undersized)
    };
    let again: Vec<Cache> = mixed().into_iter().filter(changed).map(applied).collect();
    assert!(again.len() >= 2);
    for entry in of(&again, &[]).caches {
        assert_eq!(entry.state, FleetState::Fits, "{}: {} {:?}", entry.name, entry.why, entry.target);
    }
}

#[test]
fn reservations_are_compared_with_what_runs_after_the_resizes() {
    let reservation = Reservation {
        id: "ri-1".into(),
        node_type: "cache.r7g.large".into(),
        count: 20,
        engine: "redis".into(),
        years: 1,
        start: Some(1_766_000_000),
        active: true,
        region: Some("us-east-1".into()),
        ..Reservation::default()
    };
    let nowhere = Reservation { id: "ri-2".into(), region: None, ..reservation.clone() };
    let fleet = of(&mixed(), &[reservation, nowhere]);
    let pool = fleet.portfolios.iter().find(|p| p.family == "cache.r7g" && p.reserved > 0.0).unwrap();
    assert_eq!((pool.reserved, fleet.unread_reservations.len()), (80.0, 1));
    assert!(pool.needed < pool.needed_now, "idle and oversized caches are gone: {pool:?}");
    assert!((pool.covered + pool.unmatched - pool.reserved).abs() < 1e-9);
    assert!((pool.covered + pool.open - pool.needed).abs() < 1e-9);
    assert!(pool.unmatched > 0.0 && pool.expiring.len() == 1 && !pool.advice.is_empty(), "{pool:?}");
    let spiky = with(judged("spiky", 6.5 * GB, 2_000.0), Metric::Memory, |figure| figure.median = 1.0 * GB);
    let spiky = of(&[cache(info("spiky", "cache.r7g.large", 1, 1), Some(spiky))], &[]);
    assert!(spiky.caches[0].reserve.is_none() && spiky.caches[0].not_reserved.is_some());
    let steady = fleet.caches.iter().find(|e| e.name == "right").unwrap();
    assert!(steady.reserve.as_ref().is_some_and(|r| r.saves > Usd::ZERO), "{steady:?}");
}

/// What is said to be worth reserving is what the amount is of: the caches whose demand is steady.
#[test]
fn nobody_is_told_to_reserve_what_is_not_steady() {
    let large = "cache.r7g.large";
    let steady = applied(cache(info("steady", large, 1, 1), Some(judged("steady", 6.5 * GB, 2_000.0))));
    let mut spiky = steady.clone();
    spiky.name = "spiky".into();
    spiky.info.as_mut().unwrap().id = "spiky".into();
    spiky.judged = spiky.judged.map(|seen| with(seen, Metric::Memory, |figure| figure.median = 1.0 * GB));
    let one = of(std::slice::from_ref(&steady), &[]);
    let both = of(&[steady, spiky], &[]);
    let (alone, both) = (&one.portfolios[0], &both.portfolios[0]);
    assert_eq!(both.open, 2.0 * alone.open);
    assert_eq!(both.reserving_saves, alone.reserving_saves);
    let told = format!("{:.1} of the {:.1} open units", alone.open, both.open);
    assert!(both.advice.iter().any(|advice| advice.contains(&told)), "{:?}", both.advice);
}

/// A reservation saves what the nodes cost less: traffic that nobody knows is in neither sum.
#[test]
fn traffic_that_is_not_known_is_in_no_saving() {
    let nodes = |judged| {
        let shop = applied(cache(info("shop", "cache.r7g.large", 1, 1), Some(judged)));
        of(&[shop], &[]).caches.remove(0)
    };
    let told = nodes(judged("shop", 6.5 * GB, 2_000.0));
    let saves = |entry: &cachefit::fleet::Entry| entry.reserve.as_ref().map(|reserve| reserve.saves);
    assert!(saves(&told).is_some());
    let mut untold = cache(info("shop", "cache.r7g.large", 1, 1), None);
    untold.info = applied(cache(untold.info.clone().unwrap(), Some(judged("shop", 6.5 * GB, 2_000.0)))).info;
    untold.judged = Some(without(judged("shop", 6.5 * GB, 2_000.0), Metric::Keys));
    let entry = of(&[untold], &[]).caches.remove(0);
    assert_eq!((entry.state, saves(&entry)), (FleetState::Fits, saves(&told)), "{}", entry.why);
}

#[test]
fn small_caches_that_could_share_one_are_named_with_what_fails_together() {
    let small = |name: &str| cache(info(name, "cache.t4g.small", 1, 1), Some(judged(name, 0.15 * GB, 50.0)));
    let mut other = small("other-policy");
    other.info.as_mut().unwrap().policy = Some(cachefit::units::Policy::NoEviction);
    let fleet = of(&[small("cart"), small("flags"), small("menu"), other], &[]);
    let shared = &fleet.shared;
    assert_eq!(shared.len(), 1, "{shared:?}");
    assert_eq!(shared[0].caches, ["cart", "flags", "menu"]);
    assert_eq!(shared[0].prefixes, ["cart:", "flags:", "menu:"]);
    assert!(shared[0].saves > Usd::ZERO && shared[0].blast_radius.starts_with("3 applications"));
    assert_eq!(fleet.apart.len(), 1);
    assert!(fleet.apart[0].why.contains("noeviction") && fleet.apart[0].caches.len() == 4);
}

/// A cache of a profile, two small nodes, with metrics.
fn small_profile(name: &str, more: &str) -> Cache {
    let text = format!(
        "name: {name}\nenvironment: staging\nplacement: {{ provider: aws, region: us-east-1 }}\n\
         dataset:\n  - {{ keys: \"a:*\", type: string, count: 100k, value_size: 1KB, ttl: 1d }}\n\
         traffic: {{ peak: {{ reads: 40/s, writes: 10/s }} }}\n\
         deployment: {{ service: elasticache, engine: valkey, node_type: cache.t4g.small, shards: 1, replicas: 1, \
         eviction_policy: allkeys-lru }}\n{more}"
    );
    let profile = parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let origin =
        cachefit::fleet::Origin::Profile { file: format!("{name}.yaml"), profile: Box::new(profile) };
    Cache { name: name.into(), origin, info: None, judged: Some(judged(name, 0.15 * GB, 50.0)) }
}

/// One server holds what the strictest of them asks for, whichever is the cheapest.
#[test]
fn a_shared_cache_keeps_what_each_of_them_requires() {
    let of_four = |other: &str| {
        let plain = ["cart", "flags", "hints"].map(|name| small_profile(name, ""));
        of(&[plain.to_vec(), vec![small_profile("menu", other)]].concat(), &[])
    };
    let with_menu = |other: &str| {
        let all = of_four(other).shared.into_iter();
        let mut all = all.filter(|one| one.caches.contains(&"menu".to_owned()));
        all.next().map(|one| (one.monthly, one.shape))
    };
    let plain = with_menu("").expect("four small ones are worth one");
    for stricter in [
        "growth: { rate: 60% per month, horizon: 8 months }\n",
        "requirements: { headroom: 90% }\n",
        "requirements: { availability: multi-az, headroom: 85% }\n",
    ] {
        let other = with_menu(stricter);
        assert!(other.as_ref().is_none_or(|other| other.0 > plain.0), "{stricter}: {other:?} {plain:?}");
    }
    let apart = of_four("requirements: { throughput_per_core: 40k/s }\n").apart;
    assert!(apart.len() == 1 && apart[0].why.contains("throughput of a core"), "{apart:?}");
    assert_eq!(apart[0].caches, ["cart", "flags", "hints", "menu"]);
}

#[test]
fn a_group_of_which_nobody_knows_how_many_nodes_it_has_has_no_price() {
    let unknown = cachefit::observe::CacheInfo { replicas: None, ..info("alpha", "cache.t4g.medium", 1, 1) };
    let metrics = judged("alpha", 0.5 * GB, 500.0);
    for seen in [None, Some(metrics)] {
        let fleet = of(&[cache(unknown.clone(), seen)], &[]);
        let entry = &fleet.caches[0];
        let current = entry.current.as_ref().unwrap();
        assert_eq!(entry.state, FleetState::Unknown);
        assert_eq!((current.shape.as_str(), current.monthly.known()), ("? x cache.t4g.medium", None));
        assert!(entry.target.is_none());
        let text = emit(&fleet, Form::Table, &Table { color: false }, false).unwrap();
        assert!(text.replace("\n   ", "").contains("describe-replication-groups"), "{text}");
    }
    assert!(draft(&cache(unknown, None)).is_err());
    let told = of(&[cache(info("alpha", "cache.t4g.medium", 1, 1), None)], &[]);
    assert!(told.caches[0].current.as_ref().unwrap().monthly.known().is_some());
}

#[test]
fn inventories_of_azure_and_google_are_priced() {
    let input = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/observe").join(file);
        // Not every region has a price of the higher tiers of Azure Cache for Redis.
        let text = std::fs::read_to_string(path).unwrap().replace("uksouth", "eastus");
        cachefit::observe::Input { name: file.into(), content: Box::new(std::io::Cursor::new(text)) }
    };
    for (file, name, shape) in [
        ("google_list.json", "shop", "HIGHMEM_MEDIUM"),
        ("google_list.json", "old", "STANDARD_HA-5"),
        ("google_list.json", "big", "REDIS_STANDARD_SMALL"),
        ("azure_list.json", "shop", "Balanced_B10"),
        ("azure_list.json", "old", "6 x Premium_P1 (3 shards, 1 replica each)"),
    ] {
        let all = cachefit::observe::read(vec![input(file)], 1_795_176_000).unwrap();
        let fleet = of(&join(Vec::new(), all.caches, Vec::new()), &[]);
        let entry = fleet.caches.iter().find(|entry| entry.name == name).unwrap();
        let current = entry.current.as_ref().unwrap();
        assert!(current.shape.contains(shape), "{file} {name}: {}", current.shape);
        assert!(current.monthly.known().is_some(), "{file} {name}: {:?}", current.monthly);
        if shape.contains("Premium_P1") {
            let retires = |cliff: &cachefit::recommend::Cliff| cliff.date == "2028-09-30";
            assert!(entry.cliffs.iter().any(retires), "{:?}", entry.cliffs);
        }
    }
}

#[test]
fn which_metric_is_missing_is_said() {
    for (kept, why) in [
        (&[Metric::Memory, Metric::Reads][..], "the commands that read, and not those that write"),
        (&[Metric::Memory], "do not tell the commands"),
        (&[Metric::Commands], "do not tell the memory"),
        (&[], "neither memory nor commands"),
    ] {
        let mut seen = judged("a", 0.5 * GB, 500.0);
        let all = seen.figure(Metric::Reads).cloned();
        let all = all.map(|one| cachefit::observe::JudgedFigure { metric: Metric::Commands, ..one });
        seen.figures.extend(all);
        seen.figures.retain(|figure| kept.contains(&figure.metric));
        let fleet = of(&[cache(info("a", "cache.r7g.large", 1, 1), Some(seen))], &[]);
        assert!(fleet.caches[0].why.contains(why), "{}", fleet.caches[0].why);
    }
}

#[test]
fn a_profile_alone_is_no_proof() {
    let profile = |i: usize| {
        let (name, text) = shipped()[i];
        (format!("{name}.yaml"), parse(text.as_bytes(), name).unwrap())
    };
    let caches = join((0..shipped().len()).map(profile).collect(), Vec::new(), Vec::new());
    let fleet = of(&caches, &[]);
    assert_eq!(fleet.caches.len(), shipped().len());
    for entry in &fleet.caches {
        assert!(matches!(entry.state, FleetState::Planned | FleetState::Unknown), "{}", entry.name);
        assert!(entry.at_stake.known().is_none() && entry.retire.is_empty());
    }
}

#[test]
fn what_is_written_for_a_cache_asks_for_the_memory_that_was_seen() {
    for (bytes, keys) in [(0.05 * GB, 900_000.0), (2.0 * GB, 1_000_000.0), (9.0 * GB, 40_000.0)] {
        let seen = with(judged("a", bytes, 300.0), Metric::Keys, |figure| figure.next_peak.high = keys);
        let drafted = draft(&cache(info("My_Cache.Prod", "cache.r7g.large", 1, 1), Some(seen))).unwrap();
        assert_eq!(drafted.profile.name, "my-cache-prod");
        let read =
            parse(drafted.text.as_bytes(), "written").unwrap_or_else(|e| panic!("{e}\n{}", drafted.text));
        let demand = cachefit::demand::Demand::of(&read);
        let server = cachefit::memory::Server::new("redis-7.1", None).unwrap();
        let sizer = cachefit::demand::Sizer::new(&read, &demand, server);
        let model: f64 = sizer.families().iter().map(|f| f.total_now.likely).sum();
        // Never less; a value has a byte at least, and takes a whole size class of the allocator.
        assert!(model >= 0.99 * bytes, "{model} of {bytes}");
        assert!(model <= 1.27 * bytes || keys * 70.0 > bytes, "{model} of {bytes}");
    }
}

#[test]
fn every_form_tells_every_cache() {
    let fleet = of(&mixed(), &[]);
    let table = Table { color: false };
    for form in [Form::Table, Form::Markdown, Form::Html, Form::Csv, Form::Json] {
        let text = emit(&fleet, form, &table, true).unwrap();
        for entry in &fleet.caches {
            assert!(text.contains(&entry.name), "{form:?} without {}", entry.name);
        }
        // Programs get exact amounts.
        let for_people = !matches!(form, Form::Csv | Form::Json);
        assert!(!for_people || text.contains(&fleet.totals.saves.to_string()), "{form:?}");
    }
    let report: Value = serde_json::from_str(&emit(&fleet, Form::Json, &table, false).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for part in ["caches", "totals", "portfolios", "shared", "as_of"] {
        let mut less = report.clone();
        less.as_object_mut().unwrap().remove(part);
        assert!(!validator.is_valid(&less), "the schema does not ask for {part}");
    }
}

#[test]
fn the_checked_in_schema_is_the_programs() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fleet.schema.json");
    let text = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap() == text,
        "UPDATE_EXPECT=1 rewrites docs/fleet.schema.json"
    );
}

/// The same in any order.
#[test]
fn the_order_of_the_files_changes_nothing() {
    let table = Table { color: false };
    let text = |caches: &[Cache]| emit(&of(caches, &[]), Form::Json, &table, false).unwrap();
    let mut caches = mixed();
    let first = text(&caches);
    caches.reverse();
    assert_eq!(first, text(&caches));
}

/// What is written for a cache and read again asks for the same and costs the same: its mean load is billed as such.
#[test]
fn a_cache_and_the_profile_written_for_it_cost_the_same() {
    let seen = judged("shop", 4.0 * GB, 6_000.0);
    let shop = cache(info("shop", "cache.r7g.xlarge", 1, 1), Some(seen.clone()));
    let drafted = draft(&shop).unwrap();
    let text = &drafted.text;
    assert!(text.starts_with("# Written by `cachefit fleet` from the cache shop."), "{text}");
    let of = "4032 points in 14 days to 2025-11-27, confidence high";
    for said in [
        "the high end of next month's peak",
        &format!("reads at least 4800/s, writes at least 1200/s, reads, maximum of test, {of}"),
        "average: { reads: 3840/s, writes: 960/s }  # cachefit: mean of test, 4032 points in 14 days",
        &format!("worker_connections at least 20, connections, maximum of test, {of}"),
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let told: Vec<&str> = drafted.profile.observed.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(told, ["placement.worker_connections", "traffic.peak.reads", "traffic.peak.writes"]);
    let own = join(vec![("shop.yaml".into(), drafted.profile)], Vec::new(), vec![seen]);
    assert_eq!(own.len(), 1);
    let money = |caches: &[Cache]| {
        let entry = of_all(caches).remove(0);
        (entry.current.unwrap().monthly, entry.target.unwrap().monthly, entry.at_stake)
    };
    assert_eq!(money(&own), money(&[shop]));
}

fn of_all(caches: &[Cache]) -> Vec<cachefit::fleet::Entry> {
    of(caches, &[]).caches
}

fn without(mut judged: Judged, metric: Metric) -> Judged {
    judged.figures.retain(|figure| figure.metric != metric);
    judged
}

/// Where no metric tells the number of keys, the size of values is not known: nothing that follows from one that was made
/// up is in a bill, calls a cache too small or makes it smaller.
#[test]
fn a_made_up_size_of_values_has_no_price_and_no_limit() {
    let shop = |judged| of_all(&[cache(info("shop", "cache.r7g.xlarge", 1, 1), Some(judged))]).remove(0);
    let known = |entry: &cachefit::fleet::Entry| *entry.current.as_ref().unwrap().monthly.known().unwrap();
    let nodes = known(&of_all(&[cache(info("shop", "cache.r7g.xlarge", 1, 1), None)])[0]);
    let few_keys = with(judged("shop", 4.0 * GB, 10_000.0), Metric::Keys, |f| f.next_peak.high = 1e5);
    assert_eq!(
        shop(few_keys.clone()).state,
        FleetState::Undersized,
        "values of 40 kB are more than its network"
    );
    for commands in [10.0, 10_000.0, 60_000.0] {
        let entry = shop(without(judged("shop", 4.0 * GB, commands), Metric::Keys));
        assert_eq!((entry.state, known(&entry)), (FleetState::Unknown, nodes), "{}", entry.why);
        assert!(entry.why.contains("the size of values is not known") && entry.target.is_none());
        assert!(entry.caveats.iter().any(|caveat| caveat.contains("traffic is in no bill")), "{entry:?}");
    }
    let full = shop(without(judged("shop", 40.0 * GB, 10.0), Metric::Keys));
    assert_eq!(
        (full.state, known(&full)),
        (FleetState::Undersized, nodes),
        "its memory is known all the same"
    );
}

/// The network tells the size of values: what it has moved on average is what is billed.
#[test]
fn the_network_tells_the_size_of_values_where_the_number_of_keys_does_not() {
    let network = |judged: Judged, mean: f64| {
        // The mean is 0.8 of the most.
        and(without(judged, Metric::Keys), Metric::Outbound, mean / 0.8)
    };
    // 4,000 reads a second on average, each with a value and 100 bytes beside it; 1,000 answers to writes, and their copies.
    let bytes = |value: f64| 4_000.0 * (value + 100.0) + 1_000.0 * 100.0 + 1_000.0 * (value + 120.0);
    for value in [200.0, 9_000.0] {
        let seen = network(judged("shop", 4.0 * GB, 6_250.0), bytes(value));
        let shop = cache(info("shop", "cache.r7g.xlarge", 1, 1), Some(seen));
        let drafted = draft(&shop).unwrap();
        let cachefit::profile::Shape::String { value: told, .. } = &drafted.profile.dataset[0].shape else {
            panic!()
        };
        let size = told.value.high.0;
        assert!((size / value - 1.0).abs() < 0.15, "{size} of {value}:\n{}", drafted.text);
        assert!(drafted.text.contains("from the mean bytes of a command"), "{}", drafted.text);
        let entry = of_all(&[shop]).remove(0);
        assert_eq!(entry.state, FleetState::Oversized, "{}", entry.why);
        assert!(entry.caveats.iter().any(|caveat| caveat.contains("the size of values is taken from")));
    }
}

/// An estimate is one in the fleet, too, and alarms that nobody has seen are in no bill.
#[test]
fn an_estimate_has_its_mark_and_alarms_are_in_no_bill() {
    let fleet = of(&mixed(), &[]);
    let entry = fleet.caches.iter().find(|entry| entry.name == "small-data").unwrap();
    let current = entry.current.as_ref().unwrap();
    assert!(
        current.estimated && entry.target.as_ref().unwrap().estimated,
        "traffic between zones is estimated"
    );
    let table = emit(&fleet, Form::Table, &Table { color: false }, false).unwrap();
    let usd = current.monthly.known().unwrap();
    assert!(table.contains(&format!("~{usd}")) && table.contains("~ is estimated"), "{table}");
    // By the list: two nodes for a month, and the traffic; nothing of alarms.
    let alone = of(&[cache(info("a", "cache.r7g.large", 1, 0), Some(judged("a", 6.5 * GB, 1.0)))], &[]);
    let nodes = of(&[cache(info("a", "cache.r7g.large", 1, 0), None)], &[]);
    let monthly = |fleet: &Fleet| *fleet.caches[0].current.as_ref().unwrap().monthly.known().unwrap();
    let beside = monthly(&alone) - monthly(&nodes);
    assert!(beside < "0.10".parse().map(Usd).unwrap(), "five alarms are 0.50: {beside}");
}

/// What is said of many caches is said once, and the first screen of a large fleet is short.
#[test]
fn equal_reasons_are_said_once() {
    let name = |i: usize| format!("cache-{i:03}");
    let old = |i| {
        let redis = Some(cachefit::units::Engine::Redis);
        let info = info(&name(i), "cache.r7g.large", 1, 1);
        cache(cachefit::observe::CacheInfo { version: None, engine: redis, ..info }, None)
    };
    let fleet = of(&(0..200).map(old).collect::<Vec<_>>(), &[]);
    let table = |explain| emit(&fleet, Form::Table, &Table { color: false }, explain).unwrap();
    let short = table(false);
    assert!(short.lines().count() < 120, "{} lines:\n{short}", short.lines().count());
    assert!(short.contains("cache-000, cache-001, cache-002 and 197 more: unknown: no metric"), "{short}");
    assert_eq!(short.matches("version is not told").count(), 1);
    assert!(!short.contains("redis 7") && short.contains("redis ?"), "{short}");
    assert!(short.starts_with("200 caches: nothing is known to be saved of "), "{short}");
    assert!(!short.contains("cache-199") && table(true).contains("cache-199"));
    let planned =
        join(vec![("a.yaml".into(), parse(shipped()[0].1.as_bytes(), "a").unwrap())], Vec::new(), Vec::new());
    let planned = emit(&of(&planned, &[]), Form::Table, &Table { color: false }, false).unwrap();
    assert!(
        planned.starts_with("1 cache: nothing is known to be saved; nobody knows what is at stake"),
        "{planned}"
    );
}

#[test]
fn caches_of_one_name_are_told_apart_by_their_regions() {
    let in_region = |id: &str, region: &str| {
        let there = info(id, "cache.r7g.large", 1, 1);
        cache(cachefit::observe::CacheInfo { region: Some(region.into()), ..there }, None)
    };
    let caches =
        [in_region("shop", "us-east-1"), in_region("shop", "eu-west-1"), in_region("cart", "eu-west-1")];
    let shown = emit(&of(&caches, &[]), Form::Table, &Table { color: false }, false).unwrap();
    for name in ["shop (us-east-1)", "shop (eu-west-1)"] {
        assert!(shown.contains(name), "{shown}");
    }
    assert!(!shown.contains("cart ("), "{shown}");
}
