//! Steps in dependency order, independent ones at once, each journaled before and after and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;

use serde::Serialize;

use super::attempt::{End, Work};
use super::journal::{Ended, Journal, JournalError};
use super::options::Options;
use super::past::Past;
use super::progress::Progress;
use super::runtime::Runtime;
use crate::plan::{Confirmation, Plan, Step, StepId};
use crate::provider::Provider;

/// What was done and what was not.
#[derive(Debug, Default)]
pub struct Summary {
    /// Steps in force.
    pub done: Vec<StepId>,
    /// Steps accepted, with the time when they come into force.
    pub pending: Vec<(StepId, String)>,
    /// Steps not begun, or begun and not ended.
    pub left: Vec<StepId>,
    /// Why not all was done.
    pub stops: Vec<Stop>,
}

/// Why work stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// A step failed.
    Failed {
        /// Which.
        step: StepId,
        /// Why.
        error: String,
        /// What to do next.
        hint: Option<String>,
    },
    /// The user asked for it.
    Interrupted,
    /// People must do something before this step.
    Waiting {
        /// Which.
        step: StepId,
        /// What.
        gate: Confirmation,
    },
}

impl Summary {
    /// How the run ended, for the journal.
    pub fn ended(&self) -> Ended {
        let any = |of: fn(&Stop) -> bool| self.stops.iter().any(of);
        if any(|s| matches!(s, Stop::Failed { .. })) {
            Ended::Failed
        } else if any(|s| matches!(s, Stop::Interrupted)) {
            Ended::Interrupted
        } else if self.stops.is_empty() {
            Ended::Complete
        } else {
            Ended::Waiting
        }
    }
}

/// Carries out the steps of a plan. After a failure nothing new is begun, and what runs is brought to its end.
pub fn execute(
    plan: &Plan,
    provider: &dyn Provider,
    journal: &Journal,
    past: &Past,
    runtime: &dyn Runtime,
    progress: &dyn Progress,
    options: &Options,
) -> Result<Summary, JournalError> {
    let pace = options.pace.unwrap_or_else(|| provider.pace());
    let work = Work { plan, provider, journal, past, runtime, progress, options, pace };
    let mut summary = Summary::default();
    let mut broken: Option<JournalError> = None;
    let mut panicked = None;
    let mut open: BTreeMap<&StepId, &Step> = plan.steps.iter().map(|s| (&s.id, s)).collect();
    let mut gates: BTreeSet<&StepId> = BTreeSet::new();
    let mut finished: BTreeSet<StepId> = BTreeSet::new();
    let mut running: BTreeSet<StepId> = BTreeSet::new();
    std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        loop {
            let go_on = broken.is_none()
                && panicked.is_none()
                && !summary.stops.iter().any(|s| !matches!(s, Stop::Waiting { .. }))
                && !runtime.stopping();
            // In the order of the plan, so that a run on one thread is the plan read from top to bottom.
            for step in plan.steps.iter().filter(|_| go_on) {
                let ready =
                    open.contains_key(&step.id) && step.needs.iter().all(|need| finished.contains(need));
                if !ready || running.len() >= options.parallel.max(1) {
                    continue;
                }
                if let Some(gate) = step.gate.as_ref().filter(|_| !options.confirmed.contains(&step.id)) {
                    if gates.insert(&step.id) {
                        summary.stops.push(Stop::Waiting { step: step.id.clone(), gate: gate.clone() });
                    }
                    continue;
                }
                open.remove(&step.id);
                running.insert(step.id.clone());
                let (sender, work) = (sender.clone(), &work);
                scope.spawn(move || {
                    // The loop waits for an answer from every thread, so a panic must be one too.
                    let end = panic::catch_unwind(AssertUnwindSafe(|| work.step(step)));
                    // The receiver lives as long as the scope.
                    drop(sender.send((step, end.unwrap_or_else(End::Panicked))));
                });
            }
            if running.is_empty() {
                break;
            }
            let Ok((step, end)) = results.recv() else { break };
            running.remove(&step.id);
            match end {
                End::Done => {
                    finished.insert(step.id.clone());
                    summary.done.push(step.id.clone());
                }
                End::Scheduled(until) => {
                    finished.insert(step.id.clone());
                    summary.pending.push((step.id.clone(), until));
                }
                End::Failed { error, hint } => {
                    summary.stops.push(Stop::Failed { step: step.id.clone(), error, hint });
                }
                End::Interrupted => {}
                End::Journal(error) => broken = Some(error),
                End::Panicked(cause) => panicked = Some(cause),
            }
        }
    });
    if let Some(cause) = panicked {
        panic::resume_unwind(cause);
    }
    if let Some(error) = broken {
        return Err(error);
    }
    let left = plan.steps.iter().map(|s| &s.id).filter(|id| !finished.contains(*id));
    summary.left = left.cloned().collect();
    if runtime.stopping() && !summary.left.is_empty() {
        summary.stops.push(Stop::Interrupted);
    }
    Ok(summary)
}
