//! What a provider says about its resources, as far as the comparison needs it.

use super::{Action, Address, AttributeChange, Effect, Observed, Ownership, Resource, When};
use crate::units::{Figure, Usd};

/// What differences mean and what resources cost.
pub trait Rules {
    /// The difference in one attribute of an existing resource.
    fn attribute(&self, address: &Address, difference: &AttributeChange) -> Rule;
    /// A whole resource made, mended, replaced or deleted.
    fn whole(&self, address: &Address, action: &Action) -> Rule;
    /// What a resource costs a month.
    fn monthly(&self, resource: &Resource) -> Figure<Usd>;
}

/// All that the steps of a change may depend on.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// What there should be; empty when all is destroyed.
    pub desired: &'a [Resource],
    /// What there is.
    pub observed: &'a [Observed],
}

impl World<'_> {
    /// A resource as it should be.
    pub fn desired(&self, address: &Address) -> Option<&Resource> {
        self.desired.iter().find(|r| &r.address == address)
    }

    /// A resource of ours as it is; also one of which it cannot be read now whose it is, because its steps wait for that.
    pub fn ours(&self, address: &Address) -> Option<&Observed> {
        let foreign = |o: &Observed| matches!(o.ownership, Ownership::Foreign { .. });
        self.observed.iter().find(|o| &o.resource.address == address && !foreign(o))
    }
}

/// What a difference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether the resource must be made anew.
    pub replace: bool,
    /// What users of the cache notice.
    pub effect: Effect,
    /// When it takes hold.
    pub when: When,
    /// How long it usually takes, in seconds.
    pub usual_seconds: u32,
    /// Why, where people would ask: `the port is part of the server's name`.
    pub why: Option<String>,
}

impl Rule {
    /// In place, now, unnoticed.
    pub fn in_place(usual_seconds: u32) -> Self {
        Self { replace: false, effect: Effect::None, when: When::Now, usual_seconds, why: None }
    }

    /// Delete and make anew; what was in it is lost.
    pub fn replace(usual_seconds: u32) -> Self {
        Self { replace: true, effect: Effect::DataLoss, ..Self::in_place(usual_seconds) }
    }

    /// With another effect.
    #[must_use]
    pub fn with_effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// With a reason.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..self }
    }
}
