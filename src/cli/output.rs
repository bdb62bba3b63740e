//! Files that commands write for people.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::error::Failure;

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

/// Writes a file whole or not at all: beside, then renamed. The file behind a link is replaced, and its mode stays. What
/// is no file, such as a terminal, is written to as it is.
pub fn replace(file: &Path, text: &str) -> io::Result<()> {
    let target = match fs::canonicalize(file) {
        Ok(target) => target,
        Err(error) if error.kind() == ErrorKind::NotFound => file.to_owned(),
        Err(error) => return Err(error),
    };
    let mode = match fs::metadata(file) {
        Ok(there) if !there.is_file() => return fs::write(file, text),
        Ok(there) => Some(there.permissions()),
        Err(_) => None,
    };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A new file gets the mode that any program would give it; the process's mask is taken from this one.
    let mut beside =
        tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    beside.write_all(text.as_bytes())?;
    if let Some(mode) = mode {
        beside.as_file().set_permissions(mode)?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&target).map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_mode_and_its_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        replace(&file, "one").unwrap();
        fs::write(folder.path().join("usual"), "").unwrap();
        assert_eq!(mode(&file), mode(&folder.path().join("usual")));
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        replace(&link, "two").unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("two", 0o640));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        replace(Path::new("/dev/null"), "three").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_is_there_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        create_with(&file, "one", "name another file").unwrap();
        let error = create_with(&file, "two", "name another file").unwrap_err().text(false);
        assert!(error.contains("is there already") && error.contains("name another file"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
    }
}
