//! Puts a bill together, service by service.

use rust_decimal::Decimal;

use super::{CostLine, Estimate, Subject, Usage, extras, metered};
use crate::catalog::{Catalog, PriceKey, Service, ServiceInfo, Unit};
use crate::units::HOURS_PER_MONTH;

/// The monthly bill of a shape under a usage.
pub fn bill(catalog: &Catalog, subject: &Subject<'_>, usage: &Usage) -> Estimate {
    let mut lines = match subject.service {
        Service::ElastiCacheServerless => metered::elasticache_serverless(catalog, subject, usage),
        Service::UpstashPayg | Service::UpstashFixed => metered::upstash(catalog, subject, usage),
        Service::Local => Vec::new(),
        _ => vec![nodes(catalog, subject)],
    };
    lines.extend(extras::extended_support(catalog, subject));
    lines.extend(extras::backups(catalog, subject, usage));
    lines.extend(extras::between_zones(catalog, subject, usage));
    lines.extend(extras::between_regions(catalog, subject, usage));
    lines.extend(extras::alarms(catalog, subject));
    lines.extend(extras::operations(subject, usage));
    let mut not_included: Vec<String> =
        ServiceInfo::of(subject.service).not_included.iter().map(|t| (*t).to_owned()).collect();
    not_included.push("taxes and support plans".into());
    Estimate::of(lines, not_included)
}

/// Nodes or sizes by the hour, at the effective price of the commitment.
fn nodes(catalog: &Catalog, subject: &Subject<'_>) -> CostLine {
    let key = PriceKey {
        service: subject.service,
        region: subject.region,
        item: subject.node.name,
        engine: Some(subject.engine),
        term: subject.commitment,
    };
    let billed = subject.node.billed_units(subject.shards, subject.replicas);
    let per_cache = catalog.price(&key).is_ok_and(|p| p.unit == Unit::CacheHour);
    let units = if per_cache { 1 } else { billed };
    let formula = match subject.replicas {
        _ if units == 1 => "1".to_owned(),
        replicas if units == 1 + replicas => format!("(1 + {replicas})"),
        replicas => format!("{} shards x (1 + {replicas})", subject.shards),
    };
    let quantity = Decimal::from(units) * Decimal::from(HOURS_PER_MONTH);
    let mut line = CostLine::priced(
        catalog,
        format!("{units} x {}", subject.node.name),
        &key,
        quantity,
        format!("{formula} x {HOURS_PER_MONTH} h"),
    );
    if let Some(upfront) = line.rate.known().and_then(|r| r.upfront).filter(|u| !u.is_zero()) {
        let total = upfront * Decimal::from(units);
        line.formula = format!("{}; {} USD upfront, spread over the term", line.formula, total.round_dp(2));
    }
    line
}
