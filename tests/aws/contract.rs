//! The fake against the services' own models: it answers what a client of others understands, and nothing more.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::aws::{self, Aws};

/// Python with botocore, which `tests/run` installs.
pub fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let python = folder.join("contracts/bin/python");
    assert!(python.exists(), "{} is missing: run tests/run, which installs botocore there", python.display());
    python
}

pub fn script(name: &str, argument: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws").join(name);
    Command::new(python()).arg(script).arg(argument).output().unwrap()
}

/// Holds all that a fake has seen and answered against the models.
pub fn holds(aws: &Aws) {
    let file = tempfile::NamedTempFile::new().unwrap();
    aws.write_record(file.path());
    let output = script("validate.py", file.path().to_str().unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_client_of_others_understands_the_fake() {
    let aws = Aws::with({
        let mut world = aws::World::default();
        world.looks.lag = 1;
        world
    });
    let output = script("smoke.py", &aws.url());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    holds(&aws);
}

#[test]
fn what_is_no_request_of_the_model_is_found() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let body: String =
        "Action=CreateUser&Version=2015-02-02&UserId=a&UserName=a&Engine=valkey&Wrong.member.1=x"
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect();
    let line = serde_json::json!({"service": "elasticache", "action": "CreateUser", "method": "POST", "path": "/",
        "body": body, "refused": "NoSuchCode", "status": 400, "answer": ""});
    std::fs::write(file.path(), format!("{line}\n")).unwrap();
    let output = script("validate.py", file.path().to_str().unwrap());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    for what in ["request.Wrong", "AccessString", "NoSuchCode"] {
        assert!(stderr.contains(what), "{stderr}");
    }
}
