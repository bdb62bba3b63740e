//! What was begun and what was done, on disk before and after each step. One JSON object a line, never rewritten.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::key::Key;
use super::state::{self, StateError};
use crate::plan::{Purpose, Scope, StepId};
use crate::provider::Operation;

/// The name of the file.
const FILE: &str = "journal";

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
        /// Its id, which it keeps when it is gone on with; none in records of earlier versions.
        #[serde(default)]
        run: String,
        /// Where.
        #[serde(default)]
        scope: Scope,
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
    /// The provider has begun something that has a name there.
    Accepted {
        /// For which step.
        step: StepId,
        /// What.
        operation: Operation,
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
    Scheduled {
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
    /// The id of the run; none in records of earlier versions.
    pub run: Option<String>,
    /// What was begun at the provider for steps in flight.
    pub operations: BTreeMap<StepId, Operation>,
    /// How often each step has ended in this run, over all the times that it was gone on with.
    pub ended_steps: BTreeMap<StepId, u32>,
    /// Whether it was kept by name alone, so that the place is not certain: earlier versions did so.
    pub unscoped: bool,
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
    pub fn open(root: &Path, key: &Key) -> Result<Self, JournalError> {
        let folder = state::folder(root, key)?;
        let path = folder.join(FILE);
        let io = |error| JournalError::Io { path: path.display().to_string(), error };
        if !path.exists() && unscoped(root, key)?.is_some() {
            std::fs::rename(key.unscoped(root).join(FILE), &path).map_err(io)?;
        }
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
    pub fn last(root: &Path, key: &Key) -> Result<Option<Last>, JournalError> {
        match read(&key.folder(root).join(FILE))? {
            Some(entries) => Ok(last(entries)),
            None => Ok(unscoped(root, key)?.and_then(last).map(|last| Last { unscoped: true, ..last })),
        }
    }
}

/// The entries of a journal; none if there is no file.
fn read(path: &Path) -> Result<Option<Vec<Entry>>, JournalError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(JournalError::Unreadable { path: path.display().to_string(), error }),
    };
    let lines = text.split(|byte| *byte == b'\n');
    Ok(Some(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()))
}

/// What an earlier version has on record of the name, unless its steps are another provider's.
fn unscoped(root: &Path, key: &Key) -> Result<Option<Vec<Entry>>, JournalError> {
    let Some(entries) = read(&key.unscoped(root).join(FILE))? else { return Ok(None) };
    let own = format!("{}.", key.provider);
    let others = |entry: &Entry| match &entry.event {
        Event::Started { steps, .. } => steps.iter().any(|step| !step.0.starts_with(&own)),
        _ => false,
    };
    Ok((!entries.iter().any(others)).then_some(entries))
}

/// The last run of all that is on record.
fn last(entries: Vec<Entry>) -> Option<Last> {
    let mut last: Option<Last> = None;
    for entry in entries {
        match (entry.event, &mut last) {
            (Event::Started { purpose, plan, run, .. }, before) => {
                let run = Some(run).filter(|run| !run.is_empty());
                let goes_on = before.take().filter(|before| run.is_some() && before.run == run);
                let (operations, ended_steps) =
                    goes_on.map(|before| (before.operations, before.ended_steps)).unwrap_or_default();
                *before = Some(Last {
                    started: entry.at,
                    purpose,
                    plan,
                    in_flight: Vec::new(),
                    run,
                    operations,
                    ended_steps,
                    unscoped: false,
                    ended: None,
                });
            }
            (Event::Begun { step }, Some(last)) => last.in_flight.push(step),
            (Event::Accepted { step, operation }, Some(last)) => {
                last.operations.insert(step, operation);
            }
            (
                Event::Done { step } | Event::Scheduled { step, .. } | Event::Failed { step, .. },
                Some(last),
            ) => {
                last.in_flight.retain(|s| s != &step);
                last.operations.remove(&step);
                *last.ended_steps.entry(step).or_default() += 1;
            }
            (Event::Ended { how }, Some(last)) => last.ended = Some(how),
            _ => {}
        }
    }
    last
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
    use crate::units::Provider;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn key(place: &str) -> Key {
        Key::new(Provider::Local, Scope::new(None, Some(place.to_owned())), "a")
    }

    fn started(run: &str, steps: &[&StepId]) -> Event {
        Event::Started {
            pid: 1,
            run: run.to_owned(),
            scope: Scope::default(),
            purpose: Purpose::Apply,
            plan: "f".to_owned(),
            steps: steps.iter().map(|s| (*s).clone()).collect(),
        }
    }

    #[test]
    fn a_line_cut_off_costs_only_itself() {
        let root = tempfile::tempdir().unwrap();
        let (step, key) = (StepId("local.server.a:start".into()), key("/data"));
        assert_eq!(Journal::last(root.path(), &key).unwrap(), None);
        let journal = Journal::open(root.path(), &key).unwrap();
        journal.write(NOW, started("1", &[&step])).unwrap();
        journal.write(NOW, Event::Begun { step: step.clone() }).unwrap();
        drop(journal);
        let path = key.folder(root.path()).join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"at\":\"1970-01-01T00:0");
        std::fs::write(&path, bytes).unwrap();
        let last = Journal::last(root.path(), &key).unwrap().unwrap();
        assert_eq!((last.in_flight.as_slice(), last.is_unfinished()), ([step.clone()].as_slice(), true));
        let journal = Journal::open(root.path(), &key).unwrap();
        journal.write(NOW, Event::Done { step }).unwrap();
        journal.write(NOW, Event::Ended { how: Ended::Complete }).unwrap();
        let last = Journal::last(root.path(), &key).unwrap().unwrap();
        assert!(last.in_flight.is_empty() && !last.is_unfinished());
    }

    #[test]
    fn what_cannot_be_read_is_no_empty_record() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(key("/data").folder(root.path()).join(FILE)).unwrap();
        let error = Journal::last(root.path(), &key("/data")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read the journal"), "{error}");
    }

    #[test]
    fn a_run_that_goes_on_keeps_what_it_had_begun() {
        let root = tempfile::tempdir().unwrap();
        let (one, two) = (StepId("local.server.a:start".into()), StepId("local.server.b:start".into()));
        let operation = |id: &str| Operation { id: id.to_owned(), keep: true };
        let journal = Journal::open(root.path(), &key("/data")).unwrap();
        journal.write(NOW, started("1", &[&one, &two])).unwrap();
        for step in [&one, &two] {
            let operation = operation(&step.0);
            journal.write(NOW, Event::Accepted { step: step.clone(), operation }).unwrap();
        }
        journal.write(NOW, started("1", &[&one, &two])).unwrap();
        journal.write(NOW, Event::Done { step: one.clone() }).unwrap();
        let last = || Journal::last(root.path(), &key("/data")).unwrap().unwrap();
        assert_eq!(last().operations, BTreeMap::from([(two.clone(), operation(&two.0))]));
        assert_eq!(last().ended_steps, BTreeMap::from([(one.clone(), 1)]));
        journal.write(NOW, started("2", &[&one])).unwrap();
        assert!(last().operations.is_empty() && last().ended_steps.is_empty());
    }

    /// What an earlier version kept by name alone is found, said, and moved by the first run.
    #[test]
    fn a_record_by_name_alone_is_found_and_moved() {
        let root = tempfile::tempdir().unwrap();
        let old = root.path().join("a").join(FILE);
        let write = |step: &str| {
            std::fs::create_dir_all(old.parent().unwrap()).unwrap();
            let line = "{\"at\":\"1970-01-01T00:00:00Z\",\"event\":\"started\",\"pid\":1,\
                        \"purpose\":\"apply\",\"plan\":\"f\",\"steps\":[\"STEP\"]}\n";
            std::fs::write(&old, line.replace("STEP", step)).unwrap();
        };
        write("aws.user.a:create");
        assert_eq!(Journal::last(root.path(), &key("/data")).unwrap(), None, "it is another provider's");
        write("local.server.a:start");
        let last = Journal::last(root.path(), &key("/data")).unwrap().unwrap();
        assert!(last.unscoped && last.is_unfinished());
        Journal::open(root.path(), &key("/data")).unwrap();
        assert!(!old.exists());
        let last = Journal::last(root.path(), &key("/data")).unwrap().unwrap();
        assert!(!last.unscoped && last.is_unfinished());
        assert_eq!(Journal::last(root.path(), &key("/elsewhere")).unwrap(), None);
    }
}
