//! The services that sell a cache, or the machine for one.

use super::Provider;
use super::terms::terms;

terms!(
    /// A service that sells a cache, or the machine for one.
    Service, "a service such as elasticache, azure-managed-redis, memorystore-valkey or upstash-fixed" {
        /// Amazon ElastiCache, by the node.
        ElastiCache = "elasticache",
        /// Amazon ElastiCache Serverless, by stored data and work.
        ElastiCacheServerless = "elasticache-serverless",
        /// Azure Managed Redis.
        AzureManagedRedis = "azure-managed-redis",
        /// Azure Cache for Redis: Basic, Standard, Premium. In retirement.
        AzureCacheForRedis = "azure-cache-for-redis",
        /// Google Memorystore for Valkey.
        MemorystoreValkey = "memorystore-valkey",
        /// Google Memorystore for Redis Cluster.
        MemorystoreRedisCluster = "memorystore-redis-cluster",
        /// Google Memorystore for Redis, the first one.
        MemorystoreRedis = "memorystore-redis",
        /// Upstash, by the command.
        UpstashPayg = "upstash-payg",
        /// Upstash, by the month.
        UpstashFixed = "upstash-fixed",
        /// A server of one's own on Amazon EC2.
        Ec2 = "ec2",
        /// A server on a machine of one's own.
        Local = "local",
    }
);

impl Service {
    /// The name in profiles and data files.
    pub fn id(self) -> &'static str {
        self.as_str()
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
