//! Secrets that show themselves only when asked by name.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
#[cfg(feature = "local")]
use sha2::{Digest as _, Sha256};

/// 32 letters and digits out of 62: 190 bits.
const LENGTH: usize = 32;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A password or a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Secret {
    /// A new one; an error where the system has no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0u8; 64];
            getrandom::fill(&mut bytes)?;
            // 248 is the largest multiple of 62 below 256: no letter is more likely than another.
            let letters =
                bytes.iter().filter(|b| **b < 248).map(|b| char::from(ALPHABET[usize::from(b % 62)]));
            text.extend(letters.take(LENGTH - text.len()));
        }
        Ok(Self(text))
    }

    /// In clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// SHA-256, as an ACL file has it.
    #[cfg(feature = "local")]
    pub fn hash(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The passwords of a deployment's users, each in a file for the owner only.
#[cfg_attr(
    not(feature = "upstash"),
    allow(dead_code, reason = "servers on this machine keep theirs together")
)]
#[derive(Clone, Debug)]
pub struct Passwords {
    folder: PathBuf,
}

#[cfg_attr(
    not(feature = "upstash"),
    allow(dead_code, reason = "servers on this machine keep theirs together")
)]
impl Passwords {
    /// Those of a profile, below a folder.
    pub fn new(folder: &Path, profile: &str) -> Self {
        Self { folder: folder.join(profile) }
    }

    /// The file of a user.
    pub fn path(&self, user: &str) -> PathBuf {
        self.folder.join(format!("{user}.password"))
    }

    /// The password of a user; none if there is none yet.
    pub fn read(&self, user: &str) -> std::io::Result<Option<Secret>> {
        match fs::read_to_string(self.path(user)) {
            Ok(text) => Ok(Some(Secret(text.trim_end().to_owned())).filter(|secret| !secret.0.is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The password of a user; a new one, on disk before it is used, if there is none.
    pub fn ensure(&self, user: &str) -> std::io::Result<Secret> {
        if let Some(secret) = self.read(user)? {
            return Ok(secret);
        }
        let secret = Secret::generate().map_err(|error| std::io::Error::other(error.to_string()))?;
        fs::create_dir_all(&self.folder)?;
        crate::files::replace(&self.path(user), secret.reveal().as_bytes(), crate::files::Access::Private)?;
        Ok(secret)
    }

    /// Forgets a user's.
    pub fn remove(&self, user: &str) -> std::io::Result<()> {
        match fs::remove_file(self.path(user)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, feature = "local"))]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha_256() {
        let hash = Secret("foobared".into()).hash();
        assert_eq!(hash, "1b58ee375b42e41f0e48ef2ff27d10a5b1f6924a9acdcdba7cae868e7adce6bf");
    }
}
