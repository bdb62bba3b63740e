//! What is told while work goes on.

use std::time::Duration;

use crate::plan::{Step, StepId};

/// Someone who watches. Called from several threads.
pub trait Progress: Sync {
    /// A step begins.
    fn begun(&self, step: &Step);
    /// A step waits for the provider or before the next try.
    fn waiting(&self, step: &StepId, why: &str);
    /// A step ended: done, pending until, or failed.
    fn ended(&self, step: &Step, took: Duration, how: Result<Option<&str>, &str>);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begun(&self, _: &Step) {}
    fn waiting(&self, _: &StepId, _: &str) {}
    fn ended(&self, _: &Step, _: Duration, _: Result<Option<&str>, &str>) {}
}
