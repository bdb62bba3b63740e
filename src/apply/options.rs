//! How a plan is carried out: how much at once, how patiently, and what people have agreed to.

use std::collections::BTreeSet;

use super::backoff::Backoff;
use crate::plan::StepId;
use crate::provider::Pace;

/// How a plan is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps at once.
    pub parallel: usize,
    /// Waits before a retry.
    pub backoff: Backoff,
    /// How often to look at work that goes on; none leaves it to the provider.
    pub pace: Option<Pace>,
    /// Times its usual duration after which a wait is given up, but never before ten minutes.
    pub patience: u32,
    /// Steps for which people have done what they must.
    pub confirmed: BTreeSet<StepId>,
}

impl Default for Options {
    fn default() -> Self {
        Self { parallel: 8, backoff: Backoff::default(), pace: None, patience: 5, confirmed: BTreeSet::new() }
    }
}
