//! What else fits: the best of every other provider, then of every other service.

use crate::recommend::{Candidate, Recommendation};
use crate::report::document::{Align, Block, Rows, Section};
use crate::report::recommend::amounts::total;

use Align::{Left, Right};

/// Rows that everybody reads.
const SHOWN: usize = 4;

/// The best of every provider; of the other services as an explanation. With `--all`, every option that fits.
pub fn section(r: &Recommendation) -> Option<Section> {
    if let Some(all) = &r.all_candidates {
        let all: Vec<&Candidate> = all.iter().collect();
        let title = "All options that fit, best first, USD a month";
        return (!all.is_empty()).then(|| Section::new(title).with([rows(&all)]));
    }
    let (first, rest) = by_provider(r);
    if first.is_empty() {
        return None;
    }
    let section = Section::new("Alternatives, USD a month").with([rows(&first)]);
    Some(section.explained((!rest.is_empty()).then(|| rows(&rest))))
}

/// The best of each provider, filled up with the next best; then the others.
fn by_provider(r: &Recommendation) -> (Vec<&Candidate>, Vec<&Candidate>) {
    let mut seen = Vec::new();
    let mut leads = |c: &&Candidate| {
        let new = !seen.contains(&c.deployment.provider);
        seen.push(c.deployment.provider);
        new
    };
    let leading: Vec<bool> = r.alternatives.iter().map(|c| leads(&c)).collect();
    let mut room = SHOWN.saturating_sub(leading.iter().filter(|leads| **leads).count());
    let mut shown = |leads: bool| {
        let fills = !leads && room > 0;
        room -= usize::from(fills);
        leads || fills
    };
    let (first, rest): (Vec<_>, Vec<_>) =
        r.alternatives.iter().zip(leading).map(|(c, leads)| (c, shown(leads))).partition(|(_, shown)| *shown);
    let plain = |all: Vec<(_, bool)>| all.into_iter().map(|(c, _)| c).collect();
    (plain(first), plain(rest))
}

fn rows(candidates: &[&Candidate]) -> Block {
    let row = |c: &&Candidate| {
        let d = &c.deployment;
        vec![format!("{} {}", d.service, d.region), format!("{}, {}", c.shape, d.engine), total(&c.cost)]
    };
    Block::Rows(Rows {
        header: vec!["service, region", "option, engine", "USD a month"],
        headed: false,
        aligns: vec![Left, Left, Right],
        rows: candidates.iter().map(row).collect(),
        sum: false,
    })
}
