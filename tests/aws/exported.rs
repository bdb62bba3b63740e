//! What is exported and made by another tool reads back as what the plan wants.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::emulator::Emulator;
use crate::machine::{Machine, NODES, code, stderr, stdout};

/// `CloudFormation` names parameter groups itself. The emulator forgets, of users that a stack makes, how they sign in. Its
/// alarms are left to our fake.
const OTHERWISE: [&str; 5] = [
    "aws.alarms.shop",
    "aws.parameter_group.shop-valkey8",
    "aws.replication_group.shop parameter_group",
    "aws.user.shop-pw-web authentication password",
    "aws.user.shop-pw-worker authentication password",
];

#[test]
fn a_stack_of_the_exported_template_reads_back_as_the_plan_wants_it() {
    let emulator = Emulator::start();
    let account = "310000000001";
    let python = |script: &str, args: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws").join(script);
        let output = Command::new(crate::emulator::program("python"))
            .arg(script)
            .arg(emulator.url())
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    python("prepare.py", &[account]);
    let profile = NODES
        .replace("shards: 2", "shards: 1")
        .replace("office-hours", "flat")
        .replace("auth: iam", "auth: password");
    let machine = Machine::new(&profile);
    let template = machine.path("shop-stack.yaml");
    let exported = machine.run(&["export", "PROFILE", "--to", "cloudformation"]);
    assert_eq!(code(&exported), 0, "{}", stderr(&exported));
    std::fs::write(&template, stdout(&exported)).unwrap();
    python("stack.py", &[account, "shop", template.to_str().unwrap()]);
    let plan = emulator.run(&machine, account, &["plan", "PROFILE", "--format", "json"]);
    let report: Value =
        serde_json::from_slice(&plan.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&plan)));
    let told = |change: &Value| {
        let address = change["address"].as_str().unwrap();
        let update = change["attributes"].as_array().filter(|_| change["action"] == "update");
        let mut names: Vec<&str> =
            update.into_iter().flatten().map(|one| one["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        [&[address], &names[..]].concat().join(" ")
    };
    let all = report["results"]["changes"].as_array().unwrap();
    let changes: BTreeSet<String> = all.iter().filter(|c| c["action"] != "none").map(told).collect();
    assert_eq!(changes, BTreeSet::from(OTHERWISE.map(str::to_owned)), "{:#}", report["results"]["changes"]);
}
