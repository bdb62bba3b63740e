//! Azure's Retail Prices API and its traps.

use cachefit::catalog::{Paid, Unit};
use cachefit::units::Commitment;
use serde_json::{Value, json};

use super::{page, sample, skipped, take, usd};

/// A page with one made-up item, which a test changes.
fn item(change: impl Fn(&mut Value)) -> Value {
    let mut item = json!({
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": 0.315, "armRegionName": "eastus",
        "meterName": "B10 Cache Instance", "productName": "Azure Managed Redis - Balanced", "skuName": "B10",
        "serviceName": "Redis Cache", "unitOfMeasure": "1 Hour", "type": "Consumption", "isPrimaryMeterRegion": true,
    });
    change(&mut item);
    json!({ "Items": [item], "NextPageLink": null, "Count": 1 })
}

#[test]
fn one_meter_is_the_price_of_a_size_and_the_other_has_a_name_of_its_own() {
    let read = take(&[sample("azure_retail_redis_uksouth.json")]).unwrap();
    let mut found: Vec<(&str, Unit, String)> =
        read.records.iter().map(|r| (r.item.as_str(), r.unit, r.usd().unwrap().to_string())).collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("Basic_C0", Unit::CacheHour, "0.028".to_owned()),
            ("Basic_C1", Unit::CacheHour, "0.069".to_owned()),
            ("Standard_C0", Unit::CacheHour, "0.069".to_owned()),
            ("Standard_C1", Unit::CacheHour, "0.173".to_owned()),
            ("Standard_C1 (node meter)", Unit::NodeHour, "0.0865".to_owned()),
            ("Standard_C3 (node meter)", Unit::NodeHour, "0.281".to_owned()),
        ]
    );
}

#[test]
fn a_reservation_has_the_sum_of_its_term() {
    let read = take(&[sample("azure_retail_redis_reservation.json")]).unwrap();
    let [record] = &read.records[..] else { panic!("{:?}", read.records) };
    assert_eq!((record.item.as_str(), record.term), ("Premium_P1", Commitment::OneYearNoUpfront));
    assert_eq!(record.paid, Paid::Term(usd("1553")));
    // 1,553 dollars an hour would be the trap; it is 17.7 cents.
    assert_eq!(record.usd(), Some(usd("0.177283")));
}

#[test]
fn what_is_not_a_price_of_a_size_is_skipped_or_named() {
    for (change, words) in [
        (("isPrimaryMeterRegion", json!(false)), "listed under another region"),
        (("serviceName", json!("Virtual Machines")), "another service"),
        (("productName", json!("Azure Redis Cache Isolated")), "another product"),
        (("type", json!("DevTestConsumption")), "development and test"),
        (("tierMinimumUnits", json!(10.0)), "larger quantity"),
        (("meterName", json!("B10 Cache Internal")), "another meter"),
        (("armRegionName", json!("moon")), "catalogue does not have"),
    ] {
        let read = take(&[page("x", item(|i| i[change.0] = change.1.clone()))]).unwrap();
        assert!(read.records.is_empty() && skipped(&read, words) == 1, "{words}: {read:?}");
    }
    for (change, words) in [
        (("currencyCode", json!("EUR")), "EUR"),
        (("armRegionName", json!("")), "no region"),
        (("armRegionName", Value::Null), "no region"),
        (("unitOfMeasure", json!("1/Month")), "1/Month"),
    ] {
        let read = take(&[page("x", item(|i| i[change.0] = change.1.clone()))]).unwrap();
        assert!(read.records.is_empty() && read.left_out[0].why.contains(words), "{words}: {read:?}");
    }
    assert_eq!(take(&[page("x", item(|_| ()))]).unwrap().records.len(), 1);
}

#[test]
fn every_page_must_be_there() {
    let mut first = item(|_| ());
    first["NextPageLink"] = "https://prices.azure.com/api/retail/prices?$skip=1".into();
    let error = take(&[page("1.json", &first)]).unwrap_err().to_string();
    assert!(error.contains("1.json is not the last page"), "{error}");
    let second = item(|i| i["skuName"] = "B20".into());
    assert!(take(&[page("1.json", &first), page("2.json", second)]).is_ok());
    let mut capped = item(|_| ());
    capped["Count"] = 100.into();
    assert!(take(&[page("x", capped)]).unwrap_err().to_string().contains("100 items and has 1"));
}
