//! Google's own client in Python drives the same fake: what it sends is taken, and what it is answered it can read.

use std::path::Path;
use std::process::Command;

use crate::google::{Google, World};

/// Where `tests/run` installs it.
const PYTHON: &str = "target/gcp/bin/python";

#[test]
fn googles_own_client_drives_the_fake() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(PYTHON);
    if !python.exists() {
        assert!(std::env::var_os("CI").is_none(), "{PYTHON} is missing: tests/run installs it");
        return;
    }
    let fake = Google::with(World { anonymous: true, ..World::default() });
    let output = Command::new(python).arg(root.join("tests/gcp/client.py")).arg(fake.url()).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("all done"), "{said}");
    assert!(fake.changes() >= 6, "{} changes", fake.changes());
}
