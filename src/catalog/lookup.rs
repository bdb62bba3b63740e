//! Finding a price: one row or none.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::price_rows::PriceRow;
use super::store::Catalog;
use super::{Price, PriceError, PriceKey, Service, ServiceInfo, Unit, items};
use crate::units::{Commitment, Engine, Provider};

/// Upstash asks the same price everywhere.
const EVERYWHERE: &str = "global";

/// The row of a key, and what is left of its price after a discount.
pub(super) struct Found<'a> {
    row: &'a PriceRow,
    factor: Option<Decimal>,
}

/// Why there is no row.
pub(super) enum Missing {
    None,
    Several(usize),
}

impl Catalog {
    /// The price of a key, which must match exactly one row.
    ///
    /// Two kinds of price are computed from that row and say so: Google's committed-use prices, and the size of
    /// Memorystore for Redis, which is sold by the GiB.
    pub fn price(&self, key: &PriceKey<'_>) -> Result<Price, PriceError> {
        match self.find(key) {
            Ok(Found { row, factor: None }) => Ok(sized(row, key)),
            Ok(Found { row, factor: Some(factor) }) => Ok(committed(sized(row, key), factor, key.term)),
            Err(Missing::None) => Err(not_found(key)),
            Err(Missing::Several(rows)) => Err(PriceError::Ambiguous { key: key.to_string(), rows }),
        }
    }

    /// Dollars a unit, and whether they are an estimate: [`Catalog::price`] without its texts, for comparing many shapes.
    pub fn usd(&self, key: &PriceKey<'_>) -> Option<(Decimal, bool)> {
        let Found { row, factor } = self.find(key).ok()?;
        let gib = match provisioned_gib(key.service, key.item) {
            Some((_, gib)) if row.unit == Unit::GibHour => Decimal::from(gib),
            _ => Decimal::ONE,
        };
        let usd = row.usd * gib * factor.unwrap_or(Decimal::ONE);
        Some((usd, factor.is_some() || row.is_estimate()))
    }

    /// The dearest known rate of a meter at a provider, and its region.
    pub fn dearest(&self, service: Service, item: &str, engine: Option<Engine>) -> Option<(Decimal, &str)> {
        let scope = scope(service, item);
        let rows =
            self.prices.all().iter().filter(|row| {
                row.scope == scope && row.item == item && row.is_for(engine, Commitment::OnDemand)
            });
        rows.map(|row| (row.usd, row.region)).max()
    }

    fn find(&self, key: &PriceKey<'_>) -> Result<Found<'_>, Missing> {
        if key.service.provider() == Provider::Upstash
            && !self.regions_of(Provider::Upstash).contains(&key.region)
        {
            return Err(Missing::None);
        }
        let item = price_item(key.service, key.item);
        let rows = self.prices.of_item(scope(key.service, &item), price_region(key), &item);
        let factor = commitment_factor(key);
        let listed = if factor.is_some() { Commitment::OnDemand } else { key.term };
        let mut matching = rows.iter().filter(|row| row.is_for(key.engine, listed));
        match (matching.next(), matching.count()) {
            (Some(row), 0) if factor.is_none() || row.discounts => Ok(Found { row, factor }),
            (Some(_), more) if more > 0 => Err(Missing::Several(more + 1)),
            _ => Err(Missing::None),
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
