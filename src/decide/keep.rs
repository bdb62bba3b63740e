//! Whether what runs is kept, or replaced by what would be chosen today.

use crate::deployment::Pin;
use crate::recommend::{Candidate, GateKind, Recommendation};

/// What runs is only replaced by a better choice when that saves more than this share.
const WORTH_A_MOVE: f64 = 0.1;

/// What runs, as the catalogue sees it.
pub struct Running {
    /// The part of its configuration that can be read from it.
    pub pin: Pin,
    /// How it would be recommended; why not, if the catalogue does not have it.
    pub recommendation: Result<Recommendation, String>,
}

/// What is to be deployed, and why.
pub enum Decision {
    /// The best, or what the profile pins.
    Best(Recommendation),
    /// What runs.
    Keep {
        /// As it was recommended.
        kept: Recommendation,
        /// For people, where something else would have been chosen without it.
        note: Option<String>,
    },
}

impl Decision {
    /// The best; or what runs, while it fits and the best saves no more than a tenth. The error says why what runs cannot be
    /// judged: what is not known is no reason to replace it.
    pub fn of(running: &Running, best: Recommendation) -> Result<Self, String> {
        let kept = running.recommendation.as_ref().map_err(Clone::clone)?;
        if !keeps(kept, &best) {
            return Ok(Self::Best(best));
        }
        Ok(Self::Keep { kept: kept.clone(), note: difference(kept, &best) })
    }
}

/// What would be bought instead, where that is something else.
fn difference(kept: &Recommendation, best: &Recommendation) -> Option<String> {
    let (runs, free) = (kept.choice.as_ref()?, best.choice.as_ref()?);
    if runs.deployment.buys_same(&free.deployment) {
        return None;
    }
    let d = &free.deployment;
    let what = if runs.shape == free.shape {
        format!("{} ({}, {} {}, {}, {})", free.shape, d.service, d.engine, d.version, d.region, d.commitment)
    } else {
        free.shape.clone()
    };
    Some(format!("What runs is kept: it fits, and {what} would not save more than 10%."))
}

/// Whether what runs stays: it fits, breaches no other gate, and the best saves no more than a tenth.
fn keeps(kept: &Recommendation, best: &Recommendation) -> bool {
    let kinds = |r: &Recommendation| r.gates.iter().map(|g| g.kind).collect::<Vec<GateKind>>();
    let (Some(runs), Some(free)) = (&kept.choice, &best.choice) else { return false };
    let allowed = kinds(best);
    if !kinds(kept).iter().all(|kind| allowed.contains(kind)) || runs.unpriced_lines > free.unpriced_lines {
        return false;
    }
    // Where nobody sends a bill, memory is what it costs.
    let memory = |c: &Candidate| c.deployment.max_memory as f64 * f64::from(c.deployment.nodes());
    let dollars = |c: &Candidate| f64::try_from(c.cost.known.0).unwrap_or(f64::MAX);
    let (runs, free) = match (dollars(runs), dollars(free)) {
        (a, b) if a == b => (memory(runs), memory(free)),
        both => both,
    };
    free >= runs * (1.0 - WORTH_A_MOVE)
}
