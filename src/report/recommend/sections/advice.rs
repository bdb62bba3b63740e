//! What the owner of the workload can do.

use crate::recommend::Recommendation;
use crate::report::document::{Block, Section};
use crate::units::Usd;

/// All advice; where nothing fits, everybody needs it.
pub fn section(r: &Recommendation) -> Option<Section> {
    if r.advice.is_empty() {
        return None;
    }
    let item = |a: &crate::recommend::Advice| {
        let saves = a.saves.map_or_else(String::new, |s: Usd| format!(" (saves {s} USD a month)"));
        (format!("{}{saves}", a.what), a.text.clone())
    };
    let items = [Block::Items(r.advice.iter().map(item).collect())];
    let section = Section::new("Advice");
    Some(if r.choice.is_none() { section.with(items) } else { section.explained(items) })
}
