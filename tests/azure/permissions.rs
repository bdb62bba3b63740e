//! The role for plans changes nothing.

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

/// What only looks may change nothing.
#[test]
fn the_role_for_plans_only_looks() {
    let machine = Machine::<World>::new(PROFILE);
    let all = printed(&machine, "plan");
    let looks = |action: &String| action.ends_with("/read") || action.ends_with("listskusforscaling/action");
    assert!(all.iter().all(looks), "{all:?}");
}

/// What `status` asks, metrics and alerts among it, the role for plans allows.
#[test]
fn the_role_for_plans_is_enough_for_status() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let may = printed(&machine, "plan");
    let since = machine.double.calls();
    let output = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let calls = machine.double.since(since);
    let asked: BTreeSet<String> =
        calls.iter().flat_map(|call| permission::actions(&call.request)).map(|a| a.to_lowercase()).collect();
    assert!(asked.contains("microsoft.alertsmanagement/alerts/read"), "{asked:?}");
    assert!(asked.is_subset(&may), "{:?}", asked.difference(&may));
    for purpose in ["apply", "destroy"] {
        assert!(!printed(&machine, purpose).contains("microsoft.alertsmanagement/alerts/read"), "{purpose}");
    }
}
