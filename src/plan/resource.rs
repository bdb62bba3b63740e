//! A resource as it should be and as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Address, Value};

/// A resource as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name.
    pub address: Address,
    /// What is asked of it. An attribute that is not named here is left as it is.
    pub attributes: BTreeMap<String, Value>,
    /// Attributes that the service moves by itself within a range: made with these values, then left as they are.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scaled: BTreeSet<String>,
    /// What must be there before it, and goes after it.
    pub depends_on: Vec<Address>,
}

impl Resource {
    /// A resource without attributes and dependencies.
    pub fn new(address: Address) -> Self {
        Self { address, attributes: BTreeMap::new(), scaled: BTreeSet::new(), depends_on: Vec::new() }
    }

    /// With one attribute more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.to_owned(), value.into());
        self
    }

    /// With an attribute that the service moves by itself.
    #[must_use]
    pub fn scaling(mut self, name: &str) -> Self {
        self.scaled.insert(name.to_owned());
        self
    }

    /// With one dependency more.
    #[must_use]
    pub fn after(mut self, address: Address) -> Self {
        self.depends_on.push(address);
        self
    }
}

/// A resource as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Address, attributes in force, and what it depends on today.
    pub resource: Resource,
    /// Whose it is.
    pub ownership: Ownership,
    /// Whether it works.
    pub state: State,
    /// Values that are accepted but not yet in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Scheduled>,
    /// What is worth knowing but never compared: process ids, endpoints, roles.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub computed: BTreeMap<String, String>,
    /// What is changed before this goes, if it stays: another way is opened before the one that is used is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goes_after: Vec<Address>,
}

/// The fact with the command that makes a resource ours again.
pub const REPAIR: &str = "repair";

impl Observed {
    /// Whether it cannot be read now whose it is.
    pub fn owner_is_unknown(&self) -> bool {
        matches!(self.ownership, Ownership::Unknown { .. })
    }

    /// Why it is not ours or not known to be, and what makes it so; none if it is.
    pub fn not_ours(&self) -> Option<String> {
        let (Ownership::Foreign { why } | Ownership::Unknown { why }) = &self.ownership else {
            return None;
        };
        Some(match self.computed.get(REPAIR) {
            Some(repair) => format!("{why}; {repair}"),
            None => why.clone(),
        })
    }

    /// A resource of ours that works and waits for nothing.
    pub fn ours(resource: Resource) -> Self {
        Self {
            resource,
            ownership: Ownership::Ours,
            state: State::Ready,
            pending: Vec::new(),
            computed: BTreeMap::new(),
            goes_after: Vec::new(),
        }
    }
}

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// It carries our tag and this profile's name.
    Ours,
    /// It has the name, but not our tag: it is never changed or deleted.
    Foreign {
        /// What shows that it is not ours.
        why: String,
    },
    /// It has the name, and whose it is cannot be read now: it is waited for, never taken, never deleted.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// Whether a resource works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Ready,
    /// It is being created, changed or deleted; or an earlier step on it was cut short.
    Busy {
        /// What is going on.
        what: String,
    },
    /// It is there but does not work, such as a server that is down. An update with no attribute changed mends it.
    Broken {
        /// What is wrong.
        why: String,
    },
}

/// A value that will be in force later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Which attribute.
    pub attribute: String,
    /// The value to come.
    pub value: Value,
    /// When it comes, for people.
    pub until: String,
}
