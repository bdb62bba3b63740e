//! The choice made concrete, in terms that every cloud shares.

mod section;

use serde::Serialize;

pub use section::{KEYS, SectionError, section};

use crate::units::{Commitment, Engine, Policy, Provider};

/// A cache as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Deployment {
    /// Who provides it.
    pub provider: Provider,
    /// The service, by its catalogue id.
    pub service: &'static str,
    /// The provider's name of the region.
    pub region: String,
    /// Engine.
    pub engine: Engine,
    /// Engine version.
    pub version: String,
    /// Node type, size or plan; none where the service has no sizes.
    pub node_type: Option<String>,
    /// Shards.
    pub shards: u32,
    /// Replicas of each shard.
    pub replicas: u32,
    /// Whether clients must speak the cluster protocol.
    pub cluster_mode: bool,
    /// Memory for keys of each node, in bytes; for the user to set where the service does not.
    pub max_memory: u64,
    /// What goes when memory is full.
    pub eviction_policy: Policy,
    /// Whether every connection is encrypted.
    pub tls: bool,
    /// How the capacity is paid for.
    pub commitment: Commitment,
    /// Days for which daily backups are kept.
    pub backup_retention_days: u32,
}

impl Deployment {
    /// Nodes in all.
    pub fn nodes(&self) -> u32 {
        self.shards * (1 + self.replicas)
    }
}
