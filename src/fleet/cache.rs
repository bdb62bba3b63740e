//! A cache with everything that was read of it.

use crate::observe::{CacheInfo, Judged};
use crate::profile::Profile;
use crate::units::Provider;

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

    /// Who provides it, if that is told.
    pub fn provider(&self) -> Option<Provider> {
        let named = self.profile().and_then(|p| p.placement.provider.as_ref()).map(|p| p.value);
        self.info.as_ref().and_then(|info| info.provider).or(named)
    }

    /// The region, if that is told.
    pub fn region(&self) -> Option<&str> {
        let named = self.profile().and_then(|p| p.placement.region.as_ref()).map(|r| r.value.as_str());
        self.info.as_ref().and_then(|info| info.region.as_deref()).or(named)
    }

    /// The file of the profile.
    pub fn file(&self) -> Option<&str> {
        match &self.origin {
            Origin::Profile { file, .. } => Some(file),
            Origin::Seen => None,
        }
    }
}
