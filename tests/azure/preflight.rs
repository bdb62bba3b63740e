//! What is known before the first change: a plan that cannot be carried out is refused, and what nobody can tell is said.

use serde_json::json;

use crate::azure::{SUBSCRIPTION, World};
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;

fn text(machine: &Machine<World>, args: &[&str], exit: i32) -> String {
    let output = machine.run(args);
    assert_eq!(code(&output), exit, "{}", said(&output));
    said(&output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refused(profile: &str, world: World, words: &[&str]) {
    let machine = Machine::with(profile, world);
    let text = text(&machine, &["apply", "PROFILE", "--yes"], 1);
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert_eq!(machine.double.changes(), 0);
}

/// A cluster of the name in another group of the subscription.
fn elsewhere(region: &str) -> World {
    let mut world = World::default();
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/other-rg/providers/Microsoft.Cache/redisEnterprise/shop"
    );
    let body = json!({"location": region, "kind": "v2", "sku": {"name": "Balanced_B1"}, "identity": {"type": "None"},
        "properties": {"highAvailability": "Enabled", "redundancyMode": "LR", "minimumTlsVersion": "1.2",
        "publicNetworkAccess": "Disabled", "hostName": "shop.eastus.redis.azure.net", "privateEndpointConnections": []}});
    world.add_at(&id, "Microsoft.Cache", "redisEnterprise", body);
    world
}

#[test]
fn a_name_that_is_taken_in_the_region_is_refused() {
    let words = ["the name shop is taken in eastus", "/resourceGroups/other-rg/", "another name"];
    refused(PROFILE, elsewhere("East US"), &words);
    // In another region it is another host.
    let machine = Machine::with(PROFILE, elsewhere("West Europe"));
    assert_eq!(code(&machine.run(&["plan", "PROFILE"])), 0);
    // Names of classic caches are asked for.
    let classic = PROFILE
        .replace("azure-managed-redis", "azure-cache-for-redis")
        .replace("Balanced_B10", "Premium_P1")
        .replace("requirements:\n", "requirements:\n  allow_retiring: true\n");
    let mut world = World { retiring: false, ..World::default() };
    world.taken.insert("shop".to_owned());
    refused(&classic, world, &["NameNotAvailable", "another name"]);
}

#[test]
fn what_is_not_registered_and_what_has_no_room_is_refused() {
    for namespace in ["Microsoft.Cache", "Microsoft.Network", "Microsoft.Insights"] {
        let mut world = World::default();
        world.registered.remove(&namespace.to_lowercase());
        let command = format!("az provider register --namespace {namespace} --wait");
        refused(PROFILE, world, &[namespace, "NotRegistered", &command]);
    }
    let world = World { most_endpoints: 0, ..World::default() };
    refused(PROFILE, world, &["private endpoints in eastus", "0 of 0 are there", "higher quota"]);
}

/// Whoever may only work in the group is told what could not be looked up, and goes on.
#[test]
fn what_cannot_be_known_is_said() {
    let machine = Machine::<World>::new(PROFILE);
    let free = "whether another subscription has the name shop in eastus";
    assert!(text(&machine, &["plan", "PROFILE"], 0).contains(free));
    for action in ["LIST redisEnterprise", "GET usages", "GET Microsoft.Network", "GET resourceGroups"] {
        machine.double.fail(On::Action(action), Fault::Before(Trouble::Denied), u32::MAX);
    }
    let plan = text(&machine, &["plan", "PROFILE"], 0);
    for words in [
        free,
        "whether Microsoft.Network is registered in the subscription is not known",
        "whether the limit of private endpoints in eastus leaves room is not known",
    ] {
        assert!(plan.contains(words), "{words} is not in: {plan}");
    }
    machine.applies();
    // Nothing is new any more: nothing is asked, and nothing said.
    let before = machine.double.calls();
    let plan = text(&machine, &["plan", "PROFILE", "--detailed-exitcode"], 0);
    assert!(!plan.contains("not known"), "{plan}");
    let asked = machine.double.since(before);
    assert!(!asked.iter().any(|call| ["GET usages", "LIST redisEnterprise"].contains(&call.action.as_str())));
}
