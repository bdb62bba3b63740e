//! The name of one resource in every plan, report and option.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::units::{FromText as _, Provider};

/// `local.server.checkout-1`: who provides it, what it is, its name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address {
    /// Who provides it.
    pub provider: Provider,
    /// What it is, in the provider's words: `server`, `acl`, `replication_group`.
    pub kind: String,
    /// Its name, unique for the kind. Names follow from the profile's name and nothing else.
    pub name: String,
}

impl Address {
    /// The address of a resource.
    pub fn new(provider: Provider, kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { provider, kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}.{}", self.provider, self.kind, self.name))
    }
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not an address such as local.server.checkout-1")]
pub struct NotAnAddress(pub String);

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = || NotAnAddress(text.to_owned());
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().filter(|part| !part.is_empty()).ok_or_else(wrong);
        let provider = Provider::from_text(next()?).map_err(|_| wrong())?;
        Ok(Self::new(provider, next()?, next()?))
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows() {
        let address = Address::new(Provider::Local, "server", "checkout-1.a");
        assert_eq!(address.to_string(), "local.server.checkout-1.a");
        assert_eq!(address.to_string().parse(), Ok(address));
        for wrong in ["", "local", "local.server", "local..x", "nowhere.server.x"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
