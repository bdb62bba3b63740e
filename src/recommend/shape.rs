//! Shapes: a node type with an engine, and how many of it.

use crate::catalog::{Offering, Sharding};
use crate::deployment::Topology;
use crate::profile::{Availability, Profile};

/// An offering with its number of nodes.
#[derive(Clone, Copy)]
pub struct Shape<'a> {
    /// What it is made of.
    pub offering: Offering<'a>,
    /// How many.
    pub topology: Topology,
}

impl Offering<'_> {
    /// Replicas of each shard that the profile asks for: its pin, or what survives a zone.
    pub fn replicas(&self, profile: &Profile) -> u32 {
        if let Some(pinned) = &profile.pin.replicas {
            return pinned.value;
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
        self.topology.cluster_mode || self.offering.info.behaviour.always_cluster
    }

    /// `2 x cache.r7g.large (1 primary, 1 replica)`, as one would order it.
    pub fn summary(&self) -> String {
        let Topology { shards, replicas, .. } = self.topology;
        let name = self.offering.node.name;
        let copies = match replicas {
            0 => "no replica".to_owned(),
            1 => "1 replica".to_owned(),
            n => format!("{n} replicas"),
        };
        if self.is_whole_cluster() || self.offering.node.replicas.in_price {
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
        matches!(self.offering.node.sharding, Sharding::Inside { .. })
    }
}
