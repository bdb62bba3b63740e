//! Files that commands write for people.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::error::Failure;
use crate::files::{self, Access};

/// Makes a file that must not be there.
pub fn create(file: &Path, hint: &str) -> Result<File, Failure> {
    OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(file, hint),
        _ => unwritable(file, &error),
    })
}

/// Writes a file that must not be there.
pub fn create_with(file: &Path, text: &str, hint: &str) -> Result<(), Failure> {
    create(file, hint)?.write_all(text.as_bytes()).map_err(|error| unwritable(file, &error))
}

/// The error about a file that is there.
pub fn exists(file: &Path, hint: &str) -> Failure {
    Failure::new("exists", format!("{} is there already", file.display()), Some(hint.to_owned()))
}

/// The error about a file that cannot be written.
pub fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::new("unwritable", format!("cannot write {}: {error}", file.display()), None)
}

/// Writes a file whole or not at all.
pub fn replace(file: &Path, text: &str) -> Result<(), Failure> {
    files::replace(file, text.as_bytes(), Access::Kept).map_err(|error| unwritable(file, &error))
}

/// Adds to a file that others write, too.
pub fn append(file: &Path, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new().append(true).create(true).open(file);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| unwritable(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        create_with(&file, "one", "name another file").unwrap();
        let error = create_with(&file, "two", "name another file").unwrap_err().text(false);
        assert!(error.contains("is there already") && error.contains("name another file"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one");
    }
}
