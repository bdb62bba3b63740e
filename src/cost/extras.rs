//! Lines beside the nodes: support of old versions, backups, traffic, alarms, people's time.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::quantity::{Billable, GB, Quantity};
use super::{Billed, Usage};
use crate::catalog::{Alarms, BackupItem, ExtendedSupport, ZoneTraffic, items};
use crate::units::{GIB, HOURS_PER_MONTH, Provider, Service};

/// Engine CPU, memory, evictions and connections of each node.
const ALARMS_PER_NODE: u32 = 4;

fn nodes(billed: &Billed<'_>) -> u32 {
    billed.offering.node.billed_units(billed.topology.shards, billed.topology.replicas)
}

/// ElastiCache adds a share of the on-demand price for Redis versions past their standard support.
pub fn extended_support<'a>(billed: &Billed<'a>) -> Option<Quantity<'a>> {
    if billed.service() != Service::ElastiCache {
        return None;
    }
    let dates = ExtendedSupport::of(billed.offering.engine, billed.offering.version)?;
    dates.on(billed.as_of).filter(|_| billed.as_of <= dates.until)?;
    let units = nodes(billed);
    Some(Quantity {
        units: Some(Decimal::from(units) * Decimal::from(HOURS_PER_MONTH)),
        ..Quantity::new(billed, Billable::ExtendedSupport { units }, "", 0.0)
    })
}

/// Daily backups; the first is free on ElastiCache, Google bills by the hour. Persistence costs nothing extra on Azure,
/// Upstash's backups come with the Prod Pack, a machine of one's own has its own disk.
pub fn backups<'a>(billed: &Billed<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let BackupItem { item, first_is_free } = billed.offering.info.behaviour.backups?;
    let days = usage.backups.saturating_sub(u32::from(first_is_free));
    if days == 0 {
        return None;
    }
    let gigabytes = usage.stored / GB;
    let by_the_hour = billed.service().provider() == Provider::Gcp;
    let hours = if by_the_hour { f64::from(HOURS_PER_MONTH) } else { 1.0 };
    let billable = Billable::Backups { gigabytes, days, first_is_free, by_the_hour };
    Some(Quantity::new(billed, billable, item, gigabytes * f64::from(days) * hours))
}

/// Traffic between the callers' zones and the cache's, charged on the callers' side; between two machines of one's own
/// on both sides. Azure and interface endpoints of AWS charge nothing: their lists say 0.
pub fn between_zones<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let Some(ZoneTraffic { item, bytes: unit, times, listed_under }) =
        billed.offering.info.behaviour.zone_traffic
    else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(crossing) = usage.between_zones(billed) {
        let (moved, crossing) = (usage.traffic / unit, crossing / unit);
        let priced_as = listed_under.unwrap_or(billed.service());
        let name = if unit == GIB { "GiB" } else { "GB" };
        let billable = Billable::BetweenZones { moved, crossing, times, unit: name };
        let line = Quantity::new(billed, billable, item, crossing * f64::from(times));
        lines.push(Quantity { priced_as, ..line });
    }
    if billed.service() == Service::Ec2 && billed.multi_az && billed.topology.replicas > 0 {
        let moved = usage.written * f64::from(billed.topology.replicas) / unit;
        lines.push(Quantity::new(billed, Billable::Replication { moved }, item, moved * 2.0));
    }
    lines
}

/// What a private cache on Azure is reached through: an endpoint by the hour and by what it moves, also for callers in other
/// regions, and its DNS zone.
pub fn private_endpoint<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    if billed.service().provider() != Provider::Azure || !usage.private {
        return Vec::new();
    }
    let moved = usage.moved() / GB;
    let line = |billable, item, units| Quantity::new(billed, billable, item, units);
    vec![
        line(Billable::PrivateEndpoint, items::PRIVATE_ENDPOINT, f64::from(HOURS_PER_MONTH)),
        line(Billable::PrivateEndpointTraffic { moved }, items::PRIVATE_ENDPOINT_GB, moved),
        line(Billable::DnsZone, items::DNS_ZONE, 1.0),
    ]
}

/// Each write on disk, where data may not be lost and the service bills for it: by the memory of the nodes.
pub fn append_only_file<'a>(billed: &Billed<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    if !billed.offering.info.behaviour.append_only_file || !usage.durable {
        return None;
    }
    let gigabytes = billed.offering.node.memory.0 / GB * f64::from(nodes(billed));
    let billable = Billable::AppendOnlyFile { gigabytes };
    Some(Quantity::new(billed, billable, items::AOF, gigabytes * f64::from(HOURS_PER_MONTH)))
}

/// Traffic of callers in other regions, each direction at its own rate.
pub fn between_regions<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let one = |from: &str, to: &str, bytes: f64| Quantity {
        region: Cow::Owned(format!("{from}->{to}")),
        ..Quantity::new(
            billed,
            Billable::BetweenRegions { from: from.to_owned(), to: to.to_owned(), moved: bytes / GB },
            items::INTER_REGION_GB,
            bytes / GB,
        )
    };
    usage
        .other_regions
        .iter()
        .flat_map(|o| [one(&o.region, billed.region, o.sent), one(billed.region, &o.region, o.received)])
        .collect()
}

/// Callers on another cloud reach the cache over the internet, and each cloud bills what leaves it. Upstash has a public
/// endpoint beside every cloud, and its traffic is named as not included.
pub fn other_cloud<'a>(billed: &Billed<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let provider = billed.service().provider();
    let own = matches!(provider, Provider::Upstash | Provider::Local);
    let away = usage.clouds.iter().any(|cloud| *cloud != provider);
    let moved = usage.moved() / GB;
    (away && !own).then(|| Quantity::new(billed, Billable::OtherCloud { moved }, items::EGRESS_GB, moved))
}

/// Metric alarms on each node.
pub fn alarms<'a>(billed: &Billed<'a>) -> Option<Quantity<'a>> {
    let count = match billed.offering.info.behaviour.alarms {
        // Where there are replicas, each node's lag is watched, too.
        Alarms::ByNode => nodes(billed) * (ALARMS_PER_NODE + u32::from(billed.topology.replicas > 0)),
        Alarms::Fixed(count) => count,
        Alarms::None => return None,
    };
    Some(Quantity::new(billed, Billable::Alarms { count }, items::ALARM, f64::from(count)))
}

/// People's time for a server of one's own.
pub fn operations<'a>(billed: &Billed<'a>, usage: &Usage) -> Option<Quantity<'a>> {
    let billable = Billable::Operations { declared: usage.operations };
    billed.service().is_self_hosted().then(|| Quantity::new(billed, billable, "", 1.0))
}
