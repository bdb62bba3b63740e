//! A provider made of kinds: what every cloud does alike, written once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::join;
use tokio::runtime::Runtime;

use super::cloud::{Cloud, Wanted};
use super::kind::Attribute;
use super::reconcile::{self, Attempts, Progress};
use super::{
    Connection, Finding, Imported, MetricsAsked, Outcome, Pace, Provider, ProviderError, RestAccess, Rule,
    Scope, Task, Verdict, World, metrics,
};
use super::{look, steps};
use crate::deployment::Configuration;
use crate::observe::Observations;
use crate::plan::{
    Action, Address, AttributeChange, Change, Effect, Observed, Ownership, Plan, PlannedStep, Resource,
    State, Value, When, difference,
};
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Usd};

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

/// Changes of one step that are asked for without a wait between them: a resource is made, then given what its create call
/// does not take.
const AT_ONCE: u32 = 16;

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

    /// Whether a difference forces a resource to be made anew, or what it lives in.
    fn is_remade(&self, address: &Address, world: &World<'_>) -> bool {
        let (Some(wanted), Some(is)) = (world.desired(address), world.ours(address)) else { return false };
        let Ok(kind) = look::kind::<C>(&address.kind) else { return false };
        difference(wanted, is).iter().any(|change| self.attribute_rule(address, change).replace)
            || self.remade(wanted, kind.lives_in().as_slice(), world).is_some()
            || self.remade(wanted, kind.leads_to(), world).is_some()
    }

    /// What a resource depends on of some kinds and is made anew.
    fn remade<'a>(&self, wanted: &'a Resource, kinds: &[&str], world: &World<'_>) -> Option<&'a Address> {
        let mut of_kinds = wanted.depends_on.iter().filter(|on| kinds.contains(&on.kind.as_str()));
        of_kinds.find(|on| self.is_remade(on, world))
    }

    /// How things are: as they were seen last, unless a step was carried out since.
    fn seen(&self) -> Result<Vec<Observed>, ProviderError> {
        if self.fresh.load(Ordering::Relaxed) { Ok(locked(&self.seen).clone()) } else { self.observe() }
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

    fn desired(&self, deployment: &Configuration, profile: &Profile) -> Result<Vec<Resource>, ProviderError> {
        let callers = self.callers()?;
        let seen = locked(&self.seen).clone();
        let (deployment, settled) = self.cloud.settle(deployment, &seen);
        let wanted = Wanted { deployment: &deployment, profile, callers: &callers, observed: &seen };
        self.cloud.refuse(&wanted)?;
        let resources: Vec<Resource> = C::kinds().iter().flat_map(|kind| kind.desired(&wanted)).collect();
        for resource in &resources {
            let schema = look::kind::<C>(&resource.address.kind)?.schema();
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
        let (observed, callers) = self.wait(join(look::all_patiently(&self.cloud), async {
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
        Ok(self.wait(look::one(&self.cloud, address))?)
    }

    fn attribute_rule(&self, address: &Address, difference: &AttributeChange) -> Rule {
        let Ok(kind) = look::kind::<C>(&address.kind) else { return Rule::in_place(0) };
        let seen = locked(&self.seen);
        steps::rule(kind, difference, &World { desired: &[], observed: &seen })
    }

    fn rule(&self, address: &Address, action: &Action) -> Rule {
        let Ok(kind) = look::kind::<C>(&address.kind) else { return Rule::in_place(0) };
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
            Action::Replace { .. } => steps::remade(&usual),
            Action::Create => Rule::in_place(usual.create),
            Action::Update | Action::None => Rule::in_place(usual.update),
        }
    }

    /// What lives in a resource that is made anew is made anew in it; what leads to it goes before and comes after it.
    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        self.cloud.reconsider(change, world);
        let Ok(kind) = look::kind::<C>(&change.address.kind) else { return };
        let (Some(wanted), Action::None | Action::Update) = (world.desired(&change.address), &change.action)
        else {
            return;
        };
        if let Some(remade) = self.remade(wanted, kind.leads_to(), world) {
            change.action = Action::Replace { forced_by: vec![remade.to_string()] };
            change.reason = format!("it leads to {remade}, which is made anew");
            let rule = self.rule(&change.address, &change.action);
            (change.effect, change.when, change.usual_seconds) = (rule.effect, rule.when, rule.usual_seconds);
            return;
        }
        let Some(remade) = self.remade(wanted, kind.lives_in().as_slice(), world) else { return };
        change.action = Action::Create;
        change.reason = format!("it goes with {remade}, which is made anew");
        let all = wanted.attributes.iter().map(|(name, value)| AttributeChange {
            name: name.clone(),
            before: None,
            after: Some(value.clone()),
            forces: false,
            when: When::Now,
            pending: false,
        });
        change.attributes = all.collect();
        (change.effect, change.when) = (Effect::None, When::Now);
    }

    fn steps(&self, change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, ProviderError> {
        let kind = look::kind::<C>(&change.address.kind)?;
        let steps = steps::Steps { kind, change, world, cloud: &self.cloud };
        let mut steps = kind.rollout(change, world, &self.cloud).unwrap_or_else(|| steps.all());
        self.wait(self.cloud.prove(change, world, &mut steps))?;
        Ok(steps)
    }

    fn execute(&self, task: &Task<'_>) -> Result<Outcome, ProviderError> {
        self.fresh.store(false, Ordering::Relaxed);
        self.wait(async {
            let kind = look::kind::<C>(&task.step.address.kind)?;
            let mut looks = 0;
            loop {
                let is = look::one(&self.cloud, &task.step.address).await?;
                let progress = reconcile::step(&self.cloud, kind, task, is.as_ref(), &self.attempts).await?;
                looks += 1;
                match progress {
                    // What was done mostly shows at once; what does not is waited for by the engine.
                    Progress::Acted(_) if looks < AT_ONCE => {}
                    progress => return Ok(progress.outcome()),
                }
            }
        })
    }

    fn stopped(&self, plan: &Plan) -> Vec<String> {
        self.wait(self.cloud.stopped(plan))
    }

    fn verify(&self, desired: &[Resource]) -> Result<Vec<Finding>, ProviderError> {
        let observed = self.observe()?;
        let mut all: Vec<Finding> = Vec::new();
        for resource in desired {
            let is = observed.iter().find(|o| o.resource.address == resource.address);
            all.extend(at_work(resource, is));
            all.extend(is.map(|is| self.cloud.findings(is)).unwrap_or_default());
        }
        let callers = self.callers()?;
        all.extend(self.wait(self.cloud.reach(&callers, desired, &observed))?);
        Ok(all)
    }

    fn connection(&self) -> Result<Option<Connection>, ProviderError> {
        Ok(self.cloud.connection(&self.seen()?))
    }

    fn reveal(&self, user: &str) -> Result<Option<String>, ProviderError> {
        Ok(self.wait(self.cloud.reveal(user))?)
    }

    fn rest(&self, connection: &Connection) -> Option<RestAccess> {
        self.cloud.rest(connection)
    }

    fn import(&self, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
        self.wait(self.cloud.import(id, profile))
    }

    fn metrics(&self, asked: &MetricsAsked, tell: &dyn Fn(&str)) -> Result<Observations, ProviderError> {
        let seen = self.seen()?;
        let cache = self.cloud.monitored(&seen).ok_or_else(metrics::nothing_runs)?;
        let ask = asked.about(&cache)?;
        if let Some(price) = C::price_of_metrics(&ask) {
            tell(&price);
        }
        let mut found = self.wait(self.cloud.metrics(&ask, &seen))?;
        found.merge(Observations { caches: vec![cache], ..Observations::default() });
        found.tidy();
        Ok(found)
    }

    fn alarms(&self, observed: &[Observed]) -> Figure<Vec<String>> {
        self.wait(self.cloud.alarms(observed))
    }

    fn alarm_days(&self) -> Option<u32> {
        C::alarm_days()
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        match look::kind::<C>(&resource.address.kind) {
            Ok(kind) => kind.monthly(resource),
            Err(error) => Figure::unknown(error.message),
        }
    }

    fn beside(&self, resources: &[Resource]) -> Figure<Usd> {
        self.cloud.beside(resources)
    }

    fn running(&self, observed: &[Observed]) -> Option<Pin> {
        self.cloud.current(observed)
    }

    fn notes(&self) -> Vec<String> {
        locked(&self.notes).clone()
    }
}

/// Whether a resource is there, ours and at work, with every attribute that does not hold.
fn at_work(resource: &Resource, is: Option<&Observed>) -> Vec<Finding> {
    let actual = match is {
        None => "does not exist".to_owned(),
        Some(
            Observed { ownership: Ownership::Foreign { why } | Ownership::Unknown { why }, .. }
            | Observed { state: State::Busy { what: why } | State::Broken { why }, .. },
        ) => why.clone(),
        Some(_) => "at work".to_owned(),
    };
    let finding = |check: &str, expected: String, actual: String| Finding {
        address: Some(resource.address.clone()),
        check: check.to_owned(),
        verdict: (expected == actual).into(),
        expected,
        actual,
    };
    let mut all = vec![finding("read back", "at work".to_owned(), actual)];
    let differs = is.map(|is| difference(resource, is)).unwrap_or_default();
    // What is accepted for later is as it should be.
    all.extend(differs.into_iter().filter(|a| !a.pending).map(|a| {
        let shown = |value: Option<Value>| value.map_or_else(|| "not set".to_owned(), |v| v.to_string());
        Finding { verdict: Verdict::Fails, ..finding(&a.name, shown(a.after), shown(a.before)) }
    }));
    all
}
