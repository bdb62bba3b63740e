//! Who makes the resources: one folder a provider, all behind one trait.

pub(crate) mod access;
mod asked;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "azure")]
pub mod azure;
#[cfg(feature = "cloud")]
pub mod call;
mod caller;
#[cfg(feature = "cloud")]
pub mod cloud;
#[cfg(feature = "gcp")]
pub mod gcp;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "cloud")]
mod look;
#[cfg(feature = "cloud")]
pub mod managed;
pub mod metrics;
#[cfg(any(feature = "aws", feature = "azure"))]
mod own_tags;
#[cfg(any(feature = "aws", feature = "azure"))]
mod owner_tags;
pub mod permissions;
mod planning;
mod program;
#[cfg(feature = "cloud")]
mod reconcile;
#[cfg(any(feature = "local", feature = "upstash"))]
mod secret;
#[cfg(feature = "cloud")]
mod steps;
mod task;
#[cfg(feature = "upstash")]
pub mod upstash;

use std::any::Any;
use std::time::Duration;

use serde::Serialize;
use thiserror::Error;

use crate::deployment::Configuration;
use crate::observe::Observations;
use crate::plan::{Action, Address, AttributeChange, Change, Observed, Plan, PlannedStep, Resource, Rules};
pub use crate::plan::{Rule, Scope, World};
use crate::profile::{Auth, Pin, Profile, RunningCache};
use crate::units::{Figure, Usd};
pub use caller::Caller;
#[cfg(feature = "cloud")]
pub use cloud::kind;
pub use metrics::MetricsAsked;
pub use planning::{Intent, PlanFailure, plan};
pub use program::{Program, ProgramError, program_name};
pub use task::{Operation, Outcome, Pace, Task};

/// One deployment at one provider. Opened for the name of a profile; every resource's name follows from it.
///
/// Calls block; a provider hides async inside. `execute` and `read` are called from several threads at once,
/// but never for two steps on the same address.
pub trait Provider: Sync {
    /// Where it was opened: the account and region, or the folder, that plan, journal and lock are bound to.
    fn scope(&self) -> Result<Scope, ProviderError>;

    /// How often what goes on is looked at, and how long success may take to show.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// The resources that make up the deployment, with every attribute that matters.
    fn desired(&self, deployment: &Configuration, profile: &Profile) -> Result<Vec<Resource>, ProviderError>;

    /// All resources of this deployment, found by name and tag, and whatever else sits on one of its names.
    fn observe(&self) -> Result<Vec<Observed>, ProviderError>;

    /// One resource, read back.
    fn read(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        Ok(self.observe()?.into_iter().find(|o| &o.resource.address == address))
    }

    /// What the difference in one attribute of an existing resource means.
    fn attribute_rule(&self, address: &Address, difference: &AttributeChange) -> Rule;

    /// What making, mending (an update without a difference), replacing or deleting a whole resource means.
    fn rule(&self, address: &Address, action: &Action) -> Rule;

    /// Corrects what a change says of its reason and its effect by what the live state tells.
    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        let _ = (change, world);
    }

    /// The steps of one change, in order. The plan adds the order between changes from `depends_on`.
    /// A change that was cut short is planned anew from what is then observed: the steps must lead on from there.
    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, ProviderError>;

    /// Carries out one step, or what is left of it. Called again while it answers [`Outcome::Working`], after an
    /// error worth a retry, and after the process was killed anywhere in it: it must lead to the same end.
    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError>;

    /// Called when a run of this plan ends before all of it is done: lets go what its steps hold for their time, where that
    /// is safe, and says what stays held until the next apply.
    fn stopped(&self, plan: &Plan) -> Vec<String> {
        let _ = plan;
        Vec::new()
    }

    /// Keeps every other apply from the same place while the value lives; nothing where the place has no lock of its own.
    fn exclude(&self) -> Result<Exclusion, ProviderError> {
        Ok(Exclusion::default())
    }

    /// Proves from outside that the deployment does what `desired` says.
    fn verify(&self, desired: &[Resource]) -> Result<Vec<Finding>, ProviderError>;

    /// How clients reach the deployment; none while it does not run.
    fn connection(&self) -> Result<Option<Connection>, ProviderError>;

    /// The password of a user, for someone who asked to see it; none if the provider keeps it elsewhere.
    fn reveal(&self, user: &str) -> Result<Option<String>, ProviderError> {
        let _ = user;
        Ok(None)
    }

    /// A cache that runs already, for a profile of it: the one of an id, for a profile of a name where there is one.
    fn import(&self, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
        let _ = profile;
        let hint = "write a profile with `cachefit init`".to_owned();
        Err(ProviderError::permanent(format!("{id}: this provider has nothing to import"), Some(hint)))
    }

    /// The same data over HTTPS, where the provider has that beside the connection.
    fn rest(&self, connection: &Connection) -> Option<RestAccess> {
        let _ = connection;
        None
    }

    /// What people should know beside the plan: known after `desired`.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// What resources cost a month beside what the choice of the deployment is known to cost: what others have switched on.
    fn beside(&self, resources: &[Resource]) -> Figure<Usd> {
        let _ = resources;
        Figure::Known(Usd::ZERO)
    }

    /// What a resource costs a month by the provider's list.
    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        Figure::unknown(format!("the provider has no price for a {}", resource.address.kind))
    }

    /// What its monitoring says of the deployment that runs, with what the last look tells of it. `tell` is called before
    /// anything is asked, with what that costs. Only reads.
    fn metrics(&self, asked: &MetricsAsked, tell: &dyn Fn(&str)) -> Result<Observations, ProviderError> {
        let _ = (asked, tell);
        let hint = "read an export with `cachefit observe --from`".to_owned();
        Err(ProviderError::permanent("metrics of this provider cannot be asked for", Some(hint)))
    }

    /// The alarms that are raised, of those that the last look has shown to be ours. Only reads.
    fn alarms(&self, observed: &[Observed]) -> Figure<Vec<String>> {
        let _ = observed;
        Figure::unknown("this provider has no alarms")
    }

    /// Days after which the provider forgets that an alarm was raised, though it still is; none where it does not.
    fn alarm_days(&self) -> Option<u32> {
        None
    }

    /// The choice that runs today, so that an unpinned plan can keep it; none if nothing runs.
    fn running(&self, observed: &[Observed]) -> Option<Pin> {
        let _ = observed;
        None
    }
}

impl Rules for dyn Provider + '_ {
    fn attribute(&self, address: &Address, difference: &AttributeChange) -> Rule {
        self.attribute_rule(address, difference)
    }

    fn whole(&self, address: &Address, action: &Action) -> Rule {
        self.rule(address, action)
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        Provider::monthly(self, resource)
    }
}

/// Keeps others from a place for as long as it lives.
#[derive(Debug, Default)]
pub struct Exclusion(#[expect(dead_code, reason = "it is there to be dropped")] Option<Box<dyn Any + Send>>);

impl Exclusion {
    /// By what ends when it is dropped, such as the lock of a file.
    pub fn by(holder: impl Any + Send) -> Self {
        Self(Some(Box::new(holder)))
    }
}

/// Why a provider did not do something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// It may work when tried again: throttling, a cut connection, a conflict with work that goes on.
    #[error("{message}")]
    Temporary {
        /// What and why.
        message: String,
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// A create was refused because something of its name is there, which a look does not show: mostly what a call has
    /// made whose answer was lost. The engine looks again for as long as success may take to show.
    #[error("{message}")]
    Exists {
        /// What and why.
        message: String,
        /// What to do next, if it never shows.
        hint: Option<String>,
    },
    /// It will not work until someone does something.
    #[error("{message}")]
    Permanent {
        /// What and why.
        message: String,
        /// What to do next.
        hint: Option<String>,
    },
}

impl ProviderError {
    /// An error that is worth a retry.
    pub fn temporary(message: impl Into<String>) -> Self {
        Self::Temporary { message: message.into(), retry_after: None }
    }

    /// An error that is not, with something to do about it.
    pub fn permanent(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Permanent { message: message.into(), hint }
    }

    /// Whether to try again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Temporary { .. })
    }

    /// Why something is not known: what was answered, and what to do about it.
    pub fn why(&self) -> String {
        self.hint().map_or_else(|| self.to_string(), |hint| format!("{self}; {hint}"))
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Temporary { .. } => None,
            Self::Exists { hint, .. } | Self::Permanent { hint, .. } => hint.as_deref(),
        }
    }
}

/// One check from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked; none if it is about all of it.
    pub address: Option<Address>,
    /// The check, for example `plain connection refused` or an attribute's name.
    pub check: String,
    /// What should be.
    pub expected: String,
    /// What is.
    pub actual: String,
    /// How it came out.
    pub verdict: Verdict,
}

/// How a check came out. What could not be checked neither holds nor fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What is there is what should be.
    Holds,
    /// It is not.
    Fails,
    /// Nobody could tell; `actual` says why.
    NotChecked,
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

impl Finding {
    /// How many of some findings came out so.
    pub fn count(all: &[Self], verdict: Verdict) -> usize {
        all.iter().filter(|finding| finding.verdict == verdict).count()
    }
}

/// How clients reach a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Host and port to give to a client; all nodes in cluster mode.
    pub endpoints: Vec<Endpoint>,
    /// Endpoints of replicas, for reads.
    pub readers: Vec<Endpoint>,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// File with the certificate of the authority, where it is not a public one.
    pub ca_file: Option<String>,
    /// The name that the server's certificate must carry.
    pub server_name: Option<String>,
    /// Whether clients must speak the cluster protocol.
    pub cluster_mode: bool,
    /// Whether it is a cache without nodes: one name, of which a second port serves those who read from replicas.
    pub serverless: bool,
    /// What tokens of IAM are signed for; none where nobody signs in with one.
    pub iam: Option<IamTarget>,
    /// Users and where their passwords are.
    pub users: Vec<Credential>,
    /// Connections that one node accepts.
    pub max_clients: Option<u32>,
}

/// A cache that runs already.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Name of the profile.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// What is known of it.
    pub cache: RunningCache,
}

/// Commands over HTTPS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestAccess {
    /// Where they are sent.
    pub url: String,
    /// The name under which [`Provider::reveal`] has the token that lets in.
    pub user: &'static str,
}

/// Host and port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Endpoint {
    /// Name or number.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// The cache as IAM knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IamTarget {
    /// Its name, in lower case: the host that a token is signed for.
    pub cache: String,
    /// Its region.
    pub region: String,
}

/// A user, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// Name of the user.
    pub user: String,
    /// How it proves who it is.
    pub auth: Auth,
    /// Where the password is: a file, or a name in a secret store.
    pub secret: String,
}
