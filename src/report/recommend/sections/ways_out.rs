//! Where nothing fits: the nearest changes of the profile with which something does.

use crate::recommend::{Recommendation, WayOut};
use crate::report::document::{Block, Section};

/// A line for each way out.
pub fn section(r: &Recommendation) -> Option<Section> {
    let items: Vec<(String, String)> = r.ways_out.iter().map(item).collect();
    (!items.is_empty()).then(|| Section::new("What would fit").with([Block::Items(items)]))
}

fn item(way: &WayOut) -> (String, String) {
    let cost = way
        .monthly
        .map_or_else(|| format!("at least {} USD a month", way.at_least), |usd| format!("{usd} USD a month"));
    (way.change.clone(), format!("{} of {} in {} for {cost}", way.shape, way.service, way.region))
}
