//! From a profile and what runs to what is to be deployed: keep or replace, and the intent of a plan.

mod bill;
mod intent;
mod keep;

use thiserror::Error;

pub use intent::{Decider, Wanted, left_alone, pinned_to};
pub use keep::{Decision, Running};

use crate::profile::ProfileErrors;
use crate::provider::ProviderError;

/// Why it cannot be said what to deploy.
#[derive(Debug, Error)]
pub enum DecideError {
    /// The profile cannot be answered.
    #[error("{0}")]
    Profile(ProfileErrors),
    /// The provider cannot say what runs, or cannot make what was chosen.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Nothing fits; the reasons that come nearest, one a line.
    #[error("{text}")]
    NothingFits {
        /// What and why.
        text: String,
        /// Reasons that are not shown.
        more: usize,
    },
    /// Whether what runs still fits cannot be told.
    #[error("cannot judge whether what runs still fits: {0}")]
    Running(String),
}
