//! Which database is ours: Upstash has no tags and a name is no key, so the ids that this tool made are kept in a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::files::{Access, replace};
use crate::provider::call::CallError;

/// The file of one deployment.
#[derive(Clone, Debug)]
pub struct Record {
    path: PathBuf,
    /// Users are made at the same time, and each writes its rules down.
    one_at_a_time: Arc<Mutex<()>>,
}

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The database.
    pub id: Option<String>,
    /// When a create was last sent, while it is not known how it ended.
    pub asked: Option<Timestamp>,
    /// What it was to make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<Asked>,
    /// A database of others that the next apply takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<String>,
    /// Rules of users as they were given, and as the database shows them since: it may put them in words of its own.
    #[serde(default)]
    pub rules: BTreeMap<String, (String, String)>,
}

/// What a database was asked to be, for life or from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its primary region.
    pub region: String,
    /// Its plan.
    pub plan: String,
}

impl Entry {
    /// The id of our database, or of that which is to become ours.
    pub fn database(&self, adopt: bool) -> Option<&str> {
        self.id.as_deref().or_else(|| self.claimed.as_deref().filter(|_| adopt))
    }

    /// Whether the database is ours, and nothing of its making is open.
    pub fn is_settled(&self) -> bool {
        self.id.is_some() && self.asked.is_none()
    }

    /// The same, with a database that is ours from now on.
    pub fn of(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), asked: None, create: None, claimed: None, ..self }
    }

    /// Whether a create may still be on its way, where it shows within a time.
    pub fn is_unsettled(&self, now: Timestamp, shows_within: SignedDuration) -> bool {
        self.asked.is_some_and(|asked| now.duration_since(asked) < shows_within)
    }
}

impl Record {
    /// The record of a profile in a folder for this account.
    pub fn new(folder: &Path, profile: &str) -> Self {
        Self { path: folder.join(format!("{profile}.json")), one_at_a_time: Arc::default() }
    }

    /// What it says; nothing where there is none.
    pub fn read(&self) -> Result<Entry, CallError> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let message = format!("{}: no record of a database: {error}", self.path.display());
                CallError::refused(message)
                    .with_hint("delete the file; `cachefit import` then takes the database over by its id")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Entry::default()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, entry: &Entry) -> Result<(), CallError> {
        let text = serde_json::to_string(entry).unwrap_or_default();
        let made = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| replace(&self.path, text.as_bytes(), Access::Private))
            .map_err(|error| self.failed(&error))
    }

    /// Changes a part of it; the rest stays as it is by then.
    pub fn change(&self, part: impl FnOnce(&mut Entry)) -> Result<(), CallError> {
        let _alone = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.read()?;
        let mut entry = before.clone();
        part(&mut entry);
        if entry == before { Ok(()) } else { self.write(&entry) }
    }

    /// Forgets the database.
    pub fn remove(&self) -> Result<(), CallError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.failed(&error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: &std::io::Error) -> CallError {
        let hint =
            "without it the database could be made twice: mend the folder, then run the same command again";
        CallError::refused(format!("{}: {error}", self.path.display())).with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_says_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let record = Record::new(&folder.path().join("upstash"), "shop");
        assert_eq!(record.read(), Ok(Entry::default()));
        let asked = Timestamp::from_second(1_790_000_000).ok();
        let entry = Entry { id: Some("a".into()), asked, ..Entry::default() };
        record.write(&entry).expect("written");
        assert_eq!(record.read(), Ok(entry.clone()));
        let after = |seconds| asked.expect("a time") + SignedDuration::from_secs(seconds);
        let minute = SignedDuration::from_mins(1);
        assert!(entry.is_unsettled(after(59), minute) && !entry.is_unsettled(after(60), minute));
        fs::write(&record.path, "{").expect("written");
        assert!(record.read().is_err());
        record.remove().expect("removed");
        record.remove().expect("removed already");
        assert_eq!(record.read(), Ok(Entry::default()));
    }
}
