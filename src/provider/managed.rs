//! A provider made of kinds: what every cloud does alike, written once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{join, try_join_all};
use tokio::runtime::Runtime;

use super::call::CallError;
use super::cloud::{Cloud, Wanted};
use super::kind::{Attribute, Group, Kind, OnChange};
use super::reconcile::{self, Argument, Attempts};
use super::{Connection, Finding, Outcome, Pace, Provider, ProviderError, Rule, Scope, Task, Verdict, World};
use crate::deployment::Deployment;
use crate::plan::{
    Action, Address, AttributeChange, Change, Draft, Effect, Expect, Observed, Ownership, Resource, State,
    Value, When,
};
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Usd};

/// The attribute with the profile's own tags.
pub const TAGS: &str = "tags";

/// One deployment at a cloud.
#[derive(Debug)]
pub struct Managed<C: Cloud> {
    runtime: Runtime,
    cloud: C,
    /// Where the functions are; read once, together with the first look at everything.
    callers: Mutex<Option<Result<C::Callers, ProviderError>>>,
    /// What was seen last.
    seen: Mutex<Vec<Observed>>,
    /// Whether that is still how things are: no step was carried out since.
    fresh: AtomicBool,
    attempts: Attempts,
    /// What people should know beside the plan.
    notes: Mutex<Vec<String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<C: Cloud> Managed<C> {
    /// A deployment. Makes no call.
    pub fn new(runtime: Runtime, cloud: C) -> Self {
        Self {
            runtime,
            cloud,
            callers: Mutex::new(None),
            seen: Mutex::default(),
            fresh: AtomicBool::new(false),
            attempts: Attempts::default(),
            notes: Mutex::default(),
        }
    }

    /// The cloud.
    pub fn cloud(&self) -> &C {
        &self.cloud
    }

    /// Waits for what a cloud does beside the trait.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn kind(name: &str) -> Result<&'static dyn Kind<C>, ProviderError> {
        let kind = C::kinds().iter().copied().find(|kind| kind.name() == name);
        kind.ok_or_else(|| {
            let hint =
                "the plan is of another version of cachefit: make a new one with `cachefit plan PROFILE`";
            ProviderError::permanent(format!("nothing is known of a {name}"), Some(hint.to_owned()))
        })
    }

    async fn all(&self) -> Result<Vec<Observed>, CallError> {
        let lists = C::kinds().iter().map(|kind| kind.list(&self.cloud));
        let mut all: Vec<Observed> = try_join_all(lists).await?.into_iter().flatten().collect();
        self.cloud.relate(&mut all);
        all.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
        Ok(all)
    }

    async fn one(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        let kind = Self::kind(&address.kind)?;
        let beside = kind.read_with().iter().map(|name| Self::kind(name)).collect::<Result<Vec<_>, _>>()?;
        let lists = try_join_all(beside.into_iter().map(|kind| kind.list(&self.cloud)));
        let (is, beside) = join(kind.read(&self.cloud, &address.name), lists).await;
        let mut found: Vec<Observed> = beside?.into_iter().flatten().chain(is?).collect();
        self.cloud.relate(&mut found);
        Ok(found.into_iter().find(|o| &o.resource.address == address))
    }

    fn callers(&self) -> Result<C::Callers, ProviderError> {
        let mut callers = locked(&self.callers);
        if callers.is_none() {
            *callers = Some(self.wait(self.cloud.callers()).map_err(ProviderError::from));
        }
        callers.clone().unwrap_or_else(|| Ok(C::Callers::default()))
    }
}

impl<C: Cloud> Provider for Managed<C> {
    fn scope(&self) -> Result<Scope, ProviderError> {
        Ok(self.wait(self.cloud.scope())?)
    }

    fn pace(&self) -> Pace {
        self.cloud.pace()
    }

    fn desired(&self, deployment: &Deployment, profile: &Profile) -> Result<Vec<Resource>, ProviderError> {
        let callers = self.callers()?;
        let seen = locked(&self.seen).clone();
        let (deployment, settled) = self.cloud.settle(deployment, &seen);
        let wanted = Wanted {
            deployment: &deployment,
            profile,
            callers: &callers,
            observed: &seen,
            cloud: &self.cloud,
        };
        self.cloud.refuse(&wanted)?;
        let resources: Vec<Resource> = C::kinds().iter().flat_map(|kind| kind.desired(&wanted)).collect();
        for resource in &resources {
            let schema = Self::kind(&resource.address.kind)?.schema();
            if let Some(name) = resource.attributes.keys().find(|name| Attribute::of(schema, name).is_none())
            {
                let message = format!("{}: the attribute {name} is not in its schema", resource.address);
                return Err(ProviderError::permanent(
                    message,
                    Some("this is a defect of cachefit".to_owned()),
                ));
            }
        }
        let mut notes = self.wait(self.cloud.preflight(&wanted, &resources))?;
        notes.extend(settled);
        *locked(&self.notes) = notes;
        Ok(resources)
    }

    fn observe(&self) -> Result<Vec<Observed>, ProviderError> {
        let unread = locked(&self.callers).is_none();
        let (observed, callers) = self.wait(join(self.all(), async {
            if unread { Some(self.cloud.callers().await.map_err(ProviderError::from)) } else { None }
        }));
        if callers.is_some() {
            *locked(&self.callers) = callers;
        }
        let observed = observed?;
        locked(&self.seen).clone_from(&observed);
        self.fresh.store(true, Ordering::Relaxed);
        Ok(observed)
    }

    fn read(&self, address: &Address) -> Result<Option<Observed>, ProviderError> {
        self.wait(self.one(address))
    }

    fn attribute_rule(&self, address: &Address, difference: &AttributeChange) -> Rule {
        let Ok(kind) = Self::kind(&address.kind) else { return Rule::in_place(0) };
        let seen = locked(&self.seen);
        let world = World { desired: &[], observed: &seen };
        if let Some(rule) = kind.rule(difference, &world) {
            return rule;
        }
        let usual = kind.usual();
        let Some(row) = Attribute::of(kind.schema(), &difference.name) else {
            return Rule::in_place(usual.update);
        };
        let rule = match row.on_change {
            OnChange::InPlace(effect) => {
                Rule::in_place(row.group.seconds.unwrap_or(usual.update)).with_effect(effect)
            }
            OnChange::Replace => remade(&usual),
        };
        match row.why {
            Some(why) => rule.because(why),
            None => rule,
        }
    }

    fn rule(&self, address: &Address, action: &Action) -> Rule {
        let Ok(kind) = Self::kind(&address.kind) else { return Rule::in_place(0) };
        let usual = kind.usual();
        match action {
            Action::Delete => {
                let effect = if usual.holds_data { Effect::DataLoss } else { Effect::None };
                let rule = Rule::in_place(usual.delete).with_effect(effect);
                match usual.on_delete {
                    Some(why) => rule.because(why),
                    None => rule,
                }
            }
            Action::Replace { .. } => remade(&usual),
            Action::Create => Rule::in_place(usual.create),
            Action::Update | Action::None => Rule::in_place(usual.update),
        }
    }

    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<Draft>, ProviderError> {
        let kind = Self::kind(&change.address.kind)?;
        let notes = self.wait(self.cloud.prove(change, world))?;
        locked(&self.notes).extend(notes);
        let steps = Steps { kind, change, world, cloud: &self.cloud };
        Ok(kind.rollout(change, world, &self.cloud).unwrap_or_else(|| steps.all()))
    }

    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        self.fresh.store(false, Ordering::Relaxed);
        self.wait(async {
            let kind = Self::kind(&task.step.address.kind)?;
            let is = self.one(&task.step.address).await?;
            reconcile::step(&self.cloud, kind, task, is.as_ref(), &self.attempts).await
        })
    }

    fn verify(&self, desired: &[Resource]) -> Result<Vec<Finding>, ProviderError> {
        let observed = self.observe()?;
        let mut all: Vec<Finding> = desired.iter().map(|resource| at_work(resource, &observed)).collect();
        let callers = self.callers()?;
        all.extend(self.wait(self.cloud.reach(&callers, &observed))?);
        Ok(all)
    }

    fn connection(&self) -> Result<Option<Connection>, ProviderError> {
        // Nothing was done since the last look at everything, unless a step was carried out.
        let observed =
            if self.fresh.load(Ordering::Relaxed) { locked(&self.seen).clone() } else { self.observe()? };
        Ok(self.cloud.connection(&observed))
    }

    fn reveal(&self, user: &str) -> Result<Option<String>, ProviderError> {
        Ok(self.wait(self.cloud.reveal(user))?)
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        match Self::kind(&resource.address.kind) {
            Ok(kind) => kind.monthly(resource),
            Err(error) => Figure::unknown(error.to_string()),
        }
    }

    fn running(&self, observed: &[Observed]) -> Option<Pin> {
        self.cloud.current(observed)
    }

    fn notes(&self) -> Vec<String> {
        locked(&self.notes).clone()
    }
}

/// Made anew; with loss where it holds data, else what uses it says what clients notice.
fn remade(usual: &super::kind::Usual) -> Rule {
    if usual.holds_data {
        Rule::replace(usual.create + usual.delete)
    } else {
        Rule { replace: true, ..Rule::in_place(usual.create) }
    }
}

/// Whether a resource is there, ours and at work. Its attributes are held against the plan by the engine.
fn at_work(resource: &Resource, observed: &[Observed]) -> Finding {
    let is = observed.iter().find(|o| o.resource.address == resource.address);
    let actual = match is {
        None => "does not exist".to_owned(),
        Some(Observed { ownership: Ownership::Foreign { why } | Ownership::Unknown { why }, .. }) => {
            why.clone()
        }
        Some(Observed { state: State::Busy { what: why } | State::Broken { why }, .. }) => why.clone(),
        Some(_) => "at work".to_owned(),
    };
    let holds = actual == "at work";
    Finding {
        address: Some(resource.address.clone()),
        check: "read back".to_owned(),
        expected: "at work".to_owned(),
        verdict: holds.into(),
        actual,
    }
}

/// A change as steps, where it does not come in stages.
pub struct Steps<'a, C: Cloud> {
    /// The kind.
    pub kind: &'a dyn Kind<C>,
    /// What is changed.
    pub change: &'a Change,
    /// What there should be and what there is.
    pub world: &'a World<'a>,
    /// The cloud.
    pub cloud: &'a C,
}

impl<C: Cloud> Steps<'_, C> {
    fn noun(&self) -> String {
        self.change.address.kind.replace('_', " ")
    }

    fn is(&self) -> Option<&Observed> {
        self.world.ours(&self.change.address)
    }

    /// The steps.
    pub fn all(&self) -> Vec<Draft> {
        match &self.change.action {
            Action::None => Vec::new(),
            Action::Create => vec![self.create()],
            Action::Delete => vec![self.delete()],
            Action::Replace { .. } => vec![self.delete(), self.create()],
            Action::Update if self.is().is_some_and(|is| self.kind.was_never_made(is)) => {
                let mut delete =
                    self.step(reconcile::DELETE, "delete what could not be made; it holds no data", []);
                delete.expect = Expect::Absent;
                vec![delete, self.create()]
            }
            Action::Update => self.update(),
        }
    }

    /// A step with what it sets.
    pub fn step(
        &self,
        verb: &str,
        what: impl Into<String>,
        set: impl IntoIterator<Item = (String, Value)>,
    ) -> Draft {
        let set: std::collections::BTreeMap<String, Value> = set.into_iter().collect();
        let mut step = Draft::new(verb, what);
        step.usual_seconds = self.kind.usual().update;
        step.expect = if set.is_empty() { Expect::Nothing } else { Expect::Present(set.clone()) };
        let argument = Argument { set, context: self.kind.context(self.change, self.world, self.cloud) };
        // Texts, numbers and maps with text keys cannot fail.
        step.argument = serde_json::to_value(argument).unwrap_or_default();
        step
    }

    fn says(&self, verb: &str) -> String {
        let wanted = self.world.desired(&self.change.address);
        let said = self.kind.says(verb, wanted, self.cloud);
        said.unwrap_or_else(|| format!("{verb} the {}", self.noun()))
    }

    /// The step that makes it.
    pub fn create(&self) -> Draft {
        let mut step = self.step(reconcile::CREATE, self.says(reconcile::CREATE), []);
        step.usual_seconds = self.kind.usual().create;
        step
    }

    /// The step that deletes it.
    pub fn delete(&self) -> Draft {
        let mut step = self.step(reconcile::DELETE, self.says(reconcile::DELETE), []);
        step.expect = Expect::Absent;
        step.usual_seconds = self.kind.usual().delete;
        step.effect = self.change.effect;
        step
    }

    /// The changed attributes that a filter takes, with their new values. What cannot be read while the resource is broken
    /// is no change.
    pub fn changed(&self, take: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
        let unread = self.is().is_some_and(|o| o.resource.attributes.is_empty());
        let changes = self.change.attributes.iter().filter(|a| !a.pending && !unread && take(&a.name));
        changes.filter_map(|a| Some((a.name.clone(), a.after.clone()?))).collect()
    }

    /// A step that waits for work that goes on, if any does.
    pub fn settle(&self) -> Option<Draft> {
        let waits = match &self.is()?.state {
            State::Ready => false,
            State::Busy { .. } => true,
            State::Broken { .. } => !self.kind.usual().mendable,
        };
        waits.then(|| self.step(reconcile::SETTLE, format!("wait until the {} is ready", self.noun()), []))
    }

    /// One step for each group of the schema that has a change.
    pub fn update(&self) -> Vec<Draft> {
        let mut all: Vec<Draft> = self.settle().into_iter().collect();
        let schema = self.kind.schema();
        let mut groups: Vec<&'static Group> = Vec::new();
        for row in schema {
            if !groups.contains(&row.group) {
                groups.push(row.group);
            }
        }
        let belongs = |name: &str, group: &Group| {
            name != TAGS && Attribute::of(schema, name).is_some_and(|row| row.group == group)
        };
        for group in groups {
            let set = self.changed(|name| belongs(name, group));
            if !set.is_empty() {
                all.push(self.group(group, set));
            }
        }
        let tags = self.changed(|name| name == TAGS);
        let broken = self.is().is_some_and(|o| matches!(o.state, State::Broken { .. }));
        if broken && self.kind.usual().mendable && all.is_empty() {
            all.push(self.step(
                reconcile::MEND,
                format!("set the {} again as it should be", self.noun()),
                [],
            ));
        }
        if let Some((_, value)) = tags.first() {
            all.push(self.step(reconcile::TAG, format!("tag it with {value}"), tags.clone()));
        }
        all
    }

    /// The step that sets the attributes of a group.
    pub fn group(&self, group: &Group, set: Vec<(String, Value)>) -> Draft {
        let schema = self.kind.schema();
        let of = |name: &str| self.change.attributes.iter().find(|a| a.name == name);
        let effects = set.iter().filter_map(|(name, _)| {
            of(name)?;
            match Attribute::of(schema, name)?.on_change {
                OnChange::InPlace(effect) => Some(effect),
                OnChange::Replace => None,
            }
        });
        let effect = effects.max().unwrap_or(Effect::None);
        let listed =
            || set.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
        let what = group.what.map_or_else(|| format!("set {}", listed()), str::to_owned);
        let later = set.iter().all(|(name, _)| of(name).is_some_and(|a| a.when != When::Now));
        let mut step = self.step(group.verb, what, set);
        step.effect = effect;
        step.usual_seconds = group.seconds.unwrap_or(self.kind.usual().update);
        step.gate = self.kind.confirmation(group, self.change, self.world);
        if later {
            // What is accepted for the window is read back as scheduled, not as set.
            step.expect = Expect::Nothing;
        }
        step
    }
}
