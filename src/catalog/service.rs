//! The services that sell a cache, or the machine for one.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::units::{FromText, Provider, TextError, nearest};

/// A service of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon ElastiCache, by the node.
    ElastiCache,
    /// Amazon ElastiCache Serverless, by stored data and work.
    ElastiCacheServerless,
    /// Azure Managed Redis.
    AzureManagedRedis,
    /// Azure Cache for Redis: Basic, Standard, Premium. In retirement.
    AzureCacheForRedis,
    /// Google Memorystore for Valkey.
    MemorystoreValkey,
    /// Google Memorystore for Redis Cluster.
    MemorystoreRedisCluster,
    /// Google Memorystore for Redis, the first one.
    MemorystoreRedis,
    /// Upstash, by the command.
    UpstashPayg,
    /// Upstash, by the month.
    UpstashFixed,
    /// A server of one's own on Amazon EC2.
    Ec2,
    /// A server on a machine of one's own.
    Local,
}

impl Service {
    /// All services, in their fixed order.
    pub const ALL: &'static [Self] = &[
        Self::ElastiCache,
        Self::ElastiCacheServerless,
        Self::AzureManagedRedis,
        Self::AzureCacheForRedis,
        Self::MemorystoreValkey,
        Self::MemorystoreRedisCluster,
        Self::MemorystoreRedis,
        Self::UpstashPayg,
        Self::UpstashFixed,
        Self::Ec2,
        Self::Local,
    ];

    /// The name in profiles and data files.
    pub fn id(self) -> &'static str {
        match self {
            Self::ElastiCache => "elasticache",
            Self::ElastiCacheServerless => "elasticache-serverless",
            Self::AzureManagedRedis => "azure-managed-redis",
            Self::AzureCacheForRedis => "azure-cache-for-redis",
            Self::MemorystoreValkey => "memorystore-valkey",
            Self::MemorystoreRedisCluster => "memorystore-redis-cluster",
            Self::MemorystoreRedis => "memorystore-redis",
            Self::UpstashPayg => "upstash-payg",
            Self::UpstashFixed => "upstash-fixed",
            Self::Ec2 => "ec2",
            Self::Local => "local",
        }
    }

    /// The vendor's name for it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ElastiCache => "Amazon ElastiCache",
            Self::ElastiCacheServerless => "Amazon ElastiCache Serverless",
            Self::AzureManagedRedis => "Azure Managed Redis",
            Self::AzureCacheForRedis => "Azure Cache for Redis",
            Self::MemorystoreValkey => "Memorystore for Valkey",
            Self::MemorystoreRedisCluster => "Memorystore for Redis Cluster",
            Self::MemorystoreRedis => "Memorystore for Redis",
            Self::UpstashPayg => "Upstash pay as you go",
            Self::UpstashFixed => "Upstash fixed plan",
            Self::Ec2 => "self-hosted on Amazon EC2",
            Self::Local => "self-hosted on your own machine",
        }
    }

    /// Who sells it.
    pub fn provider(self) -> Provider {
        match self {
            Self::ElastiCache | Self::ElastiCacheServerless | Self::Ec2 => Provider::Aws,
            Self::AzureManagedRedis | Self::AzureCacheForRedis => Provider::Azure,
            Self::MemorystoreValkey | Self::MemorystoreRedisCluster | Self::MemorystoreRedis => Provider::Gcp,
            Self::UpstashPayg | Self::UpstashFixed => Provider::Upstash,
            Self::Local => Provider::Local,
        }
    }

    /// Whether the bill follows use instead of capacity.
    pub fn is_metered(self) -> bool {
        matches!(self, Self::ElastiCacheServerless | Self::UpstashPayg)
    }

    /// Whether the server is run by the user.
    pub fn is_self_hosted(self) -> bool {
        matches!(self, Self::Ec2 | Self::Local)
    }
}

impl FromText for Service {
    const EXPECTED: &'static str =
        "a service such as elasticache, azure-managed-redis, memorystore-valkey or upstash-fixed";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        Self::ALL.iter().copied().find(|s| s.id() == text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let error = TextError::new(format!("`{shown}` is not {}", Self::EXPECTED));
            match nearest(text, Self::ALL.iter().map(|s| s.id())) {
                Some(name) => error.suggest(name),
                None => error,
            }
        })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl Serialize for Service {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
