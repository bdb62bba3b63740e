//! Self-hosting as a whole. Source: the servers' own defaults.

use super::CROSS_AZ;
use crate::catalog::info::{
    Alarms, BackupItem, Behaviour, CLASSIC_POLICIES, Creation, EngineOffer, Eviction, ServiceInfo, Support,
    Tls, ZoneTraffic,
};
use crate::catalog::items;
use crate::units::{Bytes, Engine, Figure, MIB, Policy, Service};

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
    behaviour: Behaviour {
        backups: Some(BackupItem { item: items::DISK_SNAPSHOT_GB, first_is_free: false }),
        // Between two machines each side pays.
        zone_traffic: Some(ZoneTraffic { times: 2, ..CROSS_AZ }),
        alarms: Alarms::ByNode,
        forks_for_snapshots: true,
        ..Behaviour::BY_NODE
    },
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
    behaviour: Behaviour { commitments: false, forks_for_snapshots: true, ..Behaviour::BY_NODE },
    sla: "none",
    price_source: "your own machine has no list price",
    not_included: &["the machine", "people's time unless the profile prices it"],
    ..EC2
};

const _: () = assert!(CLASSIC_POLICIES.len() + 2 == OPEN_SOURCE_POLICIES.len());
