//! How a service shows its shards to clients, by which commands run on it or do not.

use crate::profile::Clustering;
use crate::units::{Service, terms};

terms!(
    /// What commands run on.
    Place, "a place such as cluster, elasticache-serverless or single" {
        /// One primary without cluster mode, with the server as its project publishes it.
        Single = "single",
        /// One primary without cluster mode, of ElastiCache.
        ElastiCacheSingle = "elasticache-single",
        /// One primary without cluster mode, of Memorystore for Valkey.
        ValkeySingle = "memorystore-valkey-single",
        /// One primary, of Memorystore for Redis.
        RedisSingle = "memorystore-redis",
        /// Clients speak the cluster protocol to the server as its project publishes it.
        Cluster = "cluster",
        /// Clients speak the cluster protocol to ElastiCache.
        ElastiCacheCluster = "elasticache-cluster",
        /// Clients speak the cluster protocol to Memorystore for Valkey.
        ValkeyCluster = "memorystore-valkey-cluster",
        /// Clients speak the cluster protocol to Memorystore for Redis Cluster.
        RedisCluster = "memorystore-redis-cluster",
        /// ElastiCache without nodes.
        Serverless = "elasticache-serverless",
        /// Azure Managed Redis by the OSS cluster policy.
        AzureOss = "azure-oss",
        /// Azure Managed Redis by the Enterprise cluster policy.
        AzureEnterprise = "azure-enterprise",
        /// Azure Managed Redis without clustering.
        AzureSingle = "azure-single",
        /// Upstash, over TCP.
        Upstash = "upstash",
    }
);

impl Place {
    /// The place of a service with or without cluster mode.
    pub fn of(service: Service, cluster_mode: bool, clustering: Option<Clustering>) -> Self {
        match (service, cluster_mode) {
            (Service::ElastiCacheServerless, _) => Self::Serverless,
            (Service::ElastiCache, true) => Self::ElastiCacheCluster,
            (Service::ElastiCache, false) => Self::ElastiCacheSingle,
            (Service::AzureManagedRedis, _) => match clustering {
                Some(Clustering::Enterprise) => Self::AzureEnterprise,
                Some(Clustering::None) => Self::AzureSingle,
                Some(Clustering::Oss) => Self::AzureOss,
                // One shard is had without clustering.
                None => {
                    if cluster_mode {
                        Self::AzureOss
                    } else {
                        Self::AzureSingle
                    }
                }
            },
            (Service::MemorystoreValkey, true) => Self::ValkeyCluster,
            (Service::MemorystoreValkey, false) => Self::ValkeySingle,
            (Service::MemorystoreRedisCluster, _) => Self::RedisCluster,
            (Service::MemorystoreRedis, _) => Self::RedisSingle,
            (Service::UpstashPayg | Service::UpstashFixed, _) => Self::Upstash,
            (Service::AzureCacheForRedis | Service::Ec2 | Service::Local, true) => Self::Cluster,
            (Service::AzureCacheForRedis | Service::Ec2 | Service::Local, false) => Self::Single,
        }
    }

    /// Whether keys of one command must lie in one hash slot.
    pub fn has_slots(self) -> bool {
        matches!(
            self,
            Self::Cluster
                | Self::ElastiCacheCluster
                | Self::ValkeyCluster
                | Self::RedisCluster
                | Self::Serverless
                | Self::AzureOss
                | Self::AzureEnterprise
        )
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Single | Self::ElastiCacheSingle | Self::ValkeySingle => "without cluster mode",
            Self::RedisSingle => "on Memorystore for Redis",
            Self::Cluster | Self::ElastiCacheCluster | Self::ValkeyCluster | Self::RedisCluster => {
                "in cluster mode"
            }
            Self::Serverless => "on ElastiCache Serverless",
            Self::AzureOss => "under the OSS cluster policy",
            Self::AzureEnterprise => "under the Enterprise cluster policy",
            Self::AzureSingle => "on Azure Managed Redis without clustering",
            Self::Upstash => "on Upstash",
        }
    }
}
