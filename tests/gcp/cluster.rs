//! Redis Cluster, with an access list of its own.

use serde_json::{Value, json};

use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::Kind;
use crate::google::World;
use crate::kills::after_every_change;
use crate::tenant;

/// Two users with rights of their own, each an account of the functions.
pub fn profile() -> String {
    tenant::PROFILE
        .replace("memorystore-valkey", "memorystore-redis-cluster")
        .replace("version: 8.0", "version: \"7.2\"")
        .replace("STANDARD_SMALL", "REDIS_STANDARD_SMALL")
        .replace("    - name: app\n      auth: iam\n      can: [read, write]\n", USERS)
}

const USERS: &str = "    - name: api\n      auth: iam\n      can: [read, write]\n      keys: [\"sess:*\"]\n    - name: worker\n      auth: \
                     iam\n      can: [read]\n      keys: [\"sess:*\"]\n";
const ACL: &str = "projects/shop-prod/locations/us-central1/aclPolicies/shop";

fn list_of_others() -> World {
    let mut world = World::default();
    let theirs = json!({ "name": ACL, "state": "ACTIVE", "etag": "theirs", "createTime": "2026-01-01T00:00:00Z",
        "rules": [{ "username": "them@shop-prod.iam.gserviceaccount.com", "rule": "on ~* +@all" }] });
    world.acl.insert(ACL.to_owned(), theirs);
    world
}

/// An access list of the profile's name that no cluster uses is somebody else's, unless it has our mark.
#[test]
fn a_list_of_others_is_neither_taken_nor_deleted() {
    let machine = Machine::with(&profile(), list_of_others());
    let before = machine.double.saved().end_state();
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    for word in ["gcp.acl_policy.shop", "not managed by cachefit", "cachefit-managed-shop"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}", said(&gone));
    assert_eq!(machine.double.saved().end_state(), before);
}

/// The mark goes with the list: another machine knows it, too, after the cluster has gone.
#[test]
fn a_list_of_ours_is_known_by_its_mark() {
    let machine = Machine::<World>::new(&profile());
    machine.applies();
    let rules = machine.double.world().acl[ACL]["rules"].clone();
    let of = |name: &str| {
        rules.as_array().unwrap().iter().find(|r| r["username"] == name).map(|r| r["rule"].clone())
    };
    assert_eq!(of("cachefit-managed-shop"), Some(json!("off -@all")), "{rules}");
    let api = of("api@shop-prod.iam.gserviceaccount.com").unwrap().to_string();
    assert!(api.contains("~sess:*") && rules.as_array().map(Vec::len) == Some(3), "{rules}");
    {
        let mut world = machine.double.world();
        world.caches.clear();
        world.acl.get_mut(ACL).unwrap()["clusterAclPolicyAttachments"] = Value::Array(Vec::new());
    }
    let other = machine.command_at(&["destroy", "PROFILE", "--yes"], "there", &machine.double.url());
    let gone = machine.run_command(other);
    assert_eq!(code(&gone), 0, "{}", said(&gone));
    assert!(machine.double.world().acl.is_empty());
}

/// Killed after every change, up and down.
#[test]
fn a_cluster_survives_every_kill() {
    let profile = profile();
    assert!(after_every_change(&profile, Kind::Up) >= 5);
    assert!(after_every_change(&profile, Kind::Down) >= 5);
}
