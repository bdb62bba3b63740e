//! The profiles below a folder: YAML files with a `dataset:`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Source, read, shown};
use crate::cli::error::Failure;
use crate::profile::is_profile;

/// Folders that hold no profiles of one's own.
const OTHERS: &[&str] = &["node_modules", "target", "vendor"];
/// Folders inside each other.
const MAX_DEPTH: usize = 32;

/// Every profile below `root`, sorted. Files without a `dataset:` are told as skipped.
pub fn profiles(root: &Path, skipped: &mut Vec<String>) -> Result<Vec<Source>, Failure> {
    let mut files = Vec::new();
    walk(root, 0, &mut files)?;
    files.sort();
    Ok(loaded(root, files, skipped))
}

fn loaded(root: &Path, files: Vec<PathBuf>, skipped: &mut Vec<String>) -> Vec<Source> {
    let mut found = Vec::new();
    for path in files {
        // What cannot be read is told by the reader of profiles, beside all others.
        let read = read(&path);
        let may_be = read.as_ref().map_or(true, |bytes| is_profile(&String::from_utf8_lossy(bytes)));
        if may_be {
            let bytes = read.unwrap_or_default();
            let key = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(Source { file: shown(&path), key, path: Some(path), bytes });
        } else {
            skipped.push(shown(&path));
        }
    }
    found
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link is not followed: it may lead round in a circle.
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
        if kind.is_dir() && !name.starts_with('.') && !OTHERS.contains(&name.as_str()) {
            walk(&entry.path(), depth + 1, files)?;
        } else if kind.is_file() && is_yaml(&name) {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Whether a name is that of a YAML file.
pub fn is_yaml(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("unreadable", format!("cannot read {}: {error}", shown(path)), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_does_not_hide_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let (there, gone) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
        fs::write(&there, "name: a\ndataset:\n").unwrap();
        let found = loaded(folder.path(), vec![there, gone], &mut Vec::new());
        let keys: Vec<(&str, bool)> = found.iter().map(|s| (s.key.as_str(), s.bytes.is_empty())).collect();
        assert_eq!(keys, [("a.yaml", false), ("b.yaml", true)]);
    }
}
