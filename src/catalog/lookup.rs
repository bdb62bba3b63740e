//! Finding a price: one row or none.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::price_rows::PriceRow;
use super::store::Catalog;
use super::{Price, PriceError, PriceKey, Service, ServiceInfo, Unit, items};
use crate::units::{Commitment, Provider};

/// Upstash asks the same price everywhere.
const EVERYWHERE: &str = "global";

impl Catalog {
    /// The price of a key, which must match exactly one row.
    ///
    /// Two kinds of price are computed from that row and say so: Google's committed-use prices, and the size of
    /// Memorystore for Redis, which is sold by the GiB.
    pub fn price(&self, key: &PriceKey<'_>) -> Result<Price, PriceError> {
        if key.service.provider() == Provider::Upstash
            && self.known_region(Provider::Upstash, key.region).is_err()
        {
            return Err(not_found(key));
        }
        let item = price_item(key.service, key.item);
        let rows = self.prices.of_item(scope(key.service, &item), price_region(key), &item);
        let discount = commitment_factor(key);
        let listed = if discount.is_some() { Commitment::OnDemand } else { key.term };
        let mut matching = rows.iter().filter(|row| row.is_for(key.engine, listed));
        let (Some(row), more) = (matching.next(), matching.count()) else {
            return Err(not_found(key));
        };
        if more > 0 {
            return Err(PriceError::Ambiguous { key: key.to_string(), rows: more + 1 });
        }
        let price = sized(row, key);
        match discount {
            None => Ok(price),
            Some(factor) if row.discounts => Ok(committed(price, factor, key.term)),
            Some(_) => Err(not_found(key)),
        }
    }
}

/// The item under which a node type's price is listed: bands for Memorystore for Redis, its name elsewhere.
pub(super) fn price_item(service: Service, item: &str) -> Cow<'_, str> {
    match provisioned_gib(service, item) {
        Some((tier, gib)) => Cow::Owned(format!("{tier}-{}", band(gib))),
        None => Cow::Borrowed(item),
    }
}

/// Where the rows of an item are filed: under the service, or under the provider if all its services share it.
pub(super) fn scope(service: Service, item: &str) -> &'static str {
    if items::SHARED.contains(&item) { service.provider().as_str() } else { service.id() }
}

/// The region under which a price is filed.
pub(super) fn price_region<'a>(key: &PriceKey<'a>) -> &'a str {
    if key.service.provider() == Provider::Upstash { EVERYWHERE } else { key.region }
}

/// Tier and size of `STANDARD_HA-5`; 1 to 300 GiB can be had.
fn provisioned_gib(service: Service, item: &str) -> Option<(&str, u32)> {
    if service != Service::MemorystoreRedis {
        return None;
    }
    let (tier, gib) = item.rsplit_once('-')?;
    let gib = gib.parse().ok().filter(|gib| (1..=300).contains(gib))?;
    Some((tier, gib))
}

/// The price band of a size; Cloud Billing Catalog.
fn band(gib: u32) -> &'static str {
    match gib {
        0..=4 => "M1",
        5..=10 => "M2",
        11..=35 => "M3",
        36..=100 => "M4",
        _ => "M5",
    }
}

/// The price of the whole instance where the row is per GiB.
fn sized(row: &PriceRow, key: &PriceKey<'_>) -> Price {
    let price = row.price();
    match provisioned_gib(key.service, key.item) {
        Some((_, gib)) if price.unit == Unit::GibHour => Price {
            usd: price.usd * Decimal::from(gib),
            unit: Unit::CacheHour,
            note: Some(format!("{} USD per GiB-hour x {gib} GiB", price.usd).into()),
            ..price
        },
        _ => price,
    }
}

/// What is left of Google's price after a committed-use discount; Google Cloud documentation, `cuds`.
fn commitment_factor(key: &PriceKey<'_>) -> Option<Decimal> {
    if key.service.provider() != Provider::Gcp {
        return None;
    }
    match key.term {
        Commitment::OneYearNoUpfront => Some(Decimal::new(80, 2)),
        Commitment::ThreeYearsNoUpfront => Some(Decimal::new(60, 2)),
        _ => None,
    }
}

fn committed(price: Price, factor: Decimal, term: Commitment) -> Price {
    let years = term.years().unwrap_or(1);
    let computed = format!(
        "{} USD on demand x {factor}, the committed-use discount of {years} year{}",
        price.usd,
        if years == 1 { "" } else { "s" }
    );
    let estimate = match &price.estimate {
        Some(base) => format!("{computed}; {base}"),
        None => computed,
    };
    Price { usd: price.usd * factor, estimate: Some(estimate.into()), ..price }
}

/// No row, and how to get one.
pub(super) fn not_found(key: &PriceKey<'_>) -> PriceError {
    PriceError::NotFound {
        key: key.to_string(),
        how_to_get: format!(
            "read it from {}",
            ServiceInfo::of(key.service).price_source.replace("<region>", key.region)
        ),
    }
}
