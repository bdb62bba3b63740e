//! What else fits: the best of every other provider, then of every other service.

use crate::recommend::{Candidate, Recommendation};
use crate::report::document::{Align, Block, Rows, Section};
use crate::report::recommend::amounts::total;

use Align::{Left, Right};

/// Rows that everybody reads, where the screen has room.
pub const SHOWN: usize = 4;

/// The best of every provider, `shown` rows of them; all as an explanation. With `--all`, every option that fits.
pub fn section(r: &Recommendation, shown: usize) -> Option<Section> {
    if let Some(all) = &r.all_candidates {
        let title = "All options that fit, best first, USD a month";
        let all: Vec<&Candidate> = all.iter().collect();
        return (!all.is_empty()).then(|| Section::new(title).with([rows(r, &all, whole)]));
    }
    if r.alternatives.is_empty() {
        return None;
    }
    let fit = format!("{} of {} options fit", r.eligible, r.considered);
    let all: Vec<&Candidate> = r.alternatives.iter().collect();
    Some(
        Section::new(format!("Alternatives, USD a month ({fit})"))
            .in_brief([rows(r, &by_provider(&all, shown), short)])
            .explained([rows(r, &all, whole)]),
    )
}

/// The best of each provider, filled up with the next best; in the order of the ranking.
fn by_provider<'a>(all: &[&'a Candidate], shown: usize) -> Vec<&'a Candidate> {
    let provider = |i: usize| all[i].deployment.provider();
    let leads = |i: &usize| !(0..*i).any(|before| provider(before) == provider(*i));
    let (leading, others): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(leads);
    let mut taken: Vec<usize> = leading.into_iter().chain(others).take(shown).collect();
    taken.sort_unstable();
    taken.into_iter().map(|i| all[i]).collect()
}

/// How many of what, without the layout.
fn short(shape: &str) -> &str {
    shape.split_once(" (").map_or(shape, |(nodes, _)| nodes)
}

fn whole(shape: &str) -> &str {
    shape
}

/// Rows with the term of each where it is not one for all, the choice among them: the amounts are no like for like then.
fn rows(r: &Recommendation, candidates: &[&Candidate], shape: fn(&str) -> &str) -> Block {
    let mut terms = candidates.iter().copied().chain(&r.choice).map(|c| c.deployment.commitment);
    let first = terms.next();
    let differ = terms.any(|term| Some(term) != first);
    let row = |c: &&Candidate| {
        let d = &c.deployment;
        let term = if differ { format!(", {}", d.commitment) } else { String::new() };
        let option = format!("{}, {}{term}", shape(&c.shape), d.engine);
        vec![format!("{} {}", d.service, d.region), option, total(&c.cost)]
    };
    Block::Rows(Rows {
        header: vec!["service, region", "option, engine", "USD a month"],
        headed: false,
        aligns: vec![Left, Left, Right],
        cells: candidates.iter().map(row).collect(),
        sum: false,
    })
}
