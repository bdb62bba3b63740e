//! What runs and how it differs, in every form.

mod json;
mod markdown;
mod table;

use serde::Serialize;

use crate::plan::{Observed, Plan};
use crate::units::Provider;

/// A deployment as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Name of the profile.
    pub profile: String,
    /// Who provides it.
    pub provider: Provider,
    /// What is there.
    pub resources: Vec<Observed>,
    /// What `apply` would do: drift and changes of the profile.
    pub drift: Plan,
    /// A run that did not end, with what to do.
    pub unfinished: Option<String>,
}
