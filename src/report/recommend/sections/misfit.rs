//! A pinned shape that does not fit: what it lacks, and its bill.

use super::{bill, headroom};
use crate::recommend::Recommendation;
use crate::report::document::{Block, Section};

/// What the pinned shape lacks, and what it costs.
pub fn sections(r: &Recommendation) -> Vec<Section> {
    let Some(pinned) = &r.pinned_misfit else { return Vec::new() };
    let missing: Vec<(String, String)> = pinned
        .checks
        .iter()
        .filter(|c| !c.passes())
        .map(|c| (c.constraint.title().to_owned(), c.rejection().why))
        .collect();
    let lacks = Section::new(format!("The pinned shape does not fit: {}", pinned.shape))
        .with((!missing.is_empty()).then_some(Block::Items(missing)))
        .explained(headroom::checks(pinned));
    vec![lacks, bill::section("Bill of the pinned shape", &pinned.cost)]
}
