//! A cache with everything that was read of it.

use crate::observe::{CacheInfo, Judged};
use crate::profile::Profile;

/// Where a cache comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A profile in a file.
    Profile {
        /// The file.
        file: String,
        /// What it says.
        profile: Box<Profile>,
    },
    /// An inventory, or metrics alone.
    Seen,
}

/// A cache with everything that was read of it.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Its name: of the profile, of the group, or of the node that metrics name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What an inventory says.
    pub info: Option<CacheInfo>,
    /// What its metrics say.
    pub judged: Option<Judged>,
}

impl Cache {
    /// The profile that people wrote.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.origin {
            Origin::Profile { profile, .. } => Some(profile),
            Origin::Seen => None,
        }
    }

    /// The file of the profile.
    pub fn file(&self) -> Option<&str> {
        match &self.origin {
            Origin::Profile { file, .. } => Some(file),
            Origin::Seen => None,
        }
    }
}
