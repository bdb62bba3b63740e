//! One step: called until it is done and shows, waited for where it goes on, tried again where that may help.

use std::any::Any;
use std::time::Duration;

use super::journal::{Event, Journal, JournalError};
use super::options::Options;
use super::past::Past;
use super::progress::Progress;
use super::readback::{is_at_rest, read_back};
use super::runtime::Runtime;
use crate::plan::{Plan, Step};
use crate::provider::{Outcome, Pace, Provider, ProviderError, Task};

/// A wait is not given up before this, however short a step usually is.
const LEAST_PATIENCE: Duration = Duration::from_mins(10);

/// All that a step needs.
pub(super) struct Work<'a> {
    pub plan: &'a Plan,
    pub provider: &'a dyn Provider,
    pub journal: &'a Journal,
    pub past: &'a Past,
    pub runtime: &'a dyn Runtime,
    pub progress: &'a dyn Progress,
    pub options: &'a Options,
    pub pace: Pace,
}

/// How one step ended.
pub(super) enum End {
    Done,
    Scheduled(String),
    Failed { error: String, hint: Option<String> },
    Interrupted,
    Journal(JournalError),
    Panicked(Box<dyn Any + Send>),
}

/// How one call ended, as far as it did not fail.
enum Answer {
    Done,
    Scheduled(String),
    /// It goes on.
    Working {
        what: String,
        look_after: Option<Duration>,
    },
    /// It is done, and does not show yet.
    Unseen {
        what: String,
    },
}

/// Looks that a settle window has at least: a machine that is busy, or a service that answers late, makes few in its time.
const LEAST_LOOKS: u32 = 10;

/// What is counted over the calls of a step.
#[derive(Default)]
struct Counts {
    /// Failed calls since the last good answer.
    attempt: u32,
    /// Waits before their retries.
    waited: Duration,
    /// Looks at what goes on.
    looks: u32,
    /// Whether the provider has said that it is done: it is only read back then.
    done: bool,
    /// Since when success does not show.
    unseen: Option<Duration>,
    /// Since when something is in the way of a create that no look shows.
    exists: Option<Duration>,
}

impl Work<'_> {
    fn write(&self, event: Event) -> Result<(), JournalError> {
        self.journal.write(self.runtime.now(), event)
    }

    /// One step from its first line in the journal to its last.
    pub(super) fn step(&self, step: &Step) -> End {
        let id = || step.id.clone();
        if let Err(error) = self.write(Event::Begun { step: id() }) {
            return End::Journal(error);
        }
        self.progress.begun(step);
        let start = self.runtime.elapsed();
        let end = self.until_done(step);
        let event = match &end {
            End::Done => Event::Done { step: id() },
            End::Scheduled(until) => Event::Scheduled { step: id(), until: until.clone() },
            End::Failed { error, .. } => Event::Failed { step: id(), error: error.clone() },
            // It stays in flight on record, as if the process had been killed.
            End::Interrupted | End::Journal(_) | End::Panicked(_) => return end,
        };
        let how = match &end {
            End::Scheduled(until) => Ok(Some(until.as_str())),
            End::Failed { error, .. } => Err(error.as_str()),
            _ => Ok(None),
        };
        self.progress.ended(step, self.runtime.elapsed().saturating_sub(start), how);
        self.write(event).map_or_else(End::Journal, |()| end)
    }

    /// Calls the provider until the step is done.
    fn until_done(&self, step: &Step) -> End {
        let mut counts = Counts::default();
        let start = self.runtime.elapsed();
        let usual = Duration::from_secs(u64::from(step.usual_seconds));
        let patience = usual.saturating_mul(self.options.patience).max(LEAST_PATIENCE);
        loop {
            let (what, wait) = match self.once(step, &mut counts.done) {
                Ok(Ok(Answer::Done)) => return End::Done,
                Ok(Ok(Answer::Scheduled(until))) => return End::Scheduled(until),
                Ok(Ok(answer)) => {
                    // What takes an hour may be throttled now and then: the budget is for calls that fail in a row.
                    (counts.attempt, counts.waited) = (0, Duration::ZERO);
                    match self.go_on(answer, &mut counts, start, patience) {
                        Ok(wait) => wait,
                        Err(end) => return end,
                    }
                }
                Ok(Err(error)) => match self.again(step, &error, &mut counts) {
                    Ok(wait) => wait,
                    Err(end) => return end,
                },
                Err(error) => return End::Journal(error),
            };
            self.progress.waiting(&step.id, &what);
            self.runtime.sleep(wait);
            if self.runtime.stopping() {
                return End::Interrupted;
            }
        }
    }

    /// What is waited for, and for how long, after a call that has not failed.
    fn go_on(
        &self,
        answer: Answer,
        counts: &mut Counts,
        start: Duration,
        patience: Duration,
    ) -> Result<(String, Duration), End> {
        let now = self.runtime.elapsed();
        let (what, look_after) = match answer {
            Answer::Unseen { what } => {
                let since = *counts.unseen.get_or_insert_with(|| {
                    counts.looks = 0;
                    now
                });
                if now.saturating_sub(since) >= self.pace.settle && counts.looks >= LEAST_LOOKS {
                    let hint = "the provider reported success; `cachefit status` shows what is there";
                    return Err(End::Failed { error: what, hint: Some(hint.to_owned()) });
                }
                (format!("done, but it does not show yet: {what}"), None)
            }
            Answer::Working { what, look_after } => {
                if now.saturating_sub(start) >= patience {
                    let error = format!("still not done after {} s: {what}", patience.as_secs());
                    let hint = Some("the same command goes on waiting".to_owned());
                    return Err(End::Failed { error, hint });
                }
                counts.unseen = None;
                (what, look_after)
            }
            Answer::Done | Answer::Scheduled(_) => return Ok((String::new(), Duration::ZERO)),
        };
        let wait = look_after.unwrap_or_else(|| self.pace.until_next_look(counts.looks));
        counts.looks += 1;
        Ok((what, wait))
    }

    /// How long to wait after a call that failed, if trying again may help.
    fn again(
        &self,
        step: &Step,
        error: &ProviderError,
        counts: &mut Counts,
    ) -> Result<(String, Duration), End> {
        if let ProviderError::Exists { .. } = error {
            let now = self.runtime.elapsed();
            let since = *counts.exists.get_or_insert_with(|| {
                counts.looks = 0;
                now
            });
            if now.saturating_sub(since) < self.pace.settle || counts.looks < LEAST_LOOKS {
                counts.looks += 1;
                return Ok((error.to_string(), self.pace.until_next_look(counts.looks)));
            }
        }
        let wait = self.options.backoff.wait(counts.attempt, self.runtime.random(), counts.waited);
        let (true, Some(wait)) = (error.is_retryable(), wait) else {
            return Err(End::Failed { error: error.to_string(), hint: error.hint().map(str::to_owned) });
        };
        let wait = match error {
            ProviderError::Temporary { retry_after: Some(asked), .. } => wait.max(*asked),
            _ => wait,
        };
        let event = Event::Retried { step: step.id.clone(), error: error.to_string() };
        self.write(event).map_err(End::Journal)?;
        counts.attempt += 1;
        counts.waited += wait;
        Ok((error.to_string(), wait))
    }

    /// One call; a look only, once it has said that it is done.
    fn once(&self, step: &Step, done: &mut bool) -> Result<Result<Answer, ProviderError>, JournalError> {
        if !*done {
            let task = Task {
                step,
                desired: self.plan.desired.iter().find(|r| r.address == step.address),
                token: self.past.token(&step.id),
                operation: self.past.operation(&step.id),
            };
            match self.provider.execute(&task) {
                Ok(Outcome::Done) => *done = true,
                Ok(Outcome::Scheduled { until }) => return Ok(Ok(Answer::Scheduled(until))),
                Ok(Outcome::Working { what, look_after, operation }) => {
                    // On record before anything else: a run that goes on asks about it instead of beginning anew.
                    if let Some(operation) = operation.filter(|o| self.past.begun(&step.id, o))
                        && operation.keep
                    {
                        self.write(Event::Accepted { step: step.id.clone(), operation })?;
                    }
                    return Ok(Ok(Answer::Working { what, look_after }));
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(self.read_back(step))
    }

    /// Whether what was done shows.
    fn read_back(&self, step: &Step) -> Result<Answer, ProviderError> {
        let is = self.provider.read(&step.address)?;
        let wrong = read_back(&step.address, &step.expect, is.as_ref());
        if wrong.is_empty() {
            return Ok(Answer::Done);
        }
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        let what = lines.join("\n");
        Ok(match is {
            // Success may be reported while work goes on for minutes.
            Some(is) if !is_at_rest(&is) => Answer::Working { what, look_after: None },
            _ => Answer::Unseen { what },
        })
    }
}
