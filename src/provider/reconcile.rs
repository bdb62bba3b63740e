//! One step of a kind, from a look at what is there to a change that shows: the same for every cloud.
//!
//! Whatever a step does begins with a look, so that it can be called again wherever it was cut short.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::call::{CallError, Refusal};
use super::cloud::Cloud;
use super::kind::{Attribute, Kind, Work};
use super::{Outcome, ProviderError, Task};
use crate::plan::{Observed, Ownership, State, StepId, Value};

/// Looks at a ready resource before a change that has not taken is asked for again, and then given up. They come more and
/// more seldom, so that these are more than a minute: a service may show a change only after half of one.
const LOOKS: u32 = 12;
/// Times that a change is asked for.
const CHANGES: u32 = 2;

/// The verbs that are not a group of attributes.
pub const CREATE: &str = "create";
/// Deletes.
pub const DELETE: &str = "delete";
/// Waits for work that goes on.
pub const SETTLE: &str = "settle";
/// Sets the profile's own tags.
pub const TAG: &str = "tag";
/// Sets again what is broken.
pub const MEND: &str = "mend";

/// What a step is given by the plan, beside the resource as it should be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Argument {
    /// What this step brings in force.
    pub set: BTreeMap<String, Value>,
    /// What it must know of other resources.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, Value>,
}

/// How often each step of this run has asked for its change, and looked since.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<BTreeMap<StepId, Attempt>>);

#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
    changes: u32,
    looks: u32,
    /// Creates that were answered by "exists" although nothing shows.
    hidden: u32,
}

/// What to do about a change that is not in force although nothing goes on.
enum Turn {
    /// Ask for it.
    Change,
    /// It was asked for; it may show in a moment.
    Wait,
    /// It was accepted and dropped: reading back will say so.
    GiveUp,
}

impl Attempts {
    fn with<T>(&self, step: &StepId, work: impl FnOnce(&mut Attempt) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(all.entry(step.clone()).or_default())
    }

    fn turn(&self, step: &StepId) -> Turn {
        self.with(step, |attempt| {
            if attempt.changes == 0 {
                return Turn::Change;
            }
            attempt.looks += 1;
            match (attempt.looks <= LOOKS, attempt.changes < CHANGES) {
                (true, _) => Turn::Wait,
                (false, true) => Turn::Change,
                (false, false) => Turn::GiveUp,
            }
        })
    }

    fn asked(&self, step: &StepId) {
        self.with(step, |attempt| *attempt = Attempt { changes: attempt.changes + 1, looks: 0, ..*attempt });
    }

    /// Whether a name that is taken may still turn out to be that of our own create, whose answer was lost.
    fn may_be_ours(&self, step: &StepId) -> bool {
        self.with(step, |attempt| {
            attempt.hidden += 1;
            attempt.hidden <= LOOKS
        })
    }
}

/// Carries out one step, or what is left of it.
pub async fn step<C: Cloud>(
    cloud: &C,
    kind: &dyn Kind<C>,
    task: &Task<'_>,
    is: Option<&Observed>,
    attempts: &Attempts,
) -> Result<Outcome, ProviderError> {
    let step = task.step;
    let argument: Argument = serde_json::from_value(step.argument.clone()).map_err(|error| {
        let hint = "make a new plan with `cachefit plan PROFILE -o FILE`".to_owned();
        ProviderError::permanent(format!("the step {} cannot be read: {error}", step.id), Some(hint))
    })?;
    match is.map(|o| &o.ownership) {
        Some(Ownership::Unknown { why }) => return Ok(Outcome::working(format!("{}: {why}", step.address))),
        Some(Ownership::Foreign { .. }) if step.verb == DELETE => return Ok(Outcome::Done),
        Some(Ownership::Foreign { why }) => return Err(foreign(task, why)),
        _ => {}
    }
    let none = BTreeMap::new();
    let all = task.desired.map_or(&none, |resource| &resource.attributes);
    let work = Work { cloud, task, is, set: argument.set, all, context: &argument.context };
    let result = match step.verb.as_str() {
        DELETE => delete(kind, &work).await,
        CREATE => create(kind, work, attempts).await,
        _ => change(kind, &work, attempts).await,
    };
    match result {
        Ok(outcome) => Ok(outcome),
        Err((error, _)) if error.refusal == Refusal::Busy => {
            let look_after = error.retry_after;
            let what = format!("{}: {}", step.address, error.message);
            Ok(Outcome::Working { what, look_after, operation: None })
        }
        Err((error, explained)) => Err(explained.unwrap_or_else(|| error.into())),
    }
}

/// An error of a call, with more to say about it where the cloud has more.
type Failed = (CallError, Option<ProviderError>);

async fn explain<C: Cloud>(work: &Work<'_, C>, error: CallError) -> Failed {
    let more = match error.refusal {
        Refusal::Capacity => Some(work.cloud.explain(error.clone(), work).await),
        _ => None,
    };
    (error, more)
}

fn foreign(task: &Task<'_>, why: &str) -> ProviderError {
    let message = format!("{} is there already and is not managed by cachefit: {why}", task.step.address);
    let hint = "give the profile another name, or take over a cache that runs already with `cachefit import`";
    ProviderError::permanent(message, Some(hint.to_owned()))
}

async fn delete<C: Cloud>(kind: &dyn Kind<C>, work: &Work<'_, C>) -> Result<Outcome, Failed> {
    if let Some(State::Busy { what }) = work.is.map(|o| &o.state) {
        return Ok(work.working(what));
    }
    // A kind that has nothing there may still have parts that go after it.
    match kind.delete(work).await {
        Err(error) if error.refusal == Refusal::Absent => Ok(Outcome::Done),
        Err(error) => Err(explain(work, error).await),
        Ok(outcome) => Ok(outcome),
    }
}

async fn create<C: Cloud>(
    kind: &dyn Kind<C>,
    work: Work<'_, C>,
    attempts: &Attempts,
) -> Result<Outcome, Failed> {
    let id = &work.task.step.id;
    let Some(is) = work.is else {
        return match kind.create(&work).await {
            Err(error) if error.refusal == Refusal::Exists && attempts.may_be_ours(id) => {
                Ok(work.working("its name is taken and nothing shows yet"))
            }
            Err(error) => Err(explain(&work, error).await),
            // What is left to set shows at the next look.
            Ok(Outcome::Done) if !work.all.is_empty() => {
                Ok(work.working("made; looking whether it is whole"))
            }
            Ok(outcome) => Ok(outcome),
        };
    };
    match &is.state {
        State::Busy { what } => return Ok(work.working(what)),
        State::Broken { why } if !kind.usual().mendable => {
            return Err(explain(&work, broken(kind, &work, why)).await);
        }
        _ => {}
    }
    let schema = kind.schema();
    let differs = |name: &str, value: &Value| is.resource.attributes.get(name) != Some(value);
    // One group at a time, in the order of the schema.
    let position = |name: &str| {
        schema.iter().position(|a| Attribute::of(schema, name).is_some_and(|row| row.name == a.name))
    };
    let first = work
        .all
        .iter()
        .filter(|(name, value)| differs(name, value))
        .filter_map(|(name, _)| Some((position(name)?, Attribute::of(schema, name)?.group)))
        .min_by_key(|(position, _)| *position);
    let Some((_, group)) = first else { return Ok(Outcome::Done) };
    let lacks = |name: &str| Attribute::of(schema, name).is_some_and(|row| row.group == group);
    let set = work.all.iter().filter(|(name, value)| lacks(name) && differs(name, value));
    let set = set.map(|(name, value)| (name.clone(), value.clone())).collect();
    change(kind, &Work { set, ..work }, attempts).await
}

fn broken<C: Cloud>(kind: &dyn Kind<C>, work: &Work<'_, C>, why: &str) -> CallError {
    let refusal =
        if work.is.is_some_and(|is| kind.was_never_made(is)) { Refusal::Capacity } else { Refusal::Other };
    CallError { refusal, ..work.refused(why) }
}

async fn change<C: Cloud>(
    kind: &dyn Kind<C>,
    work: &Work<'_, C>,
    attempts: &Attempts,
) -> Result<Outcome, Failed> {
    let id = &work.task.step.id;
    let Some(is) = work.is else {
        let error = work.refused("it is gone").with_hint("make a new plan with `cachefit plan PROFILE`");
        return Err((error, None));
    };
    let mends = match &is.state {
        State::Ready => false,
        State::Busy { what } => return Ok(work.working(what)),
        State::Broken { .. } if kind.usual().mendable => true,
        State::Broken { why } => return Err(explain(work, broken(kind, work, why)).await),
    };
    let verb = work.verb();
    let asked = attempts.with(id, |attempt| attempt.changes > 0);
    let nothing_to_set = verb == SETTLE || (work.is_in_force() && !mends && (verb != MEND || asked));
    if nothing_to_set {
        return finish(kind, work, Outcome::Done).await;
    }
    if let Some(until) = work.comes_later() {
        return finish(kind, work, Outcome::Pending { until }).await;
    }
    match attempts.turn(id) {
        Turn::Wait => return Ok(work.working("the change is not in force yet")),
        Turn::GiveUp => return finish(kind, work, Outcome::Done).await,
        Turn::Change => {}
    }
    let result = if verb == TAG { work.cloud.tag(work).await } else { kind.update(work).await };
    match result {
        Err(error) if error.refusal == Refusal::NoChange => {}
        Err(error) => return Err(explain(work, error).await),
        Ok(Outcome::Working { what, look_after, operation }) => {
            attempts.asked(id);
            return Ok(Outcome::Working { what, look_after, operation });
        }
        Ok(_) => {}
    }
    attempts.asked(id);
    Ok(work.working("the change has begun"))
}

/// What was held for a change goes on again.
async fn finish<C: Cloud>(
    kind: &dyn Kind<C>,
    work: &Work<'_, C>,
    outcome: Outcome,
) -> Result<Outcome, Failed> {
    match kind.release(work).await {
        Ok(()) => Ok(outcome),
        Err(error) => Err((error, None)),
    }
}
