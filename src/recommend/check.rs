//! What a shape is measured against, and the rejections of those that do not fit.

use schemars::JsonSchema;
use serde::Serialize;

use crate::units::{Bytes, Count, Engine, Figure, Rate};

/// What can rule a shape out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// Pinned to something else in the profile.
    Pin,
    /// The engine is not offered or not wanted.
    Engine,
    /// Preview, retirement, previous generation, no service level.
    Lifecycle,
    /// No replica can survive the loss of a zone.
    Availability,
    /// Login with the cloud's identity.
    Auth,
    /// Users with their own permissions.
    Acl,
    /// Private network.
    Network,
    /// The service does not have the eviction policy that the data needs.
    Policy,
    /// Slower than required.
    Latency,
    /// Backups are not kept for as long as asked.
    Backups,
    /// Commands of the application do not run there.
    Commands,
    /// `used_memory` against usable memory.
    Memory,
    /// Keys and hot values against memory, where other values move to disk.
    HotMemory,
    /// What connections and snapshots take outside `maxmemory`, against the reserve.
    ProcessMemory,
    /// Commands on the engine thread.
    Cpu,
    /// The hottest key on one engine thread.
    HotKey,
    /// Mean work against what a burstable node earns in credits.
    CpuCredits,
    /// Bytes a second against the baseline.
    Bandwidth,
    /// Connections to a node.
    Connections,
    /// New connections a second.
    ConnectionRate,
    /// Largest value.
    ItemSize,
    /// Stored data of a metered service or a plan.
    Storage,
    /// Commands a second of a service or a plan.
    CommandRate,
    /// Commands or traffic in a month.
    Quota,
    /// Shards or nodes of one cache.
    Nodes,
    /// Not sold in the region.
    Region,
}

impl Constraint {
    /// Whether the demand grows with keys and commands.
    pub fn grows(self) -> bool {
        matches!(
            self,
            Self::Memory
                | Self::HotMemory
                | Self::Cpu
                | Self::HotKey
                | Self::CpuCredits
                | Self::Bandwidth
                | Self::Storage
                | Self::CommandRate
                | Self::Quota
        )
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pin => "pinned elsewhere",
            Self::Engine => "engine",
            Self::Lifecycle => "life cycle",
            Self::Availability => "availability",
            Self::Auth => "sign-in",
            Self::Acl => "users (ACL)",
            Self::Network => "private network",
            Self::Policy => "eviction policy",
            Self::Latency => "latency",
            Self::Backups => "backups",
            Self::Commands => "commands",
            Self::Memory => "memory",
            Self::HotMemory => "keys and hot values",
            Self::ProcessMemory => "memory reserve",
            Self::Cpu => "engine CPU",
            Self::HotKey => "hottest key",
            Self::CpuCredits => "CPU credits",
            Self::Bandwidth => "network",
            Self::Connections => "connections",
            Self::ConnectionRate => "new connections",
            Self::ItemSize => "largest value",
            Self::Storage => "stored data",
            Self::CommandRate => "command rate",
            Self::Quota => "monthly quota",
            Self::Nodes => "shards",
            Self::Region => "region",
        }
    }
}

/// The unit of a measured constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Events a second.
    PerSecond,
    /// A number of things.
    Count,
}

impl Measure {
    /// A value of this unit, for people.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Bytes => Bytes(value).to_string(),
            Self::BytesPerSecond => format!("{}/s", Bytes(value)),
            Self::PerSecond => Rate(value).to_string(),
            Self::Count => Count(value).to_string(),
        }
    }
}

/// Demand against capacity, both for one node unless the note says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Check {
    /// What is measured.
    pub constraint: Constraint,
    /// The high end of the demand, at the horizon.
    pub demand: f64,
    /// What there is; unknown where the vendor does not publish it.
    pub capacity: Figure<f64>,
    /// The share of the capacity that may be used, from 0 to 1.
    pub allowed: f64,
    /// The unit of both.
    pub measure: Measure,
    /// How demand and capacity come about.
    pub note: &'static str,
}

impl Check {
    /// Whether the demand stays within the allowed share. What is unknown is not held against the shape.
    pub fn passes(&self) -> bool {
        self.used().is_none_or(|used| used <= self.allowed)
    }

    /// The used share of the capacity.
    pub fn used(&self) -> Option<f64> {
        let capacity = *self.capacity.known()?;
        Some(if capacity > 0.0 { self.demand / capacity } else { f64::INFINITY })
    }

    /// Why a shape that breaks it is out.
    pub fn rejection(&self) -> Rejection {
        let capacity = self.capacity.known().copied().unwrap_or(0.0);
        let why = if self.constraint == Constraint::Nodes && self.demand < capacity {
            format!("{} shards are pinned; a cluster has {capacity:.0} or more", self.demand)
        } else if self.demand > capacity {
            format!("needs {}, has {}", self.measure.show(self.demand), self.measure.show(capacity))
        } else {
            format!(
                "needs {} of {}: more than {:.0}% of it",
                self.measure.show(self.demand),
                self.measure.show(capacity),
                self.allowed * 100.0
            )
        };
        Rejection { constraint: self.constraint, why, demand: Some(self.demand), capacity: Some(capacity) }
    }
}

/// Why a shape is out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rejection {
    /// What it fails.
    pub constraint: Constraint,
    /// By how much, or what is missing; with the way to lift it where the profile has one.
    pub why: String,
    /// The demand, where it is a number.
    pub demand: Option<f64>,
    /// The capacity, where it is a number.
    pub capacity: Option<f64>,
}

impl Rejection {
    /// A rejection that is no number.
    pub fn new(constraint: Constraint, why: impl Into<String>) -> Self {
        Self { constraint, why: why.into(), demand: None, capacity: None }
    }
}

/// Something that moves a shape down the list without touching its price.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Penalty {
    /// Why.
    pub why: &'static str,
    /// How much dearer the shape is made for the ranking, as a share of its cost.
    pub share: f64,
}

/// A shape that is out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rejected {
    /// The service, by its catalogue id.
    pub service: &'static str,
    /// Node type, size or plan.
    pub node_type: &'static str,
    /// Engine.
    pub engine: Engine,
    /// Engine version.
    pub version: String,
    /// The region; none if it is out everywhere.
    pub region: Option<String>,
    /// Most shards that were tried.
    pub shards: u32,
    /// Why, the decisive one first.
    pub rejections: Vec<Rejection>,
}
