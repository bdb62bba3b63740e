//! Waiting in short pieces: what is soon done is waited for here, the rest by the engine, which hears Ctrl-C.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::LocalError;
use crate::provider::Outcome;

/// How long one call waits at most.
const MOMENT: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(20);

/// Asks for a moment what is missing; done when nothing is.
pub(super) fn briefly(
    mut missing: impl FnMut() -> Result<Option<String>, LocalError>,
) -> Result<Outcome, LocalError> {
    let until = Instant::now() + MOMENT;
    loop {
        match missing()? {
            None => return Ok(Outcome::Done),
            Some(what) if Instant::now() >= until => return Ok(Outcome::working(what)),
            Some(_) => std::thread::sleep(STEP),
        }
    }
}

/// Servers that this process has started and that have not answered yet.
#[derive(Debug, Default)]
pub(super) struct Started(Mutex<BTreeMap<String, Child>>);

impl Started {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Child>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps one.
    pub fn keep(&self, node: &str, child: Child) {
        self.with(|all| all.insert(node.to_owned(), child));
    }

    /// It has answered, or has ended.
    pub fn forget(&self, node: &str) {
        self.with(|all| all.remove(node));
    }

    /// Whether one that was started has ended; none if none was.
    pub fn has_ended(&self, node: &str) -> Option<bool> {
        self.with(|all| Some(all.get_mut(node)?.try_wait().is_ok_and(|status| status.is_some())))
    }
}
