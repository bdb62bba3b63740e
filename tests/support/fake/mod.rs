//! A provider in memory: resources move through states as they are asked about, and calls fail where a test says so.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod clock;
mod late;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cachefit::deployment::Configuration;
use cachefit::plan::{
    Action, Address, AttributeChange, Change, Confirmation, Effect, Observed, Ownership, PlannedStep,
    Resource, Scheduled, Scope, State, StepId, When,
};
use cachefit::profile::Profile;
use cachefit::provider::{
    Connection, Finding, Operation, Outcome, Provider, ProviderError, Rule, Task, World,
};
use cachefit::units;

pub use clock::Still;
use late::Thing;
pub use late::{Lateness, Operations};

/// Where a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call is refused for now; nothing has happened.
    Before,
    /// It has happened, but the answer is an error.
    After,
    /// It has happened, and the answer is lost on the way.
    Cut,
    /// The program is killed before the call.
    KilledBefore,
    /// The program is killed after the call.
    KilledAfter,
    /// It will never work.
    Never,
    /// Too many calls: the service says how many seconds to wait.
    Later(u64),
}

/// The world behind the provider. It outlives every run of the program.
#[derive(Debug, Default)]
pub struct World1 {
    resources: BTreeMap<Address, Thing>,
    /// Secrets that were made.
    pub secrets: BTreeSet<String>,
    /// Creates that were accepted.
    pub creates: BTreeMap<Address, u32>,
    /// Changes and deletions of what is not ours.
    pub trespasses: u32,
    /// The token of each call, by its step.
    pub tokens: Vec<(StepId, String)>,
    /// Operations that were begun.
    pub operations: u32,
    /// Polls of each.
    pub polls: BTreeMap<String, u32>,
}

/// What another client does between two calls.
pub type Deed = fn(&Fake);

/// A provider in memory.
#[derive(Debug, Default)]
pub struct Fake {
    /// Where it is.
    pub scope: Scope,
    pub world: Mutex<World1>,
    pub calls: AtomicUsize,
    pub faults: Mutex<BTreeMap<usize, Fault>>,
    /// Looks that a create takes.
    pub slow: u32,
    /// Attributes that come into force in the maintenance window.
    pub in_window: BTreeSet<String>,
    /// Attributes that wait for people.
    pub gated: BTreeSet<String>,
    /// Attributes whose change loses data.
    pub loses: BTreeSet<String>,
    /// A figure of the moment that speaks for each change, and what it asks people about the data.
    pub figure: Option<(String, Option<String>)>,
    /// Attributes that are accepted and then not set: a provider that lies.
    pub ignored: BTreeSet<String>,
    /// The checks from outside cannot run.
    pub unverifiable: bool,
    /// How late it is with what it shows.
    pub late: Lateness,
    /// Creates are operations.
    pub operations: Option<Operations>,
    /// What a second client does before the call of this index.
    pub others: Mutex<BTreeMap<usize, Deed>>,
    /// Kinds on which a call waits for another one at the same time.
    pub in_pairs: BTreeSet<String>,
    pub running: AtomicUsize,
    /// The most calls at the same time.
    pub at_once: AtomicUsize,
}

pub fn address(kind: &str, name: &str) -> Address {
    Address::new(units::Provider::Local, kind, name)
}

/// Attributes that cannot be changed in place.
pub fn is_immutable(attribute: &str) -> bool {
    attribute.starts_with("fixed")
}

impl Fake {
    /// The call with this index, from 0 on and counted over `execute`, goes wrong.
    pub fn fail(&self, call: usize, fault: Fault) {
        self.faults.lock().unwrap().insert(call, fault);
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Something that somebody else has made.
    pub fn put_foreign(&self, resource: Resource) {
        let mut observed = Observed::ours(resource);
        observed.ownership = Ownership::Foreign { why: "it has no tag".into() };
        let address = observed.resource.address.clone();
        self.world.lock().unwrap().resources.insert(address, Thing::new(observed));
    }

    /// Somebody changes something by hand.
    pub fn edit(&self, address: &Address, attribute: &str, value: &str) {
        let mut world = self.world.lock().unwrap();
        let thing = world.resources.get_mut(address).unwrap();
        thing.observed.resource.attributes.insert(attribute.to_owned(), value.into());
    }

    /// For so many looks it cannot be told whose a resource is.
    pub fn unread(&self, address: &Address, looks: u32) {
        self.world.lock().unwrap().resources.get_mut(address).unwrap().unread = looks;
    }

    /// Somebody deletes something.
    pub fn remove(&self, address: &Address) {
        self.world.lock().unwrap().resources.remove(address);
    }

    /// A resource stops working.
    pub fn break_down(&self, address: &Address) {
        let mut world = self.world.lock().unwrap();
        world.resources.get_mut(address).unwrap().observed.state = State::Broken { why: "it is down".into() };
    }

    /// A value cannot be read.
    pub fn forget(&self, address: &Address, attribute: &str) {
        let mut world = self.world.lock().unwrap();
        world.resources.get_mut(address).unwrap().observed.resource.attributes.remove(attribute);
    }

    /// The maintenance window passes.
    pub fn window_passes(&self) {
        for thing in self.world.lock().unwrap().resources.values_mut() {
            for pending in std::mem::take(&mut thing.observed.pending) {
                thing.observed.resource.attributes.insert(pending.attribute, pending.value);
            }
        }
    }

    fn act(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        let step = task.step;
        let mut world = self.world.lock().unwrap();
        world.tokens.push((step.id.clone(), task.token.clone()));
        let resource: Option<Resource> = serde_json::from_value(step.argument.clone()).unwrap();
        // What an idempotent step does: look first.
        let seen = world.resources.get_mut(&step.address).and_then(Thing::look);
        match seen.as_ref().map(|o| &o.ownership) {
            Some(Ownership::Unknown { why }) => return Ok(Outcome::working(why.as_str())),
            Some(Ownership::Foreign { .. }) => {
                world.trespasses += 1;
                return Err(ProviderError::permanent("not ours", None));
            }
            _ => {}
        }
        match step.verb.as_str() {
            "secret" => {
                world.secrets.insert(step.address.name.clone());
            }
            "create" => return self.create(&mut world, task, seen.is_some(), resource),
            "delete" => {
                world.resources.remove(&step.address);
            }
            verb => {
                let name = verb.strip_prefix("set-").map(str::to_owned);
                let Some(thing) = world.resources.get_mut(&step.address) else {
                    return Err(ProviderError::permanent("it is gone", None));
                };
                let before = thing.observed.clone();
                thing.observed.state = State::Ready;
                if let Some(name) = name.filter(|n| !self.ignored.contains(n)) {
                    let value = resource.unwrap().attributes[&name].clone();
                    if self.in_window.contains(&name) {
                        let until = "Sunday 03:00".to_owned();
                        thing.observed.pending.retain(|p| p.attribute != name);
                        thing.observed.pending.push(Scheduled {
                            attribute: name,
                            value,
                            until: until.clone(),
                        });
                        return Ok(Outcome::Scheduled { until });
                    }
                    thing.observed.resource.attributes.insert(name, value);
                    thing.stale = Some((before, self.late.stale));
                }
            }
        }
        Ok(Outcome::Done)
    }

    fn create(
        &self,
        world: &mut World1,
        task: &Task<'_>,
        shows: bool,
        resource: Option<Resource>,
    ) -> Result<Outcome, ProviderError> {
        let address = &task.step.address;
        if let (Some(operations), Some(operation)) = (self.operations, &task.operation) {
            return poll(world, address, operations, operation);
        }
        if let Some(thing) = world.resources.get_mut(address) {
            if !shows {
                let message = format!("something called {address} exists");
                let hint = Some("give it another name".to_owned());
                return Err(ProviderError::Exists { message, hint });
            }
            if thing.busy > 0 {
                thing.busy -= 1;
                return Ok(Outcome::working("creating"));
            }
            thing.observed.state = State::Ready;
            return Ok(Outcome::Done);
        }
        *world.creates.entry(address.clone()).or_default() += 1;
        let mut observed = Observed::ours(resource.unwrap());
        if self.slow > 0 || self.operations.is_some() {
            observed.state = State::Busy { what: "creating".into() };
        }
        let late = self.late;
        let (hidden, restless, unread) = (late.hides, late.early, late.unread);
        let thing = Thing { busy: self.slow, hidden, restless, unread, ..Thing::new(observed) };
        world.resources.insert(address.clone(), thing);
        if let Some(Operations { keep, look_after, .. }) = self.operations {
            world.operations += 1;
            let operation = Some(Operation { id: format!("operation of {address}"), keep });
            return Ok(Outcome::Working { what: "creating".into(), look_after, operation });
        }
        Ok(if self.slow > 0 { Outcome::working("creating") } else { Outcome::Done })
    }
}

/// Asks about an operation.
fn poll(
    world: &mut World1,
    address: &Address,
    operations: Operations,
    operation: &Operation,
) -> Result<Outcome, ProviderError> {
    let polls = world.polls.entry(operation.id.clone()).or_default();
    *polls += 1;
    if *polls < operations.polls {
        let look_after = operations.look_after;
        return Ok(Outcome::Working { what: "creating".into(), look_after, operation: None });
    }
    if let Some(why) = operations.fails {
        world.resources.remove(address);
        return Err(ProviderError::permanent(why, None));
    }
    if let Some(thing) = world.resources.get_mut(address) {
        thing.observed.state = State::Ready;
    }
    Ok(Outcome::Done)
}

impl Provider for Fake {
    fn scope(&self) -> Result<Scope, ProviderError> {
        Ok(self.scope.clone())
    }

    fn desired(&self, _: &Configuration, _: &Profile) -> Result<Vec<Resource>, ProviderError> {
        Ok(Vec::new())
    }

    fn observe(&self) -> Result<Vec<Observed>, ProviderError> {
        Ok(self.world.lock().unwrap().resources.values_mut().filter_map(Thing::look).collect())
    }

    fn read(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        Ok(self.world.lock().unwrap().resources.get_mut(address).and_then(Thing::look))
    }

    fn attribute_rule(&self, _: &Address, difference: &AttributeChange) -> Rule {
        if is_immutable(&difference.name) {
            return Rule::replace(60).because(format!("{} is set when it is made", difference.name));
        }
        let asks = self.figure.as_ref().is_some_and(|(_, gate)| gate.is_some());
        let loses = asks || self.loses.contains(&difference.name);
        let rule = Rule::in_place(5).with_effect(if loses { Effect::DataLoss } else { Effect::None });
        if self.in_window.contains(&difference.name) {
            return Rule { when: When::NextWindow { starts: "Sunday 03:00".into() }, ..rule };
        }
        rule
    }

    fn rule(&self, _: &Address, action: &Action) -> Rule {
        match action {
            Action::Delete => Rule::in_place(1).with_effect(Effect::DataLoss),
            Action::Replace { .. } => Rule::replace(60),
            _ => Rule::in_place(10),
        }
    }

    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, ProviderError> {
        let argument = serde_json::to_value(world.desired(&change.address)).unwrap();
        let draft = |verb: &str| PlannedStep { argument: argument.clone(), ..PlannedStep::new(verb, verb) };
        let create = || match change.address.kind.as_str() {
            "user" => vec![draft("secret"), draft("create")],
            _ => vec![draft("create")],
        };
        Ok(match &change.action {
            Action::None => Vec::new(),
            Action::Create => create(),
            Action::Delete => vec![draft("delete")],
            Action::Replace { .. } => [vec![draft("delete")], create()].concat(),
            Action::Update => {
                let mut steps: Vec<PlannedStep> = change
                    .attributes
                    .iter()
                    .filter(|a| !a.pending)
                    .map(|a| {
                        let mut step = draft(&format!("set-{}", a.name));
                        step.gate = self
                            .gated
                            .contains(&a.name)
                            .then(|| Confirmation::clients("move every client", "look"));
                        if let Some((proof, gate)) = &self.figure {
                            step.proof = Some(proof.clone());
                            step.gate =
                                gate.as_ref().map(|what| Confirmation::data(what, "look")).or(step.gate);
                        }
                        step
                    })
                    .collect();
                if steps.is_empty() {
                    // Busy since a create that was cut short, or broken.
                    let is_busy =
                        world.ours(&change.address).is_some_and(|o| matches!(o.state, State::Busy { .. }));
                    steps.push(draft(if is_busy { "create" } else { "mend" }));
                }
                steps
            }
        })
    }

    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        let step = task.step;
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.at_once.fetch_max(now, Ordering::SeqCst);
        let patience = std::time::Instant::now() + Duration::from_secs(20);
        while self.in_pairs.contains(&step.address.kind)
            && self.at_once.load(Ordering::SeqCst) < 2
            && std::time::Instant::now() < patience
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let other = self.others.lock().unwrap().remove(&call);
        if let Some(other) = other {
            other(self);
        }
        let fault = self.faults.lock().unwrap().get(&call).copied();
        let result = match fault {
            Some(Fault::Before) => Err(ProviderError::temporary("throttled")),
            Some(Fault::Never) => Err(ProviderError::permanent("quota exceeded", Some("raise it".into()))),
            Some(Fault::Later(seconds)) => Err(ProviderError::Temporary {
                message: "too many calls".into(),
                retry_after: Some(Duration::from_secs(seconds)),
            }),
            Some(Fault::KilledBefore) => panic!("killed before call {call}"),
            _ => self.act(task),
        };
        self.running.fetch_sub(1, Ordering::SeqCst);
        match fault {
            Some(Fault::After | Fault::Cut) => {
                result.and_then(|_| Err(ProviderError::temporary("the connection was closed")))
            }
            Some(Fault::KilledAfter) => panic!("killed after call {call}"),
            _ => result,
        }
    }

    fn verify(&self, _: &[Resource]) -> Result<Vec<Finding>, ProviderError> {
        if self.unverifiable {
            return Err(ProviderError::permanent("the name cannot be resolved", None));
        }
        Ok(Vec::new())
    }

    fn connection(&self) -> Result<Option<Connection>, ProviderError> {
        Ok(None)
    }
}
