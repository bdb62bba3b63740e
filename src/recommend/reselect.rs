//! The selection once more, for a profile with something changed.

use super::context::{Asked, Context};
use super::policy;
use super::select::{select, sizers};
use super::sites::Site;
use crate::catalog::Service;
use crate::cost::Sums;
use crate::demand::Demand;
use crate::profile::Profile;

/// The best shape of a changed profile.
#[derive(Clone, Debug)]
pub struct Best {
    /// As one would order it.
    pub shape: String,
    /// Who sells it.
    pub service: Service,
    /// Where.
    pub region: String,
    /// Its bill of today.
    pub sums: Sums,
}

/// Selects for another profile, perhaps elsewhere or on one service only; of a cache that holds a part of the keys, for
/// the same part.
pub fn best(context: &Context<'_>, profile: &Profile, sites: &[Site], only: Option<Service>) -> Option<Best> {
    let demand = Demand::of(profile);
    let demand = context.demand.held.map_or_else(|| demand.clone(), |held| demand.holding(held));
    let policy = policy::needs(profile, &demand);
    let context =
        Context { profile, demand: &demand, policy: &policy, sites, only, asked: Asked::Best, ..*context };
    let sizers = sizers(&context);
    let selection = select(&context, &sizers);
    let first = selection.candidates.first()?;
    Some(Best {
        shape: first.fit.shape.summary(),
        service: first.service(),
        region: first.region.to_owned(),
        sums: first.sums,
    })
}
