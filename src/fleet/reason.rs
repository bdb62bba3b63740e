//! Whether the reason of a pinned choice is still one.

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{answer, on_demand};
use super::observed::observed;
use crate::catalog::Catalog;
use crate::observe::Judged;
use crate::profile::Profile;
use crate::recommend::Options;

/// Why a shape was chosen, against what metrics say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// What had the least to spare when it was chosen.
    pub chosen_for: String,
    /// What has the least to spare by the metrics; none if what is pinned does not hold what they show.
    pub binds: Option<String>,
}

impl Reason {
    /// Whether it is still the same.
    pub fn holds(&self) -> bool {
        self.binds.as_ref() == Some(&self.chosen_for)
    }
}

/// The reason that the profile keeps; nothing where it keeps none, or the metrics do not tell the demand.
pub fn reason(profile: &Profile, judged: &Judged, catalog: &Catalog, options: &Options) -> Option<Reason> {
    let chosen_for = profile.pin.reason.clone()?;
    let seen = observed(profile, judged).ok()?;
    let answered = answer(&on_demand(&seen, profile.pin.clone()), catalog, options).ok()?;
    Some(Reason { chosen_for, binds: answered.binding })
}
