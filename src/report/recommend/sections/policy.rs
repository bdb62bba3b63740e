//! The eviction policy with its reason.

use crate::recommend::Recommendation;
use crate::report::document::{Block, Section};

/// The policy, why, and what happens when memory is full.
pub fn section(r: &Recommendation) -> Option<Section> {
    let policy = r.policy.as_ref()?;
    let mut summary = vec![("why", policy.reason.clone()), ("when full", policy.at_the_limit.clone())];
    summary.extend(policy.proposal.iter().map(|proposal| ("better", proposal.clone())));
    let mut detail = vec![("check", policy.check.clone()), ("set by", policy.how.clone())];
    detail.extend(policy.alternatives.iter().map(|a| ("or", format!("{}: {}", a.policy, a.why))));
    Some(
        Section::new(format!("Eviction policy: {}", policy.policy))
            .with([Block::Facts(summary)])
            .explained([Block::Facts(detail)]),
    )
}
