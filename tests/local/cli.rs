//! The whole way on the command line: plan, apply, verify, change, connect, destroy; raced, searched for secrets.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{Machine, USERS, kill, processes_below, walk};

pub struct Site {
    pub machine: Machine,
    files: tempfile::TempDir,
}

impl Site {
    pub fn new() -> Self {
        let site = Self { machine: Machine::new(), files: tempfile::TempDir::new().unwrap() };
        site.write(USERS, "");
        site
    }

    pub fn profile(&self) -> PathBuf {
        self.files.path().join("shop.yaml")
    }

    pub fn write(&self, users: &str, more: &str) {
        let text = format!(
            "name: shop
environment: development
placement: {{ provider: local }}
dataset:
  - {{ keys: \"sess:*\", type: string, count: 1000, value_size: 100B, ttl: 30m }}
traffic:
  peak: {{ reads: 100/s, writes: 10/s }}
requirements:
  operations: {{ hours_per_month: 1, rate: 50 USD per hour }}
security:
  users:
{users}{more}"
        );
        std::fs::write(self.profile(), text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachefit"));
        command.arg(args[0]).arg(self.profile()).args(&args[1..]).stdin(Stdio::null());
        command.env("CACHEFIT_DATA_DIR", self.machine.data.path());
        command.env("CACHEFIT_STATE_DIR", self.files.path().join("state"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{args:?}: {out}\n{err}");
        out + &err
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn from_profile_to_verified_and_back() {
    let site = Site::new();
    assert_eq!(site.run(&["plan", "--detailed-exitcode"]).status.code(), Some(2));
    site.ok(&["apply", "--yes"]);
    let json: serde_json::Value =
        serde_json::from_slice(&site.run(&["verify", "--format", "json"]).stdout).unwrap();
    assert_eq!((&json["results"]["profile"], &json["results"]["failed"]), (&"shop".into(), &0.into()));
    assert!(json["results"]["findings"].as_array().is_some_and(|all| all.len() > 5), "{json}");
    let verified = site.ok(&["verify"]);
    assert!(
        verified.contains("checks passed") && verified.contains("plain connection refused"),
        "{verified}"
    );
    assert_eq!(site.run(&["plan", "--detailed-exitcode"]).status.code(), Some(0));

    let password = site.machine.password("web");
    assert!(!site.ok(&["connect", "--client", "ioredis"]).contains(&password));
    assert!(!site.ok(&["connect", "--format", "json"]).contains(&password));
    assert!(site.ok(&["connect", "--user", "web", "--format", "env", "--reveal"]).contains(&password));

    // A change of the profile, a change by hand, a death: one apply mends all.
    site.write(&USERS.replace("[read]", "[read, write]"), "deployment: { eviction_policy: volatile-lru }\n");
    kill(site.machine.pid("shop-1"));
    assert_eq!(site.run(&["verify"]).status.code(), Some(3));
    site.ok(&["apply", "--yes"]);
    assert!(site.ok(&["verify"]).contains("eviction policy: volatile-lru"));
    assert_eq!(site.machine.password("web"), password);

    site.ok(&["destroy", "--yes"]);
    assert!(processes_below(site.machine.data.path()).is_empty());
    assert!(walk(site.machine.data.path()).is_empty());
}

/// `recommend` and `plan` size for the same server: the one that would run.
#[test]
fn every_command_names_the_same_server() {
    let site = Site::new();
    let said = |args: &[&str]| {
        let output = site.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        let err = text(&output.stderr);
        let line = err.lines().find_map(|line| Some(&line[line.find("Sized for ")?..]));
        line.unwrap_or_else(|| panic!("{args:?}: {err}")).to_owned()
    };
    let (recommended, planned) = (said(&["recommend"]), said(&["plan"]));
    assert_eq!(recommended, planned);
    assert!(planned.ends_with(", the server installed on this machine."), "{planned}");
    assert_eq!(said(&["cost"]), planned);
    let json = text(&site.run(&["recommend", "--format", "json"]).stdout);
    assert!(json.contains("the server installed on this machine"), "{json}");

    let nowhere = tempfile::tempdir().unwrap();
    let output = site.command(&["recommend"]).env("PATH", nowhere.path()).output().unwrap();
    let said = text(&output.stderr);
    assert!(
        output.status.success() && said.contains("assumed: no server that will do is installed"),
        "{said}"
    );
}

/// `security.tls: off` says that plain connections will do; a provider that always encrypts is no worse.
#[test]
fn tls_that_is_not_required_is_no_reason_to_refuse() {
    let site = Site::new();
    let users = USERS.to_owned() + "  tls: off\n";
    site.write(&users, "");
    let planned = site.ok(&["plan"]);
    assert!(planned.contains("shop-1"), "{planned}");
}

#[test]
fn two_applies_at_once_make_one_deployment() {
    let site = Site::new();
    let start = || {
        let mut command = site.command(&["apply", "--yes"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, two) = (start(), start());
    let outputs = [one.wait_with_output().unwrap(), two.wait_with_output().unwrap()];
    assert!(outputs.iter().any(|o| o.status.success()));
    for output in outputs.iter().filter(|o| !o.status.success()) {
        let said = text(&output.stderr);
        assert!(said.contains("process") || said.contains("moved on"), "{said}");
    }
    site.ok(&["apply", "--yes"]);
    site.ok(&["verify"]);
    assert_eq!(processes_below(site.machine.data.path()).len(), 1);
}

#[test]
fn secrets_stay_in_their_file() {
    let site = Site::new();
    let mut said = String::new();
    let plan = site.files.path().join("plan.json");
    said += &site.ok(&["plan", "-o", plan.to_str().unwrap()]);
    said += &site.ok(&["apply", "--yes"]);
    site.write(&USERS.replace("reports", "analysts"), "");
    said += &site.ok(&["apply", "--yes"]);
    said += &site.ok(&["verify", "--format", "json"]);
    said += &site.ok(&["status", "--format", "json"]);
    said += &site.ok(&["connect"]);
    let mut places: Vec<PathBuf> = walk(site.files.path());
    places.extend(walk(site.machine.data.path()));
    let pid = site.machine.pid("shop-1");
    places.extend([format!("/proc/{pid}/cmdline"), format!("/proc/{pid}/environ")].map(PathBuf::from));
    let secrets = ["web", "analysts", "worker", "cachefit-admin", "cachefit-replication"];
    for secret in secrets.map(|user| site.machine.password(user)) {
        assert!(!said.contains(&secret));
        for place in &places {
            let allowed =
                ["credentials.json", "replication.conf"].iter().any(|n| place.ends_with(Path::new(n)));
            let content = text(&std::fs::read(place).unwrap_or_default());
            assert!(allowed || !content.contains(&secret), "{}", place.display());
        }
    }
    for place in walk(site.machine.data.path()) {
        let mode = std::fs::metadata(&place).unwrap().permissions().mode() & 0o777;
        let by_server = place.components().any(|c| c.as_os_str() == "data")
            || place.ends_with("log")
            || place.ends_with("pid");
        assert!(by_server || mode == 0o600, "{} has mode {mode:o}", place.display());
    }
}
