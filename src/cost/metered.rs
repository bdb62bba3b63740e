//! Bills that follow use: ElastiCache Serverless and Upstash.

use super::quantity::{Billable, GB, Quantity};
use super::{Billed, Usage};
use crate::catalog::items;
use crate::units::{HOURS_PER_MONTH, SECONDS_PER_MONTH};

/// Stored data and processing units, each with its minimum. PUBLISH is not metered.
pub fn elasticache_serverless<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let minimum = billed
        .offering
        .info
        .metered
        .as_ref()
        .and_then(|m| m.minimum_stored.iter().find(|(engine, _)| *engine == billed.offering.engine))
        .map_or(0.0, |(_, bytes)| bytes.0 / GB)
        .max(usage.minimum_stored / GB);
    let stored = usage.stored / GB;
    let (simple, complex) = usage.units_per_command;
    let least = usage.minimum_work * SECONDS_PER_MONTH / 1e6;
    let used = (usage.simple * simple + usage.complex * complex) / 1e6;
    let work = Billable::Work {
        simple: (usage.simple / 1e6, simple),
        complex: (usage.complex / 1e6, complex),
        minimum: (least > used).then_some(usage.minimum_work),
    };
    vec![
        Quantity::new(
            billed,
            Billable::StoredData { stored, minimum },
            items::STORED_GB_HOUR,
            stored.max(minimum) * f64::from(HOURS_PER_MONTH),
        ),
        Quantity::new(billed, work, items::MILLION_ECPU, used.max(least)),
    ]
}

/// Commands, storage and traffic, whatever its other end, beyond what is included; or a plan; and the Prod Pack for several zones, backups
/// or a service level.
pub fn upstash<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let mut lines = Vec::new();
    let plan = billed.offering.node.plan.as_ref();
    if billed.service().is_metered() {
        // A write is billed once more for every region that keeps a copy.
        let copies = usage.writes * f64::from(usage.read_regions);
        let commands = usage.simple + usage.complex + usage.publishes + copies;
        let free_storage = plan.and_then(|p| p.included_storage).map_or(0.0, |b| b.0 / GB);
        let free_traffic = plan.and_then(|p| p.bandwidth_per_month).map_or(0.0, |b| b.0 / GB);
        let (stored, moved) = (usage.payload / GB, usage.moved() / GB);
        lines.push(Quantity::new(
            billed,
            Billable::Commands { millions: commands / 1e6 },
            items::COMMANDS_100K,
            commands / 1e5,
        ));
        lines.push(Quantity::new(
            billed,
            Billable::Storage { stored, free: free_storage },
            items::STORAGE_GB_MONTH,
            (stored - free_storage).max(0.0),
        ));
        lines.push(Quantity::new(
            billed,
            Billable::Bandwidth { moved, free: free_traffic },
            items::BANDWIDTH_GB,
            (moved - free_traffic).max(0.0),
        ));
    } else {
        lines.push(Quantity::new(billed, Billable::Plan, billed.offering.node.name, 1.0));
        if usage.read_regions > 0 {
            let regions = Billable::ReadRegions { count: usage.read_regions };
            let item = items::for_node(items::READ_REGION, billed.offering.node.name);
            let line = Quantity::new(billed, regions, "", f64::from(usage.read_regions));
            lines.push(Quantity { item: item.into(), ..line });
        }
    }
    if billed.multi_az || usage.backups > 0 || usage.service_level {
        lines.push(Quantity::new(billed, Billable::ProdPack, items::PROD_PACK, 1.0));
    }
    lines
}
