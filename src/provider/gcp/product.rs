//! What the products call differently: Memorystore for Valkey and for Redis Cluster are one service behind two APIs, and the
//! classic Memorystore for Redis is an older one.

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
    /// Words for no sign-in, by IAM, by token; none where there is one AUTH string at most.
    pub auth: [&'static str; 3],
    /// Words for TLS off and on.
    pub tls: [&'static str; 2],
    /// The word for a write to disk every second.
    pub every_second: &'static str,
    /// The class of service connection policies that lets it into a network; none where networks are peered.
    pub class: Option<&'static str>,
    /// The role that signs in; none where nobody signs in by IAM.
    pub role: Option<&'static str>,
    /// The resource that it is measured as.
    pub monitored: &'static str,
    /// The labels of that with its name and its region.
    pub labels: [&'static str; 2],
    /// What its metrics begin with.
    pub metrics: &'static str,
    /// The metrics with the bytes in use and the keys.
    pub usage: [&'static str; 2],
    /// What its alerts watch.
    pub watched: &'static [Watch],
    /// The command group of gcloud.
    pub gcloud: &'static str,
}

/// A figure that an alert watches.
#[derive(Debug)]
pub struct Watch {
    /// The attribute of the alert policy.
    pub name: &'static str,
    /// The metric.
    pub metric: &'static str,
    /// Seconds of a point, and how points become one.
    pub align: (&'static str, &'static str),
    /// Whether the series of a node are added up.
    pub summed: bool,
}

const fn gauge(name: &'static str, metric: &'static str) -> Watch {
    Watch { name, metric, align: ("60s", "ALIGN_MAX"), summed: false }
}

/// What is counted up, in five minutes.
const fn count(name: &'static str, metric: &'static str) -> Watch {
    Watch { name, metric, align: ("300s", "ALIGN_DELTA"), summed: false }
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
    class: Some("gcp-memorystore"),
    role: Some("roles/memorystore.dbConnectionUser"),
    monitored: "memorystore.googleapis.com/Instance",
    labels: ["instance_id", "location"],
    metrics: "memorystore.googleapis.com/instance",
    usage: ["memory/total_used_memory", "keyspace/total_keys"],
    watched: &[
        gauge("memory", "memory/maximum_utilization"),
        gauge("cpu", "cpu/maximum_utilization"),
        gauge("connections", "clients/maximum_connected_clients"),
        count("evictions", "stats/total_evicted_keys_count"),
        gauge("replication_lag", "replication/average_ack_lag"),
    ],
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
    class: Some("gcp-memorystore-redis"),
    role: Some("roles/redis.dbConnectionUser"),
    monitored: "redis.googleapis.com/Cluster",
    labels: ["cluster_id", "location"],
    metrics: "redis.googleapis.com/cluster",
    usage: ["memory/total_used_memory", "keyspace/total_keys"],
    watched: &[
        gauge("memory", "memory/maximum_utilization"),
        gauge("cpu", "cpu/maximum_utilization"),
        gauge("connections", "clients/maximum_connected_clients"),
        count("evictions", "stats/total_evicted_keys_count"),
        gauge("replication_lag", "replication/maximum_ack_lag"),
    ],
    gcloud: "redis clusters",
};

/// The classic Memorystore for Redis.
pub static REDIS: Product = Product {
    kind: "redis",
    service: Service::MemorystoreRedis,
    api: Api::Redis,
    collection: "instances",
    id: "instanceId",
    configs: "redisConfigs",
    auth: [""; 3],
    tls: ["DISABLED", "SERVER_AUTHENTICATION"],
    every_second: "",
    class: None,
    role: None,
    monitored: "redis_instance",
    labels: ["instance_id", "region"],
    metrics: "redis.googleapis.com",
    usage: ["stats/memory/usage", "keyspace/keys"],
    watched: &[
        gauge("memory", "stats/memory/usage_ratio"),
        // Seconds of the thread that carries out commands, by kind of work and for each node.
        Watch {
            name: "cpu",
            metric: "stats/cpu_utilization_main_thread",
            align: ("60s", "ALIGN_RATE"),
            summed: true,
        },
        gauge("connections", "clients/connected"),
        count("evictions", "stats/evicted_keys"),
        gauge("replication_lag", "replication/master/slaves/lag"),
    ],
    gcloud: "redis instances",
};

/// All of them.
pub static ALL: [&Product; 3] = [&VALKEY, &REDIS_CLUSTER, &REDIS];

impl Product {
    /// The product of a service; none where it is not one of Google's.
    pub fn of(service: Service) -> Option<&'static Self> {
        ALL.into_iter().find(|product| product.service == service)
    }

    /// The product of a cache, by the middle of its address.
    pub fn of_kind(kind: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|product| product.kind == kind)
    }

    /// Whether it is the one with a mode that can be chosen.
    pub fn is_valkey(&self) -> bool {
        self.service == Service::MemorystoreValkey
    }

    /// Whether it is the one with an access list.
    pub fn is_cluster(&self) -> bool {
        self.service == Service::MemorystoreRedisCluster
    }

    /// Whether it is the classic one.
    pub fn is_classic(&self) -> bool {
        self.service == Service::MemorystoreRedis
    }

    /// The name of a cache, as IAM and policies know it.
    pub fn path(&self, project: &str, region: &str, name: &str) -> String {
        format!("projects/{project}/locations/{region}/{}/{name}", self.collection)
    }

    /// What time series and alerts of a cache are found by. Which of both spellings its name has is not documented.
    pub fn filter(&self, project: &str, region: &str, name: &str, metric: &str) -> String {
        let [id, place] = self.labels;
        format!(
            "resource.type = \"{}\" AND resource.labels.{id} = one_of(\"{name}\", \"{}\") AND resource.labels.{place} = \
             \"{region}\" AND metric.type = \"{}/{metric}\"",
            self.monitored,
            self.path(project, region, name),
            self.metrics
        )
    }
}
