//! The private way from the functions to the cache: whether there can be one, and where it begins.

use super::Azure;
use crate::profile::{Network, Profile};
use crate::provider::cloud::Wanted;

/// Whether the cache is reached through private endpoints only.
pub fn is_private(profile: &Profile) -> bool {
    profile.security.network.value == Network::Private
}

/// Why there can be no way from the functions to the cache; every reason.
pub fn refused(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let _ = wanted;
    Vec::new()
}

/// What people should know of the way.
pub fn notes(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let _ = wanted;
    Vec::new()
}
