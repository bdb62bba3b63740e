//! The profiles of `cost`: files, folders, and what they were.

mod baseline;
mod folder;
mod git;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::profile::MAX_BYTES;

use super::error::Failure;
use super::inputs::{is_standard_input, standard_input};
pub use baseline::{Baseline, baseline};
pub use folder::is_yaml;

/// A profile's text with its place.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file as reports name it: relative, with forward slashes, without control characters.
    pub file: String,
    /// By which it meets its other side: below the folder that was named, or below the repository.
    pub key: String,
    /// Where it is on this machine; none for standard input and for what is in a commit.
    pub path: Option<PathBuf>,
    /// What it holds. Bytes that are no text are an error of the profile.
    pub bytes: Vec<u8>,
}

/// Every profile that the command line names, once; of folders all below, in order.
pub fn sources(paths: &[PathBuf]) -> Result<(Vec<Source>, Vec<String>), Failure> {
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        if is_standard_input(path) {
            let name = || "<stdin>".to_owned();
            found.push(Source { file: name(), key: name(), path: None, bytes: standard_input()? });
        } else if path.is_dir() {
            found.extend(folder::profiles(path, &mut skipped)?);
        } else {
            found.push(file(path));
        }
    }
    found.retain(|source: &Source| {
        let whole = source.path.as_ref().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()));
        seen.insert(whole)
    });
    let mut told = BTreeSet::new();
    skipped.retain(|file: &String| told.insert(file.clone()));
    Ok((found, skipped))
}

/// One file. What cannot be read is told by the reader of profiles, with the file's name.
fn file(path: &Path) -> Source {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Source {
        file: shown(path),
        key: name,
        path: Some(path.to_owned()),
        bytes: read(path).unwrap_or_default(),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files by the names that reports give them, below the root of the repository around the working folder; empty at the root,
/// and where there is none.
pub fn places<'p>(paths: impl Iterator<Item = &'p Path>) -> BTreeMap<String, String> {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let Some(root) = here.ancestors().find(|folder| folder.join(".git").exists()) else {
        return BTreeMap::new();
    };
    let below = |path: &Path| {
        let whole = path.canonicalize().ok()?;
        Some((shown(path), shown(whole.strip_prefix(root).ok()?)))
    };
    paths.filter_map(below).filter(|(here, below)| here != below).collect()
}

/// A path as reports name it: below the working directory where it can be, with forward slashes.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let below = path.strip_prefix(&here).unwrap_or(path);
    let parts: Vec<String> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect();
    let absolute = below.is_absolute();
    // What lies outside is named by its file alone: code scanning refuses paths that leave the repository.
    let name = match parts.last() {
        Some(last) if absolute || parts.iter().any(|part| part == "..") => last.clone(),
        _ => parts.join("/"),
    };
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
