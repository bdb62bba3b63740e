//! What would change the choice, dearest saving first.

use crate::recommend::{CHEAPER, Change, Recommendation};
use crate::report::document::{Block, Section};
use crate::report::recommend::amounts::difference;

/// Changes that everybody reads.
const SHOWN: usize = 3;

/// The three changes that weigh most; the others as an explanation.
pub fn section(r: &Recommendation) -> Option<Section> {
    if r.changes.is_empty() {
        return None;
    }
    let (first, rest) = weighed(&r.changes);
    let items = |changes: &[&Change]| Block::Items(changes.iter().map(|c| item(c)).collect());
    let section = Section::new("What would change it, USD a month against the choice").with([items(&first)]);
    Some(section.explained((!rest.is_empty()).then(|| items(&rest))))
}

/// One of each kind: what fits and is cheaper, then the largest saving; then the others.
fn weighed(changes: &[Change]) -> (Vec<&Change>, Vec<&Change>) {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    // What gives up a promise of the profile comes after what keeps it; without a price, last.
    let gives_up = |c: &Change| c.what.starts_with("availability");
    sorted.sort_by_key(|c| (gives_up(c), c.what != CHEAPER, c.monthly.is_none(), c.monthly));
    let (mut first, mut rest): (Vec<&Change>, Vec<&Change>) = (Vec::new(), Vec::new());
    for change in sorted {
        let known = first.iter().any(|c| c.what == change.what);
        if known || first.len() == SHOWN { rest.push(change) } else { first.push(change) }
    }
    (first, rest)
}

fn item(change: &Change) -> (String, String) {
    let monthly = change.monthly.map_or_else(String::new, |usd| format!(" ({})", difference(usd)));
    (format!("{}{monthly}", change.what), change.text.clone())
}
