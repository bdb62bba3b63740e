//! Demand against capacity: what binds.

use crate::recommend::{Candidate, Check, Recommendation};
use crate::report::document::{Align, Block, Rows, Section};
use crate::report::recommend::amounts::{check_cells, months, percent};
use crate::units::{Bytes, Figure};

use Align::{Left, Right};

/// The tightest limits; all of them as an explanation.
pub fn section(r: &Recommendation) -> Option<Section> {
    let choice = r.choice.as_ref()?;
    let title = format!("Headroom at peak demand in {}", months(r.demand.growth.months));
    let memory = r.memory.as_ref().map(|memory| {
        let parts: Vec<String> =
            memory.parts.iter().map(|p| format!("{} {}", p.what, Bytes(p.bytes.high))).collect();
        Block::text(format!("The memory is made of: {}.", parts.join(", ")))
    });
    let section = Section::new(title).with([Block::text(tightest(choice))]).with(not_checked(choice));
    Some(section.explained(checks(choice)).explained(memory))
}

/// `Tightest: engine CPU, 51% used of 60% allowed (61.1k/s of 120k/s); then memory, 32% of 75%.`
fn tightest(choice: &Candidate) -> String {
    let mut checks: Vec<(f64, f64, &Check)> =
        choice.checks.iter().filter_map(|c| c.used().map(|used| (used / c.allowed, used, c))).collect();
    checks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((_, used, first)) = checks.first() else { return "No limit of it is published.".into() };
    let [needs, has, ..] = check_cells(first);
    let then = checks.get(1).map_or_else(String::new, |(_, used, c)| {
        format!("; then {}, {} of {}", c.constraint.title(), percent(*used), percent(c.allowed))
    });
    format!(
        "Tightest: {}, {} used of {} allowed ({needs} of {has}){then}.",
        first.constraint.title(),
        percent(*used),
        percent(first.allowed)
    )
}

/// Limits that nobody publishes.
fn not_checked(choice: &Candidate) -> Option<Block> {
    let names: Vec<String> = choice
        .checks
        .iter()
        .filter(|c| c.capacity.known().is_none())
        .map(|c| c.constraint.title().to_owned())
        .collect();
    let text = format!("Not checked, since the limit is not known: {}.", crate::report::enumerated(&names));
    (!names.is_empty()).then(|| Block::text(text))
}

/// Every limit, and why one is not known.
pub fn checks(candidate: &Candidate) -> Vec<Block> {
    let rows = candidate
        .checks
        .iter()
        .map(|c| std::iter::once(c.constraint.title().to_owned()).chain(check_cells(c)).collect())
        .collect();
    let unknown = candidate.checks.iter().filter_map(|c| match &c.capacity {
        Figure::Unknown { why } => Some((c.constraint.title().to_owned(), why.clone())),
        Figure::Known(_) => None,
    });
    let unknown: Vec<(String, String)> = unknown.collect();
    let table = Block::Rows(Rows {
        header: vec!["a node", "needs", "has", "used", "may use"],
        headed: true,
        aligns: vec![Left, Right, Right, Right, Right],
        cells: rows,
        sum: false,
    });
    let why = (!unknown.is_empty()).then_some(Block::Items(unknown));
    std::iter::once(table).chain(why).collect()
}
