//! A repository with two profiles, and the program in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub const DAY: [&str; 2] = ["--as-of", "2026-11-22"];

pub struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// `svc/a.yaml` is the shipped web-sessions, `svc/b.yaml` the shipped cart; both are committed.
    pub fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.write("svc/a.yaml", &shipped("web-sessions"));
        repository.write("svc/b.yaml", &shipped("cart"));
        repository.git(&["init", "-q"]);
        repository.commit();
        repository
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(file)).unwrap();
        assert!(text.contains(from), "{from} is not in {file}");
        self.write(file, &text.replacen(from, to, 1));
    }

    pub fn git(&self, args: &[&str]) {
        let name = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done = Command::new("git").args(name).args(args).current_dir(self.path()).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "one"]);
    }

    pub fn cost(&self, args: &[&str]) -> Output {
        self.within(".", &[args, &DAY].concat())
    }

    /// On another day.
    pub fn on(&self, day: &str, args: &[&str]) -> Output {
        self.within(".", &[args, &["--as-of", day]].concat())
    }

    /// In a folder of the repository, with these arguments alone.
    pub fn within(&self, folder: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cachefit"))
            .arg("cost")
            .args(args)
            .env_remove("GITHUB_STEP_SUMMARY")
            .current_dir(self.path().join(folder))
            .output()
            .unwrap()
    }

    pub fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.cost(args).stdout).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.text(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }
}

/// A profile whose nodes on ElastiCache are pinned; its end is the section `deployment`.
pub fn pinned(name: &str, engine: &str, version: &str, node: &str, more: &str) -> String {
    format!(
        "name: {name}\nenvironment: production\nplacement:\n  provider: aws\n  region: us-east-1\ndataset:\n  - keys: \"sess:*\"\n    \
type: string\n    count: 2M\n    key_size: 41B\n    value_size: 600B\n    ttl: 30m\n{more}traffic:\n  \
peak: {{ reads: 12k/s, writes: 3k/s }}\nrequirements:\n  availability: multi-az\ndeployment:\n  service: elasticache\n  \
engine: {engine}\n  version: \"{version}\"\n  node_type: {node}\n  shards: 1\n  replicas: 1\n"
    )
}

pub fn shipped(name: &str) -> String {
    cachefit::profile::template(Some(name)).unwrap().to_owned()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A schema of `tests/data/schemas`.
pub fn schema(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schemas").join(name);
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    // A pattern of SARIF's for languages is no regular expression that every reader takes.
    for of in ["run", "toolComponent"] {
        if let Some(language) = schema.pointer_mut(&format!("/definitions/{of}/properties/language")) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    schema
}

/// The Python of the tests, which has the package.
pub fn python(package: &str) -> Command {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("python/bin/python");
    let has = Command::new(&program).args(["-c", &format!("import {package}")]).output();
    let has = has.is_ok_and(|output| output.status.success());
    assert!(has, "{} has no package {package}: run tests/run, which installs it", program.display());
    Command::new(program)
}

/// A browser.
pub fn browser() -> Command {
    let there = |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    let name = ["chromium", "chromium-browser", "google-chrome"].iter().find(there);
    let name = name.expect("no Chromium is on the PATH: run tests/run, which installs it");
    Command::new(name)
}
