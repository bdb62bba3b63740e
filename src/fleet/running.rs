//! A shape that runs, with the load that metrics show: what binds it, and how much heavier the load is than it was modelled.

use super::ask::{answer, on_demand};
use super::heavier::Heavier;
use super::observed::observed;
use super::reason::Reason;
use crate::catalog::Catalog;
use crate::deployment::Pin;
use crate::observe::Judged;
use crate::profile::Profile;
use crate::recommend::{Candidate, Constraint, Options, Recommendation};

/// Up to this share of the processor and of the network a heavier load is left out of account.
const LITTLE: f64 = 0.3;

/// A shape that runs, with the load that metrics show.
pub struct Running {
    /// The demand, with the shape as its pin.
    pub(super) seen: Profile,
    /// What is said of that.
    pub(super) answered: Recommendation,
}

impl Running {
    /// The pinned shape of a profile; none where it pins none that a reason or a load could be held against, the metrics do
    /// not tell the demand, or nobody knows the shape.
    pub fn of(profile: &Profile, judged: &Judged, catalog: &Catalog, options: &Options) -> Option<Self> {
        if profile.pin.node_type.is_none() && profile.pin.reason.is_none() {
            return None;
        }
        Self::with(&observed(profile, judged).ok()?, profile.pin.clone(), catalog, options).ok()
    }

    /// A shape with a demand.
    pub(super) fn with(
        demand: &Profile,
        pin: Pin,
        catalog: &Catalog,
        options: &Options,
    ) -> Result<Self, String> {
        let seen = on_demand(demand, pin);
        let answered = answer(&seen, catalog, options)?;
        Ok(Self { seen, answered })
    }

    /// The shape, where it is known.
    pub(super) fn shape(&self) -> Option<&Candidate> {
        self.answered.choice.as_ref().or(self.answered.pinned_misfit.as_ref())
    }

    /// How many times as heavy as by the model the load was measured on it.
    pub(super) fn heavier(&self, judged: &Judged) -> Heavier {
        self.shape().map_or(Heavier::AS_MODELLED, |shape| Heavier::of(judged, &self.seen, shape))
    }

    /// Why metrics lower no figure of a profile, although they say enough: `recommend` knows commands and sizes, and what was
    /// measured on the pinned shape is more than it makes of them.
    pub fn unproven(&self, judged: &Judged) -> Vec<String> {
        let Some(shape) = self.shape().filter(|_| self.seen.pin.node_type.is_some()) else {
            return Vec::new();
        };
        let heavier = self.heavier(judged);
        let is_busy = heavier.weigh(shape).checks.iter().any(|check| {
            matches!(check.constraint, Constraint::Cpu | Constraint::Bandwidth)
                && check.used().is_some_and(|used| used > LITTLE)
        });
        if is_busy { heavier.told() } else { Vec::new() }
    }

    /// The reason that the profile keeps, against what binds now; nothing where it keeps none.
    pub fn reason(&self) -> Option<Reason> {
        let chosen_for = self.seen.pin.reason.clone()?;
        Some(Reason { chosen_for, binds: self.answered.binding.clone() })
    }
}
