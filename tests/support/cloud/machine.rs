//! The program with a double of a cloud, in folders of its own.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{Api, Double, Fault, On, Recorded, Trouble};

/// A place to run the program in.
pub struct Machine<A: Api> {
    folder: TempDir,
    pub double: Arc<Double<A>>,
    /// `shop.yaml`
    pub file: String,
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Both streams.
pub fn said(output: &Output) -> String {
    format!("{}{}", stderr(output), stdout(output))
}

impl<A: Api> Machine<A> {
    pub fn new(profile: &str) -> Self {
        Self::with(profile, A::default())
    }

    /// With an account that is not the usual one.
    pub fn with(profile: &str, world: A) -> Self {
        let name = profile.lines().next().unwrap().trim_start_matches("name: ");
        let double = Arc::new(Double::with(world));
        let machine = Self { folder: TempDir::new().unwrap(), double, file: format!("{name}.yaml") };
        machine.write(profile);
        machine
    }

    /// Changes the profile.
    pub fn write(&self, profile: &str) {
        std::fs::write(self.folder.path().join(&self.file), profile).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.command_at(args, "state", &self.double.url())
    }

    /// With a state folder of its own, as on another machine.
    pub fn command_at(&self, args: &[&str], state: &str, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachefit"));
        let args = args.iter().map(|arg| if *arg == "PROFILE" { self.file.as_str() } else { arg });
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("CACHEFIT_STATE_DIR", self.path(state))
            .env("CACHEFIT_POLL_MS", "1")
            .envs(self.double.world().environment(url))
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end, which comes soon.
    pub fn run(&self, args: &[&str]) -> Output {
        self.run_to_be_killed(args)
    }

    pub fn apply(&self) -> Output {
        self.run(&["apply", "PROFILE", "--yes"])
    }

    pub fn destroy(&self) -> Output {
        self.run(&["destroy", "PROFILE", "--yes"])
    }

    /// A run that a fault may kill.
    pub fn run_to_be_killed(&self, args: &[&str]) -> Output {
        self.run_command(self.command(args))
    }

    /// Runs a command to its end.
    pub fn run_command(&self, mut command: Command) -> Output {
        let child: Child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.double.set_client(child.id());
        let pid = child.id();
        let (done, ended) = std::sync::mpsc::channel::<()>();
        let late = std::thread::spawn(move || {
            let late = ended.recv_timeout(Duration::from_mins(1)) == Err(RecvTimeoutError::Timeout);
            if late {
                let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
            late
        });
        let output = child.wait_with_output().unwrap();
        drop(done);
        self.double.set_client(0);
        assert!(!late.join().unwrap(), "{command:?} did not end: {}{}", stderr(&output), self.last_calls());
        output
    }

    /// Succeeds, or the test ends with what was said.
    pub fn applies(&self) {
        let output = self.apply();
        assert_eq!(code(&output), 0, "{}{}", said(&output), self.last_refusals());
    }

    fn last_calls(&self) -> String {
        let calls: Vec<String> =
            self.double.recorded().iter().map(|r| format!("{} {}", r.permission(), r.params)).collect();
        calls[calls.len().saturating_sub(12)..].join("\n")
    }

    /// The last calls that were refused, for messages.
    pub fn last_refusals(&self) -> String {
        let refused = self.double.recorded().into_iter().filter(|r| r.refused.is_some());
        let lines: Vec<String> = refused
            .map(|r| {
                let answer = String::from_utf8_lossy(&r.answer);
                format!("{}: {} {answer}", r.permission(), r.refused.clone().unwrap_or_default())
            })
            .collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    /// Changing calls since a call.
    pub fn changes_since(&self, call: usize) -> Vec<Recorded> {
        self.double.since(call).into_iter().filter(Recorded::is_mutating).collect()
    }

    /// A run that only looks: every call is one of those that are named, and changes nothing.
    pub fn looks(&self, args: &[&str], allowed: &[&str]) -> Output {
        let since = self.double.calls();
        let output = self.run(args);
        let is_other = |call: &Recorded| call.is_mutating() || !allowed.contains(&call.permission().as_str());
        let others: BTreeSet<String> =
            self.double.since(since).iter().filter(|call| is_other(call)).map(Recorded::permission).collect();
        assert!(others.is_empty(), "{args:?}: {others:#?}");
        output
    }

    /// What `observe` tells programs of two days.
    pub fn observes(&self, allowed: &[&str]) -> Value {
        let output = self.looks(&["observe", "PROFILE", "--days", "2", "--format", "json"], allowed);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        report["results"][0].clone()
    }

    /// What `status` says of alarms, as a program reads it and as people do; it calls these and nothing else.
    pub fn alarms(&self, looks: &[&str]) -> (Value, String) {
        let since = self.double.calls();
        let output = self.run(&["status", "PROFILE", "--format", "json"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let calls = self.double.since(since);
        assert!(!calls.iter().any(Recorded::is_mutating));
        let asked: BTreeSet<&str> = calls.iter().map(|call| call.action.as_str()).collect();
        assert_eq!(asked, looks.iter().copied().collect());
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let schema = jsonschema::validator_for(&cachefit::report::status::schema()).unwrap();
        assert!(schema.is_valid(&report), "{report:#}");
        let text = stdout(&self.run(&["status", "PROFILE"]));
        assert!(!text.contains('\u{1b}'), "{text}");
        (report["results"]["alarms"].clone(), text.split_whitespace().collect::<Vec<&str>>().join(" "))
    }

    /// `status` tells health with these parts.
    pub fn tells_health(&self, parts: &[&str]) {
        let status = self.run(&["status", "PROFILE"]);
        assert_eq!(code(&status), 0, "{}", said(&status));
        for part in ["Health", "hit ratio"].iter().chain(parts) {
            assert!(stdout(&status).contains(part), "{part}: {}", stdout(&status));
        }
    }

    /// Where the metrics are refused, the right that is missing is named, and keeps `status` from nothing else.
    pub fn names_the_right_to(&self, metrics: &'static str, right: &str, allowed: &[&str]) {
        self.double.fail(On::Action(metrics), Fault::Before(Trouble::Denied), u32::MAX);
        let output = self.looks(&["observe", "PROFILE", "--days", "2"], allowed);
        assert_eq!(code(&output), 1);
        assert!(stderr(&output).contains(&format!("allow {right}")), "{}", stderr(&output));
        let status = self.run(&["status", "PROFILE"]);
        assert_eq!(code(&status), 0, "{}", said(&status));
        let text = stdout(&status);
        assert!(text.contains("not known") && text.contains(right), "{text}");
        assert!(text.contains("runs as the profile says"), "{text}");
    }

    /// All that the program has written anywhere.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                    files.push((path, text));
                }
            }
        }
        files
    }

    /// What the program has written, by its path from the machine's folder.
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let all =
            self.files().into_iter().map(|(path, _)| path).filter(|path| *path != self.path(&self.file));
        let root = self.folder.path();
        all.map(|path| (path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
    }

    /// Puts files where they were on another machine, for their owner only.
    pub fn restore(&self, files: &[(PathBuf, Vec<u8>)]) {
        for (path, content) in files {
            let path = self.folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    /// No thing was made twice, unless it was deleted in between; one password for each user.
    pub fn made_once(&self, what: &str) {
        let world = self.double.world();
        let mut seen = BTreeSet::new();
        for made in world.made() {
            assert!(seen.insert(made.clone()), "{what}: {} of {} twice", made.0, made.1);
        }
        let values: BTreeSet<(String, String)> = world.secrets().into_iter().collect();
        let places: BTreeSet<&String> = values.iter().map(|(place, _)| place).collect();
        assert_eq!(places.len(), values.len(), "{what}: a secret was made twice");
    }
}

/// The command lines of a process and its children.
pub fn command_lines(pid: u32) -> Vec<String> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let all = children.split_whitespace().filter_map(|child| child.parse().ok()).chain([pid]);
    let line = |pid: u32| {
        let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some(String::from_utf8_lossy(&bytes).replace('\0', " "))
    };
    all.filter_map(line).collect()
}
