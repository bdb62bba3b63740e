//! The role that is printed allows every call that is made.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::azure::{World, permission};
use crate::cloud::machine::{Machine, code, said, stdout};
use crate::tenant::PROFILE;

/// The actions of the role for a purpose, in small letters: Azure does not tell them apart.
fn printed(machine: &Machine<World>, purpose: &str) -> BTreeSet<String> {
    let output = machine.run(&["permissions", "PROFILE", "--for", purpose]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let role: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let actions = role["Actions"].as_array().unwrap();
    let all: BTreeSet<String> = actions.iter().map(|a| a.as_str().unwrap().to_lowercase()).collect();
    assert!(!all.is_empty() && !all.iter().any(|action| action.contains('*')), "{all:?}");
    all
}

fn needed(machine: &Machine<World>, since: usize) -> BTreeSet<String> {
    let calls = machine.double.since(since);
    calls.iter().flat_map(|call| permission::actions(&call.request)).map(|a| a.to_lowercase()).collect()
}

#[test]
fn the_role_allows_what_is_done() {
    let machine = Machine::<World>::new(PROFILE);
    let mut since = 0;
    let mut holds = |purpose: &str, args: &[&str]| {
        let output = machine.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}", said(&output));
        let (allowed, needed) = (printed(&machine, purpose), needed(&machine, since));
        let missing: Vec<&String> = needed.difference(&allowed).collect();
        assert!(missing.is_empty(), "{purpose}: the role lacks {missing:?}");
        since = machine.double.calls();
    };
    holds("plan", &["plan", "PROFILE"]);
    holds("apply", &["apply", "PROFILE", "--yes"]);
    holds("destroy", &["destroy", "PROFILE", "--yes"]);
}

/// What only looks may change nothing.
#[test]
fn the_role_for_plans_only_looks() {
    let machine = Machine::<World>::new(PROFILE);
    let all = printed(&machine, "plan");
    let looks = |action: &String| action.ends_with("/read") || action.ends_with("listskusforscaling/action");
    assert!(all.iter().all(looks), "{all:?}");
}
