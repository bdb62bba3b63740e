//! The services as a whole, a file a vendor: what each offers, limits and bills.

mod aws;
mod azure;
mod gcp;
mod self_hosted;
mod upstash;

use super::info::{ServiceInfo, ZoneTraffic};
use super::items;
use crate::units::Service;

/// Traffic between zones as AWS and Azure bill it: on the callers' side.
const CROSS_AZ: ZoneTraffic =
    ZoneTraffic { item: items::CROSS_AZ_GB, bytes: 1e9, times: 1, listed_under: None };

impl ServiceInfo {
    /// The facts about one service.
    pub fn of(service: Service) -> &'static Self {
        match service {
            Service::ElastiCache => &aws::ELASTICACHE,
            Service::ElastiCacheServerless => &aws::SERVERLESS,
            Service::AzureManagedRedis => &azure::MANAGED,
            Service::AzureCacheForRedis => &azure::CLASSIC,
            Service::MemorystoreValkey => &gcp::VALKEY,
            Service::MemorystoreRedisCluster => &gcp::REDIS_CLUSTER,
            Service::MemorystoreRedis => &gcp::REDIS,
            Service::UpstashPayg => &upstash::UPSTASH_PAYG,
            Service::UpstashFixed => &upstash::UPSTASH_FIXED,
            Service::Ec2 => &self_hosted::EC2,
            Service::Local => &self_hosted::LOCAL,
        }
    }
}
