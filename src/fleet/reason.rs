//! Whether the reason of a pinned choice is still one.

use schemars::JsonSchema;
use serde::Serialize;

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
