//! The folder of a deployment, and whose it is.
//!
//! ```text
//! DATA/NAME/            0700
//!   cachefit.json       the marker: `cachefit:managed` and the profile's name
//!   credentials.json    0600, the only place with passwords in clear beside a replica's own
//!   tls/ca.crt ca.key
//!   NAME-1/             a node: server.conf users.acl replication.conf node.json log pid data/ tls/
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LocalError;
use super::files;
use crate::files::LEFTOVER;

/// The name of the marker file.
const MARKER: &str = "cachefit.json";

/// What the marker says.
#[derive(Serialize, Deserialize, PartialEq)]
struct Marker {
    #[serde(rename = "cachefit:managed")]
    managed: bool,
    #[serde(rename = "cachefit:profile")]
    profile: String,
}

/// The folder of one deployment.
#[derive(Clone, Debug)]
pub struct Layout {
    name: String,
    root: PathBuf,
}

/// Whose a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// There is no folder.
    Nobody,
    /// Ours.
    Ours,
    /// Somebody else's, and how one sees that.
    Other(String),
}

impl Layout {
    /// The folder of a deployment below the data folder.
    pub fn new(data: &Path, name: &str) -> Self {
        Self { name: name.to_owned(), root: data.join(name) }
    }

    /// The folder of all deployments.
    pub fn data(&self) -> &Path {
        self.root.parent().unwrap_or(&self.root)
    }

    /// The deployment's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where passwords are.
    pub fn credentials(&self) -> PathBuf {
        self.root.join("credentials.json")
    }

    /// The authority that clients must trust.
    pub fn ca_cert(&self) -> PathBuf {
        self.root.join("tls/ca.crt")
    }

    /// The authority's key.
    pub fn ca_key(&self) -> PathBuf {
        self.root.join("tls/ca.key")
    }

    /// A node's folder.
    pub fn node(&self, node: &str) -> NodeFolder {
        NodeFolder { name: node.to_owned(), root: self.root.join(node) }
    }

    /// The nodes that have a folder, sorted.
    pub fn nodes(&self) -> Result<Vec<NodeFolder>, LocalError> {
        let prefix = format!("{}-", self.name);
        let names = files::names(&self.root)?;
        Ok(names.iter().filter(|n| n.starts_with(&prefix)).map(|n| self.node(n)).collect())
    }

    /// Whose the folder is.
    pub fn owner(&self) -> Result<Owner, LocalError> {
        if !self.root.exists() {
            return Ok(Owner::Nobody);
        }
        let path = self.root.join(MARKER);
        let Some(text) = files::read(&path)? else {
            // An interrupted start leaves an empty folder: nobody loses anything by it.
            let empty =
                self.root.is_dir() && files::names(&self.root)?.iter().all(|name| name.ends_with(LEFTOVER));
            return Ok(if empty { Owner::Nobody } else { Owner::Other(format!("it has no {MARKER}")) });
        };
        Ok(match serde_json::from_str::<Marker>(&text) {
            Ok(marker) if marker.managed && marker.profile == self.name => Owner::Ours,
            Ok(marker) => Owner::Other(format!("its {MARKER} names the profile {}", marker.profile)),
            Err(error) => Owner::Other(format!("its {MARKER} cannot be read: {error}")),
        })
    }

    /// Refuses a folder that is not ours, and makes it if there is none.
    pub fn claim(&self) -> Result<(), LocalError> {
        match self.owner()? {
            Owner::Ours => return Ok(()),
            Owner::Other(why) => return Err(LocalError::Foreign { path: self.root.clone(), why }),
            Owner::Nobody => {}
        }
        files::make_dir(&self.root)?;
        let marker = Marker { managed: true, profile: self.name.clone() };
        files::write(&self.root.join(MARKER), json(&marker).as_bytes())
    }

    /// Removes the folder. The marker goes last, so that an interrupted removal is still ours.
    pub fn remove(&self) -> Result<(), LocalError> {
        match self.owner()? {
            Owner::Nobody => return files::remove_dir(&self.root),
            Owner::Other(why) => return Err(LocalError::Foreign { path: self.root.clone(), why }),
            Owner::Ours => {}
        }
        for name in files::names(&self.root)?.iter().filter(|n| *n != MARKER) {
            let path = self.root.join(name);
            if path.is_dir() && !path.is_symlink() {
                files::remove_dir(&path)
            } else {
                files::remove(&path)
            }?;
        }
        files::remove(&self.root.join(MARKER))?;
        files::remove_dir(&self.root)
    }
}

/// A node's folder.
#[derive(Clone, Debug)]
pub struct NodeFolder {
    /// The node's name.
    pub name: String,
    /// Its folder.
    pub root: PathBuf,
}

/// What is remembered of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// Its TLS port; the cluster bus has the port plus 10,000.
    pub port: u16,
    /// The program that serves it.
    pub server: PathBuf,
}

impl NodeFolder {
    /// The server's configuration.
    pub fn conf(&self) -> PathBuf {
        self.root.join("server.conf")
    }

    /// Users and what they may do.
    pub fn acl(&self) -> PathBuf {
        self.root.join("users.acl")
    }

    /// What the server showed of the users' rules when they were set.
    pub fn shown(&self) -> PathBuf {
        self.root.join("users.shown.json")
    }

    /// How a replica signs in to its primary.
    pub fn replication(&self) -> PathBuf {
        self.root.join("replication.conf")
    }

    /// The server's certificate.
    pub fn cert(&self) -> PathBuf {
        self.root.join("tls/server.crt")
    }

    /// Its key.
    pub fn key(&self) -> PathBuf {
        self.root.join("tls/server.key")
    }

    /// The certificate before it, while the server may still show it.
    pub fn previous_cert(&self) -> PathBuf {
        self.root.join("tls/previous.crt")
    }

    /// A mark that a snapshot was made for a restart, so that it is read and not thrown away.
    pub fn restarting(&self) -> PathBuf {
        self.root.join("restarting")
    }

    /// Where the data is.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The process.
    pub fn pid(&self) -> PathBuf {
        self.root.join("pid")
    }

    /// The file with the record.
    pub fn record_file(&self) -> PathBuf {
        self.root.join("node.json")
    }

    /// What is remembered, if anything.
    pub fn record(&self) -> Result<Option<NodeRecord>, LocalError> {
        let path = self.record_file();
        let Some(text) = files::read(&path)? else { return Ok(None) };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| LocalError::Corrupt { path, why: error.to_string() })
    }

    /// Remembers.
    pub fn write_record(&self, record: &NodeRecord) -> Result<(), LocalError> {
        files::write_if_changed(&self.record_file(), json(record).as_bytes()).map(|_| ())
    }

    /// Makes the folders.
    pub fn make(&self) -> Result<(), LocalError> {
        files::make_dir(&self.data())?;
        files::make_dir(&self.root.join("tls"))
    }
}

/// JSON with a line end. Plain structs of strings and numbers cannot fail.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let layout = Layout::new(data.path(), "shop");
        std::fs::create_dir(layout.root()).unwrap();
        std::fs::write(layout.root().join("holiday.jpg"), "x").unwrap();
        assert!(matches!(layout.claim(), Err(LocalError::Foreign { .. })));
        assert!(matches!(layout.remove(), Err(LocalError::Foreign { .. })));
        assert!(layout.root().join("holiday.jpg").exists());
    }

    #[test]
    fn a_claimed_folder_is_ours_until_it_is_removed() {
        let data = tempfile::tempdir().unwrap();
        let layout = Layout::new(data.path(), "shop");
        assert_eq!(layout.owner().unwrap(), Owner::Nobody);
        layout.claim().unwrap();
        layout.claim().unwrap();
        layout.node("shop-1").make().unwrap();
        assert_eq!(layout.nodes().unwrap().len(), 1);
        layout.remove().unwrap();
        assert!(!layout.root().exists());
        layout.remove().unwrap();
    }
}
