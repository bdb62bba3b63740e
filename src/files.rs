//! Files that are written whole or not at all: a reader, or a crash, sees the old content or the new. And files that one process
//! holds at a time.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Those who could before; of a new file, those whom any program would let.
    Kept,
    /// Its owner only.
    #[cfg_attr(windows, allow(dead_code, reason = "not every build there keeps secrets"))]
    Private,
}

/// How the name of a file ends that was being written when the program was killed.
pub const LEFTOVER: &str = ".new";

/// Links that are followed at most, as the system does.
const MOST_LINKS: usize = 40;

/// Writes a file: beside it under a name that nothing has, flushed, then renamed. A link stays, and what it points to is
/// replaced; what is no file, such as a terminal, is written to as it is; a file that is read-only is left alone.
pub fn replace(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let target = behind_links(path)?;
    let there = match fs::metadata(&target) {
        Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => return fs::write(&target, content),
        Ok(there) if access == Access::Kept && there.permissions().readonly() => {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "the file is read-only"));
        }
        Ok(there) => Some(there),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // By its name, what a crash leaves is known for what it is.
    let name = leftover_of(&target);
    let mut beside = tempfile::Builder::new();
    beside.prefix(&name).suffix(LEFTOVER);
    // The process's mask is taken from the mode of a new file. Elsewhere a file has the rights of its folder.
    #[cfg(unix)]
    beside.permissions(fs::Permissions::from_mode(if access == Access::Private { 0o600 } else { 0o666 }));
    let mut beside = beside.tempfile_in(folder)?;
    beside.write_all(content)?;
    if let Some(there) = there.filter(|_| access == Access::Kept) {
        like(beside.as_file(), &there)?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&target).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A new name is on disk only with its folder. Windows keeps no handles of folders to wait for.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// How the name begins under which a file is written.
fn leftover_of(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Removes what writes of a file have left that were cut short. Only for files that nobody else writes at the same time.
#[cfg(any(test, feature = "local"))]
pub fn remove_leftovers(path: &Path) -> io::Result<()> {
    let beginning = leftover_of(path);
    for entry in path.parent().map(fs::read_dir).into_iter().flatten().flatten() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&beginning) && name.ends_with(LEFTOVER) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A file that one process at a time holds. It is gone when nobody does, unless the process was killed.
#[derive(Debug)]
pub struct LockFile {
    path: PathBuf,
    file: File,
}

impl LockFile {
    /// Takes it; what its holder wrote into it where another process has it.
    pub fn take(path: &Path, note: &str) -> io::Result<Result<Self, String>> {
        loop {
            let mut options = fs::OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            options.mode(0o600);
            let mut file = options.open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // Elsewhere than on Unix, what another has locked cannot be read; then it stays unnamed.
                    let read = file.read_to_string(&mut holder);
                    if cfg!(unix) {
                        read?;
                    }
                    return Ok(Err(holder));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Its holder may have removed it between our opening and our lock: then the name is another file's.
            if is_named(&file, path)? {
                // On a full disk the lock holds all the same, and who holds it stays unsaid.
                let _ = file.set_len(0).and_then(|()| file.write_all(note.as_bytes()));
                return Ok(Ok(Self { path: path.to_owned(), file }));
            }
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Removed while it is still held: who waits for it sees that the name is gone. Elsewhere an open file stays.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// Whether a path still names an open file.
fn is_named(file: &File, path: &Path) -> io::Result<bool> {
    let named = match fs::metadata(path) {
        Ok(named) => named,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let own = file.metadata()?;
    #[cfg(unix)]
    let same = (named.dev(), named.ino()) == (own.dev(), own.ino());
    #[cfg(not(unix))]
    let same = named.len() == own.len();
    Ok(same)
}

/// Gives a file the owner and the mode of another.
fn like(file: &File, other: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (other.uid(), other.gid()) {
            // Only root may give files away; for everybody else the file becomes theirs, as with any editor.
            let _ = fchown(file, Some(other.uid()), Some(other.gid()));
        }
    }
    file.set_permissions(other.permissions())
}

/// The file that a path stands for, which need not be there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            // An absolute link replaces the folder.
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                return Ok(path);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::symlink;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn mode_and_links_stay_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [("profile.yaml.new", "mine"), (".profile.yaml.tmp", "mine too"), ("usual", "")] {
            fs::write(at(name), text).unwrap();
        }
        replace(&at("profile.yaml"), b"one", Access::Kept).unwrap();
        assert_eq!(mode(&at("profile.yaml")), mode(&at("usual")));
        fs::set_permissions(at("profile.yaml"), Permissions::from_mode(0o640)).unwrap();
        symlink("profile.yaml", at("link")).unwrap();
        symlink(at("link"), at("link to link")).unwrap();
        replace(&at("link to link"), b"two", Access::Kept).unwrap();
        assert_eq!(fs::read_to_string(at("profile.yaml")).unwrap(), "two");
        assert_eq!(mode(&at("profile.yaml")), 0o640);
        assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(at("profile.yaml.new")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(at(".profile.yaml.tmp")).unwrap(), "mine too");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
    }

    #[test]
    fn a_lock_is_held_by_one_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        for _ in 0..3 {
            let held = LockFile::take(&path, "process 1").unwrap().unwrap();
            assert_eq!(LockFile::take(&path, "process 2").unwrap().unwrap_err(), "process 1");
            drop(held);
            assert!(!path.exists());
        }
        // What a killed process has left is taken over.
        fs::write(&path, "a long note of a process that was killed").unwrap();
        let _held = LockFile::take(&path, "process 3").unwrap().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "process 3");
    }

    #[test]
    fn what_was_cut_short_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".one.a1b2.new", ".two.a1b2.new", "one.new", ".one.mine"] {
            fs::write(at(name), "half").unwrap();
        }
        remove_leftovers(&at("one")).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".one.mine", ".two.a1b2.new", "one.new"]);
    }

    #[test]
    fn a_link_to_nothing_leads_to_the_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("later", at("link")).unwrap();
        replace(&at("link"), b"one", Access::Kept).unwrap();
        assert_eq!(fs::read_to_string(at("later")).unwrap(), "one");
        symlink("round", at("round")).unwrap();
        assert!(replace(&at("round"), b"one", Access::Kept).is_err());
    }

    #[test]
    fn what_is_no_file_is_written_to_or_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        replace(Path::new("/dev/null"), b"one", Access::Kept).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(replace(folder.path(), b"one", Access::Kept).is_err());
        let file = folder.path().join("file");
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        let error = replace(&file, b"two", Access::Kept).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::PermissionDenied, "the file is read-only")
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
        let file = folder.path().join("no folder/file");
        assert_eq!(replace(&file, b"one", Access::Kept).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_private_file_is_private_whatever_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        replace(&file, b"two", Access::Private).unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("two", 0o600));
    }
}
