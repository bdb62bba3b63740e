//! How late the service is with what it shows.

use std::time::Duration;

use cachefit::plan::{Observed, Ownership, State};

/// A thing, and for how many looks it shows something else than it is.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub observed: Observed,
    /// Calls until it is ready.
    pub busy: u32,
    /// Looks that do not show it.
    pub hidden: u32,
    /// What it was, for so many looks.
    pub stale: Option<(Observed, u32)>,
    /// Looks that show that work on it goes on.
    pub restless: u32,
    /// Looks that cannot tell whose it is.
    pub unread: u32,
}

impl Thing {
    pub fn new(observed: Observed) -> Self {
        Self { observed, busy: 0, hidden: 0, stale: None, restless: 0, unread: 0 }
    }

    pub fn look(&mut self) -> Option<Observed> {
        let passes = |looks: &mut u32| {
            let still = *looks > 0;
            *looks = looks.saturating_sub(1);
            still
        };
        if passes(&mut self.hidden) {
            return None;
        }
        let mut seen = match &mut self.stale {
            Some((before, looks)) if *looks > 0 => {
                *looks -= 1;
                before.clone()
            }
            _ => self.observed.clone(),
        };
        if passes(&mut self.restless) {
            seen.state = State::Busy { what: "not at rest yet".into() };
        }
        if passes(&mut self.unread) {
            seen.ownership = Ownership::Unknown { why: "its tags cannot be read while it changes".into() };
        }
        Some(seen)
    }
}

/// How late the service is with what it shows, in looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lateness {
    /// What is new.
    pub hides: u32,
    /// What is changed.
    pub stale: u32,
    /// Creates are called done, and work goes on.
    pub early: u32,
    /// Whose something new is.
    pub unread: u32,
}

/// Creates are operations with a name.
#[derive(Clone, Copy, Debug)]
pub struct Operations {
    /// Whether their names may be kept.
    pub keep: bool,
    /// Polls until each ends.
    pub polls: u32,
    /// How it ends, if it fails.
    pub fails: Option<&'static str>,
    /// How long the service asks to wait between two polls.
    pub look_after: Option<Duration>,
}
