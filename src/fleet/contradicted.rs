//! What `recommend` says of declared figures that metrics contradict.

use super::declared::{Declared, Verdict, compare};
use crate::observe::{Judged, Metric};
use crate::profile::Profile;
use crate::recommend::{Contradiction, Contradicts, next_step};
use crate::units::Source;

/// Every figure that metrics contradict. What they do not tell, or do not tell surely enough, is no contradiction.
pub fn contradicted(profile: &Profile, judged: &Judged, file: &str) -> Vec<Contradiction> {
    let compared = compare(profile, judged);
    let assumed = matches!(profile.placement.worker_connections.source, Source::Assumed { .. });
    let says =
        |one: &Declared| if assumed && one.metric == Metric::Connections { "taken as" } else { "declared" };
    compared.iter().filter_map(|one| contradiction(one, says(one), file)).collect()
}

/// `says` tells whether somebody wrote the figure, or the profile takes it for granted.
fn contradiction(one: &Declared, says: &str, file: &str) -> Option<Contradiction> {
    let verdict = match one.verdict {
        Verdict::TooLow => Contradicts::TooLow,
        Verdict::TooHigh => Contradicts::TooHigh,
        Verdict::Holds | Verdict::Kept => return None,
    };
    let more = if one.at_least { " or more" } else { "" };
    Some(Contradiction {
        keys: one.keys.clone(),
        verdict,
        declared: one.declared,
        observed: one.seen,
        at_least: one.at_least,
        text: format!(
            "{} {says} {}, next month {}{more}",
            one.metric.to_string().replace('_', " "),
            one.shown(one.declared),
            one.shown(one.seen)
        ),
        source: one.source.clone(),
        next: next_step(file),
    })
}
