//! What may be reserved once all sizes are right, and what nobody should commit to.

use super::ask::answer;
use super::bill::Bill;
use super::cache::Cache;
use super::entry::Reserve;
use super::state::FleetState;
use crate::catalog::Catalog;
use crate::deployment::Configuration;
use crate::observe::{Confidence, Judged, Metric, StateName};
use crate::profile::Profile;
use crate::recommend::Options;
use crate::units::{Commitment, Figure, Sourced, Usd};

/// Peak against median memory above which nobody should commit to a size.
const SPIKY: f64 = 2.0;
/// Days of metrics below which nobody should.
const LONG: f64 = 13.5;

/// What a year's commitment without an upfront payment saves once the size is right, and why nobody should commit. `after` is
/// what runs then with its bill, which has traffic in it where that is known.
pub fn reserve(
    state: FleetState,
    cache: &Cache,
    sized: Option<&Profile>,
    after: Option<(&Configuration, &Figure<Usd>)>,
    traffic_is_known: bool,
    catalog: &Catalog,
    options: &Options,
) -> (Option<Reserve>, Option<String>) {
    if !matches!(state, FleetState::Fits | FleetState::Oversized) {
        return (None, None);
    }
    if let Some(why) = cache.judged.as_ref().and_then(not_steady) {
        return (None, Some(why));
    }
    let Some((profile, (kept, monthly))) = sized.zip(after) else { return (None, None) };
    let mut profile = profile.clone();
    let source = profile.requirements.commitment.source.clone();
    profile.pin = kept.pinned(&source);
    profile.pin.commitment = Some(Sourced { value: Commitment::OneYearNoUpfront, source });
    let reserved = answer(&profile, catalog, options).ok().and_then(|r| r.choice.or(r.pinned_misfit));
    let reserved = reserved.filter(|c| c.deployment.commitment == Commitment::OneYearNoUpfront);
    let with = reserved.and_then(|c| Bill::of(&c.cost, traffic_is_known).monthly.known().copied());
    let saves = monthly
        .known()
        .zip(with)
        .map(|(without, with)| (with, *without - with))
        .filter(|(_, s)| *s > Usd::ZERO);
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
