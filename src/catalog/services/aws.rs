//! ElastiCache as a whole. Source: ElastiCache User Guide (2026-04) and API model (2026-11) unless said otherwise.

use super::CROSS_AZ;
use crate::catalog::info::{
    Alarms, BackupItem, Behaviour, CLASSIC_POLICIES, Creation, EngineOffer, Eviction, Metered, ServiceInfo,
    Support, Tls,
};
use crate::catalog::items;
use crate::units::{Bytes, Engine, Figure, GIB, MIB, Policy, Service};

const PRICE_LIST: &str = "AWS Price List: \
    https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonElastiCache/current/region_index.json \
    (no login), or `aws pricing get-products --service-code AmazonElastiCache`";

pub(super) const ELASTICACHE: ServiceInfo = ServiceInfo {
    service: Service::ElastiCache,
    engines: &[
        EngineOffer {
            engine: Engine::Valkey,
            versions: &["7.2", "8.0", "8.1", "8.2", "9.0", "9.1"],
            default: "8.1",
        },
        EngineOffer {
            engine: Engine::Redis,
            versions: &["4.0.10", "5.0.6", "6.0", "6.2", "7.0", "7.1"],
            default: "7.1",
        },
    ],
    eviction: Eviction {
        allowed: CLASSIC_POLICIES,
        default: Policy::VolatileLru,
        how: "maxmemory-policy in the cache's own parameter group",
    },
    tls: Tls::Optional,
    iam_auth: Support::When { condition: "Valkey 7.2 or Redis 7.0 and later, with TLS" },
    acl_users: Support::When { condition: "with TLS, in a user group" },
    private_network: Support::Yes,
    backups: Support::Yes,
    // User Guide, `backups-automatic`.
    max_backup_days: Some(35),
    multi_az_replicas: 1,
    max_shards: 500,
    max_replicas: 5,
    max_nodes: Some(90),
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: None,
    behaviour: Behaviour {
        counterpart: Some(Service::ElastiCacheServerless),
        backups: Some(BackupItem { item: items::BACKUP, first_is_free: true }),
        zone_traffic: Some(CROSS_AZ),
        alarms: Alarms::ByNode,
        forks_for_snapshots: true,
        ..Behaviour::BY_NODE
    },
    sla: "99.99 % with Multi-AZ",
    sla_item: None,
    creation: Creation::Open,
    licence: "Valkey: BSD-3; Redis OSS up to 7.1: BSD-3",
    price_source: PRICE_LIST,
    not_included: &["traffic to the internet", "log delivery"],
    notes: &[
        "more than 90 nodes in one cluster need a raised quota (L-AF354865), up to 500",
        "replication traffic between zones is not priced: AWS's own texts disagree whether it is billed",
    ],
};

pub(super) const SERVERLESS: ServiceInfo = ServiceInfo {
    service: Service::ElastiCacheServerless,
    engines: &[
        EngineOffer { engine: Engine::Valkey, versions: &["7.2", "8", "9"], default: "8" },
        EngineOffer { engine: Engine::Redis, versions: &["7.1"], default: "7.1" },
    ],
    eviction: Eviction {
        allowed: &[Policy::VolatileLru],
        default: Policy::VolatileLru,
        how: "fixed: keys without a time to live are never evicted, and writes fail at the storage maximum",
    },
    tls: Tls::Always,
    iam_auth: Support::Yes,
    acl_users: Support::Yes,
    private_network: Support::Yes,
    backups: Support::Yes,
    max_backup_days: Some(35),
    multi_az_replicas: 0,
    max_shards: 1,
    max_replicas: 0,
    max_nodes: None,
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: Some(Metered {
        minimum_stored: &[(Engine::Valkey, Bytes(0.1 * 1e9)), (Engine::Redis, Bytes(1e9))],
        max_stored: Bytes(5000.0 * GIB),
        max_stored_per_slot: Some(Bytes(32.0 * GIB)),
        max_units_per_second: 15e6,
        max_units_per_second_per_slot: Some(30_000.0),
        units_per_second_at_start: Some(30_000.0),
        bytes_per_unit: Some(Bytes(1024.0)),
    }),
    behaviour: Behaviour {
        commitments: false,
        always_cluster: true,
        expected_p99: 2e-3,
        counterpart: Some(Service::ElastiCache),
        backups: Some(BackupItem { item: items::BACKUP, first_is_free: false }),
        zone_traffic: Some(CROSS_AZ),
        // Throttled commands, storage, work, connections and evictions.
        alarms: Alarms::Fixed(5),
        ..Behaviour::BY_NODE
    },
    sla: "99.99 %",
    sla_item: None,
    creation: Creation::Open,
    licence: "Valkey: BSD-3; Redis OSS up to 7.1: BSD-3",
    price_source: PRICE_LIST,
    not_included: &["traffic to the internet", "traffic of a public endpoint"],
    notes: &[
        "every command of a pipeline is charged; the request rate of a new cache doubles every 2 to 3 minutes",
        "sub-millisecond latency is not promised",
        "whether a GB is decimal or binary is not published: taken as 10^9 bytes",
    ],
};
