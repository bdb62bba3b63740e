//! Pages of Azure's Retail Prices API.
//!
//! One size has two meters: the whole cache, and one node of it. Reservations carry the sum of their term although their
//! unit says `1 Hour`.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::pages::paged;
use super::{ListError, Page, Read, Reading};
use crate::catalog::{Paid, PriceRecord, Service, Unit};
use crate::units::{Commitment, Provider};

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Items")]
    items: Vec<Item>,
    #[serde(rename = "NextPageLink")]
    next: Option<String>,
    #[serde(rename = "Count")]
    count: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(default)]
    currency_code: String,
    retail_price: serde_json::Number,
    #[serde(default)]
    tier_minimum_units: f64,
    #[serde(default)]
    arm_region_name: Option<String>,
    meter_name: String,
    product_name: String,
    sku_name: String,
    service_name: String,
    #[serde(default)]
    unit_of_measure: String,
    #[serde(rename = "type", default)]
    kind: String,
    reservation_term: Option<String>,
    is_primary_meter_region: Option<bool>,
}

/// Reads pages in their order.
pub fn read(pages: &[Page], reading: Reading<'_>) -> Result<Read, ListError> {
    paged(pages, reading, |page, answer: &Answer, day, read| {
        if let Some(count) = answer.count.filter(|count| *count != answer.items.len()) {
            let why = format!("it says that it has {count} items and has {}", answer.items.len());
            return Err(ListError::broken(page, &why));
        }
        for item in &answer.items {
            one(item, day, reading, read);
        }
        Ok(answer.next.as_ref().is_some_and(|link| !link.is_empty()))
    })
}

fn one(item: &Item, day: &str, reading: Reading<'_>, read: &mut Read) {
    if item.service_name != "Redis Cache" {
        return read.skip("another service");
    }
    if item.is_primary_meter_region == Some(false) {
        return read.skip("a meter that is listed under another region, too");
    }
    let Some((service, prefix)) = product(&item.product_name) else {
        return read.skip("another product");
    };
    let what = format!("{} {} in {}", item.product_name, item.meter_name, region_of(item));
    if item.currency_code != "USD" {
        return read.leave_out(what, format!("it is in {}, and USD was expected", item.currency_code));
    }
    let Some(region) = item.arm_region_name.as_deref().filter(|region| !region.is_empty()) else {
        return read.leave_out(what, "the list names no region for it");
    };
    if !(reading.region)(Provider::Azure, region) {
        return read.skip("in a region that the catalogue does not have");
    }
    if item.tier_minimum_units > 0.0 {
        return read.skip("a price from a larger quantity on");
    }
    if item.unit_of_measure != "1 Hour" {
        return read
            .leave_out(what, format!("its unit is `{}`, and an hour was expected", item.unit_of_measure));
    }
    let Ok(usd) = decimal(&item.retail_price) else {
        return read.leave_out(what, format!("`{}` is not a price", item.retail_price));
    };
    let (term, paid) = match (item.kind.as_str(), item.reservation_term.as_deref()) {
        ("Consumption", _) => (Commitment::OnDemand, Paid::Rate(usd)),
        ("Reservation", Some("1 Year")) => (Commitment::OneYearNoUpfront, Paid::Term(usd)),
        ("Reservation", Some("3 Years")) => (Commitment::ThreeYearsNoUpfront, Paid::Term(usd)),
        ("Reservation", _) => return read.leave_out(what, "a reservation without a known term"),
        _ => return read.skip("prices of development and test subscriptions"),
    };
    let size = item.sku_name.as_str();
    let enterprise = prefix.starts_with("Enterprise");
    let per_node = match item.meter_name.strip_prefix(size) {
        Some(" Cache Instance") => true,
        // A reservation of Enterprise has the meter of the size.
        Some(" Cache") => enterprise,
        _ => return read.skip("another meter of a size"),
    };
    // One meter is the price of a size; the other stays visible under a name of its own.
    let whole = matches!(prefix, "Basic" | "Standard");
    let other = match (per_node, whole) {
        (true, true) => " (node meter)",
        (false, false) => " (whole-cache meter)",
        _ => "",
    };
    read.records.push(PriceRecord {
        service,
        region: region.to_owned(),
        item: format!("{prefix}_{size}{other}"),
        engine: None,
        term,
        paid,
        unit: if per_node { Unit::NodeHour } else { Unit::CacheHour },
        meter: format!("{} / {}", item.product_name, item.meter_name.replace(size, "{size}")).into(),
        source: "Azure Retail Prices API",
        as_of: day.to_owned(),
        discounts: false,
        doubt: enterprise
            .then_some("unverified: whether the meter is of a node or of the deployment is not established"),
        note: None,
    });
}

fn region_of(item: &Item) -> &str {
    item.arm_region_name.as_deref().filter(|region| !region.is_empty()).unwrap_or("no region")
}

/// The service of a product, and what the names of its sizes begin with.
fn product(name: &str) -> Option<(Service, &'static str)> {
    Some(match name {
        "Azure Redis Cache Basic" => (Service::AzureCacheForRedis, "Basic"),
        "Azure Redis Cache Standard" => (Service::AzureCacheForRedis, "Standard"),
        "Azure Redis Cache Premium" => (Service::AzureCacheForRedis, "Premium"),
        "Azure Redis Cache Enterprise" => (Service::AzureCacheForRedis, "Enterprise"),
        "Azure Redis Cache Enterprise Flash" => (Service::AzureCacheForRedis, "EnterpriseFlash"),
        "Azure Managed Redis - Balanced" => (Service::AzureManagedRedis, "Balanced"),
        "Azure Managed Redis - Memory Optimized" => (Service::AzureManagedRedis, "MemoryOptimized"),
        "Azure Managed Redis - Compute Optimized" => (Service::AzureManagedRedis, "ComputeOptimized"),
        "Azure Managed Redis - Flash Optimized" => (Service::AzureManagedRedis, "FlashOptimized"),
        _ => return None,
    })
}

/// The number as it is written, not as a binary fraction.
fn decimal(number: &serde_json::Number) -> Result<Decimal, rust_decimal::Error> {
    let text = number.to_string();
    text.parse().or_else(|_| Decimal::from_scientific(&text))
}
