//! Azure Cache for Redis: what runs is taken over and changed by its rules; new ones are for those only who insist.

use serde_json::json;

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::each;
use crate::cloud::{Fault, On};
use crate::tenant::PROFILE;

fn profile(size: &str) -> String {
    PROFILE
        .replace("azure-managed-redis", "azure-cache-for-redis")
        .replace("Balanced_B10", size)
        .replace("requirements:\n", "requirements:\n  allow_retiring: true\n")
}

fn open() -> World {
    World { retiring: false, ..World::default() }
}

fn no_op(machine: &Machine<World>) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

#[test]
fn a_new_one_is_made_only_for_those_who_insist() {
    let without = profile("Premium_P1").replace("  allow_retiring: true\n", "");
    let machine = Machine::with(&without, open());
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    for word in ["2028-09-30", "allow_retiring"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
    machine.write(&profile("Premium_P1"));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("retired on 2028-09-30"), "{}", said(&plan));
    machine.applies();
    no_op(&machine);
    {
        let world = machine.double.world();
        let cache = world.all("redis")[0];
        assert_eq!(cache.property("publicNetworkAccess"), "Disabled");
        assert_eq!(cache.property("redisConfiguration")["aad-enabled"], "true");
        assert_eq!(world.all("redis/accessPolicyAssignments").len(), 2);
        let custom =
            world.all("redis/accessPolicies").iter().filter(|p| p.property("type") == "Custom").count();
        assert_eq!(custom, 2);
        assert!(world.overwritten.is_empty());
    }
    assert_eq!(code(&machine.destroy()), 0);
    assert!(machine.double.world().all("redis").is_empty());
}

/// The answer of a tenant that may make none becomes an error that names what follows.
#[test]
fn what_is_retiring_names_its_successor() {
    let machine = Machine::<World>::new(&profile("Standard_C1"));
    let output = machine.apply();
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(said(&output).contains("azure-managed-redis"), "{}", said(&output));
}

#[test]
fn each_setting_is_a_call_of_its_own() {
    let machine = Machine::with(&profile("Premium_P1"), open());
    machine.applies();
    let before = machine.double.calls();
    machine.write(
        &profile("Premium_P2").replace("allkeys-lru", "volatile-lru").replace("replicas: 1", "replicas: 2"),
    );
    machine.applies();
    let patches =
        machine.changes_since(before).into_iter().filter(|call| call.action == "PATCH redis").count();
    assert_eq!(patches, 3);
    // The default policy is not shown, which is no difference.
    no_op(&machine);
}

#[test]
fn sizes_go_by_the_services_rules() {
    for (from, to, word) in [
        (("Premium", 1), "Standard_C1", "lower tier"),
        (("Basic", 1), "Standard_C2", "Standard_C1 first"),
        (("Standard", 1), "Standard_C0", "C0"),
    ] {
        let mut world = open();
        world.classic("shop", from.0, from.1).body["tags"] =
            json!({"cachefit:managed": "true", "cachefit:profile": "shop"});
        let machine = Machine::with(&profile(to), world);
        let output = machine.apply();
        assert_eq!(code(&output), 1, "{to}: {}", said(&output));
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
        assert_eq!(machine.double.changes(), 0);
    }
}

#[test]
fn one_of_others_is_left_alone() {
    let mut world = open();
    world.classic("shop", "Standard", 1);
    let machine = Machine::with(&profile("Standard_C1"), world);
    let before = machine.double.saved().end_state();
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("not managed by cachefit"), "{}", said(&output));
    assert_eq!(code(&machine.destroy()), 0);
    assert_eq!(machine.double.saved().end_state(), before);
}

/// One that others have made is taken over by its name: it stays, keeps its data, and becomes what the profile says.
#[test]
fn one_of_others_is_taken_over_where_the_profile_says_so() {
    let mut world = open();
    world.classic("shop", "Standard", 1).body["tags"] = json!({"owner": "them"});
    let machine = Machine::with(&format!("{}  adopt: true\n", profile("Standard_C1")), world);
    machine.applies();
    {
        let world = machine.double.world();
        let cache = world.all("redis")[0];
        assert_eq!(cache.body["tags"]["owner"], "them");
        assert_eq!(cache.body["tags"]["cachefit:adopted"], "true");
        assert_eq!(cache.property("redisConfiguration")["maxmemory-policy"], "allkeys-lru");
        assert_eq!(cache.property("publicNetworkAccess"), "Disabled");
        assert!(!world.made.iter().any(|(action, _)| action == "PUT redis"), "{:?}", world.made);
    }
    no_op(&machine);
}

/// Settings of its own that the service adds, and keys in its answers, are neither drift nor anywhere in our files.
#[test]
fn its_keys_are_in_no_file_and_no_output() {
    let machine = Machine::with(&profile("Premium_P1"), open());
    let mut texts = vec![said(&machine.run(&["plan", "PROFILE", "-o", "plan.json", "--format", "json"]))];
    texts.push(said(&machine.run(&["apply", "plan.json", "--yes", "--format", "json"])));
    texts.push(said(&machine.run(&["status", "PROFILE", "--format", "json"])));
    texts.push(said(&machine.run(&["connect", "PROFILE", "--format", "env"])));
    texts.extend(machine.files().into_iter().map(|(_, text)| text));
    let world = machine.double.world();
    assert!(!world.all("redis").is_empty());
    for (whose, secret) in &world.secrets {
        assert!(!texts.iter().any(|text| text.contains(secret)), "{whose}");
    }
}

/// Killed or cut off after every change of its own kinds, up and down: the next run ends where an uninterrupted one does.
#[test]
fn a_classic_cache_survives_every_kill() {
    let profile = profile("Premium_P1");
    let straight = Machine::with(&profile, open());
    straight.applies();
    let up = straight.double.saved();
    let files = straight.contents();
    let before = straight.double.calls();
    assert_eq!(code(&straight.destroy()), 0);
    let down = straight.double.saved();
    let gone = straight.changes_since(before);
    let all = straight.changes_since(0);
    let made = &all[..all.len() - gone.len()];
    // Network and alerts are those of the other service, which has storms of its own.
    let mut cases: Vec<(bool, usize, Fault)> = Vec::new();
    for (goes, changes) in [(false, made), (true, &gone[..])] {
        let own = changes.iter().enumerate().filter(|(_, call)| call.action.contains(" redis"));
        let faults = [Fault::KillAfter, Fault::CutAfter];
        cases.extend(own.flat_map(|(at, _)| faults.clone().map(|fault| (goes, at, fault))));
    }
    assert!(cases.len() > 8, "{}", cases.len());
    each(&cases, |(goes, change, fault)| {
        let what = format!("{fault:?} at change {change}, down: {goes}");
        let (world, end, command) =
            if *goes { (up.clone(), &down, "destroy") } else { (open(), &up, "apply") };
        let machine = Machine::with(&profile, world);
        if *goes {
            machine.restore(&files);
        }
        machine.double.fail(On::Change(*change), fault.clone(), 1);
        let args = [command, "PROFILE", "--yes", "--parallel", "1"];
        let mut last = machine.run_to_be_killed(&args);
        for _ in 0..2 {
            if code(&last) != 0 {
                last = machine.run(&args);
            }
        }
        assert_eq!(code(&last), 0, "{what}: {}{}", said(&last), machine.last_refusals());
        assert_eq!(machine.double.saved().end_state(), end.end_state(), "{what}");
    });
}
