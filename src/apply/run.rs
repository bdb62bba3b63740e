//! One run: steps, a second look at everything, proof from outside.

use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use super::executor::{Stop, execute};
use super::journal::{Ended, Event, Journal, JournalError};
use super::key::Key;
use super::options::Options;
use super::past::Past;
use super::progress::Progress;
use super::runtime::Runtime;
use crate::plan::{Change, Plan, Purpose, StepId};
use crate::provider::{
    Connection, Finding, Intent, PlanFailure, Provider, ProviderError, Verdict, plan as plan_again,
};
use crate::units;

/// What a run has done.
#[derive(Clone, Debug, Serialize)]
pub struct Applied {
    /// Name of the profile.
    pub profile: String,
    /// Who provides it.
    pub provider: units::Provider,
    /// What for.
    pub purpose: Purpose,
    /// Whether everything is done and holds.
    pub complete: bool,
    /// Steps in force, in the order in which they ended.
    pub done: Vec<StepId>,
    /// Steps that come into force later.
    pub pending: Vec<ScheduledStep>,
    /// Steps not done.
    pub left: Vec<StepId>,
    /// Why not all is done.
    pub stops: Vec<Stop>,
    /// What the steps that were cut short hold, until the next apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// What still differs although every step is done.
    pub differs: Vec<Change>,
    /// Checks from outside.
    pub findings: Vec<Finding>,
    /// How to connect.
    pub connection: Option<Connection>,
}

impl Applied {
    /// The result where everything is as it should be already.
    pub fn nothing_to_do(plan: &Plan, connection: Option<Connection>) -> Self {
        Self {
            profile: plan.profile.clone(),
            provider: plan.provider,
            purpose: plan.purpose,
            complete: true,
            done: Vec::new(),
            pending: Vec::new(),
            left: Vec::new(),
            stops: Vec::new(),
            held: Vec::new(),
            differs: Vec::new(),
            findings: Vec::new(),
            connection,
        }
    }
}

/// A step that comes into force later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduledStep {
    /// Which.
    pub step: StepId,
    /// When.
    pub until: String,
}

/// Why a run has no result. What was done until then is in force and on record.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// Without a journal nothing is done.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The second look failed.
    #[error("all steps are done, but the deployment cannot be read back: {0}")]
    ReadBack(PlanFailure),
    /// The checks could not run.
    #[error("all steps are done, but the deployment cannot be checked: {0}")]
    Verify(ProviderError),
}

/// Carries out a plan, looks at everything once more, and proves it from outside; of an empty plan that proof is all
/// there is to do. `agreed` is the id of the plan that the user has read. The lock must be held.
pub fn run(
    plan: &Plan,
    agreed: &str,
    provider: &dyn Provider,
    root: &Path,
    runtime: &dyn Runtime,
    progress: &dyn Progress,
    options: &Options,
) -> Result<Applied, ApplyError> {
    let key = Key::of(plan);
    let past = Past::of(Journal::last(root, &key)?, plan.purpose, runtime);
    let journal = Journal::open(root, &key)?;
    let started = Event::Started {
        pid: std::process::id(),
        run: past.run().to_owned(),
        scope: plan.scope.clone(),
        purpose: plan.purpose,
        plan: agreed.to_owned(),
        steps: plan.steps.iter().map(|s| s.id.clone()).collect(),
    };
    journal.write(runtime.now(), started)?;
    let summary = execute(plan, provider, &journal, &past, runtime, progress, options)?;
    let mut ended = summary.ended();
    let mut applied = Applied {
        complete: false,
        done: summary.done,
        pending: summary.pending.into_iter().map(|(step, until)| ScheduledStep { step, until }).collect(),
        left: summary.left,
        stops: summary.stops,
        ..Applied::nothing_to_do(plan, None)
    };
    if ended != Ended::Complete {
        applied.held = provider.stopped(plan);
    }
    let mut proof = Ok(());
    if ended == Ended::Complete {
        proof = prove(plan, provider, runtime, options, &mut applied);
        if proof.is_err()
            || !applied.differs.is_empty()
            || applied.findings.iter().any(|f| f.verdict == Verdict::Fails)
        {
            ended = Ended::Failed;
        }
    }
    journal.write(runtime.now(), Event::Ended { how: ended })?;
    proof?;
    applied.complete = ended == Ended::Complete;
    Ok(applied)
}

/// A plan of what was just applied must be empty, as soon as everything shows, and the checks from outside must hold.
fn prove(
    plan: &Plan,
    provider: &dyn Provider,
    runtime: &dyn Runtime,
    options: &Options,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let pace = options.pace.unwrap_or_else(|| provider.pace());
    let start = runtime.elapsed();
    for looks in 0.. {
        let observed = provider.observe().map_err(|error| ApplyError::ReadBack(error.into()))?;
        let again = plan_again(provider, &Intent::of(plan), &observed).map_err(ApplyError::ReadBack)?;
        applied.differs = again.work().cloned().collect();
        let waited = runtime.elapsed().saturating_sub(start);
        if applied.differs.is_empty() || waited >= pace.settle || runtime.stopping() {
            break;
        }
        runtime.sleep(pace.until_next_look(looks));
    }
    if plan.purpose == Purpose::Apply && applied.differs.is_empty() {
        applied.findings = provider.verify(&plan.desired).map_err(ApplyError::Verify)?;
        applied.connection = provider.connection().map_err(ApplyError::Verify)?;
    }
    Ok(())
}
