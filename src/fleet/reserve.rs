//! What may be reserved once all sizes are right, and what nobody should commit to.

use super::ask::answer;
use super::bill::Bill;
use super::cache::Cache;
use super::entry::{Current, Reserve, Target};
use super::state::FleetState;
use crate::catalog::Catalog;
use crate::observe::{Confidence, Judged, Metric, StateName};
use crate::profile::Profile;
use crate::recommend::Options;
use crate::units::{Commitment, Figure, Sourced, Usd};

/// Peak against median memory above which nobody should commit to a size.
const SPIKY: f64 = 2.0;
/// Days of metrics below which nobody should.
const LONG: f64 = 13.5;

/// What a year's commitment without an upfront payment saves once the size is right, and why nobody should commit.
pub fn reserve(
    state: FleetState,
    cache: &Cache,
    sized: Option<&Profile>,
    target: Option<&Target>,
    current: Option<&Current>,
    catalog: &Catalog,
    options: &Options,
) -> (Option<Reserve>, Option<String>) {
    if !matches!(state, FleetState::Fits | FleetState::Oversized) {
        return (None, None);
    }
    if let Some(why) = cache.judged.as_ref().and_then(not_steady) {
        return (None, Some(why));
    }
    let configuration = target.map(|t| &t.configuration);
    let Some((profile, kept)) =
        sized.zip(configuration.or_else(|| current.and_then(|c| c.configuration.as_ref())))
    else {
        return (None, None);
    };
    let mut profile = profile.clone();
    let source = profile.requirements.commitment.source.clone();
    profile.pin = kept.pinned(&source);
    profile.pin.commitment = Some(Sourced { value: Commitment::OneYearNoUpfront, source });
    let monthly = target.map(|t| &t.monthly).or_else(|| current.map(|c| &c.monthly)).and_then(Figure::known);
    let reserved = answer(&profile, catalog, options).ok().and_then(|r| r.choice.or(r.pinned_misfit));
    let reserved = reserved.filter(|c| c.deployment.commitment == Commitment::OneYearNoUpfront);
    let with = reserved.and_then(|c| Bill::of(&c.cost, true).monthly.known().copied());
    let saves =
        monthly.zip(with).map(|(without, with)| (with, *without - with)).filter(|(_, s)| *s > Usd::ZERO);
    let reserve =
        saves.map(|(monthly, saves)| Reserve { commitment: Commitment::OneYearNoUpfront, monthly, saves });
    (reserve, None)
}

/// Why nobody should commit to a size, if nobody should.
fn not_steady(judged: &Judged) -> Option<String> {
    if judged.is(StateName::Autoscaled) {
        return Some("a scaler moves its size".to_owned());
    }
    if judged.window.days() < LONG {
        return Some(format!("{:.0} days of metrics are too few to commit to a year", judged.window.days()));
    }
    let memory = judged.figure(Metric::Memory)?;
    if memory.confidence != Confidence::High {
        return Some(format!("its demand is known with {} confidence", memory.confidence));
    }
    (memory.median > 0.0 && memory.next_peak.high > SPIKY * memory.median)
        .then(|| format!("its memory peaks at {:.1} times its median", memory.next_peak.high / memory.median))
}
