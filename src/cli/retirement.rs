//! What has been done to retire a deployment, on disk beside its journal: one JSON object a line, never rewritten.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::args::TargetArgs;
use super::deployment::wanted;
use super::error::Failure;
use super::inputs::Input;
use crate::apply::Key;
use crate::fleet::{Done, Record};
use crate::plan::Observed;
use crate::provider::{self, Provider};
use crate::units;

/// The name of the file.
const FILE: &str = "retire";

/// An open record.
pub struct Retirement {
    path: PathBuf,
    record: Record,
}

impl Retirement {
    /// Opens the record of a deployment, whose lock must be held.
    pub fn open(root: &Path, key: &Key) -> Result<Self, Failure> {
        let record = Self::read(root, key)?;
        Ok(Self { path: key.folder(root).join(FILE), record })
    }

    /// What is on record. A line that was cut off is an error: what was done must not be guessed.
    pub fn read(root: &Path, key: &Key) -> Result<Record, Failure> {
        let path = key.folder(root).join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Record::default()),
            Err(error) => return Err(broken(&path, &error.to_string())),
        };
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let done = lines.map(serde_json::from_str::<Done>).collect::<Result<Vec<Done>, _>>();
        Ok(Record { done: done.map_err(|error| broken(&path, &error.to_string()))? })
    }

    /// What has been done.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Writes what was done, and waits until it is on disk.
    pub fn add(&self, done: Done) -> Result<(), Failure> {
        let write = || -> std::io::Result<()> {
            let mut line = serde_json::to_vec(&done)?;
            line.push(b'\n');
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
            file.write_all(&line)?;
            file.sync_all()
        };
        write().map_err(|error| broken(&self.path, &error.to_string()))
    }
}

/// The profile whose users may do nothing. They keep their names and passwords, so that nothing has to be handed out again.
pub fn blocked(input: &Input) -> Input {
    let mut blocked = input.clone();
    blocked.profile.security.users.iter_mut().for_each(|user| user.can.clear());
    blocked
}

/// Whether the users of what runs may do nothing, whatever is on record: somebody may have applied the profile since.
pub fn is_blocked(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
    observed: &[Observed],
) -> Result<bool, Failure> {
    let wanted = wanted(&blocked(input), target, kind, provider, observed.to_vec())?;
    let plan = provider::plan(provider, &wanted.intent, &wanted.observed)?;
    let of_users = |name: &str| name == "users";
    Ok(!plan.work().any(|change| change.attributes.iter().any(|attribute| of_users(&attribute.name))))
}

fn broken(path: &Path, why: &str) -> Failure {
    let hint = "without it nobody knows since when the cache is blocked: make it readable, or move it out of the way";
    Failure::new(
        "retire-record",
        format!("the record {} cannot be used: {why}", path.display()),
        Some(hint.into()),
    )
}
