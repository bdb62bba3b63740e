//! Profiles as they are shipped, from their recommendation to the end of their cache.

use cachefit::profile::shipped;
use serde_json::Value;

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::google::World;

fn profile(name: &str) -> &'static str {
    let (_, text) = shipped().iter().find(|(shipped, _)| shipped.contains(name)).unwrap();
    &text[text.find("name: ").unwrap()..]
}

/// Recommended, applied, nothing left to do, scaled, taken down; answers the machine before it is scaled.
fn goes_its_way(name: &str, service: &str) {
    let machine = Machine::<World>::new(profile(name));
    let recommended = machine.run(&["recommend", "PROFILE", "--format", "json"]);
    assert_eq!(code(&recommended), 0, "{}", said(&recommended));
    let recommended: Value = serde_json::from_str(&stdout(&recommended)).unwrap();
    assert!(recommended.to_string().contains(service), "{service} is not in {recommended}");
    machine.applies();
    let nodes = |machine: &Machine<World>| machine.double.world().used_units();
    let (before, calls) = (nodes(&machine), machine.double.calls());
    machine.applies();
    assert!(machine.changes_since(calls).is_empty());
    assert!(machine.double.world().caches.keys().all(|path| path.contains(name)));
    let kind = if service.ends_with("valkey") { "/instances/" } else { "/clusters/" };
    assert!(machine.double.world().caches.keys().all(|path| path.contains(kind)));
    let scaled = machine.run(&["scale", "PROFILE", "--replicas", "2", "--yes"]);
    assert_eq!(code(&scaled), 0, "{}{}", said(&scaled), machine.last_refusals());
    assert!(nodes(&machine) > before, "{before} nodes before and after");
    for client in
        [&["connect", "PROFILE", "--format", "env"][..], &["verify", "PROFILE"], &["status", "PROFILE"]]
    {
        let output = machine.run(client);
        assert_eq!(code(&output), 0, "{client:?}: {}", said(&output));
    }
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    let world = machine.double.world();
    assert!(
        world.caches.is_empty()
            && world.policies.is_empty()
            && world.alerts.is_empty()
            && world.acl.is_empty()
    );
    assert_eq!(world.bindings.len(), 1, "only the owner's");
}

#[test]
fn responses_of_an_api_go_to_valkey() {
    goes_its_way("api-response-cache", "memorystore-valkey");
}

/// Permissions of a user's own are in Redis Cluster alone.
#[test]
fn a_chat_with_its_own_rights_goes_to_redis_cluster() {
    goes_its_way("chat", "memorystore-redis-cluster");
}
