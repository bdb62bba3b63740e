//! What rights are asked for.

use crate::deployment::Configuration;
use crate::profile::Profile;

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Looking: `plan`, `status`, `verify`, `connect`.
    Plan,
    /// Making and changing.
    Apply,
    /// Taking down.
    Destroy,
}

/// What rights are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What the command is for.
    pub purpose: Purpose,
    /// The choice.
    pub deployment: &'a Configuration,
    /// The profile.
    pub profile: &'a Profile,
    /// The snapshot that a new cache is made from.
    pub restore: Option<&'a str>,
}
