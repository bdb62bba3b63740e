//! Bills that follow use: ElastiCache Serverless and Upstash.

use rust_decimal::Decimal;

use super::{CostLine, Subject, Usage};
use crate::catalog::{Catalog, PriceKey, ServiceInfo, items};
use crate::units::{Commitment, HOURS_PER_MONTH, Usd};

/// A gigabyte on a bill. Where a vendor does not say which one it means, the decimal one is the dearer reading.
const GB: f64 = 1e9;
/// Work of a command on many elements, in simple commands.
const COMPLEX_UNITS: f64 = 10.0;

fn key<'a>(subject: &Subject<'a>, item: &'a str) -> PriceKey<'a> {
    PriceKey {
        service: subject.service,
        region: subject.region,
        item,
        engine: Some(subject.engine),
        term: Commitment::OnDemand,
    }
}

/// Stored data with its minimum, and processing units.
pub fn elasticache_serverless(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Vec<CostLine> {
    let metered = ServiceInfo::of(subject.service).metered.as_ref();
    let minimum = metered
        .and_then(|m| m.minimum_stored.iter().find(|(engine, _)| *engine == subject.engine))
        .map_or(0.0, |(_, bytes)| bytes.0 / GB);
    let stored = usage.stored / GB;
    let billed = stored.max(minimum);
    let formula = if stored < minimum {
        format!("the minimum of {minimum} GB x {HOURS_PER_MONTH} h ({stored:.3} GB stored)")
    } else {
        format!("{billed:.3} GB x {HOURS_PER_MONTH} h")
    };
    let commands = usage.reads + usage.writes;
    let unit = metered.and_then(|m| m.bytes_per_unit).map_or(f64::INFINITY, |b| b.0);
    let kilobytes = (usage.bytes_per_command / unit).max(1.0);
    let simple = (commands - usage.complex).max(0.0);
    let units = simple * kilobytes + usage.complex * kilobytes.max(COMPLEX_UNITS);
    vec![
        CostLine::priced(
            catalog,
            "stored data",
            &key(subject, items::STORED_GB_HOUR),
            Usd::quantity(billed * f64::from(HOURS_PER_MONTH)),
            formula,
        ),
        CostLine::priced(
            catalog,
            "processing units",
            &key(subject, items::MILLION_ECPU),
            Usd::quantity(units / 1e6),
            format!("{:.3} M commands x {kilobytes:.2} ECPU", commands / 1e6),
        ),
    ]
}

/// Commands, storage and traffic beyond what is included; or a plan; and the Prod Pack for several zones.
pub fn upstash(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Vec<CostLine> {
    let mut lines = Vec::new();
    let plan = subject.node.plan.as_ref();
    if subject.service.is_metered() {
        let commands = usage.reads + usage.writes;
        lines.push(CostLine::priced(
            catalog,
            "commands",
            &key(subject, items::COMMANDS_100K),
            Usd::quantity(commands / 1e5),
            format!("{:.3} M commands / 100,000", commands / 1e6),
        ));
        let free = plan.and_then(|p| p.included_storage).map_or(0.0, |b| b.0);
        lines.push(CostLine::priced(
            catalog,
            "storage",
            &key(subject, items::STORAGE_GB_MONTH),
            Usd::quantity((usage.payload - free).max(0.0) / GB),
            format!("{:.3} GB stored, {:.0} GB free", usage.payload / GB, free / GB),
        ));
        let free = plan.and_then(|p| p.bandwidth_per_month).map_or(0.0, |b| b.0);
        lines.push(CostLine::priced(
            catalog,
            "bandwidth",
            &key(subject, items::BANDWIDTH_GB),
            Usd::quantity((usage.traffic - free).max(0.0) / GB),
            format!("{:.1} GB moved, {:.0} GB free", usage.traffic / GB, free / GB),
        ));
    } else {
        lines.push(CostLine::priced(
            catalog,
            format!("plan {}", subject.node.name),
            &key(subject, subject.node.name),
            Decimal::ONE,
            "1 month",
        ));
    }
    if subject.multi_az {
        lines.push(CostLine::priced(
            catalog,
            "Prod Pack (several zones)",
            &key(subject, items::PROD_PACK),
            Decimal::ONE,
            "1 database x 1 month",
        ));
    }
    lines
}
