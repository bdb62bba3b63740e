//! Properties of recommendations that hold for every profile: what grows never gets cheaper, what fits fits, every
//! total is its lines' sum, every shape that is out says why.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::profile::{Profile, decided, parse};
use cachefit::recommend::{
    Candidate, Constraint, GateKind, Options, Recommendation, RegionChoice, recommend,
};
use cachefit::units::{Figure, Provider, Source, Usd};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A workload in a few numbers.
#[derive(Clone, Debug)]
struct Workload {
    environment: &'static str,
    provider: &'static str,
    region: &'static str,
    count: u64,
    value: u64,
    reads: u64,
    writes: u64,
    concurrency: u64,
    growth: u64,
    availability: &'static str,
    ttl: bool,
}

impl Workload {
    fn yaml(&self) -> String {
        let ttl = if self.ttl { "    ttl: 1h\n" } else { "" };
        format!(
            "name: generated\nenvironment: {}\nplacement:\n  provider: {}\n  region: {}\n  worker_connections: {}\n\
             dataset:\n  - keys: \"k:*\"\n    type: string\n    count: {}\n    key_size: 20B\n    value_size: {}B\n{ttl}\
             growth: {{ rate: {}% per month, horizon: 6 months }}\n\
             traffic:\n  peak: {{ reads: {}/s, writes: {}/s }}\n\
             requirements: {{ availability: {}, operations: {{ hours_per_month: 4, rate: 90 USD per hour }} }}\n\
             security: {{ network: any }}\n",
            self.environment,
            self.provider,
            self.region,
            self.concurrency,
            self.count,
            self.value,
            self.growth,
            self.reads,
            self.writes,
            self.availability,
        )
    }

    fn profile(&self) -> Profile {
        let yaml = self.yaml();
        parse(yaml.as_bytes(), "generated.yaml").unwrap_or_else(|errors| panic!("{errors}\n{yaml}"))
    }

    fn recommend(&self) -> Recommendation {
        answer(&self.profile())
    }
}

fn options() -> Options {
    Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: true,
    }
}

fn answer(profile: &Profile) -> Recommendation {
    recommend(profile, "generated.yaml", Catalog::embedded(), &options()).unwrap()
}

/// What the best shape was ranked by; none if nothing fits. Lines without any price come first, as in the ranking. Values on
/// disk are left out: they are advised from so much data on, so that more of it speaks for them.
fn score(recommendation: &Recommendation) -> Option<(u32, Usd)> {
    let on_disk = |c: &Candidate| c.penalties.iter().any(|p| p.why == "some reads come from disk");
    let all = recommendation.all_candidates.iter().flatten();
    all.filter(|c| !on_disk(c)).map(|c| (c.unpriced_lines, c.score)).min()
}

fn place() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just(("aws", "us-east-1")),
        Just(("aws", "eu-west-1")),
        Just(("azure", "eastus")),
        Just(("gcp", "us-central1")),
        Just(("upstash", "us-east-1")),
    ]
}

fn workload() -> impl Strategy<Value = Workload> {
    let sizes = (1_u64..50_000_000, 1_u64..20_000, 0_u64..150_000, 0_u64..50_000, 1_u64..8_000, 0_u64..10);
    let kind = (
        prop_oneof![Just("production"), Just("development")],
        prop_oneof![Just("single"), Just("multi-az")],
        any::<bool>(),
    );
    (place(), sizes, kind).prop_map(
        |(
            (provider, region),
            (count, value, reads, writes, concurrency, growth),
            (environment, availability, ttl),
        )| {
            Workload {
                environment,
                provider,
                region,
                count,
                value,
                reads,
                writes,
                concurrency,
                growth,
                availability,
                ttl,
            }
        },
    )
}

/// Nothing fits more; or what fits costs no less. A hundredth is left to allocators, whose classes are not monotone.
fn never_cheaper(less: &Recommendation, more: &Recommendation) -> Result<(), TestCaseError> {
    match (score(less), score(more)) {
        (Some((lines, less)), Some((more_lines, more))) if lines == more_lines => {
            prop_assert!(more.0 >= less.0 * Decimal::new(99, 2), "{more} is less than {less}");
        }
        (Some((lines, _)), Some((more_lines, _))) => prop_assert!(more_lines > lines),
        (None, Some(more)) => prop_assert!(false, "less does not fit, more does for {more:?}"),
        (_, None) => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// M1, one number at a time.
    #[test]
    fn asking_for_more_never_costs_less(base in workload(), which in 0_usize..6, factor in 1.05_f64..4.0) {
        let mut more = base.clone();
        let grow = |n: u64| ((n as f64 * factor) as u64).max(n + 1);
        match which {
            // Each key is used as before: the same traffic on more keys is spread better.
            0 => {
                more.count = grow(more.count);
                let as_before = |rate: u64| (rate * more.count).div_ceil(base.count);
                (more.reads, more.writes) = (as_before(base.reads), as_before(base.writes));
            }
            1 => more.value = grow(more.value),
            2 => more.reads = grow(more.reads),
            3 => more.writes = grow(more.writes),
            4 => more.concurrency = grow(more.concurrency),
            _ => more.growth = grow(more.growth),
        }
        never_cheaper(&base.recommend(), &more.recommend())?;
    }

    /// M2: a looser requirement never costs more.
    #[test]
    fn a_looser_requirement_never_costs_more(base in workload()) {
        let strict = Workload { availability: "multi-az", ..base.clone() };
        let loose = Workload { availability: "single", ..base };
        never_cheaper(&loose.recommend(), &strict.recommend())?;
    }

    /// M6, M8, M11: what is recommended fits, adds up, and what is not says why.
    #[test]
    fn every_candidate_fits_and_every_other_has_an_rejection(base in workload()) {
        let r = base.recommend();
        for candidate in r.all_candidates.as_ref().unwrap() {
            for check in &candidate.checks {
                if let Figure::Known(capacity) = check.capacity {
                    prop_assert!(check.demand <= capacity * check.allowed, "{check:?}");
                }
            }
            prop_assert_eq!(candidate.layout.cluster_mode, candidate.deployment.cluster_mode);
            let lines = &candidate.cost.lines;
            match &candidate.cost.total {
                Figure::Known(total) => {
                    let sum: Decimal = lines.iter().map(|l| l.amount.known().unwrap().0).sum();
                    prop_assert_eq!(sum, total.0);
                }
                Figure::Unknown { .. } => prop_assert!(lines.iter().any(|l| l.amount.known().is_none())),
            }
            for line in lines.iter().filter(|l| l.rate.known().is_some_and(|r| r.unit.ends_with("node-hour"))) {
                prop_assert_eq!(line.quantity % Decimal::from(730), Decimal::ZERO, "{}", line.what);
            }
        }
        for rejected in r.all_rejected.as_ref().unwrap() {
            prop_assert!(rejected.rejections.iter().all(|e| !e.why.is_empty()), "{rejected:?}");
            prop_assert!(!rejected.rejections.is_empty(), "{rejected:?}");
        }
        prop_assert_eq!(r.choice.is_none(), r.gates.iter().any(|g| g.kind == GateKind::NothingFits));
        let unknown = r.choice.as_ref().is_some_and(|c| c.cost.total.known().is_none());
        prop_assert_eq!(unknown, r.gates.iter().any(|g| g.kind == GateKind::UnknownPrice));
    }

    /// M16: a volatile policy is never recommended where no key expires.
    #[test]
    fn volatile_policies_need_a_time_to_live(base in workload()) {
        let r = Workload { ttl: false, ..base.clone() }.recommend();
        for candidate in r.all_candidates.unwrap() {
            prop_assert!(!candidate.deployment.eviction_policy.is_volatile());
        }
        let with_ttl = Workload { ttl: true, ..base }.recommend();
        let refused = with_ttl.all_rejected.unwrap();
        let by_policy = |e: &cachefit::recommend::Rejection| e.constraint == Constraint::Policy;
        prop_assert!(refused.iter().all(|r| !r.rejections.iter().any(by_policy)));
    }

    /// M13: the same input is the same answer, byte for byte.
    #[test]
    fn the_same_profile_is_the_same_answer(base in workload()) {
        let text = |r: &Recommendation| serde_json::to_string(r).unwrap();
        prop_assert_eq!(text(&base.recommend()), text(&base.recommend()));
    }
}

/// M4: with a fixed average, the peak sizes capacity and leaves metered use alone.
/// What values on disk leave in memory, at a pinned number of nodes, whether it fits or not.
fn kept_in_memory(kind: &str, count: u64, value: u64, shards: u64) -> f64 {
    let yaml = format!(
        "name: tiered\nplacement: {{ provider: aws, region: us-east-1 }}\n\
         dataset:\n  - {{ keys: \"k:*\", {}, count: {count}, ttl: 1h }}\n\
         traffic: {{ peak: {{ reads: 100/s, writes: 10/s }}, access: {{ skew: zipf 0.9 }} }}\n\
         deployment: {{ engine: valkey, node_type: cache.r6gd.xlarge, shards: {shards}, replicas: 1 }}\n",
        match kind {
            "string" => format!("type: string, value_size: {value}B"),
            kind => format!("type: {kind}, items: 8, value_size: {value}B"),
        }
    );
    let profile = parse(yaml.as_bytes(), "tiered.yaml").unwrap_or_else(|errors| panic!("{errors}\n{yaml}"));
    let answer = answer(&profile);
    let shape = answer.choice.or(answer.pinned_misfit).unwrap();
    shape.checks.iter().find(|c| c.constraint == Constraint::HotMemory).unwrap().demand
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The slack of an allocator is no key: it moves to disk with the value that it belongs to.
    #[test]
    fn larger_values_never_leave_less_in_memory(
        kind in prop_oneof![Just("string"), Just("list")],
        count in 1_000_u64..50_000_000,
        value in 40_u64..200_000,
        factor in 1.001_f64..4.0,
        shards in 1_u64..8,
    ) {
        let larger = ((value as f64 * factor) as u64).max(value + 1);
        let (less, more) = (kept_in_memory(kind, count, value, shards), kept_in_memory(kind, count, larger, shards));
        prop_assert!(more >= less * 0.999, "{larger} B leave {more}, {value} B leave {less}");
    }
}

#[test]
fn the_peak_does_not_change_metered_use() {
    let profile = |peak: &str| {
        let yaml = format!(
            "name: metered\nplacement: {{ provider: aws, region: us-east-1 }}\ndataset:\n  - {{ keys: \"k:*\", type: string, \
             count: 100k, value_size: 900B, ttl: 1h }}\ntraffic:\n  peak: {{ reads: {peak}, writes: 10/s }}\n  average: \
             {{ reads: 100/s, writes: 10/s }}\ndeployment: {{ service: elasticache-serverless, engine: valkey }}\n"
        );
        parse(yaml.as_bytes(), "metered.yaml").unwrap()
    };
    let total = |peak| answer(&profile(peak)).choice.unwrap().cost.total;
    assert_eq!(total("200/s"), total("9k/s"));
}

/// M13: the order of keys in the file does not matter.
#[test]
fn key_order_does_not_matter() {
    let head = "name: order\nplacement: { provider: aws, region: us-east-1 }\n";
    let data = "dataset:\n  - { keys: \"k:*\", type: string, count: 5M, value_size: 300B, key_size: 20B }\n";
    let traffic = "traffic: { peak: { reads: 9k/s, writes: 1k/s } }\n";
    let one = parse(format!("{head}{data}{traffic}").as_bytes(), "o.yaml").unwrap();
    let other = parse(format!("{traffic}{data}{head}").as_bytes(), "o.yaml").unwrap();
    let text = |p: &Profile| serde_json::to_string(&answer(p)).unwrap();
    assert_eq!(text(&one), text(&other));
}

/// M14: an interval contains the answers for its ends.
#[test]
fn a_range_is_sized_for_its_high_end() {
    let at = |count: &str, value: &str| {
        let yaml = format!(
            "name: range\nplacement: {{ provider: aws, region: us-east-1 }}\ndataset:\n  - {{ keys: \"k:*\", type: string, \
             count: {count}, value_size: {value}, key_size: 20B }}\ntraffic: {{ peak: {{ reads: 1k/s, writes: 100/s }} }}\n"
        );
        answer(&parse(yaml.as_bytes(), "range.yaml").unwrap()).memory.unwrap().used
    };
    let range = at("1M..20M", "100B..900B");
    let (low, high) = (at("1M", "100B"), at("20M", "900B"));
    assert!(range.low <= low.low && range.high >= high.high, "{range:?} {low:?} {high:?}");
}

/// M11: lifting the named limit makes the shape eligible.
#[test]
fn lifting_the_named_limit_lifts_the_rejection() {
    let with = |requirements: &str| {
        let yaml = format!(
            "name: lift\nplacement: {{ provider: azure, region: eastus }}\ndataset:\n  - {{ keys: \"k:*\", type: string, \
             count: 1M, value_size: 300B, key_size: 20B }}\ntraffic: {{ peak: {{ reads: 1k/s, writes: 100/s }} }}\n\
             requirements: {{ availability: multi-az, {requirements} }}\n"
        );
        answer(&parse(yaml.as_bytes(), "lift.yaml").unwrap())
    };
    let standard = |r: &Recommendation| {
        r.all_candidates
            .as_ref()
            .unwrap()
            .iter()
            .any(|c| c.deployment.node_type.as_deref() == Some("Standard_C3"))
    };
    let strict = with("headroom: 25%");
    let rejection =
        strict.all_rejected.as_ref().unwrap().iter().find(|r| r.node_type == "Standard_C3").unwrap();
    assert_eq!(rejection.rejections[0].constraint, Constraint::Lifecycle);
    assert!(!standard(&strict));
    assert!(standard(&with("allow_retiring: true")));
}

/// Every shipped profile has an answer in every cloud and region, and the answer is the same twice.
#[test]
fn shipped_profiles_are_answered_everywhere() {
    let clouds = [Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash];
    for (at, (name, text)) in cachefit::profile::shipped().iter().enumerate() {
        let profile = parse(text.as_bytes(), name).unwrap();
        let all = Options { providers: Some(clouds.to_vec()), regions: RegionChoice::All, ..options() };
        let once = recommend(&profile, name, Catalog::embedded(), &all).unwrap();
        assert!(once.considered > 500, "{name}: {}", once.considered);
        // The order of threads and maps would show in any of them: a few are enough.
        if at % 4 == 0 {
            let twice = recommend(&profile, name, Catalog::embedded(), &all).unwrap();
            assert_eq!(
                serde_json::to_string(&once).unwrap(),
                serde_json::to_string(&twice).unwrap(),
                "{name}"
            );
        }
    }
}

/// A pin that is read back is the same choice, and pinning it again changes nothing.
#[test]
fn a_pinned_choice_stays_the_choice() {
    for (name, text) in cachefit::profile::shipped() {
        let first = answer(&parse(text.as_bytes(), name).unwrap()).choice.unwrap();
        let source = Source::Declared { path: "test".into(), line: 0 };
        let pin = |choice: &Candidate| decided(&choice.deployment.pinned(&source));
        let pinned = pin(&first).write_into(text).unwrap();
        let again = answer(&parse(pinned.as_bytes(), name).unwrap_or_else(|e| panic!("{e}\n{pinned}")));
        let second = again.choice.unwrap_or_else(|| panic!("{name}: {:?}", again.gates));
        assert_eq!(second.deployment, first.deployment, "{name}");
        assert_eq!(second.cost.lines, first.cost.lines, "{name}");
        assert_eq!(pin(&second).write_into(&pinned).unwrap(), pinned, "{name}");
    }
}

#[test]
fn backups_for_longer_than_a_service_keeps_them_are_an_rejection() {
    let read = |days: u32| {
        let yaml = format!(
            "name: generated\nplacement: {{ provider: aws, region: us-east-1 }}\ndataset:\n\
             \x20 - {{ keys: \"k:*\", type: string, count: 1000, value_size: 100B }}\n\
             traffic: {{ peak: {{ reads: 100/s, writes: 10/s }} }}\n\
             requirements: {{ backup_retention: {days}d }}\n"
        );
        answer(&parse(yaml.as_bytes(), "generated.yaml").unwrap())
    };
    let whys = |r: &Recommendation| {
        let all = r.all_rejected.as_ref().unwrap().iter().flat_map(|r| &r.rejections);
        let whys = all.filter(|e| e.constraint == Constraint::Backups).map(|e| e.why.clone());
        whys.collect::<std::collections::BTreeSet<String>>()
    };
    let elasticache = |r: &Recommendation| {
        let all = r.all_candidates.as_ref().unwrap().iter();
        all.filter(|c| c.deployment.service.as_str().starts_with("elasticache")).count()
    };
    let (kept, longer) = (read(35), read(36));
    assert!(elasticache(&kept) > 0 && whys(&kept).is_empty(), "{:?}", whys(&kept));
    assert_eq!(elasticache(&longer), 0);
    assert_eq!(whys(&longer), ["backups are kept for 35 days at most, 36 are asked for".to_owned()].into());
}

const SMALL: &str = "name: x
placement: { provider: aws, region: us-east-1 }
dataset:
  - { keys: \"a:*\", type: string, count: 100k, value_size: 1KB, ttl: 30m }
traffic:
  peak: { reads: 2k/s, writes: 500/s }
";

fn answer_in(yaml: &str, providers: Option<Vec<Provider>>, regions: RegionChoice) -> Recommendation {
    let profile = parse(yaml.as_bytes(), "x.yaml").unwrap_or_else(|errors| panic!("{errors}\n{yaml}"));
    let options = Options { providers, regions, ..options() };
    recommend(&profile, "x.yaml", Catalog::embedded(), &options).unwrap()
}

#[test]
fn more_regions_never_cost_more() {
    for provider in [Provider::Aws, Provider::Azure, Provider::Gcp] {
        let yaml = SMALL.replace("provider: aws, region: us-east-1", &format!("provider: {provider}"));
        let one = answer_in(&yaml, None, RegionChoice::FromProfile).choice.unwrap();
        let all = answer_in(&yaml, None, RegionChoice::All).choice.unwrap();
        let Some(one_total) = one.cost.total.known() else { continue };
        let all_total = all.cost.total.known().expect("what is known goes before what is not");
        // Alarms whose price is not known there count in the rank.
        let aside = provider == Provider::Aws && all.cost.not_included.iter().any(|text| text == "alarms");
        let by_total = if aside { all.ranked_by > *all_total } else { all.ranked_by == *all_total };
        assert!(all.score <= one.score && by_total, "{}: {:?}", all.shape, all.deployment);
        assert!(all_total <= one_total, "{provider}: {all_total} in {} is dearer", all.deployment.region);
    }
}

#[test]
fn a_budget_is_kept_where_it_can_be() {
    let free = answer_in(SMALL, None, RegionChoice::FromProfile);
    let best = free.choice.as_ref().unwrap();
    let total = |c: &cachefit::recommend::Candidate| *c.cost.total.known().unwrap();
    let least =
        free.all_candidates.iter().flatten().filter(|c| c.cost.total.known().is_some()).map(total).min();
    let least = least.unwrap();
    assert!(least < total(best), "the choice is the cheapest: {}", best.shape);
    let with_budget = format!("{SMALL}requirements: {{ budget: {least} USD per month }}\n");
    let kept = answer_in(&with_budget, None, RegionChoice::FromProfile);
    let choice = kept.choice.as_ref().unwrap();
    assert!(kept.gates.is_empty() && total(choice) <= least, "{}: {:?}", choice.shape, kept.gates);
    let note = choice.cost.notes.iter().find(|n| n.contains("within the budget")).unwrap();
    assert!(note.contains(&best.shape) && note.contains("burstable"), "{note}");
    // A budget that nothing keeps changes nothing but the gate.
    let none = answer_in(
        &format!("{SMALL}requirements: {{ budget: 1 USD per month }}\n"),
        None,
        RegionChoice::FromProfile,
    );
    assert_eq!(none.choice.as_ref().unwrap().shape, best.shape);
    assert!(none.gates.iter().any(|g| g.kind == GateKind::Budget));
}

#[test]
fn what_must_be_paid_and_has_no_price_makes_the_total_unknown() {
    // Callers on another cloud pay for what leaves it, and nobody's list is asked for that here.
    let away = SMALL.replace(
        "placement: { provider: aws, region: us-east-1 }",
        "placement: { functions: [{ cloud_run: api, peak_concurrency: 2 }] }",
    );
    let r = answer_in(&away, Some(vec![Provider::Aws]), RegionChoice::FromProfile);
    let choice = r.choice.as_ref().unwrap();
    assert!(choice.cost.total.known().is_none());
    assert!(choice.cost.lines.iter().any(|l| l.what == "traffic from another cloud" && l.stand_in.is_some()));
    assert!(r.gates.iter().any(|g| g.kind == GateKind::UnknownPrice));
}

#[test]
fn messages_are_told_and_subscribers_are_connections() {
    let with = |subscribers: &str| {
        let pubsub =
            format!("  pubsub: {{ publishes: 100/s, subscribers: {subscribers}, message_size: 1KB }}\n");
        answer_in(&format!("{SMALL}{pubsub}"), None, RegionChoice::FromProfile)
    };
    let few = with("10");
    let serverless =
        few.all_candidates.iter().flatten().find(|c| c.deployment.service.as_str().contains("serverless"));
    let messages = serverless.unwrap().checks.iter().find(|c| c.constraint == Constraint::Bandwidth).unwrap();
    assert!(messages.capacity.known().is_some() && (messages.demand - 1e6).abs() < 1.0, "{messages:?}");
    assert!(few.assumptions.iter().any(|a| a.subject == "messages"), "they are not metered, which is told");
    let flood = SMALL.to_owned() + "  pubsub: { publishes: 100k/s, subscribers: 1k, message_size: 10KB }\n";
    assert!(answer_in(&flood, None, RegionChoice::FromProfile).choice.is_none(), "a terabyte a second");
    // More than any cache takes.
    let many = with("200k");
    assert!(many.demand.connections.peak.high >= 200_000.0);
    let fits = many
        .all_candidates
        .iter()
        .flatten()
        .any(|c| c.deployment.service.as_str().starts_with("elasticache"));
    assert!(!fits, "65,000 connections at most");
}
