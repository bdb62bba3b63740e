//! What was begun and what was done, on disk before and after each step. One JSON object a line, never rewritten.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::state::{self, StateError};
use crate::plan::{Purpose, StepId};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens during an apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins.
    Started {
        /// Its process.
        pid: u32,
        /// What for.
        purpose: Purpose,
        /// The id of the plan that the user has agreed to.
        plan: String,
        /// The steps to be done.
        steps: Vec<StepId>,
    },
    /// A step begins.
    Begun {
        /// Which.
        step: StepId,
    },
    /// A call of it failed and is tried again.
    Retried {
        /// Which.
        step: StepId,
        /// Why.
        error: String,
    },
    /// A step is done and read back.
    Done {
        /// Which.
        step: StepId,
    },
    /// A step is accepted and comes into force later.
    Pending {
        /// Which.
        step: StepId,
        /// When.
        until: String,
    },
    /// A step failed.
    Failed {
        /// Which.
        step: StepId,
        /// Why.
        error: String,
    },
    /// The run ended in an orderly way.
    Ended {
        /// How.
        how: Ended,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Everything is done.
    Complete,
    /// A step or a check failed.
    Failed,
    /// The user stopped it.
    Interrupted,
    /// People must do something first.
    Waiting,
}

/// The last run of a journal, as far as it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// When it began.
    pub started: Timestamp,
    /// What for.
    pub purpose: Purpose,
    /// The id of its plan.
    pub plan: String,
    /// Steps begun but not ended: the process was killed in them.
    pub in_flight: Vec<StepId>,
    /// How it ended; none if the process was killed.
    pub ended: Option<Ended>,
}

impl Last {
    /// Whether something was left to do.
    pub fn is_unfinished(&self) -> bool {
        self.ended != Some(Ended::Complete)
    }
}

/// Why the journal cannot be kept. Without a journal nothing is changed.
#[derive(Debug, Error)]
pub enum JournalError {
    /// No place for it.
    #[error(transparent)]
    State(#[from] StateError),
    /// What is on record cannot be read.
    #[error("cannot read the journal {path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file system refuses.
    #[error("cannot write the journal {path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal of a deployment, and makes it if there is none. The lock must be held.
    pub fn open(root: &Path, name: &str) -> Result<Self, JournalError> {
        let folder = state::folder(root, name)?;
        let path = folder.join("journal");
        let io = |error| JournalError::Io { path: path.display().to_string(), error };
        let fresh = !path.exists();
        let mut file = state::private().read(true).append(true).create(true).open(&path).map_err(io)?;
        if fresh {
            // The name of a new file is safe only when its folder is written too.
            File::open(&folder).and_then(|f| f.sync_all()).map_err(io)?;
        } else if torn(&mut file).map_err(io)? {
            file.write_all(b"\n").map_err(io)?;
        }
        Ok(Self { file: Mutex::new(file), path })
    }

    /// Writes one line and waits until it is on disk.
    pub fn write(&self, at: Timestamp, event: Event) -> Result<(), JournalError> {
        let io = |error| JournalError::Io { path: self.path.display().to_string(), error };
        let mut line = serde_json::to_vec(&Entry { at, event }).map_err(|e| io(e.into()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(io)
    }

    /// The last run on record; none before the first. A line that was cut off is left out.
    pub fn last(root: &Path, name: &str) -> Result<Option<Last>, JournalError> {
        let path = root.join(name).join("journal");
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(JournalError::Unreadable { path: path.display().to_string(), error });
            }
        };
        let lines = text.split(|byte| *byte == b'\n');
        let mut last: Option<Last> = None;
        for entry in lines.filter_map(|line| serde_json::from_slice::<Entry>(line).ok()) {
            match (entry.event, &mut last) {
                (Event::Started { purpose, plan, .. }, last) => {
                    let in_flight = Vec::new();
                    *last = Some(Last { started: entry.at, purpose, plan, in_flight, ended: None });
                }
                (Event::Begun { step }, Some(last)) => last.in_flight.push(step),
                (
                    Event::Done { step } | Event::Pending { step, .. } | Event::Failed { step, .. },
                    Some(last),
                ) => {
                    last.in_flight.retain(|s| s != &step);
                }
                (Event::Ended { how }, Some(last)) => last.ended = Some(how),
                _ => {}
            }
        }
        Ok(last)
    }
}

/// Whether the last line has no end: the process was killed while it wrote.
fn torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cut_off_costs_only_itself() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let step = StepId("local.server.a:start".into());
        let plan = "f".to_owned();
        assert_eq!(Journal::last(root.path(), "a").unwrap(), None);
        let journal = Journal::open(root.path(), "a").unwrap();
        let steps = vec![step.clone()];
        journal.write(now, Event::Started { pid: 1, purpose: Purpose::Apply, plan, steps }).unwrap();
        journal.write(now, Event::Begun { step: step.clone() }).unwrap();
        drop(journal);
        let path = root.path().join("a/journal");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"at\":\"1970-01-01T00:0");
        std::fs::write(&path, bytes).unwrap();
        let last = Journal::last(root.path(), "a").unwrap().unwrap();
        assert_eq!((last.in_flight.as_slice(), last.is_unfinished()), ([step.clone()].as_slice(), true));
        let journal = Journal::open(root.path(), "a").unwrap();
        journal.write(now, Event::Done { step }).unwrap();
        journal.write(now, Event::Ended { how: Ended::Complete }).unwrap();
        let last = Journal::last(root.path(), "a").unwrap().unwrap();
        assert!(last.in_flight.is_empty() && !last.is_unfinished());
    }

    #[test]
    fn what_cannot_be_read_is_no_empty_record() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/journal")).unwrap();
        let error = Journal::last(root.path(), "a").unwrap_err().to_string();
        assert!(error.starts_with("cannot read the journal"), "{error}");
    }
}
