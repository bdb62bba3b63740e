//! Passwords: made here, kept in one file for the owner only, shown to nobody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::LocalError;
use super::files;
use super::layout::{Layout, json};
pub use crate::provider::secret::Secret;

/// The tool's own user.
pub const ADMIN: &str = "cachefit-admin";
/// The user of replicas.
pub const REPLICATION: &str = "cachefit-replication";
/// The passwords of a deployment by user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    users: BTreeMap<String, Secret>,
}

impl Credentials {
    /// Those in the file; none at all if there is no file.
    pub fn load(layout: &Layout) -> Result<Self, LocalError> {
        let path = layout.credentials();
        let Some(text) = files::read(&path)? else { return Ok(Self::default()) };
        // The parser's message could quote a password; the place is enough.
        serde_json::from_str(&text).map_err(|error| LocalError::Corrupt {
            path,
            why: format!("no JSON of credentials at line {}", error.line()),
        })
    }

    /// Of a user.
    pub fn get(&self, user: &str) -> Option<&Secret> {
        self.users.get(user)
    }

    /// Users with a password, sorted.
    pub fn names(&self) -> Vec<String> {
        self.users.keys().cloned().collect()
    }

    /// Of a user that must have one.
    pub fn need(&self, layout: &Layout, user: &str) -> Result<&Secret, LocalError> {
        self.get(user).ok_or_else(|| LocalError::Corrupt {
            path: layout.credentials(),
            why: format!("it has no password of {user}; `cachefit apply` makes a new one"),
        })
    }

    /// Makes passwords for those who have none, drops those of others, and keeps the rest as they are.
    pub fn ensure<'a>(layout: &Layout, users: impl IntoIterator<Item = &'a str>) -> Result<Self, LocalError> {
        let old = Self::load(layout)?;
        let mut new = Self::default();
        for user in users.into_iter().chain([ADMIN, REPLICATION]) {
            let secret = match old.get(user) {
                Some(secret) => secret.clone(),
                None => Secret::generate().map_err(|error| LocalError::Random(error.to_string()))?,
            };
            new.users.insert(user.to_owned(), secret);
        }
        if new != old {
            files::write(&layout.credentials(), json(&new).as_bytes())?;
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_made_once_and_hidden() {
        let data = tempfile::tempdir().unwrap();
        let layout = Layout::new(data.path(), "shop");
        layout.claim().unwrap();
        let first = Credentials::ensure(&layout, ["app"]).unwrap();
        let again = Credentials::ensure(&layout, ["app"]).unwrap();
        assert!(first == again);
        let password = first.get("app").unwrap();
        assert_eq!(password.reveal().len(), 32);
        assert!(!format!("{first:?}").contains(password.reveal()));
        assert_ne!(password.reveal(), first.get(ADMIN).unwrap().reveal());
        assert!(Credentials::ensure(&layout, []).unwrap().get("app").is_none());
    }
}
