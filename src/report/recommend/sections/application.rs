//! Whether the commands of the application run on the choice.

use crate::compatibility::{Compatibility, Verdict};
use crate::recommend::Recommendation;
use crate::report::document::{Block, Section};

/// What depends or is not known, for everybody; what runs as an explanation.
pub fn section(r: &Recommendation) -> Option<Section> {
    if r.compatibility.is_empty() {
        return None;
    }
    let (runs, open): (Vec<&Compatibility>, Vec<&Compatibility>) =
        r.compatibility.iter().partition(|one| one.verdict == Verdict::Runs);
    let items = |all: &[&Compatibility], sourced: bool| {
        Block::Items(all.iter().map(|one| item(one, sourced)).collect())
    };
    let section =
        Section::new("Will the application run there").with((!open.is_empty()).then(|| items(&open, false)));
    let sources = open.iter().filter_map(|one| Some((one.names(), format!("from {}", one.source.as_ref()?))));
    let sources: Vec<(String, String)> = sources.collect();
    let runs = (!runs.is_empty()).then(|| items(&runs, true));
    Some(section.explained(runs.into_iter().chain((!sources.is_empty()).then_some(Block::Items(sources)))))
}

fn item(one: &Compatibility, sourced: bool) -> (String, String) {
    let verdict = match one.verdict {
        Verdict::Runs => "runs",
        Verdict::Depends => "depends",
        Verdict::DoesNotRun => "does not run",
        Verdict::Unknown => "not known",
    };
    let source = one.source.as_ref().filter(|_| sourced);
    let source = source.map_or_else(String::new, |source| format!(" ({source})"));
    (one.names(), format!("{verdict}: {}{source}", one.why))
}
