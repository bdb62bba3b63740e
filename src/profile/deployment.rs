//! `deployment`: what is already decided.

use super::checks;
use super::decode::{Cx, Given, record};
use super::model::Pin;
use super::scalar::Term;
use crate::units::{Count, Engine, Policy};

record! {
    /// What is already decided; written by `cachefit recommend --pin`. All of it may be left out.
    DeploymentDoc, "deployment" {
        /// The service, by its name in `cachefit prices`. Default: free.
        optional service: Given<String>,
        /// The engine. Default: free.
        optional engine: Given<Engine>,
        /// The engine's version. Default: free.
        optional version: Given<String>,
        /// The node type, plan or size. Default: free.
        optional node_type: Given<String>,
        /// Shards. Default: free.
        optional shards: Given<Count>,
        /// Replicas of each shard. Default: free.
        optional replicas: Given<Count>,
        /// The eviction policy. Default: free.
        optional eviction_policy: Given<Policy>,
        /// How the capacity is paid for. Default: free.
        optional commitment: Given<Term>,
        /// Whether a cache of the profile's name that runs already, and is not managed by cachefit, is taken over by the
        /// next apply; written by `cachefit import`. Default: false.
        optional adopt: Given<bool>,
    }
}

impl DeploymentDoc {
    /// Checks the record.
    pub fn lower(self, cx: &mut Cx) -> Pin {
        checks::at_least_one(cx, self.shards.as_ref(), "the number of shards");
        checks::require(cx, self.shards.as_ref(), |v| v.0 <= 500.0, "no service has more than 500 shards");
        checks::require(
            cx,
            self.replicas.as_ref(),
            |v| v.0 <= 5.0,
            "no service has more than 5 replicas of a shard",
        );
        Pin {
            service: self.service.map(Given::sourced),
            engine: self.engine.map(Given::sourced),
            version: self.version.map(Given::sourced),
            node_type: self.node_type.map(Given::sourced),
            shards: self.shards.map(Given::sourced),
            replicas: self.replicas.map(Given::sourced),
            eviction_policy: self.eviction_policy.map(Given::sourced),
            commitment: self.commitment.map(|c| c.map(|term| term.0).sourced()),
            adopt: self.adopt.is_some_and(|adopt| adopt.value),
        }
    }
}
