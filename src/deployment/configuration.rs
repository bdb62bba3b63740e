//! A cache as it should be.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{Pin, Topology};
use crate::units::{Commitment, Engine, Policy, Provider, Service, Source, Sourced};

/// A cache as it should be. Two are the same if all of their values are, whatever reports write about them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Configuration {
    /// The service, which says who provides it.
    #[serde(flatten, serialize_with = "with_provider")]
    #[schemars(flatten, with = "Seller")]
    pub service: Service,
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

/// A service with its provider, as reports write it.
#[derive(Serialize, JsonSchema)]
struct Seller {
    /// Who provides it.
    provider: Provider,
    /// The service, by its catalogue id.
    service: Service,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn with_provider<S: Serializer>(service: &Service, serializer: S) -> Result<S::Ok, S::Error> {
    Seller { provider: service.provider(), service: *service }.serialize(serializer)
}

impl Configuration {
    /// Who provides it.
    pub fn provider(&self) -> Provider {
        self.service.provider()
    }

    /// Shards and replicas.
    pub fn topology(&self) -> Topology {
        Topology { shards: self.shards, replicas: self.replicas, cluster_mode: self.cluster_mode }
    }

    /// Nodes in all.
    pub fn nodes(&self) -> u32 {
        self.topology().nodes()
    }

    /// Whether both are bought alike: the same nodes and engine, at the same place, under the same commitment. What is
    /// only set on them, such as the eviction policy, does not count.
    pub fn buys_same(&self, other: &Self) -> bool {
        let other = Self {
            max_memory: self.max_memory,
            eviction_policy: self.eviction_policy,
            tls: self.tls,
            backup_retention_days: self.backup_retention_days,
            ..other.clone()
        };
        *self == other
    }

    /// Everything that a profile can pin of it.
    pub fn pinned(&self, source: &Source) -> Pin {
        #[allow(clippy::unnecessary_wraps, reason = "a pin has optional values")]
        fn with<T>(value: T, source: &Source) -> Option<Sourced<T>> {
            Some(Sourced { value, source: source.clone() })
        }
        Pin {
            service: with(self.service, source),
            engine: with(self.engine, source),
            version: with(self.version.clone(), source),
            node_type: self.node_type.clone().and_then(|name| with(name, source)),
            shards: with(self.shards, source),
            replicas: with(self.replicas, source),
            eviction_policy: with(self.eviction_policy, source),
            commitment: with(self.commitment, source),
            reason: None,
            adopt: false,
        }
    }
}
