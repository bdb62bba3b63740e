//! Azure Managed Redis next to the function apps that use it: cluster and database, access of identities, private network,
//! alerts; and what runs of Azure Cache for Redis.

mod alert;
mod arm;
mod callers;
mod connection;
mod credentials;
mod found;
mod gone;
mod import;
mod kind;
mod metrics;
mod mgmt;
mod names;
mod network;
mod offers;
mod permissions;
mod preflight;
mod price;
mod raised;
mod refusal;
mod refusals;
mod running;
mod scale;
mod scope;
mod tags;
mod transport;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Runtime;

use self::arm::Arm;
use self::callers::Callers;
use self::credentials::Tokens;
use self::offers::Offers;
pub use self::scope::Place;
use super::call::{CallError, Refusal};
use super::cloud::{Checking, Cloud, Explaining, Preparing, Raised, Wanted};
use super::kind::{Doing, Kind, Reading, Work};
use super::managed::Managed;
use super::permissions::Asked;
use super::{Caller, Connection, Finding, Imported, ProviderError, Scope, World};
use crate::observe::queries::{Ask, azure_monitor_price};
use crate::observe::{CacheInfo, Observations};
use crate::plan::{Address, Change, Observed, PlannedStep, Resource};
use crate::profile::{Pin, Profile};

/// Looks that must not show a create before it is taken for lost.
const MOST_LOOKS: u32 = 10;

/// What a deployment is opened with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Name of the profile.
    pub profile: String,
    /// Where it is.
    pub place: Place,
    /// Function apps that call the cache; none where nothing depends on where they are, as in taking it down.
    pub functions: Option<Vec<Caller>>,
    /// Whether a cache of the profile's name that nobody manages is taken over.
    pub adopt: bool,
    /// Tags of the profile's own, for every resource.
    pub tags: BTreeMap<String, String>,
    /// A server on this machine that stands for Resource Manager, in tests.
    pub arm: Option<String>,
}

/// One deployment in a resource group of a subscription.
#[derive(Debug)]
pub struct Azure {
    /// What it was opened with.
    opening: Opening,
    /// Where it is.
    place: Place,
    arm: Arc<Arm>,
    /// What the subscription offers, once it was asked for.
    offers: tokio::sync::Mutex<Option<Offers>>,
    /// Work that the service takes one at a time.
    lane: tokio::sync::Mutex<()>,
    /// What was made in this run and does not show yet, with the looks since.
    unseen: Mutex<BTreeMap<Address, u32>>,
}

/// Opens a deployment. Makes no call yet.
pub fn open(
    opening: Opening,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Managed<Azure>, ProviderError> {
    let runtime = Runtime::new()
        .map_err(|error| ProviderError::permanent(format!("no runtime for network calls: {error}"), None))?;
    let endpoints = opening.place.endpoints();
    let tokens = Tokens::new(&endpoints, variable)?;
    let arm = Arc::new(Arm::new(opening.arm.as_deref().unwrap_or(&endpoints.arm), tokens)?);
    let cloud = Azure {
        place: opening.place.clone(),
        opening,
        arm,
        offers: tokio::sync::Mutex::default(),
        lane: tokio::sync::Mutex::default(),
        unseen: Mutex::default(),
    };
    Ok(Managed::new(runtime, cloud))
}

impl Azure {
    /// Name of the profile: all names follow from it.
    fn name(&self) -> &str {
        &self.opening.profile
    }

    /// Whether a create may be sent: not while one of this run may still show, since a PUT on what is there makes it anew.
    fn may_create(&self, address: &Address) -> Result<(), CallError> {
        let mut unseen = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
        match unseen.get_mut(address) {
            Some(looks) if *looks < MOST_LOOKS => {
                *looks += 1;
                Err(CallError::new(Refusal::Busy, "it was made, and does not show yet"))
            }
            _ => {
                unseen.insert(address.clone(), 0);
                Ok(())
            }
        }
    }

    /// A look has shown something, or has not.
    fn showed(&self, address: &Address, there: bool) {
        if there {
            self.unseen.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
        }
    }
}

impl Cloud for Azure {
    type Callers = Callers;

    fn kinds() -> &'static [&'static dyn Kind<Self>] {
        kind::ALL
    }

    fn scope(&self) -> Reading<'_, Scope> {
        Box::pin(async { Ok(self.place.scope()) })
    }

    fn callers(&self) -> Reading<'_, Callers> {
        Box::pin(callers::read(self))
    }

    fn supposed_callers(profile: &Profile) -> Callers {
        permissions::supposed_callers(profile)
    }

    fn permissions(asked: &Asked<'_>) -> Vec<&'static str> {
        permissions::beside(asked)
    }

    fn grant(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
        permissions::role(asked, permissions)
    }

    fn import<'a>(&'a self, id: &'a str, profile: Option<&'a str>) -> Checking<'a, Imported> {
        Box::pin(import::import(self, id, profile))
    }

    fn relate(&self, all: &mut [Observed]) {
        running::relate(all);
    }

    fn refuse(&self, wanted: &Wanted<'_, Self>) -> Result<(), ProviderError> {
        refusals::check(wanted)
    }

    fn preflight<'a>(
        &'a self,
        wanted: &'a Wanted<'a, Self>,
        resources: &'a [Resource],
    ) -> Checking<'a, Vec<String>> {
        Box::pin(preflight::preflight(self, wanted, resources))
    }

    fn prove<'a>(
        &'a self,
        change: &'a Change,
        world: &'a World<'a>,
        steps: &'a mut [PlannedStep],
    ) -> Preparing<'a> {
        Box::pin(async move { scale::prove(self, change, world, steps).await })
    }

    fn tag<'a>(&'a self, work: &'a Work<'a, Self>) -> Doing<'a> {
        Box::pin(tags::set(work))
    }

    fn explain<'a>(&'a self, error: CallError, _: &'a Work<'a, Self>) -> Explaining<'a> {
        Box::pin(async move { error.into() })
    }

    fn connection(&self, seen: &[Observed]) -> Option<Connection> {
        connection::connection(seen).or_else(|| kind::classic::rules::connection(seen))
    }

    fn reveal<'a>(&'a self, user: &'a str) -> Reading<'a, Option<String>> {
        Box::pin(connection::reveal(self, user))
    }

    fn findings(&self, is: &Observed) -> Vec<Finding> {
        running::findings(is)
    }

    fn monitored(&self, seen: &[Observed]) -> Option<CacheInfo> {
        metrics::cache(self, seen)
    }

    fn price_of_metrics(_: &Ask) -> Option<String> {
        Some(azure_monitor_price())
    }

    fn metrics<'a>(&'a self, ask: &'a Ask, seen: &'a [Observed]) -> Checking<'a, Observations> {
        Box::pin(metrics::read(self, ask, seen))
    }

    fn alarms<'a>(&'a self, seen: &'a [Observed]) -> Raised<'a> {
        Box::pin(raised::raised(self, seen))
    }

    fn alarm_days() -> Option<u32> {
        Some(raised::DAYS)
    }

    fn current(&self, seen: &[Observed]) -> Option<Pin> {
        running::current(seen)
    }
}
