//! Upstash and self-hosting as a whole. Sources: Upstash documentation of 2026-08-21; the servers' own defaults.

use super::info::{CLASSIC_POLICIES, Creation, EngineOffer, Eviction, Metered, ServiceInfo, Support, Tls};
use super::{Service, items};
use crate::units::{Bytes, Engine, Figure, MIB, Policy};

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
    notes: &["tiered storage: data beyond memory is read from disk"],
    ..UPSTASH_PAYG
};

/// The classic policies, and the two of Redis 8.6.
const OPEN_SOURCE_POLICIES: &[Policy] = &[
    Policy::NoEviction,
    Policy::AllkeysLru,
    Policy::AllkeysLfu,
    Policy::AllkeysRandom,
    Policy::AllkeysLrm,
    Policy::VolatileLru,
    Policy::VolatileLfu,
    Policy::VolatileRandom,
    Policy::VolatileTtl,
    Policy::VolatileLrm,
];

pub(super) const EC2: ServiceInfo = ServiceInfo {
    service: Service::Ec2,
    engines: &[
        EngineOffer {
            engine: Engine::Valkey,
            versions: &["7.2", "8.0", "8.1", "9.0", "9.1"],
            default: "8.1",
        },
        EngineOffer {
            engine: Engine::Redis,
            versions: &["7.0", "7.2", "7.4", "8.0", "8.2", "8.4", "8.6", "8.8"],
            default: "8.2",
        },
    ],
    eviction: Eviction {
        allowed: OPEN_SOURCE_POLICIES,
        default: Policy::NoEviction,
        how: "maxmemory-policy in the configuration",
    },
    tls: Tls::Optional,
    iam_auth: Support::No { instead: "users with passwords in an ACL file" },
    acl_users: Support::Yes,
    private_network: Support::Yes,
    backups: Support::When { condition: "self-hosted: RDB files, copied off the machine" },
    max_backup_days: None,
    multi_az_replicas: 1,
    max_shards: 500,
    max_replicas: 5,
    max_nodes: None,
    max_item: Figure::Known(Bytes(512.0 * MIB)),
    metered: None,
    sla: "of the machine only",
    sla_item: None,
    creation: Creation::Open,
    licence: "Valkey: BSD-3; Redis up to 7.2: BSD-3, 7.4: RSALv2 or SSPLv1, 8.0 and later: also AGPLv3",
    price_source: "AWS Price List: \
        https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/region_index.json (no login)",
    not_included: &["disks for persistence", "people's time unless the profile prices it"],
    notes: &["automatic failover needs three primaries in cluster mode, or Sentinel"],
};

pub(super) const LOCAL: ServiceInfo = ServiceInfo {
    service: Service::Local,
    // Servers of the provider local speak TLS only.
    tls: Tls::Always,
    sla: "none",
    price_source: "your own machine has no list price",
    not_included: &["the machine", "people's time unless the profile prices it"],
    ..EC2
};

const _: () = assert!(CLASSIC_POLICIES.len() + 2 == OPEN_SOURCE_POLICIES.len());
