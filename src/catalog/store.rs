//! The catalogue: all tables together, read once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use thiserror::Error;

use super::origins::Origins;
use super::price_rows::Prices;
use super::price_scope::{EVERYWHERE, price_item};
use super::regions::{self, Equivalent, Place};
use super::snapshot::{self, Snapshot};
use super::table::{DataError, Table, Texts};
use super::{NodeType, Service, ServiceInfo, items, node_rows};
use crate::units::{Commitment, Figure, Provider, nearest};

/// What can be bought, where, and for how much.
pub struct Catalog {
    nodes: Vec<NodeType>,
    /// Sizes between those of the table, when they are asked for.
    pub(super) between: OnceLock<Vec<NodeType>>,
    pub(super) prices: Prices,
    places: Vec<Place>,
    regions: BTreeMap<Provider, Vec<&'static str>>,
    /// Families that ElastiCache sells, by region.
    families: BTreeMap<&'static str, Vec<&'static str>>,
    snapshot: Snapshot,
    pub(super) tables: Tables,
}

static IN_USE: OnceLock<&'static Catalog> = OnceLock::new();

/// A name that the catalogue does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct UnknownName {
    /// What was looked for, and where.
    pub message: String,
    /// The nearest right name.
    pub suggestion: Option<&'static str>,
}

/// The texts of the tables.
#[derive(Clone, Copy)]
pub(super) struct Tables {
    pub snapshot: &'static str,
    pub texts: &'static str,
    pub node_types: &'static str,
    pub origins: &'static str,
    pub prices: &'static str,
    pub node_regions: &'static str,
    pub places: &'static str,
}

pub(super) const EMBEDDED: Tables = Tables {
    snapshot: include_str!("data/SNAPSHOT"),
    texts: include_str!("data/texts.tsv"),
    node_types: include_str!("data/node_types.tsv"),
    origins: include_str!("data/origins.tsv"),
    prices: include_str!("data/prices.tsv"),
    node_regions: include_str!("data/node_regions.tsv"),
    places: include_str!("data/places.tsv"),
};

const NODE_REGIONS: Table = Table { file: "node_regions.tsv", header: "region\tfamilies" };

impl Catalog {
    /// The snapshot that is part of the program.
    ///
    /// # Panics
    /// Never: a test reads the same tables.
    pub fn embedded() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| match Self::from_tables(EMBEDDED) {
            Ok(catalog) => catalog,
            Err(error) => unreachable!("the embedded tables are checked by tests: {error}"),
        })
    }

    /// The catalogue of this run: the embedded one, unless [`Catalog::select`] was called before.
    pub fn in_use() -> &'static Self {
        IN_USE.get_or_init(Self::embedded)
    }

    /// Makes another catalogue that of this run. The command line does it once, before any command asks; false if the
    /// choice was made already.
    pub fn select(catalog: &'static Self) -> bool {
        IN_USE.set(catalog).is_ok()
    }

    /// Reads tables.
    pub(super) fn from_tables(tables: Tables) -> Result<Self, DataError> {
        let texts = Texts::parse(tables.texts)?;
        let mut families = BTreeMap::new();
        for mut row in NODE_REGIONS.rows(tables.node_regions)? {
            families.insert(row.text()?, row.text()?.split(' ').collect());
        }
        let places = regions::parse(tables.places)?;
        Ok(Self {
            regions: regions::by_provider(&places),
            between: OnceLock::new(),
            nodes: node_rows::parse(tables.node_types, &texts)?,
            prices: Prices::parse(tables.prices, Origins::parse(tables.origins)?)?,
            places,
            families,
            snapshot: snapshot::parse(tables.snapshot)?,
            tables,
        })
    }

    /// Date, row counts and hashes of the tables.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// All services, in their fixed order.
    pub fn services(&self) -> impl Iterator<Item = &'static ServiceInfo> {
        Service::ALL.iter().map(|s| ServiceInfo::of(*s))
    }

    /// What a service sells, sorted by family and memory. A machine of one's own has no node types.
    pub fn node_types(&self, service: Service) -> &[NodeType] {
        let start = self.nodes.partition_point(|n| n.service < service);
        let end = self.nodes.partition_point(|n| n.service <= service);
        &self.nodes[start..end]
    }

    /// One node type by its exact name.
    pub fn node_type(&self, service: Service, name: &str) -> Result<&NodeType, UnknownName> {
        let nodes = self.node_types(service);
        let between = if service == Service::MemorystoreRedis { self.all_between() } else { &[] };
        nodes.iter().chain(between).find(|n| n.name == name).ok_or_else(|| UnknownName {
            message: format!("{} has no node type `{}`", service.title(), clip(name)),
            suggestion: nearest(name, nodes.iter().filter(|n| n.can_be_new()).map(|n| n.name)),
        })
    }

    /// Whether a node type is known not to be sold in a region.
    pub fn is_not_sold_in(&self, node: &NodeType, region: &str) -> bool {
        match node.service {
            Service::ElastiCache => {
                self.families.get(region).is_some_and(|families| !families.contains(&node.family))
            }
            service if service.provider() == Provider::Upstash => {
                !self.regions_of(Provider::Upstash).contains(&region)
            }
            _ => false,
        }
    }

    /// Whether a node type is sold in a region, as far as the snapshot knows.
    pub fn sold_in(&self, node: &NodeType, region: &str) -> Figure<bool> {
        if self.is_not_sold_in(node, region) {
            return Figure::Known(false);
        }
        if node.service == Service::ElastiCache {
            return match self.families.get(region) {
                Some(_) => Figure::Known(true),
                None => Figure::unknown(format!("the list of node families has no region {region}")),
            };
        }
        if node.service.provider() == Provider::Upstash {
            return Figure::Known(true);
        }
        let item = match node.service {
            Service::ElastiCacheServerless => Cow::Borrowed(items::STORED_GB_HOUR),
            service => price_item(service, node.name),
        };
        let rows = self.prices.of_item(node.service.id(), region, &item);
        if rows.iter().any(|row| row.term == Commitment::OnDemand) {
            Figure::Known(true)
        } else {
            Figure::unknown(format!(
                "the snapshot has no price of {} in {region}, which does not say that it is not sold there",
                node.name
            ))
        }
    }

    /// Regions in which a service is known to be sold, sorted.
    pub fn regions(&self, service: Service) -> Vec<&'static str> {
        match service {
            Service::ElastiCache => self.families.keys().copied().collect(),
            Service::UpstashPayg | Service::UpstashFixed | Service::Local => {
                self.regions_of(service.provider()).to_vec()
            }
            _ => self.prices.regions(service.id()).filter(|region| *region != EVERYWHERE).collect(),
        }
    }

    /// The provider's name of a region, if there is one.
    pub fn known_region(&self, provider: Provider, region: &str) -> Result<&'static str, UnknownName> {
        let regions = self.regions_of(provider);
        regions.iter().copied().find(|r| *r == region).ok_or_else(|| UnknownName {
            message: format!("{provider} has no region `{}`", clip(region)),
            suggestion: nearest(region, regions.iter().copied()),
        })
    }

    /// All regions of a provider, sorted.
    pub fn regions_of(&self, provider: Provider) -> &[&'static str] {
        self.regions.get(&provider).map_or(&[], Vec::as_slice)
    }

    /// The region of another provider that is nearest.
    pub fn equivalent(&self, from: Provider, region: &str, to: Provider) -> Option<Equivalent> {
        regions::equivalent(&self.places, from, region, to)
    }
}

/// Cuts a name that is too long to be quoted in a message.
fn clip(name: &str) -> String {
    name.chars().take(40).collect()
}
