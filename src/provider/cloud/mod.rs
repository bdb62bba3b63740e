//! A cloud: its kinds of resources and what belongs to none of them alone.

pub mod kind;

use std::collections::BTreeSet;
use std::pin::Pin;

use kind::{Kind, Reading, Work};

use super::asked::Asked;
use super::call::CallError;
use super::{Connection, Finding, Imported, Outcome, Pace, ProviderError, RestAccess, Scope, World};
use crate::deployment::Configuration;
use crate::observe::queries::Ask;
use crate::observe::{CacheInfo, Observations};
use crate::plan::{Change, Observed, Plan, PlannedStep, Resource};
use crate::profile::{self, Profile};
use crate::units::{Figure, Usd};

/// A check before the first change, which may refuse it.
pub type Checking<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;
/// The same without more to say.
pub type Preparing<'a> = Checking<'a, ()>;
/// What there is to say about a refusal.
pub type Explaining<'a> = Pin<Box<dyn Future<Output = ProviderError> + Send + 'a>>;
/// The alarms that are raised.
pub type Raised<'a> = Pin<Box<dyn Future<Output = Figure<Vec<String>>> + Send + 'a>>;
/// What people are told.
pub type Saying<'a> = Pin<Box<dyn Future<Output = Vec<String>> + Send + 'a>>;

/// An account of a provider, opened for one deployment.
pub trait Cloud: Sized + Send + Sync + 'static {
    /// Where the functions are that call the cache.
    type Callers: Clone + Default + Send + Sync;

    /// Its kinds, in the order in which they are listed.
    fn kinds() -> &'static [&'static dyn Kind<Self>];

    /// The account and place, which the plan file, the journal and the lock are bound to.
    fn scope(&self) -> Reading<'_, Scope>;

    /// How often it may be asked, and how long a success may take to show.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// Where the functions are; asked beside the first look at everything.
    fn callers(&self) -> Reading<'_, Self::Callers> {
        Box::pin(async { Ok(Self::Callers::default()) })
    }

    /// Where the functions may be supposed to be before anybody has looked.
    fn supposed_callers(profile: &Profile) -> Self::Callers {
        let _ = profile;
        Self::Callers::default()
    }

    /// Permissions of what belongs to no kind alone: who is signed in, quotas, tags, where the functions are.
    fn permissions(asked: &Asked<'_>) -> Vec<&'static str> {
        let _ = asked;
        Vec::new()
    }

    /// The document that grants permissions: a policy, a role, what a key must be good for. Ends with a line break.
    fn grant(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
        let _ = asked;
        permissions.iter().map(|permission| format!("{permission}\n")).collect()
    }

    /// What only several resources together tell.
    fn relate(&self, all: &mut [Observed]) {
        let _ = all;
    }

    /// The deployment as far as there is a way to it from what is there, with what people should know about the rest.
    fn settle(&self, choice: &Configuration, seen: &[Observed]) -> (Configuration, Vec<String>) {
        let _ = seen;
        (choice.clone(), Vec::new())
    }

    /// Whether the wanted can be had at all; before anything is planned.
    fn refuse(&self, wanted: &Wanted<'_, Self>) -> Result<(), ProviderError>;

    /// What is asked before the first change: offers, quotas, rights. A check that does not hold refuses the plan; what is
    /// worth knowing comes as a note.
    fn preflight<'a>(
        &'a self,
        wanted: &'a Wanted<'a, Self>,
        resources: &'a [Resource],
    ) -> Checking<'a, Vec<String>> {
        let _ = (wanted, resources);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Whether one change may be carried out on what is there; what speaks for a step is added to it.
    fn prove<'a>(
        &'a self,
        change: &'a Change,
        world: &'a World<'a>,
        steps: &'a mut [PlannedStep],
    ) -> Preparing<'a> {
        let _ = (change, world, steps);
        Box::pin(async { Ok(()) })
    }

    /// Sets the profile's own tags, where the cloud has tags and a kind takes them.
    fn tag<'a>(&'a self, work: &'a Work<'a, Self>) -> Reading<'a, Outcome> {
        Box::pin(async move { Err(work.refused("this provider has no tags")) })
    }

    /// A refusal with more to say than the call did: other sizes where one is sold out.
    fn explain<'a>(&'a self, error: CallError, work: &'a Work<'a, Self>) -> Explaining<'a> {
        let _ = work;
        Box::pin(async move { error.into() })
    }

    /// How clients reach it; none while it does not run.
    fn connection(&self, seen: &[Observed]) -> Option<Connection>;

    /// The password of a user, for someone who asked to see it; none if it is kept elsewhere.
    fn reveal<'a>(&'a self, user: &'a str) -> Reading<'a, Option<String>> {
        let _ = user;
        Box::pin(async { Ok(None) })
    }

    /// The same data over HTTPS, where the cloud has that.
    fn rest(&self, connection: &Connection) -> Option<RestAccess> {
        let _ = connection;
        None
    }

    /// A cache that runs already, for a profile of it: the one of an id, for a profile of a name where there is one.
    fn import<'a>(&'a self, id: &'a str, profile: Option<&'a str>) -> Checking<'a, Imported> {
        let _ = profile;
        Box::pin(async move {
            let what = format!("{id}: caches of this provider cannot be imported yet");
            let hint = "write a profile with `cachefit init`".to_owned();
            Err(ProviderError::permanent(what, Some(hint)))
        })
    }

    /// What can only be seen from outside, beside the resources themselves.
    fn reach<'a>(
        &'a self,
        callers: &'a Self::Callers,
        desired: &'a [Resource],
        seen: &'a [Observed],
    ) -> Reading<'a, Vec<Finding>> {
        let _ = (callers, desired, seen);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// More that should be seen on a resource, beside that it is at work.
    fn findings(&self, is: &Observed) -> Vec<Finding> {
        let _ = is;
        Vec::new()
    }

    /// What resources cost a month beside what the choice is known to cost.
    fn beside(&self, resources: &[Resource]) -> Figure<Usd> {
        let _ = resources;
        Figure::Known(Usd::ZERO)
    }

    /// Corrects what a change costs where the difference of two prices does not tell.
    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        let _ = (change, world);
    }

    /// A run of this plan has ended before all of it was done: lets go what its steps hold for their time, where that is safe,
    /// and says what stays held.
    fn stopped<'a>(&'a self, plan: &'a Plan) -> Saying<'a> {
        let _ = plan;
        Box::pin(async { Vec::new() })
    }

    /// The cache that runs, as its metrics know it: members, size, limit; none if nothing of ours reports any.
    fn monitored(&self, seen: &[Observed]) -> Option<CacheInfo> {
        let _ = seen;
        None
    }

    /// What it costs to ask, in a line; none where nobody is charged for it.
    fn price_of_metrics(ask: &Ask) -> Option<String> {
        let _ = ask;
        None
    }

    /// What its monitoring says of the cache. What it could not tell is a caveat, never a zero.
    fn metrics<'a>(&'a self, ask: &'a Ask, seen: &'a [Observed]) -> Checking<'a, Observations>;

    /// The alarms that are raised, of those that are ours. What could not be asked is not known, never "none".
    fn alarms<'a>(&'a self, seen: &'a [Observed]) -> Raised<'a>;

    /// Days after which the cloud forgets that an alarm was raised, though it still is; none where it does not.
    fn alarm_days() -> Option<u32> {
        None
    }

    /// The choice that runs today; none if nothing runs.
    fn current(&self, seen: &[Observed]) -> Option<profile::Pin>;
}

/// All that the resources of a deployment follow from.
#[derive(Debug)]
pub struct Wanted<'a, C: Cloud> {
    /// The choice.
    pub deployment: &'a Configuration,
    /// The profile.
    pub profile: &'a Profile,
    /// Where its functions are.
    pub callers: &'a C::Callers,
    /// What there is: what cannot change, or is another's to change, stays.
    pub observed: &'a [Observed],
}

/// What a new deployment would be made of, without a look at the account.
pub fn desired_anew<C: Cloud>(deployment: &Configuration, profile: &Profile) -> Vec<Resource> {
    let callers = C::supposed_callers(profile);
    let wanted = Wanted { deployment, profile, callers: &callers, observed: &[] };
    C::kinds().iter().flat_map(|kind| kind.desired(&wanted)).collect()
}
