//! Finding a price: one row or none.

use rust_decimal::Decimal;

use super::block::{PriceRow, valkey_of_redis};
use super::price::Confidence;
use super::price_scope::{EVERYWHERE, price_item, provisioned_gib, scope};
use super::store::Catalog;
use super::{Price, PriceError, PriceKey, Service, ServiceInfo, Unit, reference_region};
use crate::units::{Commitment, Engine, Provider};

/// The size of Azure Managed Redis whose price tells how much dearer a region is.
const RATIO_SIZE: &str = "Balanced_B5";

/// The row of a key, and how its price follows from it.
struct Found<'a> {
    row: &'a PriceRow,
    rule: Option<Rule>,
}

/// How a price follows from another one's row.
#[derive(Clone, Copy)]
enum Rule {
    /// What Google's committed-use discount leaves of it.
    Committed(Decimal),
    /// A reservation of Valkey, from that of Redis.
    ValkeyOfRedis,
    /// A size of Azure Managed Redis in a region that lists only some: its price in the reference region, times how much
    /// dearer a listed size is.
    RegionRatio(Decimal),
}

/// Why there is no row.
enum Missing {
    None,
    Several(usize),
}

impl Catalog {
    /// The price of a key, which must match exactly one row.
    ///
    /// Four kinds of price are computed from that row and say so: Google's committed-use prices, ElastiCache's
    /// reservations of Valkey, sizes of Azure Managed Redis in regions that list only some, and the size of Memorystore for
    /// Redis, which is sold by the GiB. Azure's reservations are paid at once or monthly, at one price for the term.
    pub fn price(&self, key: &PriceKey<'_>) -> Result<Price, PriceError> {
        if let Some(monthly) = paid_monthly(key) {
            return self.paid_at_once(&monthly).ok_or_else(|| not_found(key));
        }
        match self.find(key) {
            Ok(Found { row, rule }) => {
                let listed = sized(row, key);
                Ok(match rule {
                    None => listed,
                    Some(Rule::Committed(factor)) => committed(listed, factor, key.term),
                    Some(Rule::ValkeyOfRedis) => valkey(listed),
                    Some(Rule::RegionRatio(ratio)) => in_region(listed, ratio),
                })
            }
            Err(Missing::None) => Err(not_found(key)),
            Err(Missing::Several(rows)) => Err(PriceError::Ambiguous { key: key.to_string(), rows }),
        }
    }

    /// Dollars a unit, and whether they are an estimate: [`Catalog::price`] without its texts, for comparing many shapes.
    pub fn usd(&self, key: &PriceKey<'_>) -> Option<(Decimal, bool)> {
        let monthly = paid_monthly(key);
        let Found { row, rule } = self.find(monthly.as_ref().unwrap_or(key)).ok()?;
        if monthly.is_some() {
            row.of_term()?;
        }
        let usd = of_size(row.usd, row.origin.unit, key.service, key.item);
        Some(match rule {
            None => (usd, row.is_estimate()),
            Some(Rule::Committed(factor)) => (usd * factor, true),
            Some(Rule::ValkeyOfRedis) => (valkey_of_redis(usd), true),
            Some(Rule::RegionRatio(ratio)) => (usd * ratio, true),
        })
    }

    /// The dearest known on-demand rate of an item at its provider, in any region, and that region: a bound for a line
    /// whose own region has no price.
    pub fn dearest(&self, service: Service, item: &str, engine: Option<Engine>) -> Option<(Decimal, &str)> {
        let filed = price_item(service, item);
        let (usd, region) = self.prices.dearest(scope(service, &filed), &filed, engine)?;
        Some((of_size(usd, Unit::GibHour, service, item), region))
    }

    /// A reservation that is paid at once, by the key under which it is listed.
    fn paid_at_once(&self, monthly: &PriceKey<'_>) -> Option<Price> {
        let Found { row, rule } = self.find(monthly).ok()?;
        let ratio = match rule {
            Some(Rule::RegionRatio(ratio)) => ratio,
            _ => Decimal::ONE,
        };
        let upfront = (row.of_term()? * ratio).round_dp(2).normalize();
        let price = self.price(monthly).ok()?;
        Some(Price { upfront: Some(upfront), recurring: Some(Decimal::ZERO), ..price })
    }

    fn find(&self, key: &PriceKey<'_>) -> Result<Found<'_>, Missing> {
        let item = price_item(key.service, key.item);
        let rows = self.rows(key.service, key.region, &item);
        let factor = commitment_factor(key);
        let listed = if factor.is_some() { Commitment::OnDemand } else { key.term };
        match only(rows, key.engine, listed) {
            Ok(row) if valkey_by_rule(key) && key.engine.is_none() && row.engine.is_some() => {
                Err(Missing::Several(2))
            }
            Ok(row) if factor.is_none() => Ok(Found { row, rule: None }),
            Ok(row) if row.origin.discounts => Ok(Found { row, rule: factor.map(Rule::Committed) }),
            Err(Missing::None) if valkey_by_rule(key) => only(rows, Some(Engine::Redis), listed)
                .map(|row| Found { row, rule: Some(Rule::ValkeyOfRedis) }),
            Err(Missing::None) => self.by_region_ratio(key, &item, listed),
            Ok(_) => Err(Missing::None),
            Err(missing) => Err(missing),
        }
    }

    /// A size of Azure Managed Redis by its price in the reference region.
    fn by_region_ratio(
        &self,
        key: &PriceKey<'_>,
        item: &str,
        term: Commitment,
    ) -> Result<Found<'_>, Missing> {
        let there = reference_region(Provider::Azure);
        if key.service != Service::AzureManagedRedis
            || key.region == there
            || self.node_type(key.service, item).is_err()
        {
            return Err(Missing::None);
        }
        let listed = |region| {
            let rows = self.rows(key.service, region, RATIO_SIZE);
            only(rows, key.engine, Commitment::OnDemand).map(|row| row.usd)
        };
        let ratio = (listed(key.region)? / listed(there)?).round_dp(4);
        let row = only(self.rows(key.service, there, item), key.engine, term)?;
        Ok(Found { row, rule: Some(Rule::RegionRatio(ratio)) })
    }

    /// The rows of an item in a region: its own, or those that hold everywhere.
    pub(super) fn rows(&self, service: Service, region: &str, item: &str) -> &[PriceRow] {
        let scope = scope(service, item);
        let own = self.prices.of_item(scope, region, item);
        if own.is_empty() && self.regions_of(service.provider()).contains(&region) {
            self.prices.of_item(scope, EVERYWHERE, item)
        } else {
            own
        }
    }
}

/// The one row for an engine and a term.
fn only(rows: &[PriceRow], engine: Option<Engine>, term: Commitment) -> Result<&PriceRow, Missing> {
    let mut matching = rows.iter().filter(|row| row.is_for(engine, term));
    match (matching.next(), matching.count()) {
        (Some(row), 0) => Ok(row),
        (Some(_), more) => Err(Missing::Several(more + 1)),
        (None, _) => Err(Missing::None),
    }
}

/// The price of the whole instance where the list has it per GiB.
fn of_size(usd: Decimal, unit: Unit, service: Service, item: &str) -> Decimal {
    match provisioned_gib(service, item) {
        Some((_, gib)) if unit == Unit::GibHour => usd * Decimal::from(gib),
        _ => usd,
    }
}

fn sized(row: &PriceRow, key: &PriceKey<'_>) -> Price {
    let price = row.price();
    match provisioned_gib(key.service, key.item) {
        Some((_, gib)) if price.unit == Unit::GibHour => Price {
            usd: of_size(price.usd, price.unit, key.service, key.item),
            unit: Unit::CacheHour,
            note: Some(format!("{} USD per GiB-hour x {gib} GiB", price.usd).into()),
            ..price
        },
        _ => price,
    }
}

/// The key under which Azure lists a reservation that is paid at once: its row is the total of the term, however it is paid.
fn paid_monthly<'k>(key: &PriceKey<'k>) -> Option<PriceKey<'k>> {
    let term = match key.term {
        Commitment::OneYearAllUpfront => Commitment::OneYearNoUpfront,
        Commitment::ThreeYearsAllUpfront => Commitment::ThreeYearsNoUpfront,
        _ => return None,
    };
    (key.service.provider() == Provider::Azure).then_some(PriceKey { term, ..*key })
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
    let estimate = Some(with_base(computed, price.estimate.as_deref()).into());
    Price { usd: price.usd * factor, estimate, ..price }
}

/// Whether a missing price is 0.8 x Redis's: a reservation of a node for Valkey. On-demand prices are all listed.
fn valkey_by_rule(key: &PriceKey<'_>) -> bool {
    key.service == Service::ElastiCache
        && key.engine != Some(Engine::Redis)
        && key.term != Commitment::OnDemand
}

fn valkey(redis: Price) -> Price {
    let computed = format!("0.8 x {} USD for Redis OSS, the ratio of all listed Valkey prices", redis.usd);
    Price {
        usd: valkey_of_redis(redis.usd),
        upfront: redis.upfront.map(valkey_of_redis),
        recurring: redis.recurring.map(valkey_of_redis),
        estimate: Some(with_base(computed, redis.estimate.as_deref()).into()),
        confidence: redis.confidence.min(Confidence::Medium),
        ..redis
    }
}

fn in_region(reference: Price, ratio: Decimal) -> Price {
    let computed = format!(
        "{} USD in {} x {ratio}, how much dearer {RATIO_SIZE} is in this region",
        reference.usd,
        reference_region(Provider::Azure)
    );
    Price {
        usd: reference.usd * ratio,
        upfront: reference.upfront.map(|usd| usd * ratio),
        recurring: reference.recurring.map(|usd| usd * ratio),
        estimate: Some(with_base(computed, reference.estimate.as_deref()).into()),
        confidence: Confidence::Low,
        ..reference
    }
}

/// How a price was computed, and what is not certain about the one it was computed from.
fn with_base(computed: String, base: Option<&str>) -> String {
    match base {
        Some(base) => format!("{computed}; {base}"),
        None => computed,
    }
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
