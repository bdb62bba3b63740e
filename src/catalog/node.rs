//! What one can buy: node types, sizes and plans.

use serde::Serialize;

use super::Service;
use crate::units::{Bytes, Engine, Figure};

/// One node type, size or plan. For Azure Managed Redis, Upstash and the metered services it is the whole cache.
#[derive(Clone, Debug, Serialize)]
pub struct NodeType {
    /// Who sells it.
    pub service: Service,
    /// The exact name in the vendor's API; `BASIC-5` is Memorystore for Redis, tier BASIC, 5 GiB.
    pub name: &'static str,
    /// Types that differ in size only.
    pub family: &'static str,
    /// How new it is.
    pub generation: Generation,
    /// `arm64` or `x86_64`, where it is published.
    pub arch: Figure<&'static str>,
    /// Virtual CPUs.
    pub vcpu: Figure<f64>,
    /// Threads that run commands: 1, but the number of primary shards where the node type is a whole cluster.
    pub engine_threads: Figure<u32>,
    /// Advertised memory.
    pub memory: Bytes,
    /// Memory for keys under default settings: the line at which eviction starts.
    pub usable: Bytes,
    /// How `usable` was estimated; none if the vendor publishes it.
    pub usable_estimate: Option<&'static str>,
    /// Disk for values, on data-tiering types: beside the memory on ElastiCache, most of the size on Azure.
    pub ssd: Option<Bytes>,
    /// Bytes a second that are always there; never the burst.
    pub network: Figure<f64>,
    /// Bytes a second while credits last.
    pub network_burst: Option<f64>,
    /// Client connections at the same time; see [`NodeType::connections_are_per_node`].
    pub max_connections: Figure<f64>,
    /// What the connection limit depends on.
    pub max_connections_note: Option<&'static str>,
    /// Threads that help the engine thread.
    pub io: Figure<IoFeatures>,
    /// CPU credits, on types that have less than their CPUs all the time.
    pub burstable: Option<Burstable>,
    /// Engines it is sold for, with the oldest version of each.
    pub engines: Vec<EngineSince>,
    /// How shards can be used.
    pub sharding: Sharding,
    /// How many replicas a shard can have.
    pub replicas: Replicas,
    /// Whether the vendor promises a service level.
    pub sla: bool,
    /// Whether it is finished, in preview or in retirement.
    pub stage: Stage,
    /// The vendor's own benchmark.
    pub published_rps: Option<PublishedRps>,
    /// Monthly and per-second limits of a plan.
    pub plan: Option<PlanLimits>,
    /// Where the figures come from.
    pub source: &'static str,
    /// Date of the source: `2026`, `2026-10` or `2026-10-02`.
    pub as_of: &'static str,
    /// Assumptions and warnings about this row.
    pub notes: Vec<&'static str>,
}

/// How new a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// Sold and advised.
    Current,
    /// Still sold, superseded.
    Older,
    /// Still sold in some regions, superseded more than once.
    Legacy,
    /// Not for new caches.
    Previous,
}

/// Threads that help the engine thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IoFeatures {
    /// Network reads and writes leave the engine thread.
    pub enhanced_io: bool,
    /// Encryption leaves the engine thread.
    pub tls_offload: bool,
    /// Commands of many connections are handed over together.
    pub io_multiplexing: bool,
}

/// CPU credits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Burstable {
    /// Share of each virtual CPU that is always there, 0 to 1.
    pub baseline_per_vcpu: Option<f64>,
    /// Credits earned in an hour; a credit is one virtual CPU for a minute.
    pub credits_per_hour: Option<f64>,
    /// Credits that can be saved up.
    pub credits_max: Option<f64>,
}

/// An engine and the oldest version that a node type runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EngineSince {
    /// The engine.
    pub engine: Engine,
    /// For example `6.2`; none if every offered version runs.
    pub min_version: Option<&'static str>,
}

/// How shards can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sharding {
    /// One shard without cluster mode, or up to `max` with it.
    Optional {
        /// Most shards of one cache.
        max: u32,
    },
    /// Always in cluster mode, 1 to `max` shards.
    Required {
        /// Most shards of one cache.
        max: u32,
    },
    /// One shard only.
    None,
    /// The node type is the whole cache and holds this many primary shards.
    Inside {
        /// Primary shards.
        shards: u32,
    },
}

/// Replicas of each shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Replicas {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
    /// Whether the price of the node type covers them.
    pub in_price: bool,
}

/// Where a node type is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stage {
    /// Generally available.
    Ga,
    /// Public preview.
    Preview,
    /// Ends on a date.
    Retiring {
        /// Last day, `YYYY-MM-DD`.
        date: &'static str,
    },
}

/// The vendor's own benchmark; comparable only where the method is the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PublishedRps {
    /// Requests a second with TLS.
    pub tls: Option<f64>,
    /// Requests a second without TLS.
    pub plain: Option<f64>,
    /// How it was measured.
    pub method: &'static str,
}

/// Limits of a plan; none means that no limit is published.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PlanLimits {
    /// Commands a second.
    pub commands_per_second: Option<f64>,
    /// Commands a month, where they are limited.
    pub commands_per_month: Option<f64>,
    /// Traffic a month that the price covers.
    pub bandwidth_per_month: Option<Bytes>,
    /// Stored data that the price covers.
    pub included_storage: Option<Bytes>,
    /// Largest request.
    pub max_request: Option<Bytes>,
    /// Largest record.
    pub max_record: Option<Bytes>,
}

impl NodeType {
    /// Whether a new cache can be made of it.
    pub fn can_be_new(&self) -> bool {
        self.generation != Generation::Previous && !matches!(self.stage, Stage::Retiring { .. })
    }

    /// Per cent of `maxmemory` that must be reserved by a parameter, where it is not the service's default of 25: what AWS
    /// advises on small burstable nodes (ElastiCache User Guide, `redis-memory-management`).
    pub fn reserved_percent(&self) -> Option<u32> {
        if self.service != Service::ElastiCache || self.burstable.is_none() {
            return None;
        }
        match self.name.rsplit('.').next() {
            Some("micro") => Some(50),
            Some("small") => Some(30),
            _ => None,
        }
    }

    /// Whether values move to disk.
    pub fn is_data_tiering(&self) -> bool {
        self.ssd.is_some()
    }

    /// Whether each node has its own connection limit; elsewhere it is the whole cache's, whatever the shards.
    pub fn connections_are_per_node(&self) -> bool {
        match self.service {
            Service::ElastiCache
            | Service::MemorystoreValkey
            | Service::MemorystoreRedisCluster
            | Service::Ec2
            | Service::Local => true,
            Service::ElastiCacheServerless
            | Service::AzureManagedRedis
            | Service::AzureCacheForRedis
            | Service::MemorystoreRedis
            | Service::UpstashPayg
            | Service::UpstashFixed => false,
        }
    }

    /// Whether it is sold for an engine, and from which version.
    pub fn engine(&self, engine: Engine) -> Option<EngineSince> {
        self.engines.iter().copied().find(|e| e.engine == engine)
    }

    /// How often the price of this type is billed for a cache of `shards` with `replicas` each. Where the price is for
    /// the whole cache, once; where the shards are inside the size, once for each copy of it.
    pub fn billed_units(&self, shards: u32, replicas: u32) -> u32 {
        match (self.replicas.in_price, self.sharding) {
            (true, _) => 1,
            (false, Sharding::Inside { .. }) => 1 + replicas,
            (false, _) => shards * (1 + replicas),
        }
    }
}
