//! A thinner storm over an emulator that others wrote, behind a proxy of theirs that breaks answers.
//!
//! The emulator is ready at once, accepts almost anything, and does not know two shards: the profile asks for one.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::machine::{Machine, NODES, code, stderr, stdout};

/// A process that ends with this value.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn program(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let program = folder.join("emulators/bin").join(name);
    assert!(program.exists(), "{} is missing: run tests/run, which installs it there", program.display());
    program
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// One request with an answer in JSON or nothing.
fn http(port: u16, method: &str, path: &str, body: &str) -> Option<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.split_once("\r\n\r\n").map(|(head, body)| {
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {head}\n{body}");
        body.to_owned()
    })
}

fn ready(port: u16, path: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while http(port, "GET", path, "").is_none() {
        assert!(Instant::now() < deadline, "nothing answers at port {port}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The emulator behind the proxy.
pub struct Emulator {
    proxy_port: u16,
    _proxy: Ends,
    _emulator: Ends,
    _folder: tempfile::TempDir,
}

impl Emulator {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, proxy_port) = (free_port(), free_port());
        let quiet = |command: &mut Command| {
            Ends(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
        };
        let emulator = quiet(
            Command::new(program("ministack"))
                .current_dir(folder.path())
                .env("HOME", folder.path())
                .env("IOT_MTLS_ENABLED", "0")
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port.to_string()),
        );
        ready(port, "/_ministack/health");
        let upstream = format!("http://127.0.0.1:{port}");
        let proxy = quiet(Command::new(program("microburst")).current_dir(folder.path()).args([
            "--upstream",
            &upstream,
            "--host",
            "127.0.0.1",
            "--port",
            &proxy_port.to_string(),
        ]));
        ready(proxy_port, "/_microburst/rules");
        Self { proxy_port, _proxy: proxy, _emulator: emulator, _folder: folder }
    }
}

impl Emulator {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.proxy_port)
    }

    /// One rule for one operation; those before are gone.
    fn rule(&self, rule: &serde_json::Value) {
        http(self.proxy_port, "POST", "/_microburst/rules", &serde_json::json!([rule]).to_string()).unwrap();
    }

    fn fired(&self) -> usize {
        let fired = http(self.proxy_port, "GET", "/_microburst/fired", "").unwrap();
        fired.matches("\"operation\"").count()
    }

    /// In an account of its own: there the access key is the account. What the emulator does not speak, alarms in CBOR
    /// and auto scaling, is left to our fake.
    fn command(&self, machine: &Machine, account: &str, args: &[&str]) -> Command {
        let mut command = machine.command_at(args, "state", &self.url());
        command.env("AWS_ACCESS_KEY_ID", account);
        for service in ["CLOUDWATCH", "APPLICATION_AUTO_SCALING"] {
            command.env(format!("AWS_ENDPOINT_URL_{service}"), machine.aws.url());
        }
        command
    }

    pub fn run(&self, machine: &Machine, account: &str, args: &[&str]) -> Output {
        self.command(machine, account, args).output().unwrap()
    }

    /// Applies until it is done, and then there is nothing left to do.
    fn ends_well(&self, machine: &Machine, account: &str, what: &str) {
        let mut said = String::new();
        for _ in 0..3 {
            let output = self.run(machine, account, &["apply", "PROFILE", "--yes"]);
            said = format!("{}{}", stderr(&output), stdout(&output));
            if code(&output) == 0 {
                let plan = self.run(machine, account, &["plan", "PROFILE", "--detailed-exitcode"]);
                assert_eq!(code(&plan), 0, "{what}: {}{}", stdout(&plan), stderr(&plan));
                return;
            }
            assert_eq!(code(&output), 4, "{what}: {said}");
        }
        panic!("{what}: three applies did not finish: {said}");
    }
}

/// Killed while the step of the group runs.
fn killed_in_create(emulator: &Emulator, machine: &Machine, account: &str) {
    let mut command = emulator.command(machine, account, &["apply", "PROFILE", "--yes"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let state = machine.path("state/shop");
    let deadline = Instant::now() + Duration::from_mins(1);
    // The folder below is that of the account and region.
    let begun = || {
        let mut places = std::fs::read_dir(&state).into_iter().flatten().flatten();
        places.any(|place| {
            let journal = std::fs::read_to_string(place.path().join("journal")).unwrap_or_default();
            journal.contains("replication_group.shop:create")
        })
    };
    while !begun() {
        if Instant::now() > deadline || child.try_wait().unwrap().is_some() {
            let _ = child.kill();
            panic!("it never came to the group: {}", stderr(&child.wait_with_output().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_same_over_an_emulator_of_others() {
    let emulator = Emulator::start();
    // It forgets that a user signs in by IAM.
    let profile = NODES
        .replace("shards: 2", "shards: 1")
        .replace("office-hours", "flat")
        .replace("auth: iam", "auth: password");
    let trouble = |operation: &str, what: serde_json::Value| {
        let mut rule = serde_json::json!({"operation": operation, "times": 2});
        rule.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        rule
    };
    let code_and_status =
        |code: &str, status: u16| serde_json::json!({"error": {"code": code, "status": status}});
    let cut = || serde_json::json!({"response": {"abort_frac": 0.3}, "times": 1});
    let cases = [
        ("throttled", trouble("CreateReplicationGroup", code_and_status("Throttling", 400))),
        ("unavailable", trouble("DescribeReplicationGroups", code_and_status("ServiceUnavailable", 503))),
        ("reset", trouble("CreateCacheSubnetGroup", serde_json::json!({"reset": true}))),
        ("group's answer cut", trouble("CreateReplicationGroup", cut())),
        ("user's answer cut", trouble("CreateUser", cut())),
        ("secret's answer cut", trouble("CreateSecret", cut())),
    ];
    let accounts: Vec<String> =
        (0..=cases.len()).map(|n| format!("{:012}", 210_000_000_000_u64 + n as u64)).collect();
    let prepared = Command::new(crate::contract::python())
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/prepare.py"))
        .arg(emulator.url())
        .args(&accounts)
        .output()
        .unwrap();
    assert!(prepared.status.success(), "{}", stderr(&prepared));
    let machine = Machine::new(&profile);
    killed_in_create(&emulator, &machine, &accounts[cases.len()]);
    emulator.ends_well(&machine, &accounts[cases.len()], "killed in the create");
    for ((what, rule), account) in cases.iter().zip(&accounts) {
        let machine = Machine::new(&profile);
        let before = emulator.fired();
        emulator.rule(rule);
        emulator.ends_well(&machine, account, what);
        assert!(emulator.fired() > before, "{what} did not happen");
    }
    let gone = emulator.run(&machine, &accounts[cases.len()], &["destroy", "PROFILE", "--yes"]);
    assert_eq!(code(&gone), 0, "{}", stderr(&gone));
}
