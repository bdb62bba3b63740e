//! All that is known of one offer, for `cachefit prices`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::price_scope::{EVERYWHERE, price_item, scope};
use super::store::{Catalog, UnknownName};
use super::{NodeType, Price, PriceKey, Service, ServiceInfo, items};
use crate::units::{Commitment, Engine, Figure};

/// All that is known of one offer.
#[derive(Clone, Debug, Serialize)]
pub struct Offer<'a> {
    /// The service as a whole.
    pub service: &'static ServiceInfo,
    /// The node type; none for names that have a price but cannot be bought.
    pub node: Option<&'a NodeType>,
    /// The region of the prices.
    pub region: String,
    /// Whether it is sold there.
    pub sold: Figure<bool>,
    /// Its prices in the region, by engine and term.
    pub prices: Vec<Listed>,
    /// What is billed beside it in the region.
    pub extras: Vec<Listed>,
    /// Other regions in which it is known to be sold, sorted.
    pub regions: Vec<&'static str>,
}

/// A price with its key.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Node type or item.
    pub item: String,
    /// The engine, if the price depends on it.
    pub engine: Option<Engine>,
    /// How it is paid for.
    pub term: Commitment,
    /// The price.
    pub price: Price,
}

impl Offer<'_> {
    /// Whether anything tells what it costs: a node its own price, what is metered that of its units.
    pub fn has_a_price(&self) -> bool {
        !self.prices.is_empty() || self.service.service.is_metered() && !self.extras.is_empty()
    }
}

impl Catalog {
    /// Gathers all that is known of a node type, plan or priced name in a region.
    pub fn offer(&self, service: Service, name: &str, region: &str) -> Result<Offer<'_>, UnknownName> {
        let prices = self.listed(service, name, region);
        let node = match self.node_type(service, name) {
            Ok(node) => Some(node),
            Err(error) if prices.is_empty() => return Err(error),
            Err(_) => None,
        };
        let sold = match node {
            Some(node) => self.sold_in(node, region),
            None => Figure::unknown("it has a price but no data sheet, so it is never offered"),
        };
        let regions = self
            .regions(service)
            .into_iter()
            .filter(|r| node.is_some_and(|n| self.sold_in(n, r) == Figure::Known(true)))
            .collect();
        Ok(Offer {
            service: ServiceInfo::of(service),
            node,
            region: region.to_owned(),
            sold,
            prices,
            extras: self.extras(service, name, region),
            regions,
        })
    }

    /// Every price of one item, by engine and term.
    fn listed(&self, service: Service, item: &str, region: &str) -> Vec<Listed> {
        let filed = price_item(service, item);
        let key = |engine, term| PriceKey { service, region, item, engine, term };
        let mut engines: Vec<Option<Engine>> =
            self.rows(service, region, &filed).iter().map(|row| row.engine).collect();
        engines.dedup();
        let mut listed = Vec::new();
        for engine in engines {
            for &term in Commitment::ALL {
                if let Ok(price) = self.price(&key(engine, term)) {
                    listed.push(Listed { item: item.to_owned(), engine, term, price });
                }
            }
        }
        listed
    }

    /// What is billed beside a node type: items of the service and of the provider in the region.
    fn extras(&self, service: Service, name: &str, region: &str) -> Vec<Listed> {
        let nodes = self.node_types(service);
        let is_node = |item: &str| nodes.iter().any(|n| price_item(service, n.name) == item);
        let filed = |scope: &'static str| {
            [region, EVERYWHERE]
                .into_iter()
                .flat_map(move |region| self.prices.of_region(scope, region))
                .filter(move |row| self::scope(service, row.item) == scope)
        };
        BTreeSet::from([service.id(), service.provider().as_str(), scope(service, items::BACKUP)])
            .into_iter()
            .flat_map(filed)
            .filter(|row| match row.item.split_once(':') {
                Some((_, node)) => node == name,
                None => is_other_meter(row.item, name) || row.origin.unit.is_extra() && !is_node(row.item),
            })
            .map(|row| Listed {
                item: row.item.to_owned(),
                engine: row.engine,
                term: row.term,
                price: row.price(),
            })
            .collect()
    }
}

/// `Standard_C1 (node meter)` is shown beside `Standard_C1`, and never taken for its price.
fn is_other_meter(item: &str, name: &str) -> bool {
    item.strip_prefix(name).is_some_and(|rest| rest.starts_with(" ("))
}
