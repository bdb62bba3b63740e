//! What a resource costs a month by the catalogue: by an exact key, or not at all.

use rust_decimal::Decimal;

use crate::catalog::{Catalog, PriceKey, Service};
use crate::units::{Commitment, Engine, Figure, HOURS_PER_MONTH, Usd};

/// So many of an item that is billed by the hour, all month long.
pub fn by_the_hour(
    service: Service,
    region: &str,
    item: &str,
    engine: Option<Engine>,
    count: i64,
) -> Figure<Usd> {
    of(service, region, item, engine, Decimal::from(count * i64::from(HOURS_PER_MONTH)))
}

/// One of an item that is billed by the month.
pub fn by_the_month(service: Service, region: &str, item: &str) -> Figure<Usd> {
    of(service, region, item, None, Decimal::ONE)
}

fn of(service: Service, region: &str, item: &str, engine: Option<Engine>, times: Decimal) -> Figure<Usd> {
    let key = PriceKey { service, region, item, engine, term: Commitment::OnDemand };
    match Catalog::in_use().usd(&key) {
        Some((each, _)) => Figure::Known(Usd(each * times)),
        None => Figure::unknown(format!("the catalogue has no price of {key}")),
    }
}
