//! One step of a kind, from a look at what is there to a change that shows: the same for every cloud.
//!
//! Whatever a step does begins with a look, so that it can be called again wherever it was cut short.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::call::{CallError, Refusal};
use super::cloud::Cloud;
use super::kind::{Attribute, Kind, TAGS, Work};
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
    /// What a create sets at the moment, by the verb of its group: each group has attempts of its own.
    group: &'static str,
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

    /// Another group of a create begins anew.
    fn turns_to(&self, step: &StepId, group: &'static str) {
        self.with(step, |attempt| {
            if attempt.group != group {
                *attempt = Attempt { group, ..Attempt::default() };
            }
        });
    }

    fn asked(&self, step: &StepId) {
        self.with(step, |attempt| *attempt = Attempt { changes: attempt.changes + 1, looks: 0, ..*attempt });
    }
}

/// How far one call of a step has come.
pub enum Progress {
    /// That is how it stands.
    Stands(Outcome),
    /// Something was done that a look may show at once.
    Acted(Outcome),
}

impl Progress {
    /// How it stands.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Stands(outcome) | Self::Acted(outcome) => outcome,
        }
    }
}

/// Carries out one step, or what is left of it, from what a look has shown.
pub async fn step<C: Cloud>(
    cloud: &C,
    kind: &dyn Kind<C>,
    task: &Task<'_>,
    is: Option<&Observed>,
    attempts: &Attempts,
) -> Result<Progress, ProviderError> {
    let step = task.step;
    let argument: Argument = serde_json::from_value(step.argument.clone()).map_err(|error| {
        let hint = "make a new plan with `cachefit plan PROFILE -o FILE`".to_owned();
        ProviderError::permanent(format!("the step {} cannot be read: {error}", step.id), Some(hint))
    })?;
    match is.map(|o| &o.ownership) {
        Some(Ownership::Unknown { why }) => {
            return Ok(Progress::Stands(Outcome::working(format!("{}: {why}", step.address))));
        }
        Some(Ownership::Foreign { .. }) if step.verb == DELETE => {
            return Ok(Progress::Stands(Outcome::Done));
        }
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
        Ok(progress) => Ok(progress),
        Err((error, _)) if error.refusal == Refusal::Busy => {
            let look_after = error.retry_after;
            let what = format!("{}: {}", step.address, error.message);
            Ok(Progress::Stands(Outcome::Working { what, look_after, operation: None }))
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

async fn delete<C: Cloud>(kind: &dyn Kind<C>, work: &Work<'_, C>) -> Result<Progress, Failed> {
    if let Some(State::Busy { what }) = work.is.map(|o| &o.state) {
        return Ok(Progress::Stands(work.working(what)));
    }
    // A kind that has nothing there may still have parts that go after it.
    match kind.delete(work).await {
        Err(error) if error.refusal == Refusal::Absent => Ok(Progress::Stands(Outcome::Done)),
        Err(error) => Err(explain(work, error).await),
        Ok(outcome) => Ok(Progress::Stands(outcome)),
    }
}

async fn create<C: Cloud>(
    kind: &dyn Kind<C>,
    work: Work<'_, C>,
    attempts: &Attempts,
) -> Result<Progress, Failed> {
    let Some(is) = work.is else {
        return match kind.create(&work).await {
            Err(error) => Err(explain(&work, error).await),
            // What is left to set shows at the next look.
            Ok(Outcome::Done) if !work.all.is_empty() => {
                Ok(Progress::Acted(work.working("it was made, and does not show yet")))
            }
            Ok(outcome) => Ok(Progress::Stands(outcome)),
        };
    };
    let mends = match &is.state {
        State::Ready => false,
        State::Busy { what } => return Ok(Progress::Stands(work.working(what))),
        State::Broken { .. } if kind.usual().mendable => true,
        State::Broken { why } => return Err(explain(&work, broken(kind, &work, why)).await),
    };
    let schema = kind.schema();
    let differs = |name: &str, value: &Value| is.resource.attributes.get(name) != Some(value);
    let rank = |name: &str| {
        let row = Attribute::of(schema, name)?;
        Some((schema.iter().position(|a| a.name == row.name)?, row.group))
    };
    // One group at a time, in the order of the schema.
    let lacking = work.all.iter().filter(|(name, value)| differs(name, value));
    let first = lacking.filter_map(|(name, _)| rank(name)).min_by_key(|(position, _)| *position);
    let Some((_, group)) = first else {
        return if mends { change(kind, &work, attempts).await } else { Ok(Progress::Stands(Outcome::Done)) };
    };
    attempts.turns_to(&work.task.step.id, group.verb);
    let belongs = |name: &str| rank(name).is_some_and(|(_, of)| of == group);
    let set = work.all.iter().filter(|(name, value)| belongs(name) && differs(name, value));
    let set = set.map(|(name, value)| (name.clone(), value.clone())).collect();
    change(kind, &Work { set, ..work }, attempts).await
}

fn broken<C: Cloud>(kind: &dyn Kind<C>, work: &Work<'_, C>, why: &str) -> CallError {
    let never_made = work.is.is_some_and(|is| kind.was_never_made(is));
    let refusal = if never_made { Refusal::Capacity } else { Refusal::Other };
    CallError { refusal, ..work.refused(why) }
}

async fn change<C: Cloud>(
    kind: &dyn Kind<C>,
    work: &Work<'_, C>,
    attempts: &Attempts,
) -> Result<Progress, Failed> {
    let id = &work.task.step.id;
    let Some(is) = work.is else {
        let error = work.refused("it is gone").with_hint("make a new plan with `cachefit plan PROFILE`");
        return Err((error, None));
    };
    let mends = match &is.state {
        State::Ready => false,
        State::Busy { what } => return Ok(Progress::Stands(work.working(what))),
        State::Broken { .. } if kind.usual().mendable => true,
        State::Broken { why } => return Err(explain(work, broken(kind, work, why)).await),
    };
    let verb = work.verb();
    let asked = attempts.with(id, |attempt| attempt.changes > 0);
    if verb == SETTLE || (work.is_in_force() && !mends && (verb != MEND || asked)) {
        return finish(kind, work, Outcome::Done).await;
    }
    if let Some(until) = work.comes_later() {
        return finish(kind, work, Outcome::Scheduled { until }).await;
    }
    match attempts.turn(id) {
        Turn::Wait => return Ok(Progress::Stands(work.working("the change is not in force yet"))),
        Turn::GiveUp => return finish(kind, work, Outcome::Done).await,
        Turn::Change => {}
    }
    let tags = !work.set.is_empty() && work.set.keys().all(|name| name == TAGS);
    match if tags { work.cloud.tag(work).await } else { kind.update(work).await } {
        Err(error) if error.refusal == Refusal::NoChange => {}
        Err(error) => return Err(explain(work, error).await),
        Ok(outcome @ Outcome::Working { .. }) => {
            attempts.asked(id);
            return Ok(Progress::Stands(outcome));
        }
        Ok(_) => {}
    }
    attempts.asked(id);
    Ok(Progress::Acted(work.working("the change is not in force yet")))
}

/// What was held for a change goes on again.
async fn finish<C: Cloud>(
    kind: &dyn Kind<C>,
    work: &Work<'_, C>,
    outcome: Outcome,
) -> Result<Progress, Failed> {
    match kind.release(work).await {
        Ok(()) => Ok(Progress::Stands(outcome)),
        Err(error) => Err((error, None)),
    }
}
