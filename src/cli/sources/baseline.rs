//! What profiles are compared with: a commit, a folder, a profile, or an earlier report.

use std::path::{Path, PathBuf};

use super::{Source, file, folder, git, read, shown};
use crate::cli::error::Failure;
use crate::review::{Before, Finding, saved};

/// What profiles are compared with.
pub enum Baseline {
    /// Profiles, priced anew.
    Profiles(Vec<Source>),
    /// An earlier report, at the prices of its day.
    Report(Vec<Before<'static>>, Vec<Finding>),
}

/// Reads what `--baseline` names; the profiles get the keys by which they meet those of the baseline.
/// What is named, is there no more and was in the commit, leaves `after`: it was removed.
pub fn baseline(spec: &str, paths: &[PathBuf], after: &mut Vec<Source>) -> Result<Baseline, Failure> {
    if let Some(rev) = spec.strip_prefix("git:") {
        return commit(rev, paths, after).map(Baseline::Profiles);
    }
    let path = Path::new(spec);
    if path.is_dir() {
        return folder::profiles(path, &mut Vec::new()).map(Baseline::Profiles);
    }
    let bytes = read(path).map_err(|error| {
        let hint = "--baseline takes a profile, a folder, a report of `cost --format json`, or git:REV";
        Failure::new("baseline", format!("cannot read {}: {error}", shown(path)), Some(hint.into()))
    })?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        // A report may be longer than a profile.
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new("baseline", format!("cannot read {}: {error}", shown(path)), None)
        })?;
        let (deployments, findings) = saved(&text).map_err(|error| {
            let hint = "write one with `cachefit cost PROFILE… --format json --output FILE`";
            Failure::new("baseline", format!("{}: {error}", shown(path)), Some(hint.into()))
        })?;
        return Ok(Baseline::Report(deployments, findings));
    }
    let mut before = file(path);
    // One against one is meant, whatever their names.
    if let [only] = after.as_slice() {
        before.key.clone_from(&only.key);
    }
    Ok(Baseline::Profiles(vec![before]))
}

fn commit(rev: &str, paths: &[PathBuf], after: &mut Vec<Source>) -> Result<Vec<Source>, Failure> {
    // A path that is gone is still in the repository of the folder that it was in.
    let around = paths.iter().flat_map(|path| path.ancestors()).find(|path| path.exists());
    let around = around.unwrap_or(Path::new("."));
    let commit = git::Commit::of(rev, around)?;
    let mut keys = Vec::new();
    for path in paths {
        keys.push(commit.key(path).ok_or_else(|| {
            let text = format!("{} is not in the repository of `git:{rev}`", shown(path));
            Failure::new("baseline", text, Some("give a folder as --baseline instead".into()))
        })?);
    }
    for source in after.iter_mut() {
        if let Some(key) = source.path.as_ref().and_then(|path| commit.key(path)) {
            source.key = key;
        }
    }
    let before = commit.profiles(&keys)?;
    let was = |key: &str| before.iter().any(|was| was.key == key || was.key.starts_with(&format!("{key}/")));
    after.retain(|source| {
        source.path.as_ref().is_none_or(|path| path.symlink_metadata().is_ok()) || !was(&source.key)
    });
    Ok(before)
}
