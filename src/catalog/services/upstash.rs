//! Upstash as a whole. Source: Upstash documentation of 2026-08-21.

use crate::catalog::info::{Behaviour, Creation, EngineOffer, Eviction, Metered, ServiceInfo, Support, Tls};
use crate::catalog::items;
use crate::units::{Bytes, Engine, Figure, Policy, Service};

pub(super) const UPSTASH_PAYG: ServiceInfo = ServiceInfo {
    service: Service::UpstashPayg,
    engines: &[EngineOffer { engine: Engine::Redis, versions: &["8.2"], default: "8.2" }],
    eviction: Eviction {
        allowed: &[Policy::NoEviction, Policy::OptimisticVolatile],
        default: Policy::NoEviction,
        how: "the eviction switch of the database; there is no other policy",
    },
    tls: Tls::Always,
    iam_auth: Support::No { instead: "a password, or a token for REST" },
    acl_users: Support::When { condition: "paid databases, by ACL SETUSER on the connection" },
    private_network: Support::No {
        instead: "a public endpoint with TLS and an IP allow-list; VPC peering only with Enterprise",
    },
    backups: Support::Yes,
    // Documentation of the Prod Pack.
    max_backup_days: Some(3),
    multi_az_replicas: 0,
    max_shards: 1,
    max_replicas: 0,
    max_nodes: None,
    max_item: Figure::Known(Bytes(100.0 * 1e6)),
    metered: Some(Metered {
        minimum_stored: &[],
        max_stored: Bytes(100.0 * 1e9),
        max_stored_per_slot: None,
        max_units_per_second: 10_000.0,
        max_units_per_second_per_slot: None,
        units_per_second_at_start: None,
        bytes_per_unit: None,
    }),
    behaviour: Behaviour { commitments: false, expected_p99: 5e-3, ..Behaviour::BY_NODE },
    sla: "99.99 % with the Prod Pack; none without",
    sla_item: Some(items::PROD_PACK),
    creation: Creation::Open,
    licence: "Upstash's own server, compatible with Redis up to 8.2",
    price_source: "https://upstash.com/pricing/redis, \
        or the documentation page redis/overall/billing (there is no price API)",
    not_included: &[],
    notes: &[
        "every command of a pipeline or transaction is billed; a write is billed once per region",
        "tiered storage: data beyond memory is read from disk",
    ],
};

pub(super) const UPSTASH_FIXED: ServiceInfo = ServiceInfo {
    service: Service::UpstashFixed,
    // The record limit grows with the plan: see the plan of the node type.
    max_item: Figure::Known(Bytes(5000.0 * 1e6)),
    metered: None,
    behaviour: Behaviour { limits_by_plan: true, ..UPSTASH_PAYG.behaviour },
    notes: &["tiered storage: data beyond memory is read from disk"],
    ..UPSTASH_PAYG
};
