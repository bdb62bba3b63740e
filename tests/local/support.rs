//! Deployments in a temporary folder, ended and removed with the test, also when it panics.

use std::path::Path;
use std::time::{Duration, Instant};

use cachefit::deployment::Configuration;
use cachefit::plan::{
    Action, AttributeChange, Change, Effect, Observed, Resource, State, Step, StepId, When,
};
use cachefit::profile::{Profile, parse};
use cachefit::provider::local::Local;
use cachefit::provider::{Outcome, Provider as _, Task, World};
use cachefit::units::{Commitment, Engine, Figure, Policy, Service, Usd};
use tempfile::TempDir;

pub const MIB: u64 = 1 << 20;

/// A profile with three users; more lines can be put behind its security section.
pub fn profile(users: &str) -> Profile {
    let text = format!(
        "name: shop
environment: development
placement: {{ provider: local }}
dataset:
  - keys: \"sess:*\"
    type: string
    count: 1000
    value_size: 100B
    ttl: 30m
traffic:
  peak: {{ reads: 100/s, writes: 10/s }}
security:
  users:
{users}"
    );
    parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|e| panic!("{e}"))
}

pub const USERS: &str = "    - name: web
      can: [read, write]
      keys: [\"sess:*\"]
    - name: reports
      can: [read]
      keys: [\"sess:*\"]
    - name: worker
      can: [read, write, pubsub, script]
      keys: [\"*\"]
      channels: [\"events:*\"]
";

/// One server with 64 MiB.
pub fn single() -> Configuration {
    Configuration {
        service: Service::Local,
        region: "local".into(),
        engine: Engine::Redis,
        version: "7.0".into(),
        node_type: Some("host".into()),
        shards: 1,
        replicas: 0,
        cluster_mode: false,
        max_memory: 64 * MIB,
        eviction_policy: Policy::AllkeysLru,
        tls: true,
        commitment: Commitment::OnDemand,
        backup_retention_days: 0,
    }
}

/// A data folder whose servers end with it.
pub struct Machine {
    pub data: TempDir,
}

impl Drop for Machine {
    fn drop(&mut self) {
        for entry in walk(self.data.path()) {
            if entry.file_name().is_some_and(|name| name == "pid")
                && let Ok(text) = std::fs::read_to_string(&entry)
                && let Ok(pid) = text.trim().parse::<i32>()
                && works_below(pid, self.data.path())
            {
                kill(pid);
            }
        }
    }
}

fn works_below(pid: i32, folder: &Path) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(folder))
}

/// Every process whose working folder is below `folder`.
pub fn processes_below(folder: &Path) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| works_below(*pid, folder)).collect()
}

pub fn kill(pid: i32) {
    let _ = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    for _ in 0..500 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("process {pid} does not end");
}

/// All files below a folder.
pub fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

impl Machine {
    pub fn new() -> Self {
        Self { data: TempDir::new().unwrap() }
    }

    pub fn local(&self) -> Local {
        Local::open(self.data.path(), "shop", None, jiff::Timestamp::now())
    }

    pub fn pid(&self, node: &str) -> i32 {
        let path = self.data.path().join("shop").join(node).join("pid");
        std::fs::read_to_string(path).unwrap().trim().parse().unwrap()
    }

    pub fn port(&self, node: &str) -> u16 {
        let path = self.data.path().join("shop").join(node).join("node.json");
        let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        json["port"].as_u64().unwrap() as u16
    }

    pub fn password(&self, user: &str) -> String {
        self.local().secret(user).unwrap().unwrap().reveal().to_owned()
    }

    pub fn ca(&self) -> Vec<u8> {
        std::fs::read(self.data.path().join("shop/tls/ca.crt")).unwrap()
    }

    /// A connection as a client of the deployment makes it.
    pub fn connect(&self, node: &str, user: &str) -> redis::Connection {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let url = format!("rediss://{user}:{}@127.0.0.1:{}/", self.password(user), self.port(node));
        let certs = redis::TlsCertificates { client_tls: None, root_cert: Some(self.ca()) };
        redis::Client::build_with_tls(url, certs).unwrap().get_connection().unwrap()
    }

    pub fn admin(&self, node: &str) -> redis::Connection {
        self.connect(node, "cachefit-admin")
    }
}

/// Brings a deployment about in the order of its resources; the changes by address and attribute.
pub fn converge(machine: &Machine, deployment: &Configuration, profile: &Profile) -> Vec<String> {
    converge_at(machine, deployment, profile, jiff::Timestamp::now())
}

/// The same, at another time.
pub fn converge_at(
    machine: &Machine,
    deployment: &Configuration,
    profile: &Profile,
    now: jiff::Timestamp,
) -> Vec<String> {
    let local = Local::open(machine.data.path(), "shop", None, now);
    let desired = local.desired(deployment, profile).unwrap_or_else(|e| panic!("{e}"));
    run(&local, &desired, &local.observe().unwrap())
}

/// Takes everything down.
pub fn destroy(machine: &Machine) {
    let local = machine.local();
    run(&local, &[], &local.observe().unwrap());
}

fn run(local: &Local, desired: &[Resource], observed: &[Observed]) -> Vec<String> {
    let world = World { desired, observed };
    let mut changes: Vec<Change> =
        desired.iter().filter_map(|r| difference(r, world.ours(&r.address))).collect();
    let gone = |o: &&Observed| world.desired(&o.resource.address).is_none();
    let mut deletes: Vec<_> =
        observed.iter().filter(gone).map(|o| change(&o.resource, Action::Delete, Vec::new())).collect();
    deletes.reverse();
    changes.extend(deletes);
    let mut seen = Vec::new();
    for change in &changes {
        let names: Vec<&str> = change.attributes.iter().map(|a| a.name.as_str()).collect();
        seen.push(format!("{} {}", change.address, names.join(" ")));
        for draft in local.steps(change, &world).unwrap_or_else(|e| panic!("{e}")) {
            let step = Step {
                id: StepId(format!("{}:{}", change.address, draft.verb)),
                address: change.address.clone(),
                verb: draft.verb,
                what: draft.what,
                needs: Vec::new(),
                effect: draft.effect,
                usual_seconds: draft.usual_seconds,
                proof: draft.proof,
                gate: None,
                expect: draft.expect,
                argument: draft.argument,
            };
            // Every step can be repeated.
            for time in ["once", "again"] {
                until_done(local, &step, time);
            }
        }
    }
    seen
}

/// Calls it until it is done.
fn until_done(local: &Local, step: &Step, time: &str) {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let task = Task::new(step, None, "");
        match local.execute(&task).unwrap_or_else(|e| panic!("{} {time}: {e}", step.id)) {
            Outcome::Working { what, .. } => assert!(Instant::now() < deadline, "{}: {what}", step.id),
            _ => return,
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn change(resource: &Resource, action: Action, attributes: Vec<AttributeChange>) -> Change {
    Change {
        address: resource.address.clone(),
        action,
        attributes,
        reason: String::new(),
        effect: Effect::None,
        when: When::Now,
        usual_seconds: 1,
        monthly_delta: Figure::Known(Usd::ZERO),
    }
}

fn difference(wanted: &Resource, observed: Option<&Observed>) -> Option<Change> {
    let Some(observed) = observed else { return Some(change(wanted, Action::Create, Vec::new())) };
    let mut attributes = Vec::new();
    for (name, after) in &wanted.attributes {
        let before = observed.resource.attributes.get(name).cloned();
        if before.as_ref() != Some(after) {
            let after = Some(after.clone());
            let name = name.clone();
            attributes.push(AttributeChange {
                name,
                before,
                after,
                forces: false,
                when: When::Now,
                pending: false,
            });
        }
    }
    if attributes.is_empty() && observed.state == State::Ready {
        return None;
    }
    Some(change(wanted, Action::Update, attributes))
}
