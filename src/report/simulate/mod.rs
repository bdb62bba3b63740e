//! Hit ratios, in every form.

mod chart;
mod csv;
mod json;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::simulate::Outcome;
use crate::units::{Bytes, Figure, Policy, Usd};

/// Sizes as they are shown: exactly where two would have the same text.
fn sizes(outcome: &Outcome) -> BTreeMap<u64, String> {
    let short = |memory: u64| Bytes(memory as f64).to_string();
    let memories: BTreeSet<u64> = outcome.exact_lru.iter().map(|mark| mark.memory).collect();
    let text = |memory: u64| {
        let alike = memories.iter().filter(|other| short(**other) == short(memory)).count() > 1;
        if alike { format!("{memory} B") } else { short(memory) }
    };
    memories.iter().map(|memory| (*memory, text(*memory))).collect()
}

/// What a size costs a month with a policy.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// The policy.
    pub policy: Policy,
    /// `maxmemory` of one server.
    pub memory: u64,
    /// Share of the reads that hit.
    pub hit_ratio: f64,
    /// What is bought for it; none if nothing fits.
    pub shape: Option<String>,
    /// Its bill, dollars a month.
    pub cache: Figure<Usd>,
    /// Misses a month times `miss_cost`.
    pub misses: Usd,
    /// Both.
    pub total: Figure<Usd>,
}

/// Hit ratio against money, for a profile.
#[derive(Clone, Debug, Serialize)]
pub struct Money {
    /// Name of the profile.
    pub profile: String,
    /// Reads a month, from the profile's traffic.
    pub reads_a_month: f64,
    /// Cheapest first; sizes without a known bill come last.
    pub totals: Vec<Total>,
}

/// A simulation, with money if a profile was given.
#[derive(Serialize)]
pub struct SimulateReport {
    /// The trace as it was named.
    pub file: String,
    /// The simulation.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Totals.
    pub money: Option<Money>,
}
