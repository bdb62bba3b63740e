//! Questions to `recommend`: a profile with one pin or another, by the hour.

use crate::catalog::Catalog;
use crate::deployment::Pin;
use crate::profile::Profile;
use crate::recommend::{Options, Recommendation, choose};
use crate::units::{Commitment, Sourced};

/// The choice for a profile.
pub fn answer(profile: &Profile, catalog: &Catalog, options: &Options) -> Result<Recommendation, String> {
    choose(profile, &profile.name, catalog, options).map_err(|error| error.to_string())
}

/// The profile with another pin, by the hour: what is reserved is decided when all sizes are right.
pub fn on_demand(profile: &Profile, pin: Pin) -> Profile {
    let mut profile = profile.clone();
    let source = profile.requirements.commitment.source.clone();
    profile.requirements.commitment = Sourced { value: Commitment::OnDemand, source };
    profile.pin = Pin { commitment: None, ..pin };
    profile
}
