//! A cluster that is made anew, with all that leads to it, lives in it and watches it.

use serde_json::json;

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::{Kind, each, straight, survives};
use crate::cloud::{Fault, On};
use crate::tenant::PROFILE;

const CLUSTER: &str = "azure.redis_enterprise.shop";

/// A cluster cannot move: in another region it is another one.
fn moved() -> String {
    PROFILE.replacen("region: eastus", "region: eastus2", 1)
}

/// What was called, by its place among the changing calls.
fn at(actions: &[String], action: &str) -> usize {
    let place = actions.iter().position(|one| one == action);
    place.unwrap_or_else(|| panic!("{action} is not in {actions:#?}"))
}

/// The endpoint would go on leading to the old cluster, and nobody would say so: it goes before and comes after, on the word
/// that was given for the cluster; what the zone says of it and what identities may do come with them.
#[test]
fn what_leads_to_a_cluster_is_made_anew_with_it() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    machine.write(&moved());
    let refused = machine.apply();
    assert_eq!(code(&refused), 1, "{}", said(&refused));
    let text = said(&refused);
    assert!(text.contains(&format!("--allow-replace {CLUSTER}")), "{text}");
    assert!(!text.contains("--allow-replace azure.private_endpoint"), "one word is enough: {text}");
    let before = machine.double.calls();
    let applied = machine.run(&["apply", "PROFILE", "--yes", "--allow-replace", CLUSTER]);
    assert_eq!(code(&applied), 0, "{}{}", said(&applied), machine.last_refusals());
    let actions: Vec<String> = machine.changes_since(before).into_iter().map(|call| call.action).collect();
    let order = [
        "DELETE privateEndpoints",
        "DELETE redisEnterprise",
        "PUT redisEnterprise",
        "PUT redisEnterprise/databases",
        "PUT privateEndpoints",
        "PUT privateEndpoints/privateDnsZoneGroups",
    ];
    assert!(order.map(|action| at(&actions, action)).is_sorted(), "{actions:#?}");
    {
        let world = machine.double.world();
        let cluster = world.all("redisEnterprise")[0];
        assert_eq!(cluster.body["location"], "East US 2");
        assert_eq!(cluster.property("publicNetworkAccess"), "Disabled");
        let endpoint = world.all("privateEndpoints")[0];
        let state = &endpoint.property("privateLinkServiceConnections")[0]["properties"];
        assert_eq!(state["privateLinkServiceConnectionState"]["status"], "Approved");
        assert_eq!(world.all("redisEnterprise/databases/accessPolicyAssignments").len(), 2);
        for alert in world.all("metricAlerts") {
            assert_eq!(alert.property("targetResourceRegion"), &json!("eastus2"), "{alert:?}");
        }
        assert!(world.overwritten.is_empty(), "{:?}", world.overwritten);
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

/// Cut short between any two parts of it, the next run ends where an uninterrupted one does.
#[test]
fn a_cluster_is_made_anew_whatever_call_is_cut_short() {
    let moved = moved();
    let kind = Kind::Replace(&moved, CLUSTER);
    let straight = straight::<World>(PROFILE, kind);
    let actions: Vec<String> =
        straight.changes.iter().map(|c| c.rsplit(':').next().unwrap_or_default().to_owned()).collect();
    let cases: Vec<(On, Fault)> = [
        ("DELETE privateEndpoints", Fault::KillAfter),
        ("DELETE redisEnterprise", Fault::KillAfter),
        ("DELETE redisEnterprise", Fault::CutAfter),
        ("PUT redisEnterprise", Fault::KillAfter),
        ("PUT redisEnterprise/databases", Fault::KillAfter),
        ("PUT privateEndpoints", Fault::KillAfter),
        ("PUT privateEndpoints/privateDnsZoneGroups", Fault::KillAfter),
    ]
    .into_iter()
    .map(|(action, fault)| (On::Change(at(&actions, action)), fault))
    .collect();
    each(&cases, |case| survives(PROFILE, std::slice::from_ref(case), &straight, kind));
}
