//! Memorystore as a whole. Source: Google Cloud documentation and API contracts, 2026-08 to 2026-10.

use crate::catalog::info::{
    BackupItem, Behaviour, CLASSIC_POLICIES, Creation, EngineOffer, Eviction, ServiceInfo, Support, Tls,
    ZoneTraffic,
};
use crate::catalog::items;
use crate::units::{Bytes, Engine, Figure, GIB, MIB, Policy, Service};

const HOW_REDIS: &str = "maxmemory-policy in redisConfigs";
const REDIS_PRICES: &str = "Cloud Billing Catalog: \
    https://cloudbilling.googleapis.com/v1/services/5AF5-2C11-D467/skus?key=<API key>";

/// The three services share all but a few facts.
const BASE: ServiceInfo = ServiceInfo {
    service: Service::MemorystoreValkey,
    engines: &[EngineOffer { engine: Engine::Valkey, versions: &["7.2", "8.0", "9.0"], default: "8.0" }],
    eviction: Eviction {
        allowed: CLASSIC_POLICIES,
        default: Policy::VolatileLru,
        how: "maxmemory-policy in engineConfigs",
    },
    tls: Tls::Optional,
    iam_auth: Support::When { condition: "with TLS; both are chosen at creation and cannot be changed" },
    acl_users: Support::No { instead: "IAM or tokens with full access; no permissions per user" },
    private_network: Support::Yes,
    backups: Support::Yes,
    max_backup_days: None,
    multi_az_replicas: 1,
    max_shards: 250,
    max_replicas: 5,
    max_nodes: Some(250),
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: None,
    behaviour: Behaviour {
        backups: Some(BackupItem { item: items::BACKUP, first_is_free: false }),
        zone_traffic: Some(ZoneTraffic { item: items::PSC_GB, bytes: GIB, times: 1, listed_under: None }),
        append_only_file: true,
        forks_for_snapshots: true,
        ..Behaviour::BY_NODE
    },
    sla: "99.99 % with replicas in several zones; none on SHARED_CORE_NANO",
    sla_item: None,
    creation: Creation::Open,
    licence: "Valkey: BSD-3",
    price_source: "Cloud Billing Catalog: \
        https://cloudbilling.googleapis.com/v1/services/A2B5-E0F1-B0F3/skus?key=<API key>",
    not_included: &["traffic to the internet"],
    notes: &["an instance has at most 250 nodes: shards x (1 + replicas)"],
};

pub(super) const VALKEY: ServiceInfo = BASE;

pub(super) const REDIS_CLUSTER: ServiceInfo = ServiceInfo {
    service: Service::MemorystoreRedisCluster,
    engines: &[EngineOffer { engine: Engine::Redis, versions: &["7.2"], default: "7.2" }],
    eviction: Eviction { how: HOW_REDIS, ..BASE.eviction },
    acl_users: Support::Yes,
    licence: "Redis up to 7.2: BSD-3",
    price_source: REDIS_PRICES,
    notes: &[
        "a cluster has at most 250 nodes: shards x (1 + replicas)",
        "Google says Redis 7.x; taken as 7.2",
    ],
    ..BASE
};

pub(super) const REDIS: ServiceInfo = ServiceInfo {
    service: Service::MemorystoreRedis,
    engines: &[EngineOffer {
        engine: Engine::Redis,
        versions: &["4.0", "5.0", "6.x", "7.0", "7.2"],
        default: "7.2",
    }],
    eviction: Eviction { how: HOW_REDIS, ..BASE.eviction },
    iam_auth: Support::No { instead: "one generated AUTH string" },
    acl_users: Support::No { instead: "one generated AUTH string" },
    backups: Support::When { condition: "RDB snapshots for recovery, and export to a bucket" },
    max_backup_days: None,
    max_shards: 1,
    max_replicas: 1,
    max_nodes: None,
    sla: "99.9 % (STANDARD_HA); BASIC: none",
    behaviour: Behaviour {
        // Peered networks pay for zones as Private Service Connect does; only the latter's price is known.
        zone_traffic: Some(ZoneTraffic {
            item: items::PSC_GB,
            bytes: GIB,
            times: 1,
            listed_under: Some(Service::MemorystoreValkey),
        }),
        append_only_file: false,
        ..BASE.behaviour
    },
    licence: "Redis up to 7.2: BSD-3",
    price_source: REDIS_PRICES,
    notes: &[
        "the whole instance is priced at the band of its size; STANDARD_HA includes one replica",
        "more than one replica is possible from 5 GiB on, but the price of read-replica nodes is not known",
    ],
    ..BASE
};
