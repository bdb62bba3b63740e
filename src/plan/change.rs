//! What a plan does to one resource.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Address, Value};
use crate::units::{Figure, Usd};

/// What a plan does to one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which resource.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// Attributes that differ; all of them when a resource is created.
    pub attributes: Vec<AttributeChange>,
    /// Why, for people.
    pub reason: String,
    /// What users of the cache notice: the worst of the attributes.
    pub effect: Effect,
    /// When it takes hold: the latest of the attributes.
    pub when: When,
    /// How long it usually takes, in seconds.
    pub usual_seconds: u32,
    /// What it does to the monthly bill.
    pub monthly_delta: Figure<Usd>,
}

/// The reason for making what is missing.
pub(super) const MISSING: &str = "it does not exist yet";
/// The reason for changing what differs, behind its names.
pub(super) const DIFFERS: &str = " differs from the profile";
/// The reason for deleting everything.
pub(super) const TAKEN_DOWN: &str = "the deployment is taken down";

impl Change {
    /// Whether its reason says no more than its action and its attributes do.
    pub fn is_plain(&self) -> bool {
        match self.action {
            Action::Create => self.reason == MISSING,
            Action::Update | Action::Replace { .. } => self.reason.ends_with(DIFFERS),
            Action::Delete => self.reason == TAKEN_DOWN,
            Action::None => false,
        }
    }
}

/// What is done to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place, or mended.
    Update,
    /// It is deleted and made anew.
    Replace {
        /// The attributes that cannot be changed in place.
        forced_by: Vec<String>,
    },
    /// It is deleted.
    Delete,
    /// It is as it should be.
    None,
}

/// One attribute before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Its name.
    pub name: String,
    /// The value in force; none if there is none or it is not known.
    pub before: Option<Value>,
    /// The value to be; none when the resource goes.
    pub after: Option<Value>,
    /// Whether this difference forces a replacement.
    pub forces: bool,
    /// When it takes hold.
    pub when: When,
    /// Whether the provider has accepted the value already and puts it in force later by itself.
    #[serde(default)]
    pub pending: bool,
}

/// What users of the cache notice, from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    None,
    /// Connections are closed; clients must connect again.
    ConnectionsDrop,
    /// A replica takes over.
    Failover {
        /// About how long writes fail.
        seconds: u32,
    },
    /// It serves nobody for a while.
    Offline {
        /// About how long.
        seconds: u32,
    },
    /// Data is lost.
    DataLoss,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no interruption"),
            Self::ConnectionsDrop => f.write_str("connections drop"),
            Self::Failover { seconds } => write!(f, "failover of about {seconds} s"),
            Self::Offline { seconds } => write!(f, "offline for about {seconds} s"),
            Self::DataLoss => f.write_str("data loss"),
        }
    }
}

/// When a change takes hold, from now to later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At once.
    Now,
    /// In the next maintenance window.
    NextWindow {
        /// Its day and hour, for people.
        starts: String,
    },
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::NextWindow { starts } => write!(f, "next maintenance window, {starts}"),
        }
    }
}
