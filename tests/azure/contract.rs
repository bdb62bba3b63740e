//! The fake against Microsoft's own clients: they understand every answer, and every answer is one of the documents.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::azure::{Azure, World};

/// Python with Microsoft's clients, which `tests/run` installs.
pub fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let python = folder.join("azure/bin/python");
    assert!(
        python.exists(),
        "{} is missing: run tests/run, which installs azure-mgmt-redis there",
        python.display()
    );
    python
}

/// Runs one part of `client.py` against a fake.
pub fn client(azure: &Azure, parts: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/azure/client.py");
    Command::new(python()).arg(script).arg(azure.url()).args(parts).output().unwrap()
}

/// The same, where it must succeed.
pub fn client_does(azure: &Azure, parts: &[&str]) {
    let output = client(azure, parts);
    assert!(output.status.success(), "{parts:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_official_client_of_managed_redis_understands_the_fake() {
    let azure = Azure::start();
    client_does(&azure, &["managed"]);
    assert!(azure.recorded().len() > 30, "{}", azure.recorded().len());
    assert!(azure.world().all("redisEnterprise").is_empty());
}

#[test]
fn the_official_client_of_classic_caches_understands_the_fake() {
    let azure = Azure::with(World { retiring: false, ..World::default() });
    client_does(&azure, &["classic"]);
    assert!(azure.world().all("redis").is_empty());
}

#[test]
fn refusals_of_the_fake_are_errors_of_the_official_clients() {
    let azure = Azure::start();
    client_does(&azure, &["refusals"]);
    // They were wrong on purpose.
    azure.forget_calls();
}
