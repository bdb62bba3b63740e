//! One apply of a deployment at a time.

use std::path::Path;

use jiff::Timestamp;
use thiserror::Error;

use super::key::Key;
use super::state::{self, StateError};
use crate::files::LockFile;

/// The right to change a deployment from this machine. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: LockFile,
}

/// Why another apply has to wait.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process is at it.
    #[error("another cachefit works on {name}: {holder}")]
    Held {
        /// The deployment.
        name: String,
        /// Its process and since when.
        holder: String,
    },
    /// No place for the lock.
    #[error(transparent)]
    State(#[from] StateError),
    /// The file system refuses.
    #[error("cannot lock {path}: {error}")]
    Io {
        /// The lock file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl Lock {
    /// Takes the lock or says who has it.
    pub fn take(root: &Path, key: &Key, now: Timestamp) -> Result<Self, LockError> {
        let path = state::folder(root, key)?.join("lock");
        let io = |error| LockError::Io { path: path.display().to_string(), error };
        let note = format!("process {} since {now:.0}", std::process::id());
        match LockFile::take(&path, &note).map_err(io)? {
            Ok(file) => Ok(Self { _file: file }),
            Err(holder) => {
                // The holder may be about to write its name.
                let holder = if holder.is_empty() { "a process that just started".into() } else { holder };
                Err(LockError::Held { name: key.name.clone(), holder })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Scope;
    use crate::units::Provider;

    #[test]
    fn the_second_hears_who_is_first() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let key = |name: &str, place: &str| {
            Key::new(Provider::Local, Scope::new(None, Some(place.to_owned())), name)
        };
        let checkout = key("checkout", "/data");
        let first = Lock::take(root.path(), &checkout, now).unwrap();
        let error = Lock::take(root.path(), &checkout, now).unwrap_err().to_string();
        let expected = format!("process {} since 1970-01-01T00:00:00Z", std::process::id());
        assert!(error.ends_with(&expected), "{error}");
        Lock::take(root.path(), &key("other", "/data"), now).unwrap();
        // The same name elsewhere is another deployment.
        Lock::take(root.path(), &key("checkout", "/elsewhere"), now).unwrap();
        drop(first);
        Lock::take(root.path(), &checkout, now).unwrap();
    }
}
