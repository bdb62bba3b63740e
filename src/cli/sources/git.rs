//! Profiles as they were in a commit, read from the repository without a second checkout.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Source;
use super::folder::is_yaml;
use crate::cli::error::Failure;
use crate::profile::{MAX_BYTES, is_profile};

/// A commit of a repository.
pub struct Commit {
    root: PathBuf,
    id: String,
}

impl Commit {
    /// The commit that a name stands for, in the repository around a path.
    pub fn of(rev: &str, around: &Path) -> Result<Self, Failure> {
        // What begins with a dash is an option, whatever git makes of it.
        if rev.is_empty() || rev.starts_with('-') || rev.chars().any(char::is_control) {
            let text = format!("`git:{rev}` names no commit");
            return Err(Failure::new("baseline", text, Some("git:main, git:origin/main, git:HEAD~1".into())));
        }
        let folder = if around.is_dir() { around } else { around.parent().unwrap_or(around) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let top = git(folder, ["rev-parse", "--show-toplevel"])?;
        let root = PathBuf::from(String::from_utf8_lossy(&top).trim_end_matches(['\n', '\r']));
        let root = root.canonicalize().unwrap_or(root);
        let name = format!("{rev}^{{commit}}");
        let id = git(&root, ["rev-parse", "--verify", "--quiet", "--end-of-options", &name]).map_err(|_| {
            let hint = "fetch it first: `git fetch origin BRANCH`, or a checkout with its history (`fetch-depth: 0`)";
            Failure::new("baseline", format!("the repository has no commit `{rev}`"), Some(hint.into()))
        })?;
        Ok(Self { root, id: String::from_utf8_lossy(&id).trim().to_owned() })
    }

    /// A path below the repository, with forward slashes.
    pub fn key(&self, path: &Path) -> Option<String> {
        let path = whole(path)?;
        Some(path.strip_prefix(&self.root).ok()?.to_string_lossy().replace('\\', "/"))
    }

    /// The profiles that were at these paths, or below them.
    pub fn profiles(&self, keys: &[String]) -> Result<Vec<Source>, Failure> {
        let mut args: Vec<&OsStr> =
            ["ls-tree", "-r", "-z", "--full-tree", &self.id, "--"].map(OsStr::new).to_vec();
        // The repository as a whole has the empty key.
        let whole = keys.iter().any(String::is_empty);
        args.extend(keys.iter().filter(|_| !whole).map(OsStr::new));
        let listed = git(&self.root, args)?;
        let mut blobs: Vec<(String, String)> = listed
            .split(|byte| *byte == 0)
            .filter_map(|entry| blob(&String::from_utf8_lossy(entry)))
            .filter(|(path, _)| is_yaml(path) || keys.contains(path))
            .collect();
        blobs.sort();
        let contents = self.contents(&blobs)?;
        let texts = blobs.into_iter().zip(contents);
        let named =
            |path: &String, bytes: &[u8]| keys.contains(path) || is_profile(&String::from_utf8_lossy(bytes));
        let found = texts.filter(|((path, _), bytes)| named(path, bytes));
        Ok(found.map(|((key, _), bytes)| Source { file: shown(&key), key, path: None, bytes }).collect())
    }

    /// All contents by one process.
    fn contents(&self, blobs: &[(String, String)]) -> Result<Vec<Vec<u8>>, Failure> {
        let mut child = command(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_run(&error))?;
        let names: String = blobs.iter().map(|(_, id)| format!("{id}\n")).collect();
        let stdin = child.stdin.take();
        // Written beside the reading: both pipes are short.
        let output = std::thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(names.as_bytes())));
            child.wait_with_output()
        });
        let output = output.map_err(|error| not_run(&error))?;
        let mut rest = output.stdout.as_slice();
        blobs.iter().map(|(path, _)| next(&mut rest).ok_or_else(|| cut(path))).collect()
    }
}

/// The whole path; of what is there no more, below what is.
fn whole(path: &Path) -> Option<PathBuf> {
    if let Ok(whole) = path.canonicalize() {
        return Some(whole);
    }
    let name = path.file_name()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(whole(folder)?.join(name))
}

/// `MODE blob ID<tab>PATH`
fn blob(entry: &str) -> Option<(String, String)> {
    let (head, path) = entry.split_once('\t')?;
    let mut words = head.split(' ');
    let (_, kind, id) = (words.next()?, words.next()?, words.next()?);
    (kind == "blob").then(|| (path.to_owned(), id.to_owned()))
}

/// `ID blob SIZE`, a line, and so many bytes with a line end.
fn next(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = String::from_utf8_lossy(&rest[..end]).into_owned();
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let body = rest.get(end + 1..end + 1 + size)?;
    let kept = body[..size.min(MAX_BYTES + 1)].to_vec();
    *rest = rest.get(end + 2 + size..)?;
    Some(kept)
}

fn shown(key: &str) -> String {
    key.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn cut(path: &str) -> Failure {
    Failure::new("baseline", format!("git did not hand out {} of the commit", shown(path)), None)
}

fn not_run(error: &std::io::Error) -> Failure {
    Failure::new(
        "baseline",
        format!("cannot run git: {error}"),
        Some("install git, or give a folder as --baseline".into()),
    )
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("--no-pager")
        .arg("--literal-pathspecs")
        .arg("-C")
        .arg(folder)
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stderr(Stdio::piped());
    command
}

fn git(folder: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Vec<u8>, Failure> {
    let output = command(folder).args(args).stdin(Stdio::null()).output().map_err(|error| not_run(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it gave no reason").trim_start_matches("fatal: ");
    Err(Failure::new(
        "baseline",
        format!("git: {said}"),
        Some("--baseline also takes a file or a folder".into()),
    ))
}
