//! Google's own clients in Python drive the same fake: what they send is taken, and what they are answered they can read. For
//! the classic Memorystore for Redis a fake by others, drongo, is asked the same and must answer alike.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::google::{Google, World};

/// Where `tests/run` installs it.
const PYTHON: &str = "target/gcp/bin/python";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter; none on a machine of somebody who has not run `tests/run`.
fn python() -> Option<PathBuf> {
    let python = root().join(PYTHON);
    assert!(
        python.exists() || std::env::var_os("CI").is_none(),
        "{PYTHON} is missing: tests/run installs it"
    );
    python.exists().then_some(python)
}

fn runs(python: &Path, script: &str, url: &str) -> String {
    let output = Command::new(python).arg(root().join("tests/gcp").join(script)).arg(url).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn googles_own_client_drives_the_fake() {
    let Some(python) = python() else { return };
    let fake = Google::with(World { anonymous: true, ..World::default() });
    let said = runs(&python, "client.py", &fake.url());
    assert!(said.contains("all done"), "{said}");
    assert!(fake.changes() >= 6, "{} changes", fake.changes());
}

/// A server that ends with the test.
struct Drongo(Child);

impl Drop for Drongo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_fake_by_others_answers_alike() {
    let Some(python) = python() else { return };
    let fake = Google::with(World { anonymous: true, ..World::default() });
    let ours = runs(&python, "classic.py", &format!("{}/redis", fake.url()));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut server = Command::new(python.with_file_name("drongo"));
    server.args(["server", "--host", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null());
    let _drongo = Drongo(server.spawn().unwrap());
    let url = format!("http://127.0.0.1:{port}");
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port.parse().unwrap())).is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    assert_eq!(runs(&python, "classic.py", &url), ours);
}
