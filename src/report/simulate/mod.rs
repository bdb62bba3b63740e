//! Hit ratios, in every form.

mod chart;
mod csv;
mod json;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::recommend::MemoryTotals;
use crate::simulate::Outcome;
use crate::units::Bytes;

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

/// A simulation, with money if a profile was given.
#[derive(Serialize)]
pub struct SimulateReport {
    /// The trace as it was named.
    pub file: String,
    /// The simulation.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Totals.
    pub money: Option<MemoryTotals>,
}
