//! Pages of Google's Cloud Billing Catalog.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::pages::paged;
use super::{ListError, Page, Read, Reading};
use crate::catalog::{Paid, PriceRecord, Service, Unit, items};
use crate::units::{Commitment, Provider};

#[derive(Deserialize)]
struct Answer {
    skus: Vec<Sku>,
    #[serde(rename = "nextPageToken", default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sku {
    #[serde(rename = "skuId")]
    id: String,
    description: String,
    category: Category,
    #[serde(default)]
    service_regions: Vec<String>,
    #[serde(default)]
    pricing_info: Vec<PricingInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    #[serde(default)]
    usage_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PricingInfo {
    pricing_expression: Expression,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expression {
    usage_unit: String,
    #[serde(default)]
    tiered_rates: Vec<Tier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tier {
    unit_price: Money,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Money {
    currency_code: String,
    #[serde(default)]
    units: String,
    #[serde(default)]
    nanos: i64,
}

/// What a description is the price of.
struct Meter {
    service: Service,
    item: String,
    unit: Unit,
    text: String,
    discounts: bool,
    note: Option<&'static str>,
}

/// Gigabytes in a GiB.
const GIB_IN_GB: Decimal = Decimal::from_parts(1_073_741_824, 0, 0, false, 9);

/// Node types of Memorystore for Valkey, as descriptions have them.
const VALKEY: [&str; 10] = [
    "Shared Core Nano",
    "Custom Pico",
    "Custom Micro",
    "Custom Mini",
    "Standard Small",
    "Highmem Medium",
    "Highcpu Medium",
    "Standard Large",
    "Highmem XLarge",
    "Highmem 2xlarge",
];
/// Node types of Memorystore for Redis Cluster; `Default` is the first that there was.
const CLUSTER: [(&str, &str); 4] = [
    ("Shared Core Nano", "REDIS_SHARED_CORE_NANO"),
    ("Standard Small", "REDIS_STANDARD_SMALL"),
    ("Default", "REDIS_HIGHMEM_MEDIUM"),
    ("Highmem XLarge", "REDIS_HIGHMEM_XLARGE"),
];

/// Reads pages in their order.
pub fn read(pages: &[Page], reading: Reading<'_>) -> Result<Read, ListError> {
    paged(pages, reading, |_, answer: &Answer, day, read| {
        for sku in &answer.skus {
            one(sku, day, reading, read);
        }
        Ok(!answer.next.is_empty())
    })
}

fn one(sku: &Sku, day: &str, reading: Reading<'_>, read: &mut Read) {
    if sku.category.usage_type != "OnDemand" {
        return read.skip("commitments, which are computed from the price on demand");
    }
    let Some(meter) = meter(&sku.description) else {
        return read.skip("another meter: network, storage or reads");
    };
    let what = format!("{}, SKU {}", sku.description, sku.id);
    let [info] = &sku.pricing_info[..] else {
        return read.leave_out(what, "the list does not have one price for it");
    };
    let expression = &info.pricing_expression;
    let expected = if meter.unit == Unit::NodeHour { "h" } else { "GiBy.h" };
    if expression.usage_unit != expected {
        let why = format!("its unit is `{}`, and `{expected}` was expected", expression.usage_unit);
        return read.leave_out(what, why);
    }
    let usd = expression
        .tiered_rates
        .iter()
        .map(|tier| usd(&tier.unit_price))
        .find(|usd| *usd != Ok(Decimal::ZERO));
    let usd = match usd {
        Some(Ok(usd)) => usd,
        Some(Err(why)) => return read.leave_out(what, why),
        None => return read.leave_out(what, "the list has no price for it"),
    };
    if sku.service_regions.is_empty() {
        return read.leave_out(what, "the list names no region for it");
    }
    for region in &sku.service_regions {
        if !(reading.region)(Provider::Gcp, region) {
            read.skip("in a region that the catalogue does not have");
            continue;
        }
        read.records.push(PriceRecord {
            service: meter.service,
            region: region.clone(),
            item: meter.item.clone(),
            engine: None,
            term: Commitment::OnDemand,
            paid: Paid::Rate(if meter.unit == Unit::GbHour { of_gigabyte(usd) } else { usd }),
            unit: meter.unit,
            meter: meter.text.clone().into(),
            source: "Cloud Billing Catalog",
            as_of: day.to_owned(),
            discounts: meter.discounts,
            doubt: None,
            note: meter.note,
        });
    }
}

/// The price of a gigabyte from that of a GiB.
fn of_gigabyte(usd_of_gib: Decimal) -> Decimal {
    (usd_of_gib / GIB_IN_GB).round_dp(12).normalize()
}

/// The storage of files and backups: listed by the GiB, billed here by the gigabyte as all of Google's data.
fn storage(description: &str) -> Option<Meter> {
    let rest = description.strip_prefix("Memorystore for ")?;
    let (service, rest) = rest.split_once(": ")?;
    let service = match service {
        "Redis Cluster" => Service::MemorystoreRedisCluster,
        "Valkey" => Service::MemorystoreValkey,
        _ => return None,
    };
    let (item, note) = if starts(rest, "AOF Storage") {
        (items::AOF, "on provisioned node capacity; the list has it by the GiB")
    } else if starts(rest, "Backups") {
        (items::BACKUP, "at least 24 h a backup; the list has it by the GiB")
    } else {
        return None;
    };
    let text = description.split(": ").next().unwrap_or_default();
    let text = format!("{text}: {}", if item == items::AOF { "AOF Storage" } else { "Backups" });
    Some(Meter {
        service,
        item: item.to_owned(),
        unit: Unit::GbHour,
        text,
        discounts: false,
        note: Some(note),
    })
}

/// The meter of a description, which ends with the place in words.
fn meter(description: &str) -> Option<Meter> {
    if let Some(storage) = storage(description) {
        return Some(storage);
    }
    if let Some(rest) = description.strip_prefix("Redis Capacity ") {
        let mut words = rest.split(' ');
        let (tier, band) = (words.next()?, words.next()?);
        let band = ["M1", "M2", "M3", "M4", "M5"].into_iter().find(|b| *b == band)?;
        let (tier, note) = match tier {
            "Basic" => ("BASIC", "whole instance is priced at the band of its size; one node"),
            "Standard" => {
                ("STANDARD_HA", "whole instance is priced at the band of its size; includes one replica")
            }
            _ => return None,
        };
        return Some(Meter {
            service: Service::MemorystoreRedis,
            item: format!("{tier}-{band}"),
            unit: Unit::GibHour,
            text: format!("Redis Capacity {} {{size}}", if tier == "BASIC" { "Basic" } else { "Standard" }),
            discounts: band != "M1",
            note: Some(note),
        });
    }
    if let Some(rest) = description.strip_prefix("Redis Cluster Node ") {
        let (words, item) = CLUSTER.iter().find(|(words, _)| starts(rest, words))?;
        return Some(node(
            Service::MemorystoreRedisCluster,
            (*item).to_owned(),
            format!("Redis Cluster Node {words}"),
        ));
    }
    let rest = description.strip_prefix("Valkey ").unwrap_or(description);
    let words = VALKEY.iter().find(|words| starts(rest, &format!("{words} Node")))?;
    let item = words.to_ascii_uppercase().replace(' ', "_");
    Some(node(Service::MemorystoreValkey, item, format!("Valkey Node {words}")))
}

fn node(service: Service, item: String, text: String) -> Meter {
    let discounts = !item.starts_with("CUSTOM_");
    Meter { service, item, unit: Unit::NodeHour, text, discounts, note: None }
}

/// Whether a text begins with whole words.
fn starts(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn usd(money: &Money) -> Result<Decimal, String> {
    if money.currency_code != "USD" {
        return Err(format!("it is in {}, and USD was expected", money.currency_code));
    }
    let units: Decimal = if money.units.is_empty() {
        Decimal::ZERO
    } else {
        money.units.parse().map_err(|_| format!("`{}` is not a price", money.units))?
    };
    Ok((units + Decimal::new(money.nanos, 9)).normalize())
}
