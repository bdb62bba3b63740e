//! Real servers for tests: started on a free port in a temporary directory, and ended with the test.

// Each test binary compiles this file and uses its own part of it.
#![allow(dead_code)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server that ends when this value is dropped, also when the test panics.
pub struct RunningServer {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Its working directory.
    pub dir: TempDir,
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every `redis-server` and `valkey-server` on the path; at least one.
pub fn servers_on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut servers: Vec<PathBuf> = Vec::new();
    for name in ["redis-server", "valkey-server"] {
        let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
        servers.extend(found);
    }
    assert!(
        !servers.is_empty(),
        "no redis-server or valkey-server on the path: run tests/run, or `apt-get install redis-server`"
    );
    servers
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a server that writes nothing but its log, with more arguments if wanted.
pub fn start(binary: &Path, args: &[&str]) -> RunningServer {
    // Another process may take the port between the question and the start.
    for _ in 0..5 {
        let dir = TempDir::new().unwrap();
        let port = free_port();
        let child = Command::new(binary)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--logfile", "log"])
            .arg("--dir")
            .arg(dir.path())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = RunningServer { child, port, dir };
        if server.is_ready() {
            return server;
        }
    }
    panic!("{} {args:?} did not start in five attempts", binary.display());
}

impl RunningServer {
    /// A new connection.
    pub fn connection(&self) -> redis::Connection {
        self.client().get_connection().unwrap()
    }

    fn client(&self) -> redis::Client {
        redis::Client::open(format!("redis://127.0.0.1:{}/", self.port)).unwrap()
    }

    /// Waits until it answers; false if it ended.
    fn is_ready(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline && self.child.try_wait().unwrap().is_none() {
            let pong = self
                .client()
                .get_connection()
                .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
            if pong.is_ok() {
                // The answer is its own only if it still runs.
                return self.child.try_wait().unwrap().is_none();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

/// One line of INFO.
pub fn info(connection: &mut redis::Connection, section: &str, name: &str) -> Option<String> {
    let text: String = redis::cmd("INFO").arg(section).query(connection).unwrap();
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::to_owned)
}
