//! One apply of a deployment at a time.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use jiff::Timestamp;
use thiserror::Error;

use super::key::Key;
use super::state::{self, StateError};

/// The right to change a deployment from this machine. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
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
        let mut file =
            state::private().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder may be about to write its name; then it stays unnamed.
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.is_empty() { "a process that just started".into() } else { holder };
                return Err(LockError::Held { name: key.name.clone(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let text = format!("process {} since {now:.0}", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(io)?;
        Ok(Self { _file: file })
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
