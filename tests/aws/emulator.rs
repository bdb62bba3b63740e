//! A thinner storm over an emulator that others wrote, behind a proxy of theirs that breaks answers.
//!
//! The emulator is ready at once, accepts almost anything, and has neither auto scaling nor two shards, so that the
//! profile asks for a single shard and a flat shape.

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

fn program(name: &str) -> PathBuf {
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
    let deadline = Instant::now() + Duration::from_secs(60);
    while http(port, "GET", path, "").is_none() {
        assert!(Instant::now() < deadline, "nothing answers at port {port}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The emulator behind the proxy.
struct Emulator {
    proxy_port: u16,
    _proxy: Ends,
    _emulator: Ends,
    _folder: tempfile::TempDir,
}

impl Emulator {
    fn start() -> Self {
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
