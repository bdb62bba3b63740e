//! Snapshots of prices in the user's data folder: finding, reading, writing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Failure;
use crate::apply::data_root;
use crate::catalog::{Catalog, SnapshotText};
use crate::files::{self, Access};

const EMBEDDED: &str = "embedded";
const LATEST: &str = "latest";

/// The folder of snapshots.
pub fn folder() -> Result<PathBuf, Failure> {
    Ok(data_root(|name| std::env::var_os(name))?.join("prices"))
}

/// Makes a snapshot the one of this run.
pub fn select(name: &str) -> Result<(), Failure> {
    let catalog: &'static Catalog = match name {
        EMBEDDED => return Ok(()),
        LATEST => {
            let newest = latest()?.ok_or_else(|| {
                let hint = "`cachefit prices update` writes one, with --from from files".to_owned();
                Failure::new("no-snapshot", "there is no snapshot of prices in the data folder", Some(hint))
            })?;
            Box::leak(Box::new(read(&newest)?))
        }
        _ => Box::leak(Box::new(read(&named(name)?)?)),
    };
    Catalog::select(catalog);
    Ok(())
}

/// The newest snapshot, if there is one: names begin with the date.
pub fn latest() -> Result<Option<PathBuf>, Failure> {
    let folder = folder()?;
    let unreadable = |error: io::Error| {
        let hint = "make the folder readable; CACHEFIT_DATA_DIR names another one".to_owned();
        Failure::new("unreadable", format!("cannot read {}: {error}", folder.display()), Some(hint))
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('2') && name.ends_with(".tsv") {
            found.push(path);
        }
    }
    // Two of one day: the one that was written last.
    found.sort_by_key(|path| {
        let day: String = path.file_name().unwrap_or_default().to_string_lossy().chars().take(10).collect();
        (day, fs::metadata(path).and_then(|m| m.modified()).ok())
    });
    Ok(found.pop())
}

/// A file, or the name of one in the folder, with or without its ending.
fn named(name: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(name);
    if path.is_file() {
        return Ok(path);
    }
    let folder = folder()?;
    let inside = [folder.join(name), folder.join(format!("{name}.tsv"))];
    inside.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let hint =
            format!("say `{EMBEDDED}`, `{LATEST}`, a file, or the name of one in {}", folder.display());
        Failure::new("no-snapshot", format!("there is no snapshot of prices `{name}`"), Some(hint))
    })
}

/// Reads a snapshot.
pub fn read(path: &Path) -> Result<Catalog, Failure> {
    let fail = |why: &dyn std::fmt::Display| {
        let hint = "`cachefit prices update` writes a new one".to_owned();
        Failure::new("bad-snapshot", format!("{}: {why}", path.display()), Some(hint))
    };
    let text = fs::read_to_string(path).map_err(|error| fail(&error))?;
    Catalog::from_snapshot(text).map_err(|error| fail(&error))
}

/// Writes a snapshot whole or not at all.
pub fn write(snapshot: &SnapshotText) -> Result<PathBuf, Failure> {
    let folder = folder()?;
    let path = folder.join(snapshot.file_name());
    fs::create_dir_all(&folder)
        .and_then(|()| files::replace(&path, snapshot.text.as_bytes(), Access::Kept))
        .map_err(|error| super::output::unwritable(&path, &error))?;
    Ok(path)
}
