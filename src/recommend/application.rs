//! Whether the commands of the application run on an offering.

use super::check::{Constraint, Rejection};
use super::shape::Shape;
use crate::catalog::Offering;
use crate::compatibility::{Compatibility, Place, compatibility, refused};
use crate::profile::{Application, Profile};
use crate::units::Assumption;

/// Rejections for what certainly does not run there, with or without cluster mode.
pub fn rejections(profile: &Profile, offering: &Offering<'_>, cluster_mode: bool) -> Vec<Rejection> {
    if profile.application == Application::default() {
        return Vec::new();
    }
    let place = place(profile, offering, cluster_mode);
    let why = |one: &Compatibility| {
        let source = one.source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
        format!("{} does not run {}: {}{source}", one.names(), place.title(), one.why)
    };
    let all = refused(&profile.application, place);
    all.iter().map(|one| Rejection::new(Constraint::Commands, why(one))).collect()
}

/// What is known of every class of commands in the place of a choice.
pub fn judged(profile: &Profile, shape: &Shape<'_>) -> Vec<Compatibility> {
    compatibility(&profile.application, place(profile, &shape.offering, shape.topology.cluster_mode))
}

/// What is taken for granted where the profile names no commands, and keys are spread over slots.
pub fn assumption(profile: &Profile, shape: &Shape<'_>) -> Option<Assumption> {
    let place = place(profile, &shape.offering, shape.topology.cluster_mode);
    (profile.application == Application::default() && place.has_slots()).then(|| {
        Assumption::new(
            "commands of the application",
            "on keys one by one",
            "the profile names none; `cachefit observe --from INFO --write` adds those that clients call",
        )
        .replaced_by("application.commands")
    })
}

fn place(profile: &Profile, offering: &Offering<'_>, cluster_mode: bool) -> Place {
    Place::of(offering.service(), cluster_mode, profile.requirements.clustering)
}
