//! Redis and Valkey servers on this machine: TLS only, users with least rights, in folders that carry our tag.

mod acl;
mod care;
mod client;
mod cluster;
mod conf;
mod error;
mod files;
mod heir;
mod layout;
mod metrics;
mod node;
mod observe;
mod process;
mod secrets;
mod spec;
mod steps;
mod tls;
mod unit;
mod verify;
mod wait;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

pub use error::LocalError;
pub use layout::Layout;
pub use secrets::{Credentials, Secret};
pub use unit::Units;

use super::{
    Connection, Credential, Endpoint, Exclusion, Finding, MetricsAsked, Outcome, Pace, Program, ProgramError,
    Provider, ProviderError, Rule, Scope, Task, World,
};
use crate::deployment::Configuration;
use crate::files::LockFile;
use crate::observe::Observations;
use crate::plan::{
    Action, Address, AttributeChange, Change, Effect, Observed, Ownership, PlannedStep, Resource, State,
    Value,
};
use crate::profile::{Auth, Pin, Profile};
use crate::units::{Engine, Figure, FromText as _, Policy, Source, Sourced, Usd};

/// One deployment on this machine.
#[derive(Debug)]
pub struct Local {
    layout: Layout,
    server: Option<PathBuf>,
    now: Timestamp,
    units: Option<Units>,
    /// Servers that were started and do not answer yet.
    started: wait::Started,
    /// Slots are moved by one thread at a time.
    slots: Mutex<()>,
}

impl Local {
    /// The deployment of a profile below a data folder. `server` names the program to use instead of the one on the
    /// PATH; `now` decides on certificates.
    pub fn open(data: &Path, profile: &str, server: Option<PathBuf>, now: Timestamp) -> Self {
        Self {
            layout: Layout::new(data, profile),
            server,
            now,
            units: None,
            started: wait::Started::default(),
            slots: Mutex::new(()),
        }
    }

    /// With units of systemd that start the servers with the machine.
    #[must_use]
    pub fn with_units(mut self, units: Units) -> Self {
        self.units = Some(units);
        self
    }

    /// Its folder.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The password of a user, for `connect --reveal`.
    pub fn secret(&self, user: &str) -> Result<Option<Secret>, LocalError> {
        Ok(Credentials::load(&self.layout)?.get(user).cloned())
    }

    /// Whether a node was made as a replica, by its name.
    fn is_replica(&self, address: &Address) -> bool {
        spec::position(self.layout.name(), &address.name).is_some_and(|(_, replica)| replica > 0)
    }

    fn program(&self, deployment: &Configuration, profile: &Profile) -> Result<Program, LocalError> {
        let pin = &profile.pin;
        let fixed = profile.requirements.engine.is_some() || pin.engine.is_some();
        let program = Program::find(self.server.as_deref(), deployment.engine, fixed)?;
        if fixed && program.engine != deployment.engine {
            let why = format!("it serves {}, the profile asks for {}", program.engine, deployment.engine);
            return Err(ProgramError::BadServer { path: program.path, why }.into());
        }
        if let Some(version) = pin.version.as_ref().filter(|v| !is_version(&program.version, &v.value)) {
            let why = format!("it is version {}, the profile pins {}", program.version, version.value);
            return Err(ProgramError::BadServer { path: program.path, why }.into());
        }
        Ok(program)
    }
}

/// Whether 7.0.15 is a 7.0.
fn is_version(full: &str, wanted: &str) -> bool {
    full == wanted || full.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
}

impl Provider for Local {
    fn scope(&self) -> Result<Scope, ProviderError> {
        Ok(Scope::new(None, Some(self.layout.data().display().to_string())))
    }

    fn exclude(&self) -> Result<Exclusion, ProviderError> {
        files::make_dir(self.layout.data())?;
        let path = self.layout.lock();
        let note = format!("process {} since {:.0}", std::process::id(), self.now);
        match LockFile::take(&path, &note).map_err(LocalError::file("lock", &path))? {
            Ok(file) => Ok(Exclusion::by(file)),
            Err(holder) if holder.is_empty() => {
                Err(LocalError::Locked { path, holder: "a process that just started".to_owned() }.into())
            }
            Err(holder) => Err(LocalError::Locked { path, holder }.into()),
        }
    }

    fn pace(&self) -> Pace {
        // Nobody counts questions on this machine.
        Pace { first_look: Duration::from_millis(50), slowest: Duration::from_millis(500), ..Pace::default() }
    }

    fn desired(&self, deployment: &Configuration, profile: &Profile) -> Result<Vec<Resource>, ProviderError> {
        spec::check(deployment, profile)?;
        let program = self.program(deployment, profile)?;
        let mut all = spec::resources(deployment, profile, &program);
        if let Some(units) = &self.units {
            all.extend(units.desired(&self.layout, &all)?);
        }
        Ok(all)
    }

    fn observe(&self) -> Result<Vec<Observed>, ProviderError> {
        let mut all = observe::observe(&self.layout, self.now)?;
        if let Some(units) = &self.units {
            all.extend(units.observe(&self.layout)?);
        }
        Ok(all)
    }

    fn read(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        if address.kind == spec::SERVER {
            // The others need not be asked for it.
            return Ok(observe::one(&self.layout, &address.name, self.now)?);
        }
        Ok(self.observe()?.into_iter().find(|o| &o.resource.address == address))
    }

    fn attribute_rule(&self, address: &Address, difference: &AttributeChange) -> Rule {
        let restarts = || {
            Rule::in_place(5)
                .with_effect(Effect::ConnectionsDrop)
                .because("the server saves its data, ends and starts again")
        };
        match (address.kind.as_str(), difference.name.as_str()) {
            (spec::SERVER, "cluster_mode") => {
                Rule::replace(5).because("a server becomes part of a cluster only when it is made")
            }
            (spec::SERVER, "engine") => {
                Rule::replace(5).because("another engine may not read what this one has saved")
            }
            (spec::SERVER, "version" | "configuration") if care::restarts(difference) => restarts(),
            (spec::SERVER, "users") | (spec::FOLDER, "credentials") if care::locks_out(difference) => {
                Rule::in_place(1)
                    .with_effect(Effect::ConnectionsDrop)
                    .because("users that go are signed out, and their passwords are forgotten")
            }
            (spec::SERVER, "role") => Rule::in_place(5),
            (spec::CLUSTER, "slots") => {
                Rule::in_place(30).because("keys move one by one while they are served")
            }
            (spec::CLUSTER, _) => Rule::in_place(10),
            (spec::FOLDER, "certificate_authority") => Rule::in_place(1)
                .with_effect(Effect::ConnectionsDrop)
                .because("clients must be given the new authority"),
            _ => Rule::in_place(1),
        }
    }

    fn rule(&self, address: &Address, action: &Action) -> Rule {
        match (address.kind.as_str(), action) {
            // Its primary has the same data.
            (spec::SERVER, Action::Delete) if self.is_replica(address) => {
                Rule::in_place(2).with_effect(Effect::ConnectionsDrop)
            }
            (spec::SERVER, Action::Delete) => Rule::in_place(2).with_effect(Effect::DataLoss),
            (spec::SERVER, Action::Update) => Rule::in_place(3),
            (spec::SERVER, Action::Create) => Rule::in_place(2),
            (spec::CLUSTER, Action::Create) => Rule::in_place(8),
            (_, Action::Replace { .. }) => Rule::replace(5),
            _ => Rule::in_place(1),
        }
    }

    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        care::reconsider(change, world);
    }

    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, ProviderError> {
        Ok(steps::steps(change, world)?)
    }

    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        let step = task.step;
        // Two servers of one cluster may go at once, and the cluster itself may change: all of them move slots.
        let alone = matches!(step.verb.as_str(), steps::DRAIN) || step.address.kind == spec::CLUSTER;
        let _guard = alone.then(|| self.slots.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.units {
            Some(units) if step.address.kind == unit::UNIT => {
                units.execute(&self.layout, step)?;
                Ok(Outcome::Done)
            }
            _ => Ok(steps::execute(&self.layout, self.now, &self.started, step)?),
        }
    }

    fn verify(&self, desired: &[Resource]) -> Result<Vec<Finding>, ProviderError> {
        Ok(verify::verify(&self.layout, desired, self.now)?)
    }

    fn connection(&self) -> Result<Option<Connection>, ProviderError> {
        let observed = self.observe()?;
        let servers: Vec<&Observed> = observed
            .iter()
            .filter(|o| o.resource.address.kind == spec::SERVER && o.state == State::Ready)
            .collect();
        let is_replica = |o: &&Observed| o.computed.get("role").is_some_and(|role| role == "replica");
        let endpoints = |servers: &[&Observed]| -> Vec<Endpoint> {
            servers.iter().filter_map(|o| endpoint(o.computed.get("endpoint")?)).collect()
        };
        let flag = |o: &Observed, name: &str| o.resource.attributes.get(name)?.as_flag();
        let (replicas, primaries): (Vec<&Observed>, Vec<&Observed>) =
            servers.into_iter().partition(is_replica);
        let Some(first) = primaries.first() else { return Ok(None) };
        let cluster_mode = flag(first, "cluster_mode").unwrap_or(false);
        let max_clients = first.resource.attributes.get("max_clients").and_then(Value::as_number);
        let credentials = Credentials::load(&self.layout)?;
        let file = self.layout.credentials();
        let own = [secrets::ADMIN, secrets::REPLICATION];
        let users = credentials.names().into_iter().filter(|name| !own.contains(&name.as_str()));
        Ok(Some(Connection {
            endpoints: endpoints(&primaries),
            readers: endpoints(&replicas),
            tls: true,
            ca_file: Some(self.layout.ca_cert().display().to_string()),
            server_name: Some(tls::SERVER_NAME.to_owned()),
            cluster_mode,
            serverless: false,
            iam: None,
            users: users
                .map(|user| Credential {
                    secret: format!("users.{user} in {}", file.display()),
                    auth: Auth::Password,
                    user,
                })
                .collect(),
            max_clients: max_clients.and_then(|n| u32::try_from(n).ok()),
        }))
    }

    fn reveal(&self, user: &str) -> Result<Option<String>, ProviderError> {
        Ok(self.secret(user)?.map(|secret| secret.reveal().to_owned()))
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        // A process on a machine that is there anyway is on nobody's bill. The plan's total has people's time.
        Figure::Known(Usd::ZERO)
    }

    fn metrics(&self, asked: &MetricsAsked, tell: &dyn Fn(&str)) -> Result<Observations, ProviderError> {
        metrics::read(&self.layout, &self.observe()?, asked, tell)
    }

    fn running(&self, observed: &[Observed]) -> Option<Pin> {
        let servers: Vec<&Observed> = observed
            .iter()
            .filter(|o| o.resource.address.kind == spec::SERVER && o.ownership == Ownership::Ours)
            .collect();
        let positions: Vec<(u32, u32)> = servers
            .iter()
            .filter_map(|o| spec::position(self.layout.name(), &o.resource.address.name))
            .collect();
        let shards = positions.iter().map(|(shard, _)| *shard).max()?;
        let replicas = positions.iter().map(|(_, replica)| *replica).max()?;
        let text = |name: &str| servers.first()?.resource.attributes.get(name)?.as_text();
        let count = |n: u32| Some(observed_value(n));
        Some(Pin {
            engine: text("engine").and_then(|t| Engine::from_text(t).ok()).map(observed_value),
            eviction_policy: text("eviction_policy")
                .and_then(|t| Policy::from_text(t).ok())
                .map(observed_value),
            shards: count(shards),
            replicas: count(replicas),
            ..Pin::default()
        })
    }
}

fn observed_value<T>(value: T) -> Sourced<T> {
    let source = Source::Observed { metric: "the servers that run".into(), window: "now".into() };
    Sourced { value, source }
}

/// `127.0.0.1:7001`.
fn endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    Some(Endpoint { host: host.to_owned(), port: port.parse().ok()? })
}

impl From<LocalError> for ProviderError {
    fn from(error: LocalError) -> Self {
        match &error {
            LocalError::Server { source, .. } if source.is_io_error() || source.is_timeout() => {
                Self::temporary(error.to_string())
            }
            LocalError::Locked { .. } => {
                let hint = "wait until it has ended; if it hangs, end that process".to_owned();
                Self::permanent(error.to_string(), Some(hint))
            }
            _ => Self::permanent(error.to_string(), None),
        }
    }
}
