//! AWS's offers and their traps.

use cachefit::catalog::Paid;
use cachefit::units::{Commitment, Engine};
use proptest::prelude::*;

use super::offers::{Product, csv_offer, json_offer, node};
use super::{page, sample, skipped, take, taken, usd};

const R7G: &str = "cache.r7g.large";

/// A node with all meters that the list has beside it; the records are made up, in the shape of the real one.
fn synthetic() -> Vec<Product> {
    let mut valkey = node("A1", "Valkey", "NodeUsage:cache.r7g.large", R7G, "0.1752000000");
    valkey.reserved = vec![
        ("1yr", "No Upfront", Some("0.1190000000"), None),
        ("1yr", "All Upfront", Some("0.0000000000"), Some("981.6")),
        ("3yr", "Partial Upfront", Some("0.0419"), Some("1104")),
        ("3yr", "Heavy Utilization", Some("0.01"), Some("1000")),
    ];
    let serverless = |sku: &str, usage: &str, usd: &str| Product {
        family: "ElastiCache Serverless",
        on_demand: vec![("Units", usd.to_owned())],
        ..node(sku, "Valkey", usage, "", usd)
    };
    vec![
        valkey,
        node("A2", "Redis", "NodeUsage:cache.r7g.large", R7G, "0.219"),
        node("A3", "Memcached", "NodeUsage:cache.r7g.large", R7G, "0.219"),
        node("A4", "Valkey", "SyncDurability-NodeUsage:cache.r7g.large", R7G, "0.031536"),
        node("A5", "Redis", "ExtendedSupportYr1_Yr2-NodeUsage:cache.r7g.large", R7G, "0.175"),
        node("A6", "Redis", "ExtendedSupportYr3-NodeUsage:cache.r7g.large", R7G, "0.35"),
        node("A7", "Redis", "NodeUsage:cache.r7g.large", R7G, "0.3").with("locationType", "AWS Outposts"),
        serverless("A8", "CachedData:Valkey", "0.084"),
        serverless("A9", "ElastiCacheProcessingUnits:Valkey", "0.0000000023"),
        serverless("B0", "BackupUsage:Valkey", "0.085"),
        Product { family: "Storage Snapshot", ..node("B1", "Redis", "BackupUsage", "", "0.085") },
    ]
}

#[test]
fn a_real_offer_has_its_reservations_and_never_the_rate_of_0() {
    let read = take(&[sample("aws_bulk_offer_elasticache_c7gn_large.json")]).unwrap();
    let upfront = |start: &str, hourly: &str| Paid::Upfront { start: usd(start), hourly: usd(hourly) };
    let expected = [
        (Commitment::OneYearNoUpfront, Paid::Rate(usd("0.1384"))),
        (Commitment::OneYearPartialUpfront, upfront("580.788", "0.0664")),
        (Commitment::OneYearAllUpfront, upfront("1143.7056", "0")),
        (Commitment::ThreeYearsNoUpfront, Paid::Rate(usd("0.1064"))),
        (Commitment::ThreeYearsPartialUpfront, upfront("1286.6688", "0.0488")),
        (Commitment::ThreeYearsAllUpfront, upfront("2412.504", "0")),
    ];
    let expected =
        expected.map(|(term, paid)| ("cache.c7gn.large".to_owned(), Some(Engine::Valkey), term, paid));
    assert_eq!(taken(&read), expected);
    for record in &read.records {
        assert!(record.usd().unwrap() > usd("0.09"), "{record:?}");
    }
    // The terms of two engines whose products were not published with them.
    assert_eq!(skipped(&read, "does not have"), 2);
}

#[test]
fn every_meter_of_a_node_is_what_it_is_and_no_other() {
    let read = take(&[page("synthetic", json_offer(&synthetic()))]).unwrap();
    let on_demand: Vec<(String, Option<Engine>, String)> = taken(&read)
        .into_iter()
        .filter(|(.., term, _)| *term == Commitment::OnDemand)
        .map(|(item, engine, _, paid)| match paid {
            Paid::Rate(usd) => (item, engine, usd.to_string()),
            other => panic!("{other:?}"),
        })
        .collect();
    let (valkey, redis) = (Some(Engine::Valkey), Some(Engine::Redis));
    let expected = [
        ("backup", None, "0.085"),
        (R7G, valkey, "0.1752"),
        (R7G, redis, "0.219"),
        ("extended-support-yr1:cache.r7g.large", redis, "0.175"),
        ("extended-support-yr3:cache.r7g.large", redis, "0.35"),
        ("million-ecpu", valkey, "0.0023"),
        ("stored-gb-hour", valkey, "0.084"),
        ("sync-durability:cache.r7g.large", valkey, "0.031536"),
    ];
    let expected = expected.map(|(item, engine, usd)| (item.to_owned(), engine, usd.to_owned()));
    assert_eq!(on_demand, expected);
    assert_eq!(read.records.iter().filter(|r| r.term != Commitment::OnDemand).count(), 3);
    for (words, count) in
        [("Memcached", 1), ("not in a region", 1), ("not sold any more", 1), ("backups of", 1)]
    {
        assert_eq!(skipped(&read, words), count, "{words}");
    }
}

#[test]
fn both_forms_of_an_offer_say_the_same() {
    let json = take(&[page("synthetic.json", json_offer(&synthetic()))]).unwrap();
    let csv = take(&[page("synthetic.csv", csv_offer(&synthetic()))]).unwrap();
    assert_eq!(taken(&json), taken(&csv));
    assert!(taken(&csv).len() > 8);
}

#[test]
fn a_prefix_of_a_region_is_no_surcharge() {
    for (usage, item) in [
        ("USW2-NodeUsage:cache.r7g.large", Some(R7G)),
        ("EU-NodeUsage:cache.r7g.large", Some(R7G)),
        ("USW2-SyncDurability-NodeUsage:cache.r7g.large", Some("sync-durability:cache.r7g.large")),
        ("Reserved-NodeUsage:cache.r7g.large", None),
        ("USW2-Whatever-NodeUsage:cache.r7g.large", None),
        ("NodeUsage:cache.r7g.xlarge", None),
        ("DataTransfer-Out-Bytes", None),
    ] {
        let read = take(&[page("x", json_offer(&[node("A", "Valkey", usage, R7G, "0.2")]))]).unwrap();
        let items: Vec<&str> = read.records.iter().map(|r| r.item.as_str()).collect();
        assert_eq!(items, item.into_iter().collect::<Vec<_>>(), "{usage}");
    }
}

#[test]
fn without_a_region_or_with_a_wrong_unit_there_is_no_price() {
    let plain = || node("A", "Valkey", "NodeUsage:cache.r7g.large", R7G, "0.1752");
    let ecpu = Product {
        family: "ElastiCache Serverless",
        ..node("E", "Valkey", "ElastiCacheProcessingUnits:Valkey", "", "0.0023")
    };
    let tiers = Product { on_demand: vec![("Hrs", "0.1".into()), ("Hrs", "0.2".into())], ..plain() };
    let half = Product {
        reserved: vec![("1yr", "Partial Upfront", Some("0.05"), None)],
        on_demand: vec![],
        ..plain()
    };
    // What is paid by the hour beside the upfront is not 0.
    let unpriced = Product {
        reserved: vec![("3yr", "Partial Upfront", None, Some("1104"))],
        on_demand: vec![],
        ..plain()
    };
    for (product, why) in [
        (unpriced, "does not have the lines"),
        (plain().with("regionCode", ""), "no region"),
        (ecpu, "not the price of one processing unit"),
        (tiers, "2 prices on demand"),
        (half, "does not have the lines"),
        (Product { on_demand: vec![("Hrs", "cheap".into())], ..plain() }, "`cheap` is not a price"),
    ] {
        let read = take(&[page("x", json_offer(std::slice::from_ref(&product)))]).unwrap();
        assert!(read.records.is_empty(), "{why}: {:?}", read.records);
        assert!(read.left_out.iter().any(|l| l.why.contains(why)), "{why}: {:?}", read.left_out);
    }
    let at_once =
        Product { reserved: vec![("1yr", "All Upfront", None, Some("981.6"))], on_demand: vec![], ..plain() };
    let read = take(&[page("x", json_offer(&[at_once]))]).unwrap();
    assert_eq!(read.records[0].paid, Paid::Upfront { start: usd("981.6"), hourly: usd("0") });
    let read = take(&[page("x", json_offer(&[plain().with("regionCode", "moon-1")]))]).unwrap();
    assert!(read.records.is_empty() && skipped(&read, "catalogue does not have") == 1);
}

#[test]
fn other_offers_and_cut_answers_are_errors() {
    let mut other = json_offer(&[]);
    other["offerCode"] = "AmazonRDS".into();
    let error = take(&[page("rds.json", other)]).unwrap_err().to_string();
    assert!(error.contains("rds.json") && error.contains("AmazonRDS"), "{error}");
    let answer = serde_json::json!({ "PriceList": [], "NextToken": "more" });
    let error = take(&[page("one.json", answer)]).unwrap_err().to_string();
    assert!(error.contains("one.json is not the last page"), "{error}");
    for text in [
        "",
        "[]",
        "hello",
        "{\"a\": 1}",
        "{\"offerCode\": \"AmazonElastiCache\"",
        "\"FormatVersion\",\"v1.0\"\n",
    ] {
        assert!(take(&[page("x", text)]).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Which product comes first, or has the lowest SKU, decides nothing.
    #[test]
    fn the_order_of_a_list_changes_no_price(order in Just(synthetic()).prop_shuffle()) {
        let renamed: Vec<Product> = order
            .into_iter()
            .enumerate()
            .map(|(i, product)| Product { sku: format!("S{i:02}"), ..product })
            .collect();
        let plain = take(&[page("x", json_offer(&synthetic()))]).unwrap();
        prop_assert_eq!(taken(&take(&[page("x", json_offer(&renamed))]).unwrap()), taken(&plain));
        prop_assert_eq!(taken(&take(&[page("x", csv_offer(&renamed))]).unwrap()), taken(&plain));
    }
}
