//! Lines beside the nodes: support of old versions, backups, traffic, alarms, people's time.

use rust_decimal::Decimal;

use super::{CostLine, Subject, Usage};
use crate::catalog::{Catalog, ExtendedSupport, PriceKey, Service, Unit, items, reference_region};
use crate::units::{Commitment, GIB, HOURS_PER_MONTH, Provider, Usd};

const GB: f64 = 1e9;
/// Share of the traffic that crosses zones when callers are spread evenly over three of them.
const CROSS_ZONE_SHARE: f64 = 2.0 / 3.0;
/// Engine CPU, memory, evictions, connections and replication lag of each node.
const ALARMS_PER_NODE: u32 = 5;

fn key<'a>(subject: &Subject<'a>, item: &'a str) -> PriceKey<'a> {
    PriceKey {
        service: subject.service,
        region: subject.region,
        item,
        engine: Some(subject.engine),
        term: Commitment::OnDemand,
    }
}

/// ElastiCache adds a share of the on-demand price for Redis versions past their standard support.
pub fn extended_support(catalog: &Catalog, subject: &Subject<'_>) -> Option<CostLine> {
    if subject.service != Service::ElastiCache {
        return None;
    }
    let year = ExtendedSupport::of(subject.engine, subject.version)?.on(subject.as_of)?;
    let surcharge = catalog.extended_support(subject.region, subject.node.name, year);
    let units = subject.node.billed_units(subject.shards, subject.replicas);
    Some(CostLine::from_lookup(
        format!("extended support of Redis {}", subject.version),
        surcharge,
        Decimal::from(units) * Decimal::from(HOURS_PER_MONTH),
        format!("{units} nodes x {HOURS_PER_MONTH} h"),
    ))
}

/// Daily backups; the first is free on ElastiCache.
pub fn backups(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Option<CostLine> {
    if usage.backups == 0 {
        return None;
    }
    let (item, billed) = match subject.service {
        Service::ElastiCache => (items::BACKUP, usage.backups.saturating_sub(1)),
        Service::MemorystoreValkey | Service::MemorystoreRedisCluster => (items::BACKUP, usage.backups),
        Service::Ec2 => (items::DISK_SNAPSHOT_GB, usage.backups),
        Service::ElastiCacheServerless | Service::MemorystoreRedis => {
            return Some(CostLine::unknown(
                "backups",
                format!("{} daily backups", usage.backups),
                "the price of backups of this service is not in the snapshot; see the vendor's price list",
            ));
        }
        // Persistence costs nothing extra on Azure; Upstash's come with the Prod Pack; a machine has its own disk.
        _ => return None,
    };
    let gigabytes = usage.stored / GB * f64::from(billed);
    let by_the_hour = catalog
        .price(&key(subject, item))
        .or_else(|_| {
            let region = reference_region(subject.service.provider());
            catalog.price(&PriceKey { region, ..key(subject, item) })
        })
        .is_ok_and(|p| p.unit == Unit::GbHour);
    let hours = if by_the_hour { f64::from(HOURS_PER_MONTH) } else { 1.0 };
    let hours_text = if by_the_hour { format!(" x {HOURS_PER_MONTH} h") } else { String::new() };
    let free = if billed < usage.backups { ", the first is free" } else { "" };
    Some(CostLine::priced(
        catalog,
        "backups",
        &key(subject, item),
        Usd::quantity(gigabytes * hours),
        format!("{:.3} GB x {billed} days{hours_text}{free}", usage.stored / GB),
    ))
}

/// Traffic between the callers' zones and the cache's.
pub fn between_zones(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Option<CostLine> {
    let (item, unit, name) = match subject.service {
        Service::ElastiCache | Service::Ec2 => (items::CROSS_AZ_GB, GB, "GB"),
        Service::MemorystoreValkey | Service::MemorystoreRedisCluster => (items::PSC_GB, GIB, "GiB"),
        _ => return None,
    };
    if !usage.has_functions {
        return None;
    }
    let moved = usage.traffic * CROSS_ZONE_SHARE / unit;
    Some(CostLine::priced(
        catalog,
        "traffic between zones",
        &key(subject, item),
        Usd::quantity(moved),
        format!("{:.1} {name} x 2/3 to callers in other zones", usage.traffic / unit),
    ))
}

/// Traffic of callers in other regions.
pub fn between_regions(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Vec<CostLine> {
    usage
        .other_regions
        .iter()
        .map(|(region, bytes)| {
            let path = format!("{region}->{}", subject.region);
            CostLine::priced(
                catalog,
                format!("traffic from {region}"),
                &PriceKey { region: &path, ..key(subject, items::INTER_REGION_GB) },
                Usd::quantity(bytes / GB),
                format!("{:.1} GB between regions", bytes / GB),
            )
        })
        .collect()
}

/// Metric alarms on each node.
pub fn alarms(catalog: &Catalog, subject: &Subject<'_>) -> Option<CostLine> {
    let alarms = match subject.service {
        Service::ElastiCache | Service::Ec2 => {
            subject.node.billed_units(subject.shards, subject.replicas) * ALARMS_PER_NODE
        }
        Service::ElastiCacheServerless => ALARMS_PER_NODE,
        _ => return None,
    };
    Some(CostLine::priced(
        catalog,
        "alarms",
        &key(subject, items::ALARM),
        Decimal::from(alarms),
        format!("{alarms} metric alarms, {ALARMS_PER_NODE} a node"),
    ))
}

/// People's time for a server of one's own.
pub fn operations(subject: &Subject<'_>, usage: &Usage) -> Option<CostLine> {
    if !matches!(subject.service.provider(), Provider::Local) && subject.service != Service::Ec2 {
        return None;
    }
    Some(match usage.operations {
        Some(amount) => CostLine::declared("operations", amount, "hours per month x rate, as declared"),
        None => CostLine::unknown(
            "operations",
            "people's time for patches, failovers and backups",
            "declare requirements.operations in the profile",
        ),
    })
}
