//! What does not fit, with the reason that decided it.

use crate::recommend::{Recommendation, Rejected};
use crate::report::document::{Align, Block, Rows, Section};

use Align::{Left, Right};

/// Groups that an explanation shows.
const GROUPS: usize = 12;
/// Groups that everybody reads where nothing fits.
const FIRST: usize = 6;

/// The ruled out by reason; with `--all`, each with all of its reasons.
pub fn section(r: &Recommendation) -> Option<Section> {
    if r.rejected.is_empty() {
        return None;
    }
    let out = r.considered - r.eligible;
    let section =
        Section::new(format!("Ruled out: {out} of {} options, by the reason that decided", r.considered));
    if let Some(all) = &r.all_rejected {
        return Some(section.with([each(all)]));
    }
    let nothing = r.choice.is_none();
    let first = if nothing { FIRST } else { GROUPS };
    let mut blocks = vec![groups(r, first)];
    if r.rejected.len() > first {
        let more = r.rejected.len() - first;
        blocks.push(Block::text(format!("and {more} more groups; --all lists every option")));
    }
    Some(if nothing { section.with(blocks) } else { section.explained(blocks) })
}

fn groups(r: &Recommendation, shown: usize) -> Block {
    let rows = r.rejected.iter().take(shown).map(|g| {
        let what = format!("{}: {}", g.service, g.constraint.title());
        vec![g.count.to_string(), what, g.nearest.clone()]
    });
    Block::Rows(Rows {
        header: vec!["options", "service: reason", "nearest"],
        headed: true,
        aligns: vec![Right, Left, Left],
        cells: rows.collect(),
        sum: false,
    })
}

fn each(all: &[Rejected]) -> Block {
    let rows = all.iter().map(|x| {
        let why = x.rejections.iter().map(|e| format!("{}: {}", e.constraint.title(), e.why));
        vec![
            x.node_type.to_owned(),
            format!("{} {}", x.engine, x.version),
            why.collect::<Vec<_>>().join("; "),
        ]
    });
    Block::Rows(Rows {
        header: vec!["option", "engine", "reasons"],
        headed: false,
        aligns: vec![Left, Left, Left],
        cells: rows.collect(),
        sum: false,
    })
}
