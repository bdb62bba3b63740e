//! Google's Cloud Billing Catalog and its traps.

use cachefit::catalog::Unit;
use serde_json::{Value, json};

use super::{page, sample, skipped, take};

fn sku(description: &str, unit: &str, nanos: i64) -> Value {
    json!({
        "name": "services/x/skus/y", "skuId": "Y", "description": description,
        "category": { "usageType": "OnDemand" }, "serviceRegions": ["us-central1", "europe-west2"],
        "pricingInfo": [{ "pricingExpression": { "usageUnit": unit, "tieredRates": [
            { "startUsageAmount": 0, "unitPrice": { "currencyCode": "USD", "units": "0", "nanos": 0 } },
            { "startUsageAmount": 1, "unitPrice": { "currencyCode": "USD", "units": "1", "nanos": nanos } },
        ] } }],
    })
}

fn of(skus: &[Value]) -> cachefit::price_lists::Read {
    take(&[page("x", json!({ "skus": skus, "nextPageToken": "" }))]).unwrap()
}

#[test]
fn the_real_shape_is_read() {
    let read = take(&[sample("gcp_skus_memorystore_shape_only.json")]).unwrap();
    let [record] = &read.records[..] else { panic!("{read:?}") };
    assert_eq!((record.item.as_str(), record.region.as_str()), ("BASIC-M1", "europe-west2"));
    assert_eq!(record.usd().unwrap().to_string(), "0.0592");
}

#[test]
fn descriptions_name_items_and_the_first_rate_that_is_not_0_counts() {
    for (description, unit, item) in [
        ("Redis Capacity Standard M5 Iowa", "GiBy.h", "STANDARD_HA-M5"),
        ("Redis Cluster Node Default Iowa", "h", "REDIS_HIGHMEM_MEDIUM"),
        ("Redis Cluster Node Highmem XLarge London", "h", "REDIS_HIGHMEM_XLARGE"),
        ("Valkey Shared Core Nano Node London", "h", "SHARED_CORE_NANO"),
        ("Highmem 2xlarge Node Iowa", "h", "HIGHMEM_2XLARGE"),
    ] {
        let read = of(&[sku(description, unit, 500_000_000)]);
        let found: Vec<_> =
            read.records.iter().map(|r| (r.item.as_str(), r.usd().unwrap().to_string())).collect();
        assert_eq!(found, [(item, "1.5".to_owned()), (item, "1.5".to_owned())], "{description}");
        assert!(of(&[sku(description, "mo", 1)]).left_out[0].why.contains("`mo`"), "{description}");
    }
}

#[test]
fn commitments_other_meters_and_cut_lists_are_not_prices() {
    let mut commitment = sku("Valkey Custom Pico Node Iowa", "h", 1);
    commitment["category"]["usageType"] = "Commit1Yr".into();
    let mut euro = sku("Valkey Custom Pico Node Iowa", "h", 1);
    euro["pricingInfo"][0]["pricingExpression"]["tieredRates"][1]["unitPrice"]["currencyCode"] = "EUR".into();
    euro["pricingInfo"][0]["pricingExpression"]["tieredRates"].as_array_mut().unwrap().remove(0);
    let mut nowhere = sku("Valkey Custom Pico Node Iowa", "h", 1);
    nowhere["serviceRegions"] = json!([]);
    let read = of(&[
        commitment,
        sku("Redis Standard Node Capacity M2 Iowa", "GiBy.h", 1),
        sku("Network Internet Egress from Iowa", "GiBy", 1),
        euro,
        nowhere,
    ]);
    assert!(read.records.is_empty(), "{:?}", read.records);
    assert_eq!(
        (skipped(&read, "commitments"), skipped(&read, "another meter"), read.left_out.len()),
        (1, 2, 2)
    );
    let cut = take(&[page("x", json!({ "skus": [], "nextPageToken": "abc" }))]).unwrap_err();
    assert!(cut.to_string().contains("not the last page"), "{cut}");
}

#[test]
fn files_and_backups_are_listed_by_the_gib_and_filed_by_the_gigabyte() {
    for (description, service, item) in [
        ("Memorystore for Redis Cluster: AOF Storage Iowa", "memorystore-redis-cluster", "aof"),
        ("Memorystore for Redis Cluster: Backups Iowa", "memorystore-redis-cluster", "backup"),
        ("Memorystore for Valkey: AOF Storage", "memorystore-valkey", "aof"),
    ] {
        let read = of(&[sku(description, "GiBy.h", 73_741_824)]);
        let [record, _] = &read.records[..] else { panic!("{description}: {read:?}") };
        assert_eq!((record.service.id(), record.item.as_str()), (service, item));
        assert_eq!(
            (record.unit, record.usd().unwrap().to_string()),
            (Unit::GbHour, "1".to_owned()),
            "{description}"
        );
        // A price by the month is no price by the hour.
        assert!(of(&[sku(description, "GiBy.mo", 1)]).left_out[0].why.contains("`GiBy.mo`"));
    }
    for other in ["Memorystore for Redis Cluster: AOF StorageX", "Memorystore for Memcached: Backups Iowa"] {
        assert_eq!(skipped(&of(&[sku(other, "GiBy.h", 1)]), "another meter"), 1, "{other}");
    }
}
