//! Declared figures that observations contradict.

use crate::recommend::{Contradiction, Contradicts, Recommendation};
use crate::report::document::{Block, Section};

/// Keys of one figure that are named; more are counted.
const NAMED: usize = 2;

/// Each with both values, the source, and what to do next.
pub fn section(r: &Recommendation) -> Option<Section> {
    let next = &r.contradicted.first()?.next;
    let sources = r.contradicted.iter().map(|one| (keys(one), one.source.clone())).collect();
    let section = Section::new("Declared figures that observations contradict")
        .with([Block::Items(r.contradicted.iter().map(item).collect()), Block::text(format!("{next}."))]);
    Some(section.explained([Block::Items(sources)]))
}

fn item(one: &Contradiction) -> (String, String) {
    let verdict = match one.verdict {
        Contradicts::TooLow => "too low",
        Contradicts::TooHigh => "too high",
    };
    (keys(one), format!("{}: it is {verdict}", one.text))
}

fn keys(one: &Contradiction) -> String {
    let named: Vec<&str> = one.keys.iter().take(NAMED).map(String::as_str).collect();
    let more = one.keys.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}
