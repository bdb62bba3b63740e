//! How a data set is spread over nodes.

use serde::Serialize;

/// Shards and replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
pub struct Topology {
    /// Shards.
    pub shards: u32,
    /// Replicas of each shard.
    pub replicas: u32,
    /// Whether slots are in use.
    pub cluster_mode: bool,
}

impl Topology {
    /// One server that holds everything.
    pub const SINGLE: Self = Self { shards: 1, replicas: 0, cluster_mode: false };

    /// Nodes in all.
    pub fn nodes(self) -> u32 {
        self.shards * (1 + self.replicas)
    }
}
