//! Advice names what binds, with the number that fits, and says nothing where nothing is to be gained.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::profile::parse;
use cachefit::recommend::{Advice, Options, Recommendation, RegionChoice, recommend};
use cachefit::units::Service;

fn answer(yaml: &str) -> Recommendation {
    let profile = parse(yaml.as_bytes(), "x.yaml").unwrap_or_else(|errors| panic!("{errors}\n{yaml}"));
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: true,
    };
    recommend(&profile, "x.yaml", Catalog::embedded(), &options).unwrap()
}

fn advice<'a>(answer: &'a Recommendation, what: &str) -> Option<&'a Advice> {
    answer.advice.iter().find(|a| a.what.contains(what))
}

fn all(answer: &Recommendation) -> Vec<&str> {
    answer.advice.iter().map(|a| a.what.as_str()).collect()
}

fn profile(dataset: &str, traffic: &str, more: &str) -> String {
    format!(
        "name: x\nplacement: {{ provider: aws, region: us-east-1{more} }}\ndataset:\n  - {{ keys: \"a:*\", {dataset} }}\n\
         traffic: {{ {traffic} }}\n"
    )
}

/// Commands are to be sent together only where the engine thread decides on the shards, and they are not already.
#[test]
fn pipelines_are_advised_where_the_engine_thread_binds() {
    let small = "type: string, count: 100k, value_size: 100B";
    let nodes = |traffic: &str, dataset: &str| {
        answer(&(profile(dataset, traffic, "") + "deployment: { service: elasticache }\n"))
    };
    let busy = nodes("peak: { reads: 300k/s, writes: 20k/s }", small);
    assert!(busy.choice.as_ref().unwrap().deployment.shards > 1);
    assert!(advice(&busy, "send commands together").is_some(), "{:?}", all(&busy));
    let pipelined = nodes("pipeline: 10, peak: { reads: 2M/s, writes: 100k/s }", small);
    assert!(pipelined.choice.as_ref().is_none_or(|c| c.deployment.shards > 1));
    assert!(advice(&pipelined, "send commands together").is_none());
    let large = nodes(
        "peak: { reads: 1k/s, writes: 100/s }, access: { skew: uniform }",
        "type: string, count: 12G, value_size: 30B",
    );
    assert!(large.choice.as_ref().unwrap().deployment.shards > 1);
    assert!(advice(&large, "send commands together").is_none(), "memory binds: {:?}", all(&large));
}

/// A stream of one entry takes the 4 KiB of a full node.
#[test]
fn streams_of_one_entry_are_named() {
    let of = |entries: u32| {
        let dataset = format!(
            "type: stream, count: 2M, entries: {entries}, fields: 3, field_size: 6B, value_size: 20B"
        );
        answer(&profile(&dataset, "peak: { reads: 1k/s, writes: 100/s }", ""))
    };
    let short = of(1);
    let found = advice(&short, "in one stream").unwrap_or_else(|| panic!("{:?}", all(&short)));
    assert!(found.text.contains("GiB become") && found.saves.is_some(), "{found:?}");
    assert!(advice(&of(500), "in one stream").is_none());
}

/// More shards do not help one huge key, and deleting it blocks.
#[test]
fn one_huge_key_is_to_be_split() {
    let of = |members: &str, count: u32| {
        let dataset =
            format!("type: zset, count: {count}, members: {members}, member_size: 30B, reads: element");
        answer(&profile(&dataset, "peak: { reads: 1k/s, writes: 100/s }", ""))
    };
    let huge = of("20M", 1);
    let found = advice(&huge, "split the keys of a:*").unwrap_or_else(|| panic!("{:?}", all(&huge)));
    assert!(
        found.text.contains("more shards do not help") && found.text.contains("UNLINK"),
        "{}",
        found.text
    );
    assert!(found.text.contains("20M elements") && found.text.contains("about 20 s"), "{}", found.text);
    assert!(advice(&of("100", 200_000), "split the keys").is_none());
}

/// Where large values are metered on their way, the bill is their traffic.
#[test]
fn large_values_whose_traffic_is_the_bill_are_named() {
    let of = |size: &str| {
        let dataset = format!("type: string, count: 20k, value_size: {size}, ttl: 1h");
        answer(
            &(profile(&dataset, "peak: { reads: 300/s, writes: 20/s }", "")
                + "deployment: { service: elasticache-serverless }\n"),
        )
    };
    let large = of("250KiB");
    let found = advice(&large, "move fewer bytes of a:*").unwrap_or_else(|| panic!("{:?}", all(&large)));
    assert!(found.text.contains("250 KiB") && found.text.contains("most of the bill"), "{}", found.text);
    assert!(found.saves.is_some());
    assert!(advice(&of("2KiB"), "move fewer bytes").is_none());
}

/// Pools that take all connections: the pool that fits is named, where something fits and where nothing does.
#[test]
fn pools_that_exhaust_connections_are_named_with_the_pool_that_fits() {
    let of = |pool: u32, concurrency: u32| {
        let functions = format!(
            ", functions: [{{ lambda: api, peak_concurrency: {concurrency}, connections_per_instance: {pool} }}]"
        );
        answer(&profile(
            "type: string, count: 100k, value_size: 100B",
            "peak: { reads: 2k/s, writes: 100/s }, new_connections: 100/s",
            &functions,
        ))
    };
    let none = of(50, 3000);
    assert!(none.choice.is_none(), "{:?}", none.choice.map(|c| c.shape));
    let found = advice(&none, "make the pools of api smaller").unwrap_or_else(|| panic!("{:?}", all(&none)));
    assert!(found.text.contains("pools of 50 open 300k"), "{}", found.text);
    let digits = found.text.split("; pools of ").nth(1).unwrap();
    let fits: u32 = digits.split(' ').next().unwrap().parse().unwrap();
    // What is named fits, and one more does not.
    assert!(of(fits, 3000).choice.is_some(), "{fits}");
    assert!(of(fits + 1, 3000).choice.is_none(), "{fits}");
    assert!(advice(&of(2, 20), "pools of api").is_none());
}

/// `security.tls: off` allows plain connections. It rules out no service that always encrypts, and no user.
#[test]
fn tls_off_is_a_permission() {
    let base = profile(
        "type: string, count: 2k, value_size: 1KB, role: state",
        "peak: { reads: 10/s, writes: 1/s }",
        "",
    );
    let of = |security: &str| answer(&format!("{base}security: {{ {security} }}\n"));
    let names = |answer: &Recommendation| {
        let all = answer.all_candidates.as_ref().unwrap().iter();
        all.map(|c| format!("{} {:?}", c.deployment.service, c.deployment.node_type))
            .collect::<std::collections::BTreeSet<_>>()
    };
    for users in
        ["", ", users: [{ name: app, can: [read], auth: iam }, { name: job, can: [write], auth: password }]"]
    {
        let (required, off) = (of(&format!("tls: required{users}")), of(&format!("tls: off{users}")));
        assert!(names(&off).is_superset(&names(&required)), "{users}");
        for candidate in off.all_candidates.as_ref().unwrap() {
            let d = &candidate.deployment;
            assert_eq!(
                d.tls,
                d.service == Service::ElastiCacheServerless || !users.is_empty(),
                "{}",
                d.service
            );
        }
    }
}
