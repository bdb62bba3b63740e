//! One call of a provider: what it is given, how it ends, how patiently the engine looks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::{Resource, Step};

/// A step to be carried out, with all that the engine knows of it.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The step.
    pub step: &'a Step,
    /// What its resource should be, by the plan; none where it goes.
    pub desired: Option<&'a Resource>,
    /// A UUID for calls that take one, so that a call made again is known for the same. It stays over retries, and over a
    /// run that goes on where another was cut short; a step that has ended and is begun again has another.
    pub token: String,
    /// What the provider said it had begun, in this run or in the one that was cut short.
    pub operation: Option<Operation>,
}

impl<'a> Task<'a> {
    /// A step by itself: nothing is known of an earlier try.
    pub fn new(step: &'a Step, desired: Option<&'a Resource>, token: impl Into<String>) -> Self {
        Self { step, desired, token: token.into(), operation: None }
    }
}

/// Work that goes on at the provider and has a name there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its name, or the address where it is asked about.
    pub id: String,
    /// Whether it goes on record, for a run that is resumed. What is signed is a secret for a while: it lives in memory only.
    pub keep: bool,
}

/// How one call of `execute` ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done and in force. The engine reads it back, and waits for as long as success may take to show.
    Done,
    /// It goes on at the provider: call again in a while.
    Working {
        /// What it waits for.
        what: String,
        /// How long the provider asks to wait; none to leave it to the pace.
        look_after: Option<Duration>,
        /// What was begun; none leaves what was known before.
        operation: Option<Operation>,
    },
    /// It is accepted and comes into force by itself later.
    Scheduled {
        /// When, for people.
        until: String,
    },
}

impl Outcome {
    /// It goes on, and the engine looks again at its own pace.
    pub fn working(what: impl Into<String>) -> Self {
        Self::Working { what: what.into(), look_after: None, operation: None }
    }
}

/// How often the engine looks at what goes on, and how long success may take to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The wait between two looks, at first.
    pub first_look: Duration,
    /// The longest wait between two looks: what takes long is looked at more and more seldom.
    pub slowest: Duration,
    /// How long what was done may take until a look shows it.
    pub settle: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_look: Duration::from_secs(2),
            slowest: Duration::from_secs(15),
            settle: Duration::from_mins(1),
        }
    }
}

/// Looks that come at the same pace before they come more seldom.
const QUICK_LOOKS: u32 = 5;

impl Pace {
    /// The wait after so many looks.
    pub fn until_next_look(&self, looks: u32) -> Duration {
        let growth = 1.5_f64.powi(i32::try_from(looks.saturating_sub(QUICK_LOOKS).min(64)).unwrap_or(64));
        self.first_look.mul_f64(growth).min(self.slowest.max(self.first_look))
    }

    /// The same, but with the first look after this time: the number of looks stays about what it was.
    #[must_use]
    pub fn from_first_look(&self, first_look: Duration) -> Self {
        let share = first_look.as_secs_f64() / self.first_look.as_secs_f64().max(f64::MIN_POSITIVE);
        Self { first_look, slowest: first_look, settle: self.settle.mul_f64(share) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_more_and_more_seldom_up_to_the_slowest() {
        let pace = Pace::default();
        let waits: Vec<Duration> = (0..40).map(|looks| pace.until_next_look(looks)).collect();
        assert!(waits.is_sorted() && waits[0] == pace.first_look && waits[39] == pace.slowest);
        let quick = pace.from_first_look(Duration::from_millis(2));
        assert_eq!((quick.slowest, quick.settle), (Duration::from_millis(2), Duration::from_millis(60)));
    }
}
