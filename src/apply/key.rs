//! What a lock and a journal are kept by: provider, place and name.

use std::path::{Path, PathBuf};

use crate::plan::{Plan, Scope, digest};
use crate::units::Provider;

/// Digits of the digest in a folder's name.
const DIGITS: usize = 12;

/// One deployment: its name may stand in several accounts, regions and folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Who provides it.
    pub provider: Provider,
    /// Where it is.
    pub scope: Scope,
    /// Name of the profile.
    pub name: String,
}

impl Key {
    /// A deployment.
    pub fn new(provider: Provider, scope: Scope, name: impl Into<String>) -> Self {
        Self { provider, scope, name: name.into() }
    }

    /// That of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self::new(plan.provider, plan.scope.clone(), &plan.profile)
    }

    /// The folder of its lock and journal, below that of its name.
    pub fn folder(&self, root: &Path) -> PathBuf {
        let scope = serde_json::to_vec(&self.scope).unwrap_or_default();
        self.unscoped(root).join(format!("{}-{}", self.provider, &digest(&scope)[..DIGITS]))
    }

    /// Where versions before plan files of version 2 kept both, whatever the place.
    pub(super) fn unscoped(&self, root: &Path) -> PathBuf {
        root.join(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_a_folder_of_its_own() {
        let key = |account: &str, place: &str| {
            let scope = Scope::new(Some(account.into()), Some(place.into()));
            Key::new(Provider::Aws, scope, "shop").folder(Path::new("/state"))
        };
        let here = key("111122223333", "eu-central-1");
        assert!(here.starts_with("/state/shop"), "{}", here.display());
        assert_eq!(here, key("111122223333", "eu-central-1"));
        assert_ne!(here, key("111122223333", "us-east-1"));
        assert_ne!(here, key("444455556666", "eu-central-1"));
    }
}
