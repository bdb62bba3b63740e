//! Rules of the recommendation that decide which cache is bought, each on the smallest profile that shows it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::{Catalog, Service, ServiceInfo};
use cachefit::cost::CostLine;
use cachefit::profile::{Profile, parse, shipped};
use cachefit::recommend::{Candidate, Constraint, Options, Recommendation, RegionChoice, recommend};
use cachefit::units::{Figure, Provider, Usd};
use rust_decimal::Decimal;

fn profile(text: &str) -> Profile {
    parse(text.as_bytes(), "rules.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn with(text: &str, providers: Option<Vec<Provider>>) -> Recommendation {
    let options = Options {
        providers,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 28),
        max_price_age_days: None,
        list_all: true,
    };
    recommend(&profile(text), "rules.yaml", Catalog::embedded(), &options).unwrap()
}

fn answer(text: &str) -> Recommendation {
    with(text, None)
}

fn line<'a>(candidate: &'a Candidate, what: &str) -> Option<&'a CostLine> {
    candidate.cost.lines.iter().find(|line| line.what == what)
}

fn usd(text: &str) -> Usd {
    Usd(text.parse().unwrap())
}

/// Every candidate, best first.
fn all(recommendation: &Recommendation) -> &[Candidate] {
    recommendation.all_candidates.as_deref().unwrap()
}

/// A session store with the given lines appended.
fn sessions(placement: &str, rest: &str) -> String {
    format!(
        "name: s\nenvironment: production\nplacement: {{ provider: aws, region: us-east-1{placement} }}\n\
         dataset: [{{ keys: \"s:*\", type: string, count: 8M, value_size: 900B, ttl: 1h }}]\n\
         traffic: {{ peak: {{ reads: 20k/s, writes: 8k/s }} }}\n{rest}"
    )
}

const SMALL_STATE: &str = "name: a\nenvironment: production\nplacement: { provider: aws, region: us-east-1 }\ndataset:\n\
    - { keys: \"s:*\", type: string, count: 1000, value_size: 100B, role: state }\n\
    - { keys: \"c:*\", type: string, count: 1000, value_size: 100B, role: cache, ttl: 1h }\n\
    traffic: { peak: { reads: 10/s, writes: 1/s } }\n";

#[test]
fn a_line_of_next_to_nothing_does_not_decide() {
    let r = answer(SMALL_STATE);
    let choice = r.choice.unwrap();
    assert_eq!(choice.deployment.service.as_str(), "elasticache-serverless");
    let total = *choice.cost.total.known().unwrap();
    assert!(total > usd("6.6") && total < usd("7.0"), "{total}");
}

#[test]
fn nothing_at_an_unknown_rate_costs_nothing() {
    // No backup rate is known in this region, and no backups are asked for of the cache.
    let text =
        SMALL_STATE.replace("us-east-1", "eu-central-1").replace("role: state", "role: cache, ttl: 1h");
    let r = answer(&text);
    assert!(r.choice.unwrap().cost.total.known().is_some());
}

#[test]
fn a_line_without_a_price_ranks_by_the_dearest_known_rate_and_stays_unknown() {
    let text = SMALL_STATE.replace("us-east-1", "sa-east-1");
    let r = answer(&text);
    let backups: Vec<&CostLine> = all(&r).iter().filter_map(|c| line(c, "backups")).collect();
    assert!(!backups.is_empty());
    for backup in backups.iter().filter(|line| line.amount.known().is_none()) {
        let stand_in = backup.stand_in.as_ref().unwrap();
        assert!(stand_in.amount < usd("0.01") && stand_in.rate.contains("dearest"), "{stand_in:?}");
    }
    for candidate in all(&r) {
        let unknown = candidate.cost.lines.iter().any(|line| line.amount.known().is_none());
        assert_eq!(unknown, candidate.cost.total.known().is_none(), "{}", candidate.shape);
    }
}

#[test]
fn traffic_between_zones_is_billed_by_where_the_callers_are() {
    let nodes = "requirements: { availability: multi-az }\ndeployment: { service: elasticache }\n";
    let zones = |placement: &str| {
        let r = answer(&sessions(placement, nodes));
        let choice = r.choice.unwrap();
        (line(&choice, "traffic between zones").map(|l| *l.amount.known().unwrap()), choice.cost.not_included)
    };
    let (three, _) = zones(", worker_connections: 10");
    let (two, _) = zones(", zones: 2");
    let (near, _) = zones(", zones: 2, reads_from: same-zone");
    let (with_cache, _) = zones(", zones: with-cache");
    assert!(three > two && two > near && near > with_cache, "{three:?} {two:?} {near:?} {with_cache:?}");
    assert_eq!(with_cache, Some(Usd::ZERO));
    let (none, left_out) = zones("");
    assert!(none.is_none(), "nobody is declared that calls");
    assert!(left_out.iter().any(|text| text.contains("no callers are declared")), "{left_out:?}");
}

#[test]
fn where_zones_cost_nothing_the_line_is_a_known_zero() {
    let azure = "name: s\nplacement: { provider: azure, region: eastus, worker_connections: 10 }\n\
        dataset: [{ keys: a, type: string, count: 1M, value_size: 900B, ttl: 1h }]\n\
        traffic: { peak: { reads: 20k/s, writes: 8k/s } }\n";
    let serverless =
        sessions(", worker_connections: 10", "deployment: { service: elasticache-serverless }\n");
    for text in [azure, &serverless] {
        let r = answer(text);
        let choice = r.choice.unwrap();
        let zones = line(&choice, "traffic between zones").unwrap();
        assert_eq!(zones.amount, Figure::Known(Usd::ZERO));
        assert!(zones.rate.known().is_some_and(|rate| !rate.source.is_empty()), "{zones:?}");
    }
    let r = answer(&serverless);
    assert!(r.assumptions.iter().any(|a| a.subject == "traffic between zones" && a.why.contains("2022")));
}

#[test]
fn callers_and_primary_in_one_zone_are_offered_with_their_saving() {
    let r = answer(&sessions(", worker_connections: 10", "deployment: { service: elasticache }\n"));
    let change = r.changes.iter().find(|c| c.what == "callers and primary in one zone").unwrap();
    let choice = r.choice.unwrap();
    let zones = line(&choice, "traffic between zones").unwrap();
    assert_eq!(change.monthly.unwrap(), Usd::ZERO - *zones.amount.known().unwrap());
}

#[test]
fn a_private_cache_on_azure_has_a_known_total_with_its_endpoint() {
    let text = "name: s\nenvironment: production\nplacement: { provider: azure, region: eastus }\n\
        dataset: [{ keys: a, type: string, count: 1M, value_size: 900B, ttl: 1h }]\n\
        traffic: { peak: { reads: 2k/s, writes: 800/s } }\n";
    let choice = answer(text).choice.unwrap();
    assert!(choice.cost.total.known().is_some());
    for what in ["private endpoint", "traffic of the private endpoint", "private DNS zone"] {
        assert!(line(&choice, what).is_some_and(|l| *l.amount.known().unwrap() > Usd::ZERO), "{what}");
    }
    let public = answer(&format!("{text}security: {{ network: any }}\n")).choice.unwrap();
    assert!(line(&public, "private endpoint").is_none());
}

#[test]
fn growth_ranks_by_the_mean_bill_and_names_when_another_is_cheaper() {
    let text = |rate: &str| {
        format!(
            "name: g\nplacement: {{ provider: aws, region: us-east-1 }}\n\
             dataset: [{{ keys: a, type: string, count: 1M, value_size: 500B, ttl: 1h }}]\n\
             traffic: {{ peak: {{ reads: 600/s, writes: 200/s }} }}\n\
             growth: {{ rate: {rate}% per month, horizon: 12 months }}\n"
        )
    };
    let flat = answer(&text("0"));
    assert!(flat.outlook.is_none(), "nothing grows");
    let r = answer(&text("15"));
    let (outlook, choice) = (r.outlook.unwrap(), r.choice.unwrap());
    let (today, mean, horizon) = (outlook.today.unwrap(), outlook.mean.unwrap(), outlook.horizon.unwrap());
    assert_eq!(outlook.months, 12);
    assert_eq!(Some(&today), choice.cost.total.known());
    assert_eq!(mean, choice.ranked_by);
    assert!(today <= mean && mean <= horizon, "{today} {mean} {horizon}");
    // Serverless is cheaper while there is little; nodes when there is much.
    let cheaper = outlook.cheaper.expect("serverless and nodes cross within the year");
    assert!(cheaper.theirs < cheaper.ours && cheaper.from <= cheaper.until && cheaper.until <= 12);
}

#[test]
fn a_newer_generation_is_faster_and_says_so() {
    let r = answer(&sessions("", "deployment: { node_type: cache.r6g.xlarge }\n"));
    let newer = r.changes.iter().find(|c| c.what == "newer generation").unwrap();
    assert!(newer.text.contains("+28% commands a second"), "{}", newer.text);
    let capacity = |node: &str, rest: &str| {
        let r = answer(&sessions("", &format!("deployment: {{ node_type: {node} }}\n{rest}")));
        let choice = r.choice.or(r.pinned_misfit).unwrap();
        let cpu = choice.checks.iter().find(|c| c.constraint == Constraint::Cpu).unwrap();
        *cpu.capacity.known().unwrap()
    };
    let (old, new) = (capacity("cache.r6g.xlarge", ""), capacity("cache.r7g.xlarge", ""));
    assert!((new / old - 1.28).abs() < 1e-9, "{old} {new}");
    let measured = "requirements: { throughput_by_family: [{ family: r7g, per_core: 200k/s }] }\n";
    let (old, new) = (capacity("cache.r6g.xlarge", measured), capacity("cache.r7g.xlarge", measured));
    assert!((new / old - 200.0 / 80.0).abs() < 1e-9, "{old} {new}");
}

#[test]
fn small_burstable_nodes_keep_what_aws_advises() {
    let share = |name: &str| {
        let node = Catalog::embedded().node_type(Service::ElastiCache, name).unwrap();
        let largest = Catalog::embedded().node_type(Service::ElastiCache, "cache.t4g.medium").unwrap();
        // maxmemory is about the same part of the memory on the three sizes; the reserve is what differs.
        (node.usable.0 / node.memory.0) / (largest.usable.0 / largest.memory.0)
    };
    assert!((share("cache.t4g.micro") - 0.50 / 0.75).abs() < 0.02, "{}", share("cache.t4g.micro"));
    assert!((share("cache.t4g.small") - 0.70 / 0.75).abs() < 0.02, "{}", share("cache.t4g.small"));
}

#[test]
fn values_on_disk_are_made_dearer_without_a_step() {
    let penalty = |skew: f64, count: &str| {
        let text = format!(
            "name: t\nenvironment: development\nplacement: {{ provider: aws, region: us-east-1 }}\n\
             dataset: [{{ keys: a, type: string, count: {count}, value_size: 4KB, ttl: 1h }}]\n\
             traffic: {{ peak: {{ reads: 9k/s, writes: 1k/s }}, access: {{ skew: zipf {skew:.2} }} }}\n"
        );
        let r = answer(&text);
        let tiered =
            all(&r).iter().find(|c| c.shape.contains("r6gd")).expect("a tiering node is a candidate");
        tiered.penalties.iter().map(|p| p.share).sum::<f64>()
    };
    let shares: Vec<f64> = (0..=14).map(|i| penalty(f64::from(i) * 0.1, "20M")).collect();
    assert!(shares.windows(2).all(|w| w[1] <= w[0] + 1e-9), "more skew is never worse: {shares:?}");
    assert!(shares.windows(2).all(|w| w[0] - w[1] < 0.15), "no step: {shares:?}");
    assert!(shares[0] - shares[14] > 0.4, "{shares:?}");
    assert!(penalty(1.1, "1M") > penalty(1.1, "200M"), "little data is better kept in memory");
}

#[test]
fn pages_copied_during_snapshots_count_against_the_reserve() {
    let reserve = |backups: &str| {
        let text = sessions(
            "",
            &format!(
                "requirements: {{ backup_retention: {backups} }}\ndeployment: {{ node_type: cache.r7g.xlarge }}\n"
            ),
        );
        let r = answer(&text);
        let choice = r.choice.or(r.pinned_misfit).unwrap();
        let check = choice.checks.iter().find(|c| c.constraint == Constraint::ProcessMemory).unwrap();
        (check.demand, r.memory)
    };
    let (without, _) = reserve("none");
    let (with, memory) = reserve("7d");
    assert!(with > without + 1e8, "{without} {with}");
    let memory = memory.unwrap();
    assert!(memory.outside.iter().any(|p| p.what.contains("snapshot") && p.bytes.high > 1e8));
}

#[test]
fn a_replica_is_weighed_against_the_misses_of_a_lost_node() {
    let text = sessions(
        "",
        "requirements: { availability: single, miss_cost: 50 USD per million }\ndeployment: { service: elasticache }\n",
    );
    let r = answer(&text);
    let change = r.changes.iter().find(|c| c.what == "a replica of each shard").unwrap();
    assert!(change.monthly.unwrap() > Usd::ZERO);
    assert!(change.text.contains("400.00 USD in misses"), "8 M keys at 50 USD a million: {}", change.text);
}

#[test]
fn every_policy_that_is_offered_can_be_set() {
    let mut offered = 0;
    for (name, text) in shipped() {
        for provider in [Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash] {
            let r = with(text, Some(vec![provider]));
            let (Some(choice), Some(policy)) = (&r.choice, &r.policy) else { continue };
            let service = choice.deployment.service;
            let node = choice.deployment.node_type.as_deref();
            let node = node.and_then(|n| Catalog::embedded().node_type(service, n).ok());
            let allowed =
                ServiceInfo::of(service).policies(node, choice.deployment.engine, &choice.deployment.version);
            for other in &policy.alternatives {
                assert!(allowed.contains(&other.policy), "{name} at {provider}: {}", other.policy);
                offered += 1;
            }
        }
    }
    assert!(offered > 20, "only {offered} alternatives were offered at all");
}

#[test]
fn nothing_fits_ends_with_the_nearest_way_out() {
    let text = "name: n\nenvironment: production\nplacement:\n  provider: aws\n  region: us-east-1\n  functions:\n\
        \x20   - { lambda: f, peak_concurrency: 9000, connections_per_instance: 20 }\n\
        dataset: [{ keys: a, type: string, count: 1M, value_size: 900B, ttl: 1h }]\n\
        traffic: { peak: { reads: 2k/s, writes: 800/s } }\n";
    let r = answer(text);
    assert!(r.choice.is_none());
    let way = r.ways_out.first().expect("a smaller pool fits");
    assert!(way.change.contains("connections_per_instance"), "{way:?}");
    assert!(way.at_least > Usd::ZERO);
    let fits = answer(&text.replace("connections_per_instance: 20", "connections_per_instance: 2"));
    assert!(fits.choice.is_some() && fits.ways_out.is_empty());
}

#[test]
fn wide_ranges_show_both_ends_and_what_narrows_them() {
    let text = |count: &str| {
        format!(
            "name: w\nplacement: {{ provider: aws, region: us-east-1 }}\n\
             dataset: [{{ keys: a, type: string, count: {count}, value_size: 500B..600B, ttl: 1h }}]\n\
             traffic: {{ peak: {{ reads: 9k/s..10k/s, writes: 2k/s }} }}\n"
        )
    };
    let r = answer(&text("1M..60M"));
    let ends = r.ends.unwrap();
    assert!(ends.low < ends.high);
    assert_eq!(ends.narrows_most.unwrap().input, "dataset[0].count");
    assert!(answer(&text("30M..31M")).ends.is_none(), "narrow ranges need no second look");
}

#[test]
fn totals_are_exact_sums() {
    for (name, text) in shipped() {
        let r = with(text, None);
        for candidate in all(&r) {
            let sum: Usd = candidate.cost.lines.iter().filter_map(|l| l.amount.known().copied()).sum();
            assert_eq!(sum, candidate.cost.known, "{name}: {}", candidate.shape);
            for line in &candidate.cost.lines {
                if let (Some(rate), Some(amount)) = (line.rate.known(), line.amount.known())
                    && line.quantity != Decimal::ONE
                {
                    assert_eq!(
                        rate.usd * line.quantity,
                        amount.0,
                        "{name}: {}: {}",
                        candidate.shape,
                        line.what
                    );
                }
            }
        }
    }
}

#[test]
fn every_shipped_profile_has_a_choice_with_a_known_total() {
    for (name, text) in shipped() {
        let choice = with(text, None).choice.unwrap_or_else(|| panic!("{name}: nothing fits"));
        assert!(choice.cost.total.known().is_some(), "{name}: {:?}", choice.cost.total);
    }
}

#[test]
fn a_service_level_is_priced_or_excluded_alike() {
    let text = |environment: &str, provider: &str, region: &str| {
        format!(
            "name: l\nenvironment: {environment}\nplacement: {{ provider: {provider}, region: {region} }}\n\
             dataset: [{{ keys: a, type: string, count: 10k, value_size: 500B, ttl: 1h }}]\n\
             traffic: {{ peak: {{ reads: 60/s, writes: 20/s }} }}\n\
             requirements: {{ availability: single, backup_retention: none }}\nsecurity: {{ network: any }}\n"
        )
    };
    for (environment, wanted) in [("production", true), ("development", false)] {
        let upstash = answer(&text(environment, "upstash", "us-east-1"));
        for candidate in all(&upstash) {
            assert_eq!(line(candidate, "Prod Pack").is_some(), wanted, "{environment}: {}", candidate.shape);
        }
        let google = answer(&text(environment, "gcp", "us-central1"));
        let basic = all(&google).iter().any(|c| c.shape.contains("BASIC"));
        assert_eq!(basic, !wanted, "{environment}");
    }
}

#[test]
fn any_whole_gib_of_memorystore_can_be_the_choice() {
    let text = "name: m\nenvironment: development\nplacement: { provider: gcp, region: us-central1 }\n\
        dataset: [{ keys: a, type: string, count: 10M, value_size: 1000B, ttl: 1h }]\n\
        traffic: { peak: { reads: 600/s, writes: 200/s } }\n\
        requirements: { headroom: 10% }\nsecurity: { network: any }\n";
    let r = answer(text);
    let sizes: Vec<u32> = all(&r)
        .iter()
        .filter_map(|c| c.deployment.node_type.as_deref()?.strip_prefix("BASIC-")?.parse().ok())
        .collect();
    let smallest = sizes.iter().min().copied().unwrap();
    // 10 M strings of 1,000 B take 10.9 GB; with a tenth free of 80 % of the size that is 15 GiB.
    assert_eq!(smallest, 15, "{sizes:?}");
    let pinned =
        answer(&format!("{text}deployment: {{ service: memorystore-redis, node_type: BASIC-17 }}\n"));
    assert_eq!(pinned.choice.unwrap().deployment.node_type.as_deref(), Some("BASIC-17"));
}

#[test]
fn what_a_cache_without_nodes_keeps_ready_is_billed() {
    let pinned = "deployment: { service: elasticache-serverless }\n";
    let bill = |minimum: &str| {
        let choice =
            answer(&format!("{SMALL_STATE}requirements: {{ availability: multi-az{minimum} }}\n{pinned}"))
                .choice
                .unwrap();
        ["stored data", "processing units"].map(|what| *line(&choice, what).unwrap().amount.known().unwrap())
    };
    let [stored, work] = bill(", minimum: { data: 2GB, work: 1k/s }");
    assert_eq!(stored, usd("122.640"), "2 GB x 730 h x 0.084");
    assert_eq!(work, usd("6.04440"), "1,000 a second x 2,628,000 s x 0.0023 a million");
    let [less, little] = bill("");
    assert!(less < stored && little < work);
    // More is used than is kept ready: nothing changes.
    assert_eq!(bill(", minimum: { work: 1/s }")[1], little);
}
