//! What two products call differently. Memorystore for Valkey and for Redis Cluster are the same service behind two APIs.

use super::api::Service as Api;
use crate::catalog::Service;

/// One product.
#[derive(Debug)]
pub struct Product {
    /// The middle of the address of its cache.
    pub kind: &'static str,
    /// Its name in the catalogue.
    pub service: Service,
    /// Its API.
    pub api: Api,
    /// The collection of its caches.
    pub collection: &'static str,
    /// The parameter with the name of a new one.
    pub id: &'static str,
    /// The field with the server's settings.
    pub configs: &'static str,
    /// Words for no sign-in, by IAM, by token.
    pub auth: [&'static str; 3],
    /// Words for TLS off and on.
    pub tls: [&'static str; 2],
    /// The word for a write to disk every second.
    pub every_second: &'static str,
    /// The class of service connection policies that lets it into a network.
    pub class: &'static str,
    /// The role that signs in.
    pub role: &'static str,
    /// The resource that it is measured as.
    pub monitored: &'static str,
    /// The label of that with its name.
    pub label: &'static str,
    /// What its metrics begin with.
    pub metrics: &'static str,
    /// The command group of gcloud.
    pub gcloud: &'static str,
}

/// Memorystore for Valkey.
pub static VALKEY: Product = Product {
    kind: "instance",
    service: Service::MemorystoreValkey,
    api: Api::Memorystore,
    collection: "instances",
    id: "instanceId",
    configs: "engineConfigs",
    auth: ["AUTH_DISABLED", "IAM_AUTH", "TOKEN_AUTH"],
    tls: ["TRANSIT_ENCRYPTION_DISABLED", "SERVER_AUTHENTICATION"],
    every_second: "EVERY_SEC",
    class: "gcp-memorystore",
    role: "roles/memorystore.dbConnectionUser",
    monitored: "memorystore.googleapis.com/Instance",
    label: "instance_id",
    metrics: "memorystore.googleapis.com/instance",
    gcloud: "memorystore instances",
};

/// Memorystore for Redis Cluster.
pub static REDIS_CLUSTER: Product = Product {
    kind: "cluster",
    service: Service::MemorystoreRedisCluster,
    api: Api::Redis,
    collection: "clusters",
    id: "clusterId",
    configs: "redisConfigs",
    auth: ["AUTH_MODE_DISABLED", "AUTH_MODE_IAM_AUTH", "AUTH_MODE_TOKEN_AUTH"],
    tls: ["TRANSIT_ENCRYPTION_MODE_DISABLED", "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"],
    every_second: "EVERYSEC",
    class: "gcp-memorystore-redis",
    role: "roles/redis.dbConnectionUser",
    monitored: "redis.googleapis.com/Cluster",
    label: "cluster_id",
    metrics: "redis.googleapis.com/cluster",
    gcloud: "redis clusters",
};

impl Product {
    /// The product of a service; none where it cannot be made here.
    pub fn of(service: Service) -> Option<&'static Self> {
        [&VALKEY, &REDIS_CLUSTER].into_iter().find(|product| product.service == service)
    }

    /// Whether it is the one with a mode and a version that can be chosen.
    pub fn is_valkey(&self) -> bool {
        self.service == Service::MemorystoreValkey
    }

    /// The name of a cache, as IAM and policies know it.
    pub fn path(&self, project: &str, region: &str, name: &str) -> String {
        format!("projects/{project}/locations/{region}/{}/{name}", self.collection)
    }

    /// What time series and alerts of a cache are found by. Which of both spellings its name has is not documented.
    pub fn filter(&self, project: &str, region: &str, name: &str, metric: &str) -> String {
        format!(
            "resource.type = \"{}\" AND resource.labels.{} = one_of(\"{name}\", \"{}\") AND resource.labels.location = \
             \"{region}\" AND metric.type = \"{}/{metric}\"",
            self.monitored,
            self.label,
            self.path(project, region, name),
            self.metrics
        )
    }
}
