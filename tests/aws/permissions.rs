//! The policy that is printed is for exactly the calls that are made.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::machine::{Machine, NODES, SERVERLESS, code, stderr};

fn printed(machine: &Machine, purpose: &str) -> BTreeSet<String> {
    let output = machine.run(&["permissions", "PROFILE", "--for", purpose]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut all = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Allow");
        let actions = &statement["Action"];
        all.extend(actions.as_str().map(str::to_owned));
        all.extend(actions.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    assert!(!all.iter().any(|action| action.contains('*')), "{all:?}");
    all
}

fn seen(machine: &Machine, since: usize) -> BTreeSet<String> {
    machine.aws.since(since).iter().map(crate::aws::Recorded::permission).collect()
}

/// What is made by a plan, an apply and a destroy is allowed by the policy printed for it.
#[test]
fn every_call_is_in_the_policy() {
    for profile in [NODES, SERVERLESS] {
        let machine = Machine::new(profile);
        let offline = machine.aws.calls();
        let [plan, apply, destroy] = ["plan", "apply", "destroy"].map(|purpose| printed(&machine, purpose));
        assert_eq!(machine.aws.calls(), offline, "the policy is printed without a call");
        let before = machine.aws.calls();
        assert_eq!(code(&machine.run(&["plan", "PROFILE"])), 0);
        let missing = |seen: BTreeSet<String>, policy: &BTreeSet<String>| -> Vec<String> {
            seen.difference(policy).cloned().collect()
        };
        assert_eq!(missing(seen(&machine, before), &plan), Vec::<String>::new());
        assert!(
            !plan.iter().any(|a| a.contains(":Create") || a.contains(":Delete") || a.contains(":Put")),
            "{plan:?}"
        );
        let before = machine.aws.calls();
        machine.applies();
        assert_eq!(missing(seen(&machine, before), &apply), Vec::<String>::new());
        let before = machine.aws.calls();
        assert_eq!(code(&machine.destroy()), 0);
        assert_eq!(missing(seen(&machine, before), &destroy), Vec::<String>::new());
    }
}
