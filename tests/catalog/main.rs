//! The embedded snapshot, held against the facts it was made from.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod aws_prices;
mod nodes;
mod other_prices;
mod regions;
mod snapshot;

use cachefit::catalog::{Catalog, Price, PriceError, PriceKey, Service};
use cachefit::units::{Commitment, Engine};
use rust_decimal::Decimal;

const TABLES: &[(&str, &str)] = &[
    ("node_regions.tsv", include_str!("../../src/catalog/data/node_regions.tsv")),
    ("node_types.tsv", include_str!("../../src/catalog/data/node_types.tsv")),
    ("origins.tsv", include_str!("../../src/catalog/data/origins.tsv")),
    ("places.tsv", include_str!("../../src/catalog/data/places.tsv")),
    ("prices.tsv", include_str!("../../src/catalog/data/prices.tsv")),
    ("texts.tsv", include_str!("../../src/catalog/data/texts.tsv")),
];

fn catalog() -> &'static Catalog {
    Catalog::embedded()
}

fn usd(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn key<'a>(service: Service, region: &'a str, item: &'a str) -> PriceKey<'a> {
    PriceKey { service, region, item, engine: None, term: Commitment::OnDemand }
}

fn elasticache(region: &str, item: &str, engine: Engine, term: Commitment) -> Result<Price, PriceError> {
    catalog().price(&PriceKey { engine: Some(engine), term, ..key(Service::ElastiCache, region, item) })
}
