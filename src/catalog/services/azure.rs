//! Azure's services as a whole. Source: Microsoft's documentation, articles/redis and azure-cache-for-redis, 2025-10 to 2026-06.

use super::CROSS_AZ;
use crate::catalog::info::{
    Behaviour, CLASSIC_POLICIES, Creation, EngineOffer, Eviction, ServiceInfo, Support, Tls,
};
use crate::units::{Bytes, Engine, Figure, MIB, Policy, Service};

const PRICE_LIST: &str = "Azure Retail Prices API: https://prices.azure.com/api/retail/prices\
    ?api-version=2023-01-01-preview&$filter=serviceName eq 'Redis Cache' and armRegionName eq '<region>' \
    (no login)";

const NOT_INCLUDED: &[&str] =
    &["private endpoints beyond the first", "queries of the private DNS zone", "traffic to the internet"];

pub(super) const MANAGED: ServiceInfo = ServiceInfo {
    service: Service::AzureManagedRedis,
    engines: &[EngineOffer { engine: Engine::Redis, versions: &["7.4"], default: "7.4" }],
    eviction: Eviction {
        allowed: CLASSIC_POLICIES,
        default: Policy::VolatileLru,
        how: "evictionPolicy of the database",
    },
    tls: Tls::Optional,
    iam_auth: Support::Yes,
    acl_users: Support::When {
        condition: "where the subscription is served API version 2026-09-01, which `plan` looks up",
    },
    private_network: Support::Yes,
    backups: Support::When { condition: "persistence files only: they cannot be read or imported elsewhere" },
    max_backup_days: None,
    multi_az_replicas: 1,
    max_shards: 1,
    max_replicas: 1,
    max_nodes: None,
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: None,
    behaviour: Behaviour { zone_traffic: Some(CROSS_AZ), ..Behaviour::BY_NODE },
    sla: "99.9 % with high availability, 99.99 % zone redundant; none without high availability",
    sla_item: None,
    creation: Creation::Open,
    licence: "Redis 7.4 under RSALv2 or SSPLv1, as a service of Microsoft",
    price_source: PRICE_LIST,
    not_included: NOT_INCLUDED,
    notes: &[
        "TLS or plaintext, never both; database 0 only; no IP firewall rules, no VNet injection",
        "high availability can be switched on later, never off",
    ],
};

pub(super) const CLASSIC: ServiceInfo = ServiceInfo {
    service: Service::AzureCacheForRedis,
    engines: &[EngineOffer { engine: Engine::Redis, versions: &["6.0"], default: "6.0" }],
    eviction: Eviction {
        allowed: CLASSIC_POLICIES,
        default: Policy::VolatileLru,
        how: "redisConfiguration.maxmemory-policy",
    },
    tls: Tls::Optional,
    iam_auth: Support::Yes,
    acl_users: Support::Yes,
    private_network: Support::Yes,
    backups: Support::When { condition: "Premium only" },
    max_backup_days: None,
    multi_az_replicas: 1,
    max_shards: 10,
    max_replicas: 3,
    max_nodes: None,
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: None,
    behaviour: Behaviour { zone_traffic: Some(CROSS_AZ), ..Behaviour::BY_NODE },
    sla: "99.9 % (Standard, Premium); Basic: none",
    sla_item: None,
    creation: Creation::ExistingCustomers {
        rule: "only tenants that had an instance before 2026-04-01 may create one",
        retires: "2028-09-30",
    },
    licence: "Redis 6: BSD-3",
    price_source: PRICE_LIST,
    not_included: NOT_INCLUDED,
    notes: &[
        "resizing Basic loses all data; a shrink of Standard or Premium may evict keys",
        "the connection limit does not grow with shards",
    ],
};
