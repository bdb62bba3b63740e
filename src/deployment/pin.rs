//! The part of a configuration that is decided already.

use crate::units::{Commitment, Engine, Policy, Service, Sourced};

/// What is already decided; written by `recommend --pin`. What is left out is free.
#[derive(Clone, Debug, Default)]
pub struct Pin {
    /// Service.
    pub service: Option<Sourced<Service>>,
    /// Engine.
    pub engine: Option<Sourced<Engine>>,
    /// Engine version, for example `8.1`.
    pub version: Option<Sourced<String>>,
    /// Node type, plan or size.
    pub node_type: Option<Sourced<String>>,
    /// Shards.
    pub shards: Option<Sourced<u32>>,
    /// Replicas of each shard.
    pub replicas: Option<Sourced<u32>>,
    /// Eviction policy.
    pub eviction_policy: Option<Sourced<Policy>>,
    /// How the capacity is paid for.
    pub commitment: Option<Sourced<Commitment>>,
    /// What it was chosen for: the constraint with the least to spare. Decides nothing.
    pub reason: Option<String>,
    /// Whether a cache of this name that runs already is taken over. Decides nothing about what it should be.
    pub adopt: bool,
}

impl Pin {
    /// Whether nothing is decided.
    pub fn is_empty(&self) -> bool {
        self.service.is_none()
            && self.engine.is_none()
            && self.version.is_none()
            && self.node_type.is_none()
            && self.shards.is_none()
            && self.replicas.is_none()
            && self.eviction_policy.is_none()
            && self.commitment.is_none()
    }
}
