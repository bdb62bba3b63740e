//! Files and folders of a deployment, for their owner only.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::error::LocalError;
use crate::files::Access;

/// Makes a folder, and those above it, for the owner only.
pub(super) fn make_dir(path: &Path) -> Result<(), LocalError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(LocalError::file("make", path))
}

/// Writes a file for the owner only, whole or not at all.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), LocalError> {
    tidy(path)?;
    crate::files::replace(path, content, Access::Private).map_err(LocalError::file("write", path))
}

/// Removes what a killed run left of a file: the lock sees to it that no other run is writing.
fn tidy(path: &Path) -> Result<(), LocalError> {
    crate::files::remove_leftovers(path).map_err(LocalError::file("tidy up after", path))
}

/// Writes a file unless it says the same already; whether it was written.
pub(super) fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool, LocalError> {
    let same = match fs::read(path) {
        Ok(old) => old == content,
        Err(_) => false,
    };
    if same {
        tidy(path)?;
    } else {
        write(path, content)?;
    }
    Ok(!same)
}

/// The content of a file, or none if there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, LocalError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(LocalError::file("read", path)(error)),
    }
}

/// Removes a file; one that is gone already is no error.
pub(super) fn remove(path: &Path) -> Result<(), LocalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(LocalError::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a folder with all that is in it; one that is gone already is no error.
pub(super) fn remove_dir(path: &Path) -> Result<(), LocalError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(LocalError::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The names in a folder, sorted; none if there is no folder.
pub(super) fn names(path: &Path) -> Result<Vec<String>, LocalError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LocalError::file("read", path)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(LocalError::file("read", path))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn files_are_for_their_owner_and_leave_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        make_dir(&path).unwrap();
        let file = path.join("secret");
        assert!(write_if_changed(&file, b"one").unwrap());
        assert!(!write_if_changed(&file, b"one").unwrap());
        assert!(write_if_changed(&file, b"two").unwrap());
        assert_eq!(read(&file).unwrap().as_deref(), Some("two"));
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        assert_eq!(names(&path).unwrap(), ["secret"]);
        remove(&file).unwrap();
        remove(&file).unwrap();
        assert_eq!(read(&file).unwrap(), None);
    }
}
