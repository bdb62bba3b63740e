//! A machine of its own for each test: folders in a temporary place, servers that end with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cachefit::apply::Key;
use cachefit::plan::Scope;
use tempfile::TempDir;

const PROFILE: &str = r#"name: shop
environment: development
placement: { provider: local }
dataset:
  - keys: "sess:*"
    type: string
    count: 1000
    key_size: 20B
    value_size: 100B
    ttl: 30m
    role: cache
traffic:
  peak: { reads: 100/s, writes: 10/s }
requirements:
  operations: { hours_per_month: 1, rate: 50 USD per hour }
security:
  users:
    - name: web
      can: [read, write]
      keys: ["sess:*"]
"#;

/// A server program that does as if it started.
const SILENT: &str = r#"#!/usr/bin/env python3
import re, socket, sys, time
if sys.argv[1] == "--version":
    print("Redis server v=7.0.15 sha=0")
elif sys.argv[1].startswith("--"):
    print(">>> 'cachefit-probe x'")
    sys.exit(1)
elif DEAF:
    open(sys.argv[0] + ".runs", "w")
    time.sleep(30)
else:
    port = int(re.search(r"tls-port (\d+)", open(sys.argv[1]).read())[1])
    listener = socket.create_server(("127.0.0.1", port))
    open(sys.argv[0] + ".runs", "w")
    time.sleep(30)
"#;

pub struct Machine {
    folder: TempDir,
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

impl Machine {
    pub fn new() -> Self {
        let machine = Self { folder: TempDir::new().unwrap() };
        std::fs::write(machine.path("shop.yaml"), PROFILE).unwrap();
        machine
    }

    /// With more lines at the end of its profile.
    pub fn with(more: &str) -> Self {
        let machine = Self::new();
        machine.profile(more);
        machine
    }

    /// Changes the profile.
    pub fn profile(&self, more: &str) {
        self.profile_of("1000", "", more);
    }

    /// Changes the number of keys, the requirements and the rest of the profile.
    pub fn profile_of(&self, keys: &str, requirements: &str, more: &str) {
        let text = PROFILE.replace("count: 1000", &format!("count: {keys}"));
        let text = text.replace("requirements:\n", &format!("requirements:\n{requirements}"));
        std::fs::write(self.path("shop.yaml"), text + more).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn command(&self, args: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_cachefit"), args)
    }

    /// A program that finds the machine's folders.
    pub fn command_of(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("CACHEFIT_STATE_DIR", self.state())
            .env("CACHEFIT_DATA_DIR", self.data())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What the journal is kept by.
    pub fn key(&self) -> Key {
        let scope = Scope::new(None, Some(self.data().display().to_string()));
        Key::new(cachefit::units::Provider::Local, scope, "shop")
    }

    pub fn journal_file(&self) -> PathBuf {
        self.key().folder(&self.state()).join("journal")
    }

    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.journal_file()).unwrap_or_default()
    }

    /// Waits until the journal has so many lines; false if the program ended first.
    fn reaches(&self, child: &mut Child, lines: usize) -> bool {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.journal().lines().count() < lines {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(Instant::now() < deadline, "line {lines} was not written in a minute");
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    pub fn kill_apply_at_line(&self, line: usize, later: Duration) {
        self.kill_at_line(&["apply", "shop.yaml", "--yes"], line, later);
    }

    /// SIGKILL, a while after that line of the journal was written.
    pub fn kill_at_line(&self, args: &[&str], line: usize, later: Duration) {
        let mut child = self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if self.reaches(&mut child, line) {
            std::thread::sleep(later);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// What Ctrl-C sends, as soon as that line of the journal is written.
    pub fn interrupt_apply_at_line(&self, line: usize) -> Output {
        let mut child = self
            .command(&["apply", "shop.yaml", "--yes"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        assert!(self.reaches(&mut child, line));
        let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(status.success());
        child.wait_with_output().unwrap()
    }

    /// Applies with a server program that never answers, and presses Ctrl-C while it is waited for. A deaf one does not even
    /// listen; the other takes connections and says nothing.
    pub fn interrupt(&self, deaf: bool, times: u32) -> Output {
        use std::os::unix::fs::PermissionsExt as _;
        let server = self.path("redis-server");
        std::fs::write(&server, SILENT.replace("DEAF", if deaf { "True" } else { "False" })).unwrap();
        std::fs::set_permissions(&server, std::fs::Permissions::from_mode(0o755)).unwrap();
        let args = ["apply", "shop.yaml", "--yes", "--server", server.to_str().unwrap()];
        let child = self.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.path("redis-server.runs").exists() {
            assert!(Instant::now() < deadline, "no server was started: {}", self.journal());
            std::thread::sleep(Duration::from_millis(5));
        }
        // Time for a look at it.
        std::thread::sleep(Duration::from_secs(1));
        for _ in 0..times {
            let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
            assert!(status.success());
            // Two signals of one kind that are on their way at once are one; and a look that waits for an answer ends.
            std::thread::sleep(Duration::from_millis(60));
        }
        child.wait_with_output().unwrap()
    }

    /// Names of all files of the deployment, without what the server writes by itself.
    pub fn files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        let mut open = vec![self.data()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path.clone());
                }
                files.insert(path.strip_prefix(self.data()).unwrap().display().to_string());
            }
        }
        files
    }

    /// A connection to a server as the user `web`.
    pub fn connect(&self, node: &str) -> redis::Connection {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let read = |path: String| std::fs::read_to_string(self.data().join("shop").join(path)).unwrap();
        let json = |path: String| serde_json::from_str::<serde_json::Value>(&read(path)).unwrap();
        let port = json(format!("{node}/node.json"))["port"].as_u64().unwrap();
        let password = json("credentials.json".into())["users"]["web"].as_str().unwrap().to_owned();
        let certificates = redis::TlsCertificates {
            client_tls: None,
            root_cert: Some(std::fs::read(self.data().join("shop/tls/ca.crt")).unwrap()),
        };
        let url = format!("rediss://web:{password}@127.0.0.1:{port}/");
        let client = redis::Client::build_with_tls(url, certificates).unwrap();
        client.get_connection().unwrap()
    }

    /// Every password that was made.
    pub fn secrets(&self) -> BTreeSet<String> {
        let text = std::fs::read_to_string(self.data().join("shop/credentials.json")).unwrap_or_default();
        let mut secrets = BTreeSet::new();
        let mut open = vec![serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default()];
        while let Some(value) = open.pop() {
            match value {
                serde_json::Value::Object(map) => open.extend(map.into_iter().map(|(_, v)| v)),
                serde_json::Value::Array(list) => open.extend(list),
                serde_json::Value::String(text) if text.len() >= 20 => {
                    secrets.insert(text);
                }
                _ => {}
            }
        }
        secrets
    }

    /// Processes that work below our folder, with their command lines.
    pub fn servers(&self) -> Vec<(u32, String)> {
        let root = self.folder.path().canonicalize().unwrap();
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let below = |path: std::io::Result<PathBuf>| path.is_ok_and(|p| p.starts_with(&root));
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            // A process that has ended but was not waited for has no command line.
            let named = command.contains(&*root.to_string_lossy());
            if !command.is_empty() && (named || below(std::fs::read_link(entry.path().join("cwd")))) {
                found.push((pid, command));
            }
        }
        found
    }

    /// Ends the servers the hard way and waits until they are gone.
    pub fn kill_servers(&self) {
        for (pid, _) in self.servers() {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.servers().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Takes the deployment down; nothing may be left.
    pub fn destroy(&self) {
        let output = self.run(&["destroy", "shop.yaml", "--yes"]);
        assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(self.files(), BTreeSet::new());
        assert_eq!(self.servers(), []);
        assert!(Path::new(&self.path("shop.yaml")).exists());
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill_servers();
    }
}
