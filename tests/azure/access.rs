//! Who may do what: identities of Entra, access keys for those who ask for them, and what the subscription does not serve.

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said, stderr, stdout};
use crate::tenant::PROFILE;

fn refused(profile: &str, world: World, words: &[&str]) {
    let machine = Machine::with(profile, world);
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    let text = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert_eq!(machine.double.changes(), 0);
}

/// The profile with other users.
fn users(users: &str) -> String {
    let range = PROFILE.find("  users:\n").unwrap()..PROFILE.find("deployment:\n").unwrap();
    let mut profile = PROFILE.to_owned();
    profile.replace_range(range, users);
    profile
}

fn assignments(machine: &Machine<World>) -> Vec<serde_json::Value> {
    let world = machine.double.world();
    let all = world.all("redisEnterprise/databases/accessPolicyAssignments");
    all.iter().map(|assignment| assignment.body["properties"].clone()).collect()
}

/// Nobody gets more than the profile says, because an older API cannot say it.
#[test]
fn rights_are_never_widened_where_the_api_cannot_say_them() {
    let old = || World { serves_access_strings: false, ..World::default() };
    refused(PROFILE, old(), &["web, worker may do less", "2026-09-01", "another provider", "can: [admin]"]);
    let machine = Machine::with(&users(""), old());
    machine.applies();
    let all = assignments(&machine);
    assert_eq!(all.len(), 2, "each function app signs in");
    assert!(all.iter().all(|one| one["accessPolicyName"] == "default" && one["accessString"].is_null()));
}

#[test]
fn an_identity_may_do_what_its_user_may() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let strings: Vec<String> =
        assignments(&machine).iter().map(|one| one["accessString"].as_str().unwrap().to_owned()).collect();
    assert_eq!(strings.iter().filter(|access| access.contains("+@write")).count(), 1, "{strings:?}");
    assert!(strings.iter().all(|access| access.contains("+@read") && access.ends_with(" ~sess:*")));
}

#[test]
fn an_identity_is_one_user() {
    let two = "  users:\n    - { name: a, can: [read], keys: [\"sess:*\"] }\n    - { name: b, can: [write], keys: [\"sess:*\"] }\n";
    refused(&users(two), World::default(), &["would be the users a and b", "identities"]);
    let nobody = "  users:\n    - { name: a, can: [read], keys: [\"sess:*\"], identities: [webb] }\n";
    refused(&users(nobody), World::default(), &["`webb` of the user a", "object id"]);
}

#[test]
fn passwords_are_access_keys_only_where_the_profile_says_so() {
    let all = "  users:\n    - { name: ops, auth: password, can: [admin], keys: [\"*\"] }\n";
    refused(&users(all), World::default(), &["no users with passwords", "security.access_keys: true"]);
    let some = "  access_keys: true\n  users:\n    - { name: ops, auth: password, can: [read], keys: [\"sess:*\"] }\n";
    refused(&users(some), World::default(), &["the access keys allow everything", "ops may do less"]);
    let machine = Machine::<World>::new(&users(&format!("  access_keys: true\n{all}")));
    machine.applies();
    let keys = machine.double.world().all("redisEnterprise/databases")[0]
        .property("accessKeysAuthentication")
        .clone();
    assert_eq!(keys, "Enabled");
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let secrets: Vec<String> =
        machine.double.world().secrets.iter().map(|(_, value)| value.clone()).collect();
    let connect = machine.run(&["connect", "PROFILE"]);
    assert_eq!(code(&connect), 0, "{}", said(&connect));
    assert!(secrets.iter().all(|secret| !said(&connect).contains(secret)));
    let shown = machine.run(&["connect", "PROFILE", "--user", "access-key", "--reveal", "--format", "env"]);
    assert_eq!(code(&shown), 0, "{}", said(&shown));
    assert!(secrets.iter().any(|secret| stdout(&shown).contains(secret)), "{}", stdout(&shown));
}

/// The role that is printed allows every call that is made, and nothing that could be read as everything.
#[test]
fn the_printed_role_allows_every_call() {
    let mut world = World::default();
    world.metrics.insert("usedmemorypercentage".to_owned(), 1.0);
    let machine = Machine::with(PROFILE, world);
    let role = |purpose: &str| -> Vec<String> {
        let printed = machine.run(&["permissions", "PROFILE", "--for", purpose]);
        assert_eq!(code(&printed), 0, "{}", stderr(&printed));
        let role: serde_json::Value = serde_json::from_str(&stdout(&printed)).unwrap();
        assert_eq!(role["IsCustom"], true);
        role["Actions"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned()).collect()
    };
    let roles = [role("plan"), role("apply"), role("destroy")];
    let allows = |role: &[String], from: usize, what: &str| {
        for call in machine.double.since(from) {
            for action in crate::azure::permission::actions(&call.request) {
                assert!(
                    role.iter().any(|a| a.eq_ignore_ascii_case(&action)),
                    "{what}: {action} of {}",
                    call.request.path
                );
            }
        }
    };
    let plan = machine.run(&["plan", "PROFILE"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    allows(&roles[0], 0, "plan");
    let from = machine.double.calls();
    machine.applies();
    machine.write(&PROFILE.replace("Balanced_B10", "Balanced_B5").replace("allkeys-lru", "allkeys-lfu"));
    machine.applies();
    allows(&roles[1], from, "apply");
    let from = machine.double.calls();
    assert_eq!(code(&machine.destroy()), 0);
    allows(&roles[2], from, "destroy");
    assert!(roles.iter().flatten().all(|action| !action.contains('*')));
    assert!(roles[0].iter().all(|action| action.ends_with("/read") || action.ends_with("/action")));
}

/// A cluster that others have made becomes a profile, and with that ours.
#[test]
fn a_cluster_that_runs_is_imported_and_taken_over() {
    let mut world = World::default();
    crate::tenant::theirs(&mut world);
    let machine = Machine::with(PROFILE, world);
    let output =
        machine.run(&["import", "old.yaml", "--id", "shop", "--provider", "azure", "--region", "eastus"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = std::fs::read_to_string(machine.path("old.yaml")).unwrap();
    for word in ["provider: azure", "node_type: Balanced_B1", "adopt: true", "service: azure-managed-redis"] {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    let missing = machine.run(&["import", "new.yaml", "--id", "other", "--provider", "azure"]);
    assert_eq!(code(&missing), 1, "{}", said(&missing));
    assert!(stderr(&missing).contains("az redisenterprise list"), "{}", said(&missing));
}
