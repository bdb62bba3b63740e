//! Caches that run already: a profile is written of each, and its first apply takes it over without changing what it is.

use serde_json::json;

use crate::cloud::machine::{Machine, code, said};
use crate::google::{World, classic, of_others};

/// A machine with a project in which somebody else's cache runs, and no profile yet.
fn machine(world: World) -> Machine<World> {
    let machine = Machine::with("name: shop", world);
    std::fs::remove_file(machine.path("shop.yaml")).unwrap();
    machine
}

fn imported(machine: &Machine<World>, id: &str) -> String {
    let output =
        machine.run(&["import", "PROFILE", "--id", id, "--provider", "gcp", "--region", "us-central1"]);
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    std::fs::read_to_string(machine.path("shop.yaml")).unwrap()
}

/// Only what is ours is added: labels, and what lies around.
fn taken_over(machine: &Machine<World>, kind: &str) {
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("0 to replace, 0 to delete"), "{}", said(&plan));
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{kind}: {}", said(&plan));
    let made = machine.double.world().made.clone();
    assert!(
        !made.iter().any(|(operation, _)| operation == "CreateInstance" || operation == "CreateCluster"),
        "{made:?}"
    );
}

#[test]
fn an_instance_of_others_is_taken_over() {
    let mut world = World::default();
    of_others(&mut world, "shop");
    let machine = machine(world);
    let text = imported(&machine, "shop");
    for line in [
        "provider: gcp",
        "service: memorystore-valkey",
        "node_type: HIGHMEM_XLARGE",
        "adopt: true",
        "tls: off",
        "count: 500000",
    ] {
        assert!(text.contains(line), "{line} is not in: {text}");
    }
    taken_over(&machine, "instance");
    let shown = machine.double.world().cache("shop").unwrap().clone();
    assert_eq!(
        shown["labels"],
        json!({ "team": "others", "cachefit-managed": "true", "cachefit-profile": "shop" })
    );
    assert_eq!((&shown["mode"], &shown["nodeType"]), (&json!("CLUSTER"), &json!("HIGHMEM_XLARGE")));
}

#[test]
fn a_cluster_of_others_is_taken_over() {
    let mut world = World::default();
    let path = "projects/shop-prod/locations/us-central1/clusters/shop";
    let network = "projects/shop-prod/global/networks/main";
    let theirs = json!({ "name": path, "state": "ACTIVE", "createTime": "2026-01-01T00:00:00Z", "nodeType": "REDIS_HIGHMEM_MEDIUM",
        "shardCount": 3, "replicaCount": 1, "authorizationMode": "AUTH_MODE_IAM_AUTH", "deletionProtectionEnabled": true,
        "transitEncryptionMode": "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION", "pscConfigs": [{ "network": network }],
        "discoveryEndpoints": [{ "address": "10.9.9.7", "port": 6379, "pscConfig": { "network": network } }] });
    world.caches.insert(path.to_owned(), theirs);
    let machine = machine(world);
    let text = imported(&machine, "shop");
    for line in ["service: memorystore-redis-cluster", "shards: 3", "replicas: 1", "adopt: true"] {
        assert!(text.contains(line), "{line} is not in: {text}");
    }
    taken_over(&machine, "cluster");
    assert_eq!(machine.double.world().cache("shop").unwrap()["authorizationMode"], "AUTH_MODE_IAM_AUTH");
}

#[test]
fn a_classic_instance_of_others_is_taken_over() {
    let mut world = World::default();
    classic::of_others(&mut world, "shop");
    let machine = machine(world);
    let text = imported(&machine, "shop");
    for line in ["service: memorystore-redis", "node_type: STANDARD_HA-50", "version: 6.x"] {
        assert!(text.contains(line), "{line} is not in: {text}");
    }
    taken_over(&machine, "redis");
    assert_eq!(machine.double.world().classic.values().next().unwrap()["memorySizeGb"], 50);
}

/// What cannot be imported says why, and no profile is written.
#[test]
fn what_is_not_there_or_belongs_to_another_profile_is_refused() {
    let there = |change: fn(&mut World)| {
        let mut world = World::default();
        of_others(&mut world, "shop");
        change(&mut world);
        machine(world)
    };
    for (machine, words) in [
        (
            there(|world| world.caches.clear()),
            ["there is no cache shop", "gcloud memorystore instances list"],
        ),
        (
            there(|world| {
                world.cache("shop").unwrap()["labels"] =
                    json!({ "cachefit-managed": "true", "cachefit-profile": "till" });
            }),
            ["belongs to somebody else", "till"],
        ),
        (there(|world| classic::of_others(world, "shop")), ["two caches of the name shop", "gcp."]),
        (
            there(|world| world.cache("shop").unwrap()["state"] = "CREATING".into()),
            ["not ready yet", "import it when"],
        ),
    ] {
        let output = machine.run(&[
            "import",
            "PROFILE",
            "--id",
            "shop",
            "--provider",
            "gcp",
            "--region",
            "us-central1",
        ]);
        assert_eq!(code(&output), 1, "{}", said(&output));
        for word in words {
            assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
        }
        assert!(!machine.path("shop.yaml").exists());
    }
}
