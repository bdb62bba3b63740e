//! Steps in dependency order, independent ones at once, each journaled before and after and read back.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;

use super::backoff::Backoff;
use super::journal::{Ended, Event, Journal, JournalError};
use super::progress::Progress;
use super::readback::read_back;
use super::runtime::Runtime;
use crate::plan::{Gate, Plan, Step, StepId};
use crate::provider::{Outcome, Provider, ProviderError};

/// How a plan is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps at once.
    pub parallel: usize,
    /// Waits before a retry.
    pub backoff: Backoff,
    /// Wait between two looks at work that goes on, at first.
    pub poll: Duration,
    /// The longest wait between two looks: what takes long is looked at more and more seldom.
    pub slowest: Duration,
    /// Times its usual duration after which a wait is given up, but never before ten minutes.
    pub patience: u32,
    /// Steps for which people have done what they must.
    pub confirmed: BTreeSet<StepId>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            parallel: 8,
            backoff: Backoff::default(),
            poll: Duration::from_secs(2),
            slowest: Duration::from_secs(15),
            patience: 5,
            confirmed: BTreeSet::new(),
        }
    }
}

/// Looks that come at the same pace before they come more seldom.
const QUICK_LOOKS: u32 = 5;

impl Options {
    /// The wait after so many looks.
    fn until_next_look(&self, looks: u32) -> Duration {
        let growth = 1.5_f64.powi(i32::try_from(looks.saturating_sub(QUICK_LOOKS).min(64)).unwrap_or(64));
        self.poll.mul_f64(growth).min(self.slowest.max(self.poll))
    }
}

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
        gate: Gate,
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

/// All that a step needs.
struct Work<'a> {
    provider: &'a dyn Provider,
    journal: &'a Journal,
    runtime: &'a dyn Runtime,
    progress: &'a dyn Progress,
    options: &'a Options,
}

/// How one step ended.
enum End {
    Done,
    Pending(String),
    Failed { error: String, hint: Option<String> },
    Interrupted,
    Journal(JournalError),
    Panicked(Box<dyn Any + Send>),
}

/// Carries out the steps of a plan. After a failure nothing new is begun, and what runs is brought to its end.
pub fn execute(
    plan: &Plan,
    provider: &dyn Provider,
    journal: &Journal,
    runtime: &dyn Runtime,
    progress: &dyn Progress,
    options: &Options,
) -> Result<Summary, JournalError> {
    let work = Work { provider, journal, runtime, progress, options };
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
                End::Pending(until) => {
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

impl Work<'_> {
    fn write(&self, event: Event) -> Result<(), JournalError> {
        self.journal.write(self.runtime.now(), event)
    }

    /// One step from its first line in the journal to its last.
    fn step(&self, step: &Step) -> End {
        let id = || step.id.clone();
        if let Err(error) = self.write(Event::Begun { step: id() }) {
            return End::Journal(error);
        }
        self.progress.begun(step);
        let start = self.runtime.elapsed();
        let end = self.until_done(step);
        let event = match &end {
            End::Done => Event::Done { step: id() },
            End::Pending(until) => Event::Pending { step: id(), until: until.clone() },
            End::Failed { error, .. } => Event::Failed { step: id(), error: error.clone() },
            // It stays in flight on record, as if the process had been killed.
            End::Interrupted | End::Journal(_) | End::Panicked(_) => return end,
        };
        let how = match &end {
            End::Pending(until) => Ok(Some(until.as_str())),
            End::Failed { error, .. } => Err(error.as_str()),
            _ => Ok(None),
        };
        self.progress.ended(step, self.runtime.elapsed().saturating_sub(start), how);
        self.write(event).map_or_else(End::Journal, |()| end)
    }

    /// Calls the provider until the step is done, waits where it asks for it, tries again where that may help.
    fn until_done(&self, step: &Step) -> End {
        let mut attempt = 0;
        let mut looks = 0;
        let mut waited = Duration::ZERO;
        let start = self.runtime.elapsed();
        let limit = Duration::from_secs(u64::from(step.usual_seconds) * u64::from(self.options.patience))
            .max(Duration::from_mins(10));
        loop {
            let error = match self.once(step) {
                Ok(Outcome::Done) => return End::Done,
                Ok(Outcome::Pending { until }) => return End::Pending(until),
                Ok(Outcome::Working { what }) => {
                    if self.runtime.elapsed().saturating_sub(start) >= limit {
                        let error = format!("still not done after {} s: {what}", limit.as_secs());
                        let hint = Some("the same command goes on waiting".to_owned());
                        return End::Failed { error, hint };
                    }
                    self.progress.waiting(&step.id, &what);
                    self.runtime.sleep(self.options.until_next_look(looks));
                    looks += 1;
                    if self.runtime.stopping() {
                        return End::Interrupted;
                    }
                    continue;
                }
                Err(error) => error,
            };
            let wait = self.options.backoff.wait(attempt, self.runtime.random(), waited);
            let (true, Some(wait)) = (error.is_retryable(), wait) else {
                return End::Failed { error: error.to_string(), hint: error.hint().map(str::to_owned) };
            };
            let wait = match &error {
                ProviderError::Temporary { retry_after: Some(asked), .. } => wait.max(*asked),
                _ => wait,
            };
            let event = Event::Retried { step: step.id.clone(), error: error.to_string() };
            if let Err(error) = self.write(event) {
                return End::Journal(error);
            }
            self.progress.waiting(&step.id, &error.to_string());
            self.runtime.sleep(wait);
            if self.runtime.stopping() {
                return End::Interrupted;
            }
            attempt += 1;
            waited += wait;
        }
    }

    /// One call, read back when it says that it is done.
    fn once(&self, step: &Step) -> Result<Outcome, ProviderError> {
        let outcome = self.provider.execute(step)?;
        if outcome == Outcome::Done {
            let is = self.provider.read(&step.address)?;
            let wrong = read_back(&step.address, &step.expect, is.as_ref());
            if !wrong.is_empty() {
                let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
                let hint = "the provider reported success; `cachefit status` shows what is there".to_owned();
                return Err(ProviderError::permanent(lines.join("\n"), Some(hint)));
            }
        }
        Ok(outcome)
    }
}
