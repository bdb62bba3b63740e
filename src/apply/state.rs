//! Where a machine keeps what is known of unfinished work. It is never needed to find resources.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::key::Key;

/// Why there is no place for the journal.
#[derive(Debug, Error)]
pub enum StateError {
    /// No variable says where the user's files are.
    #[error("there is no folder for cachefit's files: neither {own} nor HOME is set")]
    NoHome {
        /// The variable that names it.
        own: &'static str,
    },
    /// The folder cannot be made.
    #[error("cannot make the folder {path}: {error}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// The folder of locks and journals: `CACHEFIT_STATE_DIR`, or `cachefit` in the platform's state folder.
pub fn state_root(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, StateError> {
    root(variable, "CACHEFIT_STATE_DIR", "XDG_STATE_HOME", ".local/state")
}

/// The folder of what the provider local runs: `CACHEFIT_DATA_DIR`, or `cachefit` in the platform's data folder.
pub fn data_root(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, StateError> {
    root(variable, "CACHEFIT_DATA_DIR", "XDG_DATA_HOME", ".local/share")
}

/// The folder of the user's systemd units.
pub fn unit_root(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(config.join("systemd/user"))
}

fn root(
    variable: impl Fn(&str) -> Option<OsString>,
    own: &'static str,
    platform: &str,
    below_home: &str,
) -> Result<PathBuf, StateError> {
    let set = |name: &str| variable(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(own) = set(own) {
        // Servers live on in another working directory than the one they were started in.
        return std::path::absolute(&own)
            .map_err(|error| StateError::Folder { path: own.display().to_string(), error });
    }
    // A relative XDG path is invalid and to be ignored, says its specification.
    if let Some(folder) = set(platform).filter(|p| p.is_absolute()) {
        return Ok(folder.join("cachefit"));
    }
    let home = set("HOME").ok_or(StateError::NoHome { own })?;
    Ok(home.join(below_home).join("cachefit"))
}

/// The folder of one deployment, made for its owner only.
pub(super) fn folder(root: &Path, key: &Key) -> Result<PathBuf, StateError> {
    let path = key.folder(root);
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&path) {
        Ok(()) => Ok(path),
        Err(error) => Err(StateError::Folder { path: path.display().to_string(), error }),
    }
}

/// Options for a file that only its owner reads.
pub(super) fn private() -> std::fs::OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "files have the rights of their folder there"))]
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_in_their_order() {
        let root = |set: &[(&str, &str)]| {
            state_root(|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).into()))
        };
        let all = [("CACHEFIT_STATE_DIR", "/a"), ("XDG_STATE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(root(&all).unwrap(), Path::new("/a"));
        assert_eq!(root(&all[1..]).unwrap(), Path::new("/b/cachefit"));
        assert_eq!(root(&all[2..]).unwrap(), Path::new("/c/.local/state/cachefit"));
        assert_eq!(root(&[("XDG_STATE_HOME", "b"), all[2]]).unwrap(), Path::new("/c/.local/state/cachefit"));
        assert!(root(&[("HOME", "")]).is_err());
    }
}
