//! The private way from function apps to the cache: one endpoint for each network, one zone of a name, and closed to the
//! internet once it works.

use serde_json::{Value, json};

use crate::azure::{GROUP, SUBSCRIPTION, World, function_app};
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::{Kind, each, straight, survives};
use crate::cloud::{Fault, On};
use crate::tenant::PROFILE;

const ZONE: &str = "privatelink.redis.azure.net";

fn path(rest: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/{rest}")
}

fn public() -> String {
    PROFILE.replace("network: private", "network: any")
}

fn machine(profile: &str, world: World) -> Machine<World> {
    Machine::with(profile, world)
}

fn refused(profile: &str, world: World, words: &[&str]) {
    let machine = machine(profile, world);
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    let text = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert_eq!(machine.double.changes(), 0);
}

fn no_op(machine: &Machine<World>) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

/// Puts a zone there with a link to the network, as a team for networks would.
fn zone_of_others(world: &mut World, is_linked: bool) {
    let body = json!({"location": "global", "properties": {"numberOfRecordSets": 1}});
    world.add("Microsoft.Network", "privateDnsZones", ZONE, body);
    if is_linked {
        let body = json!({"location": "global", "properties": {"registrationEnabled": false,
            "virtualNetwork": {"id": path("virtualNetworks/shop-net")}, "virtualNetworkLinkState": "Completed"}});
        world.add("Microsoft.Network", "privateDnsZones/virtualNetworkLinks", &format!("{ZONE}/hub"), body);
    }
}

#[test]
fn a_consumption_plan_has_no_way_to_a_private_cache() {
    let mut world = World::default();
    world.function(&function_app("web", "eastus", "Y1"), None);
    refused(
        PROFILE,
        world.clone(),
        &["web runs on a Consumption plan", "Flex Consumption", "security.network: any"],
    );
    // A public one it reaches, and what stands before the data is said.
    let machine = machine(&public(), world);
    machine.applies();
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("no firewall"), "{}", said(&plan));
    assert!(machine.double.world().all("privateEndpoints").is_empty());
}

#[test]
fn an_app_outside_of_networks_and_a_network_without_room_are_said() {
    let mut world = World::default();
    world.function(&function_app("web", "eastus", "FC1"), None);
    refused(PROFILE, world, &["web is in no network", "az functionapp vnet-integration add"]);
    let mut world = World::default();
    world.things.remove(&path("virtualNetworks/shop-net/subnets/endpoints").to_lowercase());
    let net = world.named("virtualNetworks", "shop-net").unwrap();
    net.body["properties"]["subnets"].as_array_mut().unwrap().pop();
    refused(PROFILE, world, &["no subnet for a private endpoint", "az network vnet subnet create"]);
    refused(
        &PROFILE.replace("function_app: web", "function_app: nobody"),
        World::default(),
        &["nobody", "az functionapp list"],
    );
}

#[test]
fn a_zone_that_the_network_has_is_used_and_left() {
    let mut world = World::default();
    zone_of_others(&mut world, true);
    let machine = machine(PROFILE, world);
    let before = machine.double.saved().end_state();
    machine.applies();
    {
        let world = machine.double.world();
        let made: Vec<&str> = world.made.iter().map(|(action, _)| action.as_str()).collect();
        assert!(!made.iter().any(|action| action.contains("privateDnsZones")), "{made:?}");
        assert_eq!(world.all("privateEndpoints/privateDnsZoneGroups").len(), 1);
    }
    no_op(&machine);
    assert_eq!(code(&machine.destroy()), 0);
    assert_eq!(machine.double.saved().end_state(), before);
}

#[test]
fn a_zone_of_others_that_is_not_linked_gets_our_link_only() {
    let mut world = World::default();
    zone_of_others(&mut world, false);
    let machine = machine(PROFILE, world);
    let before = machine.double.saved().end_state();
    machine.applies();
    assert_eq!(machine.double.world().all("privateDnsZones/virtualNetworkLinks").len(), 1);
    no_op(&machine);
    assert_eq!(code(&machine.destroy()), 0);
    assert_eq!(machine.double.saved().end_state(), before);
}

/// A second cache uses the zone of the first one; when the first one goes, the zone and its link stay.
#[test]
fn a_zone_that_others_use_stays_when_its_profile_goes() {
    let first = Machine::<World>::new(PROFILE);
    first.applies();
    let second = Machine::with(&PROFILE.replace("name: shop", "name: cart"), first.double.saved());
    second.applies();
    assert_eq!(second.double.world().all("privateDnsZones").len(), 1);
    let again = Machine::with(PROFILE, second.double.saved());
    let gone = again.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), again.last_refusals());
    {
        let world = again.double.world();
        assert_eq!(
            (world.all("privateDnsZones").len(), world.all("privateDnsZones/virtualNetworkLinks").len()),
            (1, 1)
        );
        let tags = world.all("privateDnsZones")[0].body["tags"].to_string();
        assert!(!tags.contains("cachefit:"), "{tags}");
    }
    let last = Machine::with(&PROFILE.replace("name: shop", "name: cart"), again.double.saved());
    no_op(&last);
}

#[test]
fn functions_in_two_networks_have_an_endpoint_each() {
    let mut world = World::default();
    world.network("far-net", "westeurope");
    world.function(&function_app("worker", "westeurope", "EP1"), Some(("far-net", "workers")));
    let machine = machine(PROFILE, world);
    let plan = machine.run(&["plan", "PROFILE"]);
    let text = said(&plan).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in ["worker runs in westeurope", "2 networks (far-net, shop-net)", "private endpoint of its own"]
    {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    machine.applies();
    {
        let world = machine.double.world();
        let regions: Vec<&Value> =
            world.all("privateEndpoints").iter().map(|e| &e.body["location"]).collect();
        assert_eq!(regions, [&json!("westeurope"), &json!("eastus")]);
        assert_eq!(world.all("privateDnsZones/virtualNetworkLinks").len(), 2);
        assert_eq!(world.all("privateDnsZones").len(), 1);
    }
    no_op(&machine);
    assert_eq!(code(&machine.destroy()), 0);
}

/// From public to private: the internet is closed last, when the endpoint is approved and named.
#[test]
fn the_public_way_is_closed_last() {
    let machine = Machine::<World>::new(&public());
    machine.applies();
    let before = machine.double.calls();
    machine.write(PROFILE);
    machine.applies();
    let actions: Vec<String> = machine.changes_since(before).into_iter().map(|call| call.action).collect();
    let at = |action: &str| {
        actions.iter().position(|a| a == action).unwrap_or_else(|| panic!("{action}: {actions:?}"))
    };
    assert!(at("PUT privateEndpoints/privateDnsZoneGroups") < at("PATCH redisEnterprise"), "{actions:?}");
    assert_eq!(machine.double.world().all("redisEnterprise")[0].property("publicNetworkAccess"), "Disabled");
    no_op(&machine);
    // The other way round it is opened first: there is a way at every moment.
    let before = machine.double.calls();
    machine.write(&public());
    machine.applies();
    let actions: Vec<String> = machine.changes_since(before).into_iter().map(|call| call.action).collect();
    let opened = actions.iter().position(|a| a == "PATCH redisEnterprise").unwrap();
    let closed = actions.iter().position(|a| a.starts_with("DELETE privateEndpoints")).unwrap();
    assert!(opened < closed, "{actions:?}");
    {
        let world = machine.double.world();
        assert!(world.all("privateEndpoints").is_empty());
        assert_eq!(world.all("redisEnterprise")[0].property("publicNetworkAccess"), "Enabled");
    }
    no_op(&machine);
}

#[test]
fn an_endpoint_that_waits_is_approved_and_one_that_was_refused_made_anew() {
    let machine = machine(PROFILE, World { approves: false, ..World::default() });
    machine.applies();
    assert!(machine.double.world().made.iter().any(|(action, _)| action == "PUT privateEndpoints"));
    no_op(&machine);
    let rejected = |world: &mut World| {
        let key = world
            .things
            .iter()
            .find(|(_, thing)| thing.kind == "redisEnterprise/privateEndpointConnections")
            .map(|(key, _)| key.clone());
        let thing = world.things.get_mut(&key.unwrap()).unwrap();
        thing.body["properties"]["privateLinkServiceConnectionState"]["status"] = json!("Rejected");
        crate::azure::relink(world);
    };
    rejected(&mut machine.double.world());
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", said(&plan));
    assert!(said(&plan).contains("Rejected"), "{}", said(&plan));
    let address = "azure.private_endpoint.shop-shop-net";
    let output = machine.run(&["apply", "PROFILE", "--yes", "--allow-replace", address]);
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    no_op(&machine);
}

/// Cut short after these calls of a change, the next run ends where an uninterrupted one does.
fn survive(from: &str, to: &str, calls: &[(&str, Fault)]) {
    let kind = Kind::Change(to);
    let straight = straight::<World>(from, kind);
    let at = |word: &str| straight.changes.iter().position(|c| c.ends_with(word)).unwrap();
    let cases: Vec<_> = calls.iter().map(|(word, fault)| (On::Change(at(word)), fault.clone())).collect();
    each(&cases, |case| survives(from, std::slice::from_ref(case), &straight, kind));
}

#[test]
fn closing_the_public_way_survives_a_kill() {
    let calls = [
        ("PUT privateEndpoints", Fault::KillAfter),
        ("PUT privateEndpoints/privateDnsZoneGroups", Fault::KillAfter),
        ("PATCH redisEnterprise", Fault::KillBefore),
        ("PATCH redisEnterprise", Fault::CutAfter),
    ];
    survive(&public(), PROFILE, &calls);
}

#[test]
fn opening_the_public_way_survives_a_kill() {
    let calls = [
        ("PATCH redisEnterprise", Fault::KillAfter),
        ("DELETE privateEndpoints/privateDnsZoneGroups", Fault::KillAfter),
        ("DELETE privateEndpoints", Fault::KillAfter),
    ];
    survive(PROFILE, &public(), &calls);
}
