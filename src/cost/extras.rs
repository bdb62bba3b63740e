//! Lines beside the nodes: support of old versions, backups, traffic, alarms, people's time.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::quantity::{Billable, GB, Quantity};
use super::{Subject, Usage};
use crate::catalog::{Catalog, ExtendedSupport, PriceKey, Service, items};
use crate::units::{Commitment, GIB, HOURS_PER_MONTH, Provider};

/// Engine CPU, memory, evictions and connections of each node.
const ALARMS_PER_NODE: u32 = 4;
/// Throttled commands, storage, work, connections and evictions.
const ALARMS_SERVERLESS: u32 = 5;

fn nodes(subject: &Subject<'_>) -> u32 {
    subject.node.billed_units(subject.shards, subject.replicas)
}

/// ElastiCache adds a share of the on-demand price for Redis versions past their standard support.
pub fn extended_support<'a>(subject: &Subject<'a>) -> Option<Quantity<'a>> {
    if subject.service != Service::ElastiCache {
        return None;
    }
    ExtendedSupport::of(subject.engine, subject.version)?.on(subject.as_of)?;
    let units = nodes(subject);
    Some(Quantity {
        units: Some(Decimal::from(units) * Decimal::from(HOURS_PER_MONTH)),
        ..Quantity::new(subject, Billable::ExtendedSupport { units }, "", 0.0)
    })
}

/// Daily backups; the first is free on ElastiCache, Google bills by the hour. Persistence costs nothing extra on Azure,
/// Upstash's backups come with the Prod Pack, a machine of one's own has its own disk.
pub fn backups<'a>(subject: &Subject<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let (item, first_is_free) = match subject.service {
        Service::ElastiCache => (items::BACKUP, true),
        Service::ElastiCacheServerless
        | Service::MemorystoreValkey
        | Service::MemorystoreRedisCluster
        | Service::MemorystoreRedis => (items::BACKUP, false),
        Service::Ec2 => (items::DISK_SNAPSHOT_GB, false),
        _ => return None,
    };
    let days = usage.backups.saturating_sub(u32::from(first_is_free));
    if days == 0 {
        return None;
    }
    let gigabytes = usage.stored / GB;
    let by_the_hour = subject.service.provider() == Provider::Gcp;
    let hours = if by_the_hour { f64::from(HOURS_PER_MONTH) } else { 1.0 };
    let billable = Billable::Backups { gigabytes, days, first_is_free, by_the_hour };
    Some(Quantity::new(subject, billable, item, gigabytes * f64::from(days) * hours))
}

/// Traffic between the callers' zones and the cache's, charged on the callers' side; between two machines of one's own
/// on both sides. Azure and interface endpoints of AWS charge nothing: their lists say 0.
pub fn between_zones<'a>(subject: &Subject<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let (item, unit, times) = match subject.service {
        Service::ElastiCache
        | Service::ElastiCacheServerless
        | Service::AzureManagedRedis
        | Service::AzureCacheForRedis => (items::CROSS_AZ_GB, GB, 1),
        Service::Ec2 => (items::CROSS_AZ_GB, GB, 2),
        Service::MemorystoreValkey | Service::MemorystoreRedisCluster | Service::MemorystoreRedis => {
            (items::PSC_GB, GIB, 1)
        }
        Service::UpstashPayg | Service::UpstashFixed | Service::Local => return Vec::new(),
    };
    let mut lines = Vec::new();
    if let Some(crossing) = usage.between_zones(subject) {
        let (moved, crossing) = (usage.traffic / unit, crossing / unit);
        // Peered networks pay for zones as Private Service Connect does; only the latter's price is known.
        let priced_as = match subject.service {
            Service::MemorystoreRedis => Service::MemorystoreValkey,
            service => service,
        };
        let billable = Billable::BetweenZones { moved, crossing, times };
        let line = Quantity::new(subject, billable, item, crossing * f64::from(times));
        lines.push(Quantity { priced_as, ..line });
    }
    if subject.service == Service::Ec2 && subject.multi_az && subject.replicas > 0 {
        let moved = usage.written * f64::from(subject.replicas) / unit;
        lines.push(Quantity::new(subject, Billable::Replication { moved }, item, moved * 2.0));
    }
    lines
}

/// What a private cache on Azure is reached through: an endpoint by the hour and by what it moves, and its DNS zone.
pub fn private_endpoint<'a>(subject: &Subject<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    if subject.service.provider() != Provider::Azure || !usage.private {
        return Vec::new();
    }
    let moved = usage.traffic / GB;
    let line = |billable, item, units| Quantity::new(subject, billable, item, units);
    vec![
        line(Billable::PrivateEndpoint, items::PRIVATE_ENDPOINT, f64::from(HOURS_PER_MONTH)),
        line(Billable::PrivateEndpointTraffic { moved }, items::PRIVATE_ENDPOINT_GB, moved),
        line(Billable::DnsZone, items::DNS_ZONE, 1.0),
    ]
}

/// Each write on disk, where data may not be lost and the service bills for it: by the memory of the nodes.
pub fn append_only_file<'a>(subject: &Subject<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let billed = matches!(subject.service, Service::MemorystoreValkey | Service::MemorystoreRedisCluster);
    if !billed || !usage.durable {
        return None;
    }
    let gigabytes = subject.node.memory.0 / GB * f64::from(nodes(subject));
    let billable = Billable::AppendOnlyFile { gigabytes };
    Some(Quantity::new(subject, billable, items::AOF, gigabytes * f64::from(HOURS_PER_MONTH)))
}

/// Traffic of callers in other regions, each direction at its own rate.
pub fn between_regions<'a>(subject: &Subject<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let one = |from: &str, to: &str, bytes: f64| Quantity {
        region: Cow::Owned(format!("{from}->{to}")),
        ..Quantity::new(
            subject,
            Billable::BetweenRegions { from: from.to_owned(), to: to.to_owned(), moved: bytes / GB },
            items::INTER_REGION_GB,
            bytes / GB,
        )
    };
    usage
        .other_regions
        .iter()
        .flat_map(|o| [one(&o.region, subject.region, o.sent), one(subject.region, &o.region, o.received)])
        .collect()
}

/// Callers on another cloud reach the cache over the internet, and each cloud bills what leaves it. Upstash has a public
/// endpoint beside every cloud, and its traffic is named as not included.
pub fn other_cloud<'a>(subject: &Subject<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let provider = subject.service.provider();
    let own = matches!(provider, Provider::Upstash | Provider::Local);
    let away = usage.clouds.iter().any(|cloud| *cloud != provider);
    let moved = usage.traffic / GB;
    (away && !own).then(|| Quantity::new(subject, Billable::OtherCloud { moved }, items::EGRESS_GB, moved))
}

/// Metric alarms on each node, where the region's price is known; they are advice, so they never make a total unknown.
pub fn alarms<'a>(catalog: &Catalog, subject: &Subject<'a>) -> Option<Quantity<'a>> {
    let count = match subject.service {
        // Where there are replicas, each node's lag is watched, too.
        Service::ElastiCache | Service::Ec2 => {
            nodes(subject) * (ALARMS_PER_NODE + u32::from(subject.replicas > 0))
        }
        Service::ElastiCacheServerless => ALARMS_SERVERLESS,
        _ => return None,
    };
    let priced = catalog.usd(&PriceKey {
        service: subject.service,
        region: subject.region,
        item: items::ALARM,
        engine: None,
        term: Commitment::OnDemand,
    });
    priced.map(|_| Quantity::new(subject, Billable::Alarms { count }, items::ALARM, f64::from(count)))
}

/// People's time for a server of one's own.
pub fn operations<'a>(subject: &Subject<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let billable = Billable::Operations { declared: usage.operations };
    subject.service.is_self_hosted().then(|| Quantity::new(subject, billable, "", 1.0))
}
