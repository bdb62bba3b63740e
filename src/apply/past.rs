//! What an earlier run has left that this one goes on with: its id, and what it had begun at the provider.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::journal::Last;
use super::runtime::Runtime;
use crate::plan::{Purpose, StepId, digest};
use crate::provider::Operation;

/// The run that goes on, or a new one.
#[derive(Debug)]
pub struct Past {
    run: String,
    ended: BTreeMap<StepId, u32>,
    operations: Mutex<BTreeMap<StepId, Operation>>,
}

impl Past {
    /// Goes on with the last run if that was cut short with the same purpose.
    pub fn of(last: Option<Last>, purpose: Purpose, runtime: &dyn Runtime) -> Self {
        match last.filter(|last| last.is_unfinished() && last.purpose == purpose) {
            Some(Last { run: Some(run), ended_steps: ended, operations, .. }) => {
                Self { run, ended, operations: Mutex::new(operations) }
            }
            _ => Self::new(runtime),
        }
    }

    /// A run of its own.
    pub fn new(runtime: &dyn Runtime) -> Self {
        let chance: Vec<u64> = (0..4).map(|_| runtime.random().to_bits()).collect();
        let now = runtime.now().as_nanosecond();
        let seed = format!("{now} {} {chance:?}", std::process::id());
        Self { run: uuid(&seed), ended: BTreeMap::new(), operations: Mutex::default() }
    }

    /// The id of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The token of a step: the same until the step has ended.
    pub fn token(&self, step: &StepId) -> String {
        let ended = self.ended.get(step).copied().unwrap_or(0);
        uuid(&format!("{} {step} {ended}", self.run))
    }

    /// What was begun for a step.
    pub fn operation(&self, step: &StepId) -> Option<Operation> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).get(step).cloned()
    }

    /// Keeps what was begun for a step; whether that is new.
    pub fn begun(&self, step: &StepId, operation: &Operation) -> bool {
        let mut all = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(step.clone(), operation.clone()).as_ref() != Some(operation)
    }
}

/// A UUID that follows from a text, in the form of version 5.
fn uuid(text: &str) -> String {
    let d = digest(text.as_bytes());
    // The variant is the two highest bits of its digit: 8, 9, a or b.
    let variant = ["8", "9", "a", "b"][usize::from(d.as_bytes()[16]) % 4];
    format!("{}-{}-5{}-{variant}{}-{}", &d[..8], &d[8..12], &d[13..16], &d[17..20], &d[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_uuids_of_their_own() {
        let step = |name: &str| StepId(name.to_owned());
        let past = |run: &str, ended: u32| Past {
            run: run.to_owned(),
            ended: BTreeMap::from([(step("a"), ended)]),
            operations: Mutex::default(),
        };
        let token = past("1", 0).token(&step("a"));
        let parts: Vec<usize> = token.split('-').map(str::len).collect();
        assert_eq!((parts, token.len()), (vec![8, 4, 4, 4, 12], 36), "{token}");
        assert!(token.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) && token.as_bytes()[14] == b'5');
        assert_eq!(token, past("1", 0).token(&step("a")));
        for other in
            [past("2", 0).token(&step("a")), past("1", 1).token(&step("a")), past("1", 0).token(&step("b"))]
        {
            assert_ne!(token, other);
        }
    }
}
