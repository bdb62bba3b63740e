//! Google Memorystore: a cache for Valkey, Redis Cluster or Redis in the network of the functions that call it, with the policy
//! that lets it in, who may sign in, and alerts.

mod api;
mod callers;
mod certificates;
mod connection;
mod credentials;
mod current;
mod downscale;
mod error;
mod import;
mod kind;
mod labels;
mod limiter;
mod metrics;
mod operation;
mod permissions;
mod product;
mod quota;
mod raised;
mod refusals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::runtime::Runtime;

use self::api::Api;
use self::callers::Callers;
pub use self::credentials::Identity;
use self::kind::{acl_policy, alert_policy, cache, classic, connection_policy, iam_binding, token_user};
use super::cloud::{Checking, Cloud, Preparing, Raised, Wanted};
use super::kind::{Kind, Reading, Work};
use super::managed::Managed;
use super::permissions::Asked;
use super::{Caller, Connection, Imported, Outcome, Pace, ProviderError, Scope};
use crate::deployment::Configuration;
use crate::observe::queries::{Ask, cloud_monitoring_price, cloud_monitoring_requests};
use crate::observe::{CacheInfo, Observations};
use crate::plan::{Address, Change, Observed, Ownership, PlannedStep, Resource, World};
use crate::profile::{Pin, Profile};
use crate::units::Provider;

/// What a deployment is opened with.
pub struct Opening {
    /// Name of the profile.
    pub profile: String,
    /// The project of the cache.
    pub project: String,
    /// Its region.
    pub region: String,
    /// The functions of the profile; none where they do not matter.
    pub functions: Option<Vec<Caller>>,
    /// Whether a cache of this name that nobody manages is taken over.
    pub adopt: bool,
    /// Users of the profile with a password: Google makes a token for each.
    pub token_users: Vec<String>,
    /// Tags of the profile's own.
    pub tags: BTreeMap<String, String>,
    /// Who asks.
    pub identity: Identity,
    /// One address that stands for all of Google's, in tests.
    pub endpoint: Option<String>,
    /// The length of a minute of quotas; shorter in tests.
    pub minute: Duration,
    /// Folder of the certificates of caches.
    pub data: PathBuf,
}

/// One deployment in a project.
#[derive(Debug)]
pub struct Gcp {
    profile: String,
    project: String,
    region: String,
    functions: Option<Vec<Caller>>,
    adopt: bool,
    token_users: Vec<String>,
    tags: BTreeMap<String, String>,
    api: Api,
    data: PathBuf,
    /// Connections that were seen to lead to our cache: they outlive it for a moment.
    connections: Mutex<BTreeSet<String>>,
    /// Looks that did not show an alert policy that was made.
    unseen: AtomicU32,
}

/// Opens a deployment. Makes no call yet.
pub fn open(opening: Opening) -> Result<Managed<Gcp>, ProviderError> {
    if !is_project(&opening.project) {
        let message = format!("{} is no id of a project of Google Cloud", opening.project);
        let hint = "`gcloud projects list` shows them: lower-case letters, digits and hyphens; set `placement.project` or \
                    GOOGLE_CLOUD_PROJECT";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let runtime = Runtime::new()
        .map_err(|error| ProviderError::permanent(format!("no runtime for network calls: {error}"), None))?;
    let cloud = Gcp {
        api: Api::new(opening.identity, opening.endpoint, opening.minute),
        profile: opening.profile,
        project: opening.project,
        region: opening.region,
        functions: opening.functions,
        adopt: opening.adopt,
        token_users: opening.token_users,
        tags: opening.tags,
        data: opening.data,
        connections: Mutex::default(),
        unseen: AtomicU32::new(0),
    };
    Ok(Managed::new(runtime, cloud))
}

/// Whether a text can be the id of a project; old ones have a domain in front.
fn is_project(id: &str) -> bool {
    let letters = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:".contains(c));
    letters && id.len() <= 63 && id.starts_with(|c: char| c.is_ascii_lowercase()) && !id.ends_with('-')
}

/// The address of a resource.
fn address(kind: &str, name: impl Into<String>) -> Address {
    Address::new(Provider::Gcp, kind, name)
}

impl Gcp {
    /// `/projects/p/locations/r`
    fn place(&self) -> String {
        format!("/projects/{}/locations/{}", self.project, self.region)
    }

    /// The file with the certificates that the cache's own can be told by.
    fn ca_file(&self) -> PathBuf {
        self.data.join(format!("{}-{}.pem", self.profile, self.region))
    }
}

/// In the order in which they are listed.
static KINDS: [&dyn Kind<Gcp>; 9] = [
    &connection_policy::ConnectionPolicy,
    &acl_policy::AclPolicy,
    &cache::INSTANCE,
    &cache::CLUSTERS,
    &classic::Classic,
    &token_user::OF_INSTANCES,
    &token_user::OF_CLUSTERS,
    &iam_binding::IamBinding,
    &alert_policy::AlertPolicy,
];

/// What is there goes in the order in which it rests on each other.
fn depend(all: &mut [Observed]) {
    let of = |kind: &str, all: &[Observed]| -> Vec<Address> {
        let ours = all.iter().filter(|o| o.ownership == Ownership::Ours && o.resource.address.kind == kind);
        ours.map(|o| o.resource.address.clone()).collect()
    };
    let parts: Vec<Address> =
        [connection_policy::NAME, acl_policy::NAME].iter().flat_map(|kind| of(kind, all)).collect();
    let caches: Vec<Address> = product::ALL.iter().flat_map(|product| of(product.kind, all)).collect();
    for is in all.iter_mut().filter(|o| o.ownership == Ownership::Ours) {
        let kind = is.resource.address.kind.as_str();
        if [iam_binding::NAME, alert_policy::NAME].contains(&kind) || token_user::is_kind(kind) {
            is.resource.depends_on.clone_from(&caches);
        } else if caches.contains(&is.resource.address) {
            is.resource.depends_on.clone_from(&parts);
        }
    }
}

impl Cloud for Gcp {
    type Callers = Callers;

    fn kinds() -> &'static [&'static dyn Kind<Self>] {
        &KINDS
    }

    fn scope(&self) -> Reading<'_, Scope> {
        Box::pin(async { Ok(Scope::new(Some(self.project.clone()), Some(self.region.clone()))) })
    }

    fn pace(&self) -> Pace {
        // A minute has 60 requests for all steps together, and a cache takes many minutes.
        Pace { first_look: Duration::from_secs(5), slowest: Duration::from_secs(30), ..Pace::default() }
    }

    fn callers(&self) -> Reading<'_, Callers> {
        Box::pin(callers::look(self))
    }

    fn supposed_callers(_: &Profile) -> Callers {
        callers::supposed()
    }

    fn permissions(asked: &Asked<'_>) -> Vec<&'static str> {
        permissions::beside(asked)
    }

    fn grant(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
        permissions::role(asked, permissions)
    }

    fn relate(&self, all: &mut [Observed]) {
        connection_policy::relate(self, all);
        depend(all);
    }

    /// Clients of a cache in cluster mode speak its protocol: one shard of it is no reason for another cache.
    fn settle(&self, choice: &Configuration, seen: &[Observed]) -> (Configuration, Vec<String>) {
        let mut choice = choice.clone();
        let is_cluster = current::ours(seen).is_some_and(|(_, is)| cache::is_in_cluster_mode(is));
        let custom = choice.node_type.as_deref().is_some_and(|name| name.starts_with("CUSTOM_"));
        let stays = is_cluster && !choice.cluster_mode && !custom;
        choice.cluster_mode |= stays;
        let note = "the cache stays in cluster mode with one shard: without it would be another cache, without the data";
        (choice, stays.then(|| note.to_owned()).into_iter().collect())
    }

    fn refuse(&self, wanted: &Wanted<'_, Self>) -> Result<(), ProviderError> {
        refusals::check(wanted)
    }

    fn preflight<'a>(
        &'a self,
        wanted: &'a Wanted<'a, Self>,
        resources: &'a [Resource],
    ) -> Checking<'a, Vec<String>> {
        Box::pin(async move {
            let unknown = quota::check(self, wanted).await?;
            Ok(refusals::notes(self, wanted, resources).into_iter().chain(unknown).collect())
        })
    }

    fn prove<'a>(
        &'a self,
        change: &'a Change,
        world: &'a World<'a>,
        steps: &'a mut [PlannedStep],
    ) -> Preparing<'a> {
        Box::pin(downscale::prove(self, change, world, steps))
    }

    fn tag<'a>(&'a self, work: &'a Work<'a, Self>) -> Reading<'a, Outcome> {
        if work.task.step.address.kind == product::REDIS.kind {
            return Box::pin(classic::label(work));
        }
        Box::pin(cache::label(work))
    }

    fn reveal<'a>(&'a self, user: &'a str) -> Reading<'a, Option<String>> {
        Box::pin(token_user::reveal(self, user))
    }

    fn import<'a>(&'a self, id: &'a str, profile: Option<&'a str>) -> Checking<'a, Imported> {
        Box::pin(import::import(self, id, profile))
    }

    fn connection(&self, seen: &[Observed]) -> Option<Connection> {
        connection::connection(self, seen)
    }

    fn monitored(&self, seen: &[Observed]) -> Option<CacheInfo> {
        metrics::cache(self, seen)
    }

    fn price_of_metrics(ask: &Ask) -> Option<String> {
        Some(cloud_monitoring_price(&cloud_monitoring_requests(ask)))
    }

    fn metrics<'a>(&'a self, ask: &'a Ask, _: &'a [Observed]) -> Checking<'a, Observations> {
        Box::pin(metrics::read(self, ask))
    }

    fn alarms<'a>(&'a self, seen: &'a [Observed]) -> Raised<'a> {
        Box::pin(raised::raised(self, seen))
    }

    fn current(&self, seen: &[Observed]) -> Option<Pin> {
        current::pin(seen)
    }
}
