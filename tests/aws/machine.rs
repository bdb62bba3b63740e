//! The program with a fake account, in folders of its own.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tempfile::TempDir;

use crate::aws::{Aws, Recorded, World};

/// A cache of nodes with all that goes with it: two shards, two ways to sign in, alarms, scaling from the shape.
pub const NODES: &str = r#"name: shop
environment: production
placement:
  provider: aws
  region: us-east-1
  functions:
    - lambda: web
      peak_concurrency: 50
dataset:
  - keys: "sess:*"
    type: hash
    count: 2M
    key_size: 41B
    fields: 8
    field_size: 12B
    value_size: 60B
    ttl: 30m
    role: cache
traffic:
  peak: { reads: 12k/s, writes: 3k/s }
  shape: office-hours
  access: { skew: zipf 0.9 }
requirements:
  availability: multi-az
security:
  users:
    - name: web
      auth: iam
      can: [read, write]
      keys: ["sess:*"]
    - name: worker
      auth: password
      can: [read]
      keys: ["sess:*"]
deployment:
  service: elasticache
  engine: valkey
  version: "8.1"
  node_type: cache.r7g.large
  shards: 2
  replicas: 1
  eviction_policy: allkeys-lru
"#;

/// The same without nodes.
pub const SERVERLESS: &str = r#"name: burst
environment: production
placement:
  provider: aws
  region: us-east-1
  functions:
    - lambda: webhook-receiver
      peak_concurrency: 5..200
dataset:
  - keys: "seen:*"
    type: string
    count: 10k..40k
    key_size: 41B
    value_size: 1B
    values: integer
    ttl: 1d
traffic:
  peak: { reads: 400/s, writes: 400/s }
  average: { reads: 30k per day, writes: 30k per day }
requirements:
  availability: multi-az
  budget: 25 USD per month
security:
  users:
    - name: webhooks
      auth: iam
      can: [read, write]
      keys: ["seen:*"]
deployment:
  service: elasticache-serverless
  engine: valkey
"#;

/// A place to run the program in.
pub struct Machine {
    folder: TempDir,
    pub aws: Aws,
    /// `shop.yaml`
    file: String,
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

impl Machine {
    pub fn new(profile: &str) -> Self {
        Self::with(profile, World::default())
    }

    /// With an account that is not the usual one.
    pub fn with(profile: &str, world: World) -> Self {
        let name = profile.lines().next().unwrap().trim_start_matches("name: ");
        let machine =
            Self { folder: TempDir::new().unwrap(), aws: Aws::with(world), file: format!("{name}.yaml") };
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
        self.command_at(args, "state", &self.aws.url())
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
            .env("AWS_ENDPOINT_URL", url)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "the-secret-of-the-caller")
            .env("AWS_EC2_METADATA_DISABLED", "true")
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
        let child: Child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.aws.set_client(child.id());
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
        self.aws.set_client(0);
        assert!(!late.join().unwrap(), "{args:?} did not end: {}{}", stderr(&output), self.last_calls());
        output
    }

    /// Succeeds, or the test ends with what was said.
    pub fn applies(&self) {
        let output = self.apply();
        assert_eq!(code(&output), 0, "{}\n{}{}", stderr(&output), stdout(&output), self.last_refusals());
    }

    fn last_calls(&self) -> String {
        let calls: Vec<String> =
            self.aws.recorded().iter().map(|r| format!("{} {}", r.permission(), r.params)).collect();
        calls[calls.len().saturating_sub(12)..].join("\n")
    }

    /// The last calls that were refused, for messages.
    pub fn last_refusals(&self) -> String {
        let refused = self.aws.recorded().into_iter().filter(|r| r.refused.is_some());
        let lines: Vec<String> = refused
            .map(|r| {
                format!(
                    "{}: {} {}",
                    r.permission(),
                    r.refused.clone().unwrap_or_default(),
                    String::from_utf8_lossy(&r.answer)
                )
            })
            .collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    /// Changing calls since a call.
    pub fn changes_since(&self, call: usize) -> Vec<Recorded> {
        self.aws.since(call).into_iter().filter(Recorded::is_mutating).collect()
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

    /// No thing was made twice, unless it was deleted in between; one password for each user.
    pub fn made_once(&self, what: &str) {
        let world = self.aws.world();
        let mut seen = BTreeSet::new();
        for create in world.creates.iter().filter(|(action, _)| !action.starts_with("Authorize")) {
            assert!(seen.insert(create.clone()), "{what}: {} of {} twice", create.0, create.1);
        }
        let secrets = world.secret_values.iter().filter(|(place, _)| place.starts_with("secret "));
        let mut values: Vec<_> = secrets.collect();
        values.sort();
        values.dedup();
        let mut places: Vec<_> = values.iter().map(|(place, _)| place).collect();
        places.dedup();
        assert_eq!(places.len(), values.len(), "{what}: a secret was made twice");
    }
}
