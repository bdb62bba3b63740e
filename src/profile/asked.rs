//! Parts of what is asked of the cache.

use crate::units::{Bytes, Count, Rate, Sourced, Usd, UsdPerHour};

/// What a service without nodes keeps ready, and bills even while idle; 0 is nothing.
#[derive(Clone, Copy, Debug)]
pub struct Minimum {
    /// Data.
    pub data: Bytes,
    /// Units of work a second.
    pub work: Rate,
}

impl Default for Minimum {
    fn default() -> Self {
        Self { data: Bytes(0.0), work: Rate(0.0) }
    }
}

/// Days for which logs of the server are kept; 0 is not at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Logs {
    /// Commands that took long.
    pub slow: u32,
    /// What the server says of itself.
    pub engine: u32,
}

/// People's time for self-hosting.
#[derive(Clone, Debug)]
pub struct OperationsCost {
    /// Hours a month.
    pub hours_per_month: Sourced<Count>,
    /// What an hour costs.
    pub rate: Sourced<UsdPerHour>,
}

impl OperationsCost {
    /// Dollars a month; always known, since a count that a profile may declare is one that a bill holds.
    pub fn monthly(&self) -> Option<Usd> {
        Usd::of(self.hours_per_month.value.0, self.rate.value.0)
    }
}

/// What one engine thread of a node family answers.
#[derive(Clone, Debug)]
pub struct FamilyThroughput {
    /// The family, as the provider names it.
    pub family: Sourced<String>,
    /// Small commands a second, without TLS and pipelining.
    pub per_core: Sourced<Rate>,
}
