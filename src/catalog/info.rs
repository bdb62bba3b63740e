//! What a service as a whole offers and limits.

use serde::Serialize;

use super::{NodeType, Service, info_aws, info_azure, info_gcp, info_other};
use crate::units::{Bytes, Engine, Figure, Policy};

/// What a service as a whole offers and limits.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceInfo {
    /// Which service.
    pub service: Service,
    /// Engines and versions.
    pub engines: &'static [EngineOffer],
    /// Eviction policies; ask [`ServiceInfo::policies`].
    pub eviction: Eviction,
    /// Whether connections can or must be encrypted.
    pub tls: Tls,
    /// Login with the cloud's identity.
    pub iam_auth: Support,
    /// Users with their own permissions.
    pub acl_users: Support,
    /// Reachable from a private network only.
    pub private_network: Support,
    /// Backups by the service.
    pub backups: Support,
    /// For how many days they are kept at most; none where the service has no limit of its own, or none is known.
    pub max_backup_days: Option<u32>,
    /// Replicas of a shard that survive the loss of a zone begin at this number.
    pub multi_az_replicas: u32,
    /// Most shards of one cache, unless the node type says less.
    pub max_shards: u32,
    /// Most replicas of one shard.
    pub max_replicas: u32,
    /// Most nodes of one cache under default quotas: shards x (1 + replicas).
    pub max_nodes: Option<u32>,
    /// Largest value or request.
    pub max_item: Figure<Bytes>,
    /// Limits and minimums of a metered service.
    pub metered: Option<Metered>,
    /// What the vendor promises.
    pub sla: &'static str,
    /// The item to buy for a service level, where it is an add-on.
    pub sla_item: Option<&'static str>,
    /// Whether new caches can be created.
    pub creation: Creation,
    /// Licence of the engine, or of the service.
    pub licence: &'static str,
    /// Where its prices can be read; `<region>` stands for the region.
    pub price_source: &'static str,
    /// What is not in a price and must be named as not included.
    pub not_included: &'static [&'static str],
    /// Warnings.
    pub notes: &'static [&'static str],
}

/// An engine with its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EngineOffer {
    /// The engine.
    pub engine: Engine,
    /// Versions for new caches, oldest first.
    pub versions: &'static [&'static str],
    /// The one to take if nothing is asked for: the newest whose memory use was measured, or the only one.
    pub default: &'static str,
}

/// Eviction policies of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Eviction {
    /// Every policy that can be had.
    pub allowed: &'static [Policy],
    /// What is set if nothing is done.
    pub default: Policy,
    /// How it is set.
    pub how: &'static str,
}

/// Whether connections can or must be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Can be chosen.
    Optional,
    /// Cannot be switched off.
    Always,
}

/// Whether a feature is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Support {
    /// Yes.
    Yes,
    /// Yes, under a condition.
    When {
        /// The condition.
        condition: &'static str,
    },
    /// In preview only.
    Preview {
        /// What there is today.
        instead: &'static str,
    },
    /// No.
    No {
        /// What there is instead.
        instead: &'static str,
    },
}

/// Whether new caches can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Creation {
    /// By everybody.
    Open,
    /// By those who already have one.
    ExistingCustomers {
        /// The rule, with its date.
        rule: &'static str,
        /// Last day of the service, `YYYY-MM-DD`.
        retires: &'static str,
    },
}

/// Limits and minimums of a metered service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metered {
    /// Stored data that is billed at least.
    pub minimum_stored: &'static [(Engine, Bytes)],
    /// Most stored data of one cache.
    pub max_stored: Bytes,
    /// Most stored data of one hash slot.
    pub max_stored_per_slot: Option<Bytes>,
    /// Billed units of work a second, at most.
    pub max_units_per_second: f64,
    /// The same for one hash slot.
    pub max_units_per_second_per_slot: Option<f64>,
    /// Units of work a second that a new cache can do at once.
    pub units_per_second_at_start: Option<f64>,
    /// Bytes moved that make one unit; a command is one unit at least. None if size does not matter.
    pub bytes_per_unit: Option<Bytes>,
}

impl ServiceInfo {
    /// The facts about one service.
    pub fn of(service: Service) -> &'static Self {
        match service {
            Service::ElastiCache => &info_aws::ELASTICACHE,
            Service::ElastiCacheServerless => &info_aws::SERVERLESS,
            Service::AzureManagedRedis => &info_azure::MANAGED,
            Service::AzureCacheForRedis => &info_azure::CLASSIC,
            Service::MemorystoreValkey => &info_gcp::VALKEY,
            Service::MemorystoreRedisCluster => &info_gcp::REDIS_CLUSTER,
            Service::MemorystoreRedis => &info_gcp::REDIS,
            Service::UpstashPayg => &info_other::UPSTASH_PAYG,
            Service::UpstashFixed => &info_other::UPSTASH_FIXED,
            Service::Ec2 => &info_other::EC2,
            Service::Local => &info_other::LOCAL,
        }
    }

    /// What it offers of an engine.
    pub fn engine(&self, engine: Engine) -> Option<&'static EngineOffer> {
        self.engines.iter().find(|e| e.engine == engine)
    }

    /// The policies that can be had on a node type with an engine version.
    pub fn policies(&self, node: Option<&NodeType>, engine: Engine, version: &str) -> Vec<Policy> {
        let tiering = node.is_some_and(|n| n.service == Service::ElastiCache && n.is_data_tiering());
        let lrm = engine == Engine::Redis && version_at_least(version, "8.6");
        self.eviction
            .allowed
            .iter()
            .copied()
            .filter(|p| !tiering || info_aws::TIERING_POLICIES.contains(p))
            .filter(|p| lrm || !matches!(p, Policy::AllkeysLrm | Policy::VolatileLrm))
            .collect()
    }
}

/// Whether `version` is `minimum` or later; parts are compared as numbers, and a missing part is 0.
pub fn version_at_least(version: &str, minimum: &str) -> bool {
    let parts = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        [(); 3].map(|()| parts.next().unwrap_or(0))
    };
    parts(version) >= parts(minimum)
}

/// The eight policies that every engine version has.
pub(super) const CLASSIC_POLICIES: &[Policy] = &[
    Policy::NoEviction,
    Policy::AllkeysLru,
    Policy::AllkeysLfu,
    Policy::AllkeysRandom,
    Policy::VolatileLru,
    Policy::VolatileLfu,
    Policy::VolatileRandom,
    Policy::VolatileTtl,
];
