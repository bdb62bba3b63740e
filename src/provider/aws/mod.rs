//! Amazon ElastiCache next to the Lambda functions that use it: by nodes or serverless, with network, users, passwords,
//! alarms and scaling.

mod acl;
mod actions;
mod advice;
mod alarm;
mod callers;
mod connection;
mod error;
mod execute;
mod fit;
mod import;
mod keys;
mod names;
mod network;
mod observe;
mod own_tags;
pub mod permissions;
pub mod policy;
mod quota;
mod reach;
mod refusals;
mod restore;
mod rules;
mod running;
mod scale;
mod session;
mod spec;
mod steps;
mod switched_on;
mod window;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Runtime;

pub use actions::Action as Call;
pub use import::Imported;
pub use session::{Caller, Opening};

use super::{Connection, Finding, Outcome, Provider, ProviderError, Rule, Scope, Task, Verdict, World};
use crate::deployment::Deployment;
use crate::plan::{Action, Address, AttributeChange, Change, Draft, Observed, Ownership, Resource, State};
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Usd};
use network::Network;
use session::Session;

/// One deployment in an account and region of AWS.
#[derive(Debug)]
pub struct Aws {
    runtime: Runtime,
    session: Session,
    /// Where the functions are; read once, together with the first look at everything.
    network: Mutex<Option<Result<Network, ProviderError>>>,
    /// What the account may have; read together with the network.
    quotas: Mutex<Option<quota::Quotas>>,
    /// What was seen last: what cannot change decides on what can be asked for.
    seen: Mutex<Vec<Observed>>,
    /// Whether that is still how things are: no step was carried out since.
    fresh: AtomicBool,
    /// Changes that were asked for in this run.
    tries: execute::Tries,
    /// What people should know beside the plan.
    notes: Mutex<Vec<String>>,
}

/// What a new deployment would be made of, without a look at the account: its network is whatever functions have.
pub fn desired_anew(deployment: &Deployment, profile: &Profile) -> Vec<Resource> {
    // Any VPC: without one, a serverless cache would be public.
    let network = Network { vpc: Some("vpc".to_owned()), ..Network::default() };
    spec::resources(&spec::Wish { deployment, profile, network: &network, observed: &[] })
}

impl Aws {
    /// The deployment of a profile. Makes no call yet.
    pub fn open(opening: Opening) -> Result<Self, ProviderError> {
        let runtime = session::runtime()?;
        let session = runtime.block_on(Session::open(opening));
        Ok(Self {
            runtime,
            session,
            network: Mutex::default(),
            quotas: Mutex::default(),
            seen: Mutex::default(),
            fresh: AtomicBool::new(false),
            tries: Mutex::default(),
            notes: Mutex::default(),
        })
    }

    /// Calls made so far, in their order.
    pub fn calls(&self) -> Vec<Call> {
        self.session.calls()
    }

    /// A cache that runs already, for a profile of it; none if there is none of the name that this was opened with.
    pub fn import(&self) -> Result<Option<Imported>, ProviderError> {
        let observed = self.observe()?;
        let imported = self.runtime.block_on(import::import(&self.session, &observed))?;
        if imported.is_none()
            && let Some(why) = self.runtime.block_on(import::other(&self.session))?
        {
            return Err(why);
        }
        Ok(imported)
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Observed>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn network(&self) -> Result<Network, ProviderError> {
        let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if network.is_none() {
            let functions = self.session.opening.functions.clone().unwrap_or_default();
            *network = Some(self.runtime.block_on(network::read(&self.session, &functions)));
        }
        network.clone().unwrap_or_else(|| Ok(Network::default()))
    }
}

impl Provider for Aws {
    fn scope(&self) -> Result<Scope, ProviderError> {
        Ok(self.runtime.block_on(self.session.scope())?)
    }

    fn desired(&self, deployment: &Deployment, profile: &Profile) -> Result<Vec<Resource>, ProviderError> {
        let network = self.network()?;
        let seen = self.seen().clone();
        let (deployment, settled) = spec::stays::settled(deployment, &seen);
        refusals::check(&deployment, profile, &network, &seen)?;
        self.runtime.block_on(restore::check(&self.session, &deployment, &seen))?;
        self.runtime.block_on(keys::there(&self.session, profile, &network))?;
        let wish = spec::Wish { deployment: &deployment, profile, network: &network, observed: &seen };
        let resources = spec::resources(&wish);
        let mut notes = self.runtime.block_on(advice::notes(&self.session, &wish));
        notes.extend(settled);
        notes.extend(running::beside_note(&resources));
        if let Some(quotas) = &*self.quotas.lock().unwrap_or_else(PoisonError::into_inner) {
            let verdict = quota::check(quotas, &self.session.counts(), &resources, &seen);
            if !verdict.refusals.is_empty() {
                return Err(ProviderError::permanent(verdict.refusals.join("\n"), None));
            }
            notes.extend(verdict.notes);
        }
        *self.notes.lock().unwrap_or_else(PoisonError::into_inner) = notes;
        Ok(resources)
    }

    fn observe(&self) -> Result<Vec<Observed>, ProviderError> {
        let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        let functions = self.session.opening.functions.as_deref().filter(|_| network.is_none());
        let (observed, read) = self.runtime.block_on(async {
            let observed = Box::pin(observe::all(&self.session));
            let read = Box::pin(async {
                let functions = functions?;
                let network = network::read(&self.session, functions);
                Some(futures_util::future::join(network, Box::pin(quota::read(&self.session))).await)
            });
            futures_util::future::join(observed, read).await
        });
        if let Some((place, quotas)) = read {
            *network = Some(place);
            *self.quotas.lock().unwrap_or_else(PoisonError::into_inner) = Some(quotas);
        }
        let observed = observed?;
        self.seen().clone_from(&observed);
        self.fresh.store(true, Ordering::Relaxed);
        Ok(observed)
    }

    fn read(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        Ok(self.runtime.block_on(observe::one(&self.session, address))?)
    }

    fn attribute_rule(&self, address: &Address, difference: &AttributeChange) -> Rule {
        rules::attribute(&self.seen(), address, difference)
    }

    fn rule(&self, address: &Address, action: &Action) -> Rule {
        rules::whole(address, action)
    }

    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        let minimum = |a: &AttributeChange| a.name.ends_with("_minimum") || a.name.contains("_minimum_");
        let (Some(is), Some(wanted)) = (world.ours(&change.address), world.desired(&change.address)) else {
            return;
        };
        if change.address.kind == names::SERVERLESS_CACHE && change.attributes.iter().any(minimum) {
            change.monthly_delta = match (running::minimum(&is.resource), running::minimum(wanted)) {
                (Figure::Known(before), Figure::Known(after)) => Figure::unknown(format!(
                    "its minimums cost {before} USD a month today and {after} USD then, while it is idle; above them it follows use"
                )),
                (Figure::Unknown { why }, _) | (_, Figure::Unknown { why }) => Figure::unknown(why),
            };
        }
    }

    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<Draft>, ProviderError> {
        refusals::still_used(change, world)?;
        switched_on::stays(change, world.ours(&change.address))?;
        let mut drafts = steps::steps(change, world, &self.session.opening);
        self.runtime.block_on(advice::prove(&self.session, change, world, &mut drafts))?;
        Ok(drafts)
    }

    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        self.fresh.store(false, Ordering::Relaxed);
        self.runtime.block_on(execute::execute(&self.session, &self.tries, task.step))
    }

    fn verify(&self, desired: &[Resource]) -> Result<Vec<Finding>, ProviderError> {
        let observed = self.observe()?;
        let mut all: Vec<Finding> =
            desired.iter().flat_map(|resource| findings(resource, &observed)).collect();
        // A plan file says nothing of the functions.
        if self.session.opening.functions.is_some() {
            let network = self.network()?;
            all.extend(self.runtime.block_on(reach::findings(&self.session, &network, desired, &observed)));
        }
        Ok(all)
    }

    fn connection(&self) -> Result<Option<Connection>, ProviderError> {
        // Nothing was done since the last look at everything, unless a step was carried out.
        let observed = if self.fresh.load(Ordering::Relaxed) { self.seen().clone() } else { self.observe()? };
        Ok(connection::connection(&self.session, &observed))
    }

    fn reveal(&self, user: &str) -> Result<Option<String>, ProviderError> {
        Ok(self.runtime.block_on(connection::reveal(&self.session, user))?)
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        running::monthly(resource)
    }

    fn beside(&self, resources: &[Resource]) -> Figure<Usd> {
        running::beside(resources)
    }

    fn running(&self, observed: &[Observed]) -> Option<Pin> {
        running::pin(observed)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a resource is there, ours and at work. Attributes are held against the plan by the engine.
fn findings(resource: &Resource, observed: &[Observed]) -> Vec<Finding> {
    let is = observed.iter().find(|o| o.resource.address == resource.address);
    let actual = match is {
        None => "not there".to_owned(),
        Some(
            Observed { ownership: Ownership::Foreign { why } | Ownership::Unknown { why }, .. }
            | Observed { state: State::Busy { what: why } | State::Broken { why }, .. },
        ) => why.clone(),
        Some(_) => "at work".to_owned(),
    };
    let mut all = vec![Finding {
        address: Some(resource.address.clone()),
        check: "read back".to_owned(),
        expected: "at work".to_owned(),
        verdict: (actual == "at work").into(),
        actual,
    }];
    let Some(is) = is else { return all };
    // Others may have had a reason: it is said, and no failure.
    if let Some(silent) = is.facts.get(observe::alarms::SILENT) {
        all.push(Finding {
            address: Some(resource.address.clone()),
            check: "actions of the alarms".to_owned(),
            expected: "switched on".to_owned(),
            actual: format!("switched off by others: {silent}"),
            verdict: Verdict::Holds,
        });
    }
    for (name, value) in &resource.attributes {
        let later = is.pending.iter().any(|p| &p.attribute == name && &p.value == value);
        let actual = is.resource.attributes.get(name);
        if actual != Some(value) && !later {
            all.push(Finding {
                address: Some(resource.address.clone()),
                check: name.clone(),
                expected: value.to_string(),
                actual: actual.map_or_else(|| "not set".to_owned(), ToString::to_string),
                verdict: Verdict::Fails,
            });
        }
    }
    all
}
