//! What a product is the price of.

use super::Product;
use crate::catalog::{Service, Unit, items};
use crate::units::Engine;

/// What a product prices.
#[derive(Debug, PartialEq, Eq)]
pub struct Meter {
    pub service: Service,
    pub item: String,
    pub engine: Option<Engine>,
    pub unit: Unit,
    /// The usage type with a place for the item's name.
    pub text: &'static str,
    /// Units of the list in one of ours: processing units are listed one by one.
    pub times: u32,
    /// Whether the first tier of several is the price.
    pub first_tier: bool,
    /// The region to which data moves.
    pub to: Option<String>,
    pub note: Option<&'static str>,
}

impl Meter {
    /// A meter of ElastiCache or of EC2, in one region and without tiers.
    pub fn new(service: Service, item: String, unit: Unit, text: &'static str) -> Self {
        Self { service, item, engine: None, unit, text, times: 1, first_tier: false, to: None, note: None }
    }
}

/// The price, or why it is none of a cache.
pub enum Found {
    Price(Meter),
    Skip(&'static str),
}

/// The meter of a product by its family, usage type and engine; all must fit.
pub fn of(product: &Product) -> Found {
    match product.family.as_str() {
        "Cache Instance" => node(product),
        "ElastiCache Serverless" => serverless(product),
        "Storage Snapshot" if product.attribute("operation").contains("Volume") => {
            Found::Skip("snapshots of disks")
        }
        "Storage Snapshot" => Found::Price(Meter::new(
            Service::ElastiCache,
            items::BACKUP.to_owned(),
            Unit::GbMonth,
            "backup storage",
        )),
        _ => Found::Skip("another product family"),
    }
}

/// `NodeUsage:<type>` with at most the prefix of a region is the node. What stands before `NodeUsage` otherwise is a
/// surcharge, a row of its own.
fn node(product: &Product) -> Found {
    let Some(engine) = engine(product.attribute("cacheEngine")) else {
        return Found::Skip("Memcached");
    };
    let usage = product.attribute("usagetype");
    let Some((before, node)) = usage.split_once("NodeUsage:") else {
        return Found::Skip("an unknown usage type of a node");
    };
    if node != product.attribute("instanceType") || node.is_empty() {
        return Found::Skip("a usage type of another node than the product's");
    }
    let before = before.strip_suffix('-').unwrap_or(before);
    let (item, text) = match without_region(before) {
        "" => (node.to_owned(), "NodeUsage:{item}"),
        "SyncDurability" => (items::for_node("sync-durability", node), "SyncDurability-NodeUsage:{node}"),
        "ExtendedSupportYr1_Yr2" => (
            items::for_node(items::EXTENDED_SUPPORT_YEARS_1_2, node),
            "ExtendedSupportYr1_Yr2-NodeUsage:{node}",
        ),
        "ExtendedSupportYr3" => {
            (items::for_node(items::EXTENDED_SUPPORT_YEAR_3, node), "ExtendedSupportYr3-NodeUsage:{node}")
        }
        _ => return Found::Skip("a surcharge that no bill has"),
    };
    let meter = Meter::new(Service::ElastiCache, item, Unit::NodeHour, text);
    Found::Price(Meter { engine: Some(engine), ..meter })
}

/// What is left after the prefix of a region: capitals and digits, `USW2`, `EU`.
pub fn without_region(before: &str) -> &str {
    let (first, rest) = before.split_once('-').unwrap_or((before, ""));
    let prefix = !first.is_empty() && first.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if prefix { rest } else { before }
}

fn serverless(product: &Product) -> Found {
    let usage = product.attribute("usagetype");
    if usage.contains("Backup") || product.attribute("operation").contains("Snapshot") {
        return Found::Skip("backups of serverless caches, billed as those of nodes");
    }
    let Some((meter, name)) = usage.split_once(':') else {
        return Found::Skip("an unknown usage type of a serverless cache");
    };
    let Some(engine) = engine(name) else { return Found::Skip("Memcached") };
    let meter = meter.rsplit('-').next().unwrap_or(meter);
    let (item, unit, text, times, note) = match meter {
        "CachedData" => {
            let (text, note) = match engine {
                Engine::Valkey => ("CachedData:Valkey", "at least 0.1 GB is billed"),
                Engine::Redis => ("CachedData:Redis", "at least 1 GB is billed"),
            };
            (items::STORED_GB_HOUR, Unit::GbHour, text, 1, Some(note))
        }
        "ElastiCacheProcessingUnits" => {
            let text = match engine {
                Engine::Valkey => "ElastiCacheProcessingUnits:Valkey",
                Engine::Redis => "ElastiCacheProcessingUnits:Redis",
            };
            (items::MILLION_ECPU, Unit::MillionEcpu, text, 1_000_000, None)
        }
        _ => return Found::Skip("an unknown usage type of a serverless cache"),
    };
    let meter = Meter::new(Service::ElastiCacheServerless, item.to_owned(), unit, text);
    Found::Price(Meter { engine: Some(engine), times, note, ..meter })
}

fn engine(name: &str) -> Option<Engine> {
    match name {
        "Valkey" => Some(Engine::Valkey),
        "Redis" => Some(Engine::Redis),
        _ => None,
    }
}
