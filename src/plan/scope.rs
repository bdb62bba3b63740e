//! Where a deployment is. A plan, a journal and a lock are bound to it: one name may stand in several places.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place that a provider was opened for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The account, subscription or project; none where the provider has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region; of servers on this machine the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Scope {
    /// A place in an account.
    pub fn new(account: Option<String>, place: Option<String>) -> Self {
        Self { account, place }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.account, &self.place) {
            (Some(account), Some(place)) => write!(f, "account {account}, {place}"),
            (Some(account), None) => write!(f, "account {account}"),
            (None, Some(place)) => f.write_str(place),
            (None, None) => f.write_str("the only place that there is"),
        }
    }
}
