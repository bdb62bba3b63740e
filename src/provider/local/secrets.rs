//! Passwords: made here, kept in one file for the owner only, shown to nobody.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::LocalError;
use super::files;
use super::layout::{Layout, json};

/// The tool's own user.
pub const ADMIN: &str = "cachefit-admin";
/// The user of replicas.
pub const REPLICATION: &str = "cachefit-replication";
/// 32 letters and digits out of 62: 190 bits.
const LENGTH: usize = 32;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A password. It shows itself only when asked by name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Secret {
    /// A new one.
    fn generate() -> Result<Self, LocalError> {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0u8; 64];
            getrandom::fill(&mut bytes).map_err(|error| LocalError::Random(error.to_string()))?;
            // 248 is the largest multiple of 62 below 256: no letter is more likely than another.
            let letters =
                bytes.iter().filter(|b| **b < 248).map(|b| char::from(ALPHABET[usize::from(b % 62)]));
            text.extend(letters.take(LENGTH - text.len()));
        }
        Ok(Self(text))
    }

    /// The password in clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// SHA-256, as an ACL file has it.
    pub fn hash(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

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
                None => Secret::generate()?,
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
        assert_eq!(password.reveal().len(), LENGTH);
        assert!(!format!("{first:?}").contains(password.reveal()));
        assert_ne!(password.reveal(), first.get(ADMIN).unwrap().reveal());
        assert!(Credentials::ensure(&layout, []).unwrap().get("app").is_none());
    }

    #[test]
    fn the_hash_is_sha_256() {
        let hash = Secret("foobared".into()).hash();
        assert_eq!(hash, "1b58ee375b42e41f0e48ef2ff27d10a5b1f6924a9acdcdba7cae868e7adce6bf");
    }
}
