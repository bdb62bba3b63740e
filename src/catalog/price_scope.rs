//! Under which scope, region and item a price is filed.

use std::borrow::Cow;

use super::items;
use crate::units::Service;

/// The region of what costs the same everywhere.
pub(super) const EVERYWHERE: &str = "global";

/// The item under which a node type's price is listed: bands for Memorystore for Redis, its name elsewhere.
pub(super) fn price_item(service: Service, item: &str) -> Cow<'_, str> {
    match provisioned_gib(service, item) {
        Some((tier, gib)) => Cow::Owned(format!("{tier}-{}", band(gib))),
        None => Cow::Borrowed(item),
    }
}

/// Where the rows of an item are filed: under the service, or under the provider if all its services share it.
pub(super) fn scope(service: Service, item: &str) -> &'static str {
    match (service, item) {
        // The same meter in AWS's cost reports.
        (Service::ElastiCacheServerless, items::BACKUP) => Service::ElastiCache.id(),
        // Reached through an interface endpoint, which has a rule of its own.
        (Service::ElastiCacheServerless, items::CROSS_AZ_GB) => service.id(),
        _ if items::SHARED.contains(&item) => service.provider().as_str(),
        _ => service.id(),
    }
}

/// Tier and size of `STANDARD_HA-5`; 1 to 300 GiB can be had.
pub(super) fn provisioned_gib(service: Service, item: &str) -> Option<(&str, u32)> {
    if service != Service::MemorystoreRedis {
        return None;
    }
    let (tier, gib) = item.rsplit_once('-')?;
    let gib = gib.parse().ok().filter(|gib| (1..=300).contains(gib))?;
    Some((tier, gib))
}

/// The price band of a size; Cloud Billing Catalog.
pub(super) fn band(gib: u32) -> &'static str {
    match gib {
        0..=4 => "M1",
        5..=10 => "M2",
        11..=35 => "M3",
        36..=100 => "M4",
        _ => "M5",
    }
}
