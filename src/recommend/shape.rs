//! Shapes: a node type with an engine, and how many of it.

use crate::catalog::{NodeType, Service, ServiceInfo, Sharding};
use crate::demand::Layout;
use crate::profile::{Availability, Profile};
use crate::units::Engine;

/// A node type with an engine, before shards and region are known.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    /// The node type, size or plan.
    pub node: &'a NodeType,
    /// The service as a whole.
    pub info: &'static ServiceInfo,
    /// Engine.
    pub engine: Engine,
    /// Engine version.
    pub version: &'a str,
}

/// A model with its number of nodes.
#[derive(Clone, Copy)]
pub struct Shape<'a> {
    /// What it is made of.
    pub model: Model<'a>,
    /// How many.
    pub layout: Layout,
}

impl Model<'_> {
    /// Who sells it.
    pub fn service(&self) -> Service {
        self.node.service
    }

    /// Name of the server for the memory model: `valkey-8.1`.
    pub fn server(&self) -> String {
        // Serverless names major versions only; the first minor one costs the most memory.
        let minor = if self.version.contains('.') { "" } else { ".0" };
        format!("{}-{}{minor}", self.engine, self.version)
    }

    /// Replicas of each shard that the profile asks for: its pin, or what survives a zone.
    pub fn replicas(&self, profile: &Profile) -> u32 {
        if let Some(pinned) = &profile.pin.replicas {
            return pinned.value.0 as u32;
        }
        let wanted = match profile.requirements.availability.value {
            Availability::Single => 0,
            Availability::MultiAz => self.info.multi_az_replicas,
        };
        wanted.max(self.node.replicas.min)
    }

    /// The numbers of shards that can be had, smallest first, with whether slots are in use.
    pub fn shard_range(&self, replicas: u32) -> ShardRange {
        let by_nodes = self.info.max_nodes.map_or(u32::MAX, |nodes| nodes / (1 + replicas));
        let cap = |max: u32| max.min(self.info.max_shards).min(by_nodes).max(1);
        match self.node.sharding {
            Sharding::None => ShardRange { single: true, cluster: None },
            Sharding::Inside { shards } => ShardRange { single: false, cluster: Some((shards, shards)) },
            Sharding::Required { max } => ShardRange { single: false, cluster: Some((1, cap(max))) },
            Sharding::Optional { max } => {
                // Fewer than three primaries cannot elect a new one by themselves.
                let least = if self.service().is_self_hosted() { 3 } else { 2 };
                let most = cap(max);
                ShardRange { single: true, cluster: (most >= least).then_some((least, most)) }
            }
        }
    }
}

/// Which numbers of shards can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRange {
    /// One shard without cluster mode.
    pub single: bool,
    /// Fewest and most shards in cluster mode.
    pub cluster: Option<(u32, u32)>,
}

impl Shape<'_> {
    /// Whether clients must speak the cluster protocol: a serverless cache always asks for it.
    pub fn speaks_cluster(&self) -> bool {
        self.layout.cluster_mode || self.model.service() == Service::ElastiCacheServerless
    }

    /// `2 x cache.r7g.large (1 primary, 1 replica)`, as one would order it.
    pub fn summary(&self) -> String {
        let Layout { shards, replicas, .. } = self.layout;
        let name = self.model.node.name;
        let copies = match replicas {
            0 => "no replica".to_owned(),
            1 => "1 replica".to_owned(),
            n => format!("{n} replicas"),
        };
        if self.is_whole_cluster() || self.model.node.replicas.in_price {
            let inside = if shards > 1 { format!(", {shards} shards") } else { String::new() };
            return match replicas {
                0 => format!(
                    "1 x {name}{}",
                    if inside.is_empty() { String::new() } else { format!(" ({})", &inside[2..]) }
                ),
                _ => format!("1 x {name} (with {copies}{inside})"),
            };
        }
        match (shards, replicas) {
            (1, 0) => format!("1 x {name}"),
            (1, _) => format!("{} x {name} (1 primary, {copies})", 1 + replicas),
            _ => format!("{} x {name} ({shards} shards, {copies} each)", shards * (1 + replicas)),
        }
    }

    /// Whether the shards are inside one purchased size.
    pub fn is_whole_cluster(&self) -> bool {
        matches!(self.model.node.sharding, Sharding::Inside { .. })
    }
}
