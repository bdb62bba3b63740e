//! What a service as a whole offers and limits.

use serde::Serialize;

use super::NodeType;
use crate::units::{Bytes, Engine, Figure, Policy, Service};

/// What a service as a whole offers and limits.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceInfo {
    /// Which service.
    pub service: Service,
    /// Engines and versions.
    pub engines: &'static [EngineOffer],
    /// Eviction policies; ask [`ServiceInfo::policies`].
    pub eviction: Eviction,
    /// Whether connections can or must be encrypted.
    pub tls: Tls,
    /// Login with the cloud's identity.
    pub iam_auth: Support,
    /// Users with their own permissions.
    pub acl_users: Support,
    /// Reachable from a private network only.
    pub private_network: Support,
    /// Backups by the service.
    pub backups: Support,
    /// For how many days they are kept at most; none where the service has no limit of its own, or none is known.
    pub max_backup_days: Option<u32>,
    /// Replicas of a shard that survive the loss of a zone begin at this number.
    pub multi_az_replicas: u32,
    /// Most shards of one cache, unless the node type says less.
    pub max_shards: u32,
    /// Most replicas of one shard.
    pub max_replicas: u32,
    /// Most nodes of one cache under default quotas: shards x (1 + replicas).
    pub max_nodes: Option<u32>,
    /// Largest value or request.
    pub max_item: Figure<Bytes>,
    /// Limits and minimums of a metered service.
    pub metered: Option<Metered>,
    /// How it behaves and what it bills beside nodes; in no report.
    #[serde(skip)]
    pub behaviour: Behaviour,
    /// What the vendor promises.
    pub sla: &'static str,
    /// The item to buy for a service level, where it is an add-on.
    pub sla_item: Option<&'static str>,
    /// Whether new caches can be created.
    pub creation: Creation,
    /// Licence of the engine, or of the service.
    pub licence: &'static str,
    /// Where its prices can be read; `<region>` stands for the region.
    pub price_source: &'static str,
    /// What is not in a price and must be named as not included.
    pub not_included: &'static [&'static str],
    /// Warnings.
    pub notes: &'static [&'static str],
}

/// How a service behaves, and what it bills beside its nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Behaviour {
    /// Whether nodes can be paid for by a term.
    pub commitments: bool,
    /// Whether a snapshot is saved by a forked child, whose copied pages are the buyer's memory.
    pub forks_for_snapshots: bool,
    /// Whether clients must speak the cluster protocol however few its shards are.
    pub always_cluster: bool,
    /// Whether connections and work are limited by the plan and not by a node.
    pub limits_by_plan: bool,
    /// The 99th percentile of latency that can be expected in the callers' region, in seconds; judgement.
    pub expected_p99: f64,
    /// The vendor's service of the same engines that is billed the other way: by nodes, or by use.
    pub counterpart: Option<Service>,
    /// What daily backups are billed by; none where they are free or part of something else.
    pub backups: Option<BackupItem>,
    /// How traffic between the callers' zones and the cache's is billed; none where it is not.
    pub zone_traffic: Option<ZoneTraffic>,
    /// Metric alarms that are advised, where they are billed.
    pub alarms: Alarms,
    /// Whether an append-only file is billed by the memory of the nodes.
    pub append_only_file: bool,
}

impl Behaviour {
    /// A service by the node that bills nothing else.
    pub(super) const BY_NODE: Self = Self {
        commitments: true,
        forks_for_snapshots: false,
        always_cluster: false,
        limits_by_plan: false,
        expected_p99: 1e-3,
        counterpart: None,
        backups: None,
        zone_traffic: None,
        alarms: Alarms::None,
        append_only_file: false,
    };
}

/// How backups are billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupItem {
    /// The item of the price list.
    pub item: &'static str,
    /// Whether one of them costs nothing.
    pub first_is_free: bool,
}

/// How traffic between zones is billed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneTraffic {
    /// The item of the price list.
    pub item: &'static str,
    /// Bytes of one billed unit.
    pub bytes: f64,
    /// How often each byte is charged.
    pub times: u32,
    /// The service in whose list the item stands, if it is another.
    pub listed_under: Option<Service>,
}

/// Metric alarms that are advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarms {
    /// None, or free of charge.
    None,
    /// Some for each node.
    ByNode,
    /// So many in all.
    Fixed(u32),
}

/// An engine with its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EngineOffer {
    /// The engine.
    pub engine: Engine,
    /// Versions for new caches, oldest first.
    pub versions: &'static [&'static str],
    /// The one to take if nothing is asked for: the newest whose memory use was measured, or the only one.
    pub default: &'static str,
}

/// Eviction policies of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Eviction {
    /// Every policy that can be had.
    pub allowed: &'static [Policy],
    /// What is set if nothing is done.
    pub default: Policy,
    /// How it is set.
    pub how: &'static str,
}

/// Whether connections can or must be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Can be chosen.
    Optional,
    /// Cannot be switched off.
    Always,
}

/// Whether a feature is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Support {
    /// Yes.
    Yes,
    /// Yes, under a condition.
    When {
        /// The condition.
        condition: &'static str,
    },
    /// In preview only.
    Preview {
        /// What there is today.
        instead: &'static str,
    },
    /// No.
    No {
        /// What there is instead.
        instead: &'static str,
    },
}

/// Whether new caches can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Creation {
    /// By everybody.
    Open,
    /// By those who already have one.
    ExistingCustomers {
        /// The rule, with its date.
        rule: &'static str,
        /// Last day of the service, `YYYY-MM-DD`.
        retires: &'static str,
    },
}

/// Limits and minimums of a metered service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metered {
    /// Stored data that is billed at least.
    pub minimum_stored: &'static [(Engine, Bytes)],
    /// Most stored data of one cache.
    pub max_stored: Bytes,
    /// Most stored data of one hash slot.
    pub max_stored_per_slot: Option<Bytes>,
    /// Billed units of work a second, at most.
    pub max_units_per_second: f64,
    /// The same for one hash slot.
    pub max_units_per_second_per_slot: Option<f64>,
    /// Units of work a second that a new cache can do at once.
    pub units_per_second_at_start: Option<f64>,
    /// Bytes moved that make one unit; a command is one unit at least. None if size does not matter.
    pub bytes_per_unit: Option<Bytes>,
}

impl ServiceInfo {
    /// What it offers of an engine.
    pub fn engine(&self, engine: Engine) -> Option<&'static EngineOffer> {
        self.engines.iter().find(|e| e.engine == engine)
    }

    /// The policies that can be had on a node type with an engine version.
    pub fn policies(&self, node: Option<&NodeType>, engine: Engine, version: &str) -> Vec<Policy> {
        let tiering = node.is_some_and(|n| n.service == Service::ElastiCache && n.is_data_tiering());
        let lrm = engine == Engine::Redis && version_at_least(version, "8.6");
        self.eviction
            .allowed
            .iter()
            .copied()
            .filter(|p| !tiering || TIERING_POLICIES.contains(p))
            .filter(|p| lrm || !matches!(p, Policy::AllkeysLrm | Policy::VolatileLrm))
            .collect()
    }
}

/// Whether `version` is `minimum` or later; parts are compared as numbers, and a missing part is 0.
pub fn version_at_least(version: &str, minimum: &str) -> bool {
    parts(version) >= parts(minimum)
}

/// The first three numbers of a version, byte by byte: they are compared for every size of the catalogue.
fn parts(version: &str) -> [u32; 3] {
    let mut parts = [0_u32; 3];
    let (mut place, mut number) = (0, true);
    for byte in version.bytes() {
        match byte {
            b'.' => (place, number) = (place + 1, true),
            _ if place >= parts.len() => break,
            b'0'..=b'9' if number => {
                parts[place] = parts[place].saturating_mul(10).saturating_add(u32::from(byte - b'0'));
            }
            // A part with anything else in it is 0.
            _ => (parts[place], number) = (0, false),
        }
    }
    parts
}

/// On data-tiering nodes; User Guide, `data-tiering`.
const TIERING_POLICIES: &[Policy] =
    &[Policy::NoEviction, Policy::AllkeysLru, Policy::AllkeysLfu, Policy::VolatileLru, Policy::VolatileLfu];

/// The eight policies that every engine version has.
pub(super) const CLASSIC_POLICIES: &[Policy] = &[
    Policy::NoEviction,
    Policy::AllkeysLru,
    Policy::AllkeysLfu,
    Policy::AllkeysRandom,
    Policy::VolatileLru,
    Policy::VolatileLfu,
    Policy::VolatileRandom,
    Policy::VolatileTtl,
];
