//! A cache that runs is changed: in the right order, one change at a time, and told apart from what others change.

use serde_json::{Value, json};

use crate::aws::World;
use crate::contract;
use crate::machine::{Machine, NODES, code, stderr, stdout};

/// A cache without cluster protocol, users and TLS.
fn plain() -> String {
    let users = NODES.find("  users:").unwrap();
    let deployment = NODES.find("deployment:").unwrap();
    let text = format!("{}  tls: off\n{}", &NODES[..users], &NODES[deployment..]);
    text.replace("shards: 2", "shards: 1")
}

/// ElastiCache's changing calls since a call, in their order.
fn calls(machine: &Machine, since: usize) -> Vec<String> {
    let changes = machine.changes_since(since).into_iter().filter(|r| r.service == "elasticache");
    changes.map(|r| r.action).collect()
}

/// Applies another profile to what runs; a plan of it is empty afterwards.
fn becomes(machine: &Machine, profile: &str) -> Vec<String> {
    machine.write(profile);
    let since = machine.aws.calls();
    machine.applies();
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
    calls(machine, since)
}

/// Steps that wait for people, from the result of an apply.
fn waiting(output: &std::process::Output) -> Vec<String> {
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stops = result["results"]["stops"].as_array();
    let stops = stops.unwrap_or_else(|| panic!("{result}")).iter();
    stops.filter_map(|stop| stop["waiting"]["step"].as_str().map(str::to_owned)).collect()
}

#[test]
fn more_and_fewer_replicas_shards_and_another_type() {
    let machine = Machine::new(NODES);
    machine.applies();
    let more = NODES.replace("replicas: 1", "replicas: 2").replace("shards: 2", "shards: 3");
    let made = becomes(&machine, &more);
    let order: Vec<&str> =
        made.iter().map(String::as_str).filter(|c| c.contains("Replica") || c.contains("Shard")).collect();
    assert_eq!(order, ["ModifyReplicationGroupShardConfiguration", "IncreaseReplicaCount"]);
    let world = machine.aws.world();
    assert_eq!((world.groups["shop"].shards.len(), world.groups["shop"].members().count()), (3, 9));
    let watched = |world: &World| -> std::collections::BTreeSet<String> {
        world.alarms.values().map(|a| a["Dimensions"].to_string()).collect()
    };
    assert_eq!(watched(&world).len(), 9, "alarms follow the members");
    drop(world);
    let larger = NODES.replace("cache.r7g.large", "cache.r7g.xlarge");
    let mut world = machine.aws.world();
    let members: Vec<String> = world.groups["shop"].members().map(|m| m.id.clone()).collect();
    world.metrics = members.into_iter().map(|member| (member, 1e9)).collect();
    drop(world);
    // A third shard is within the range that auto scaling may use: nobody takes it away.
    becomes(&machine, &larger);
    let world = machine.aws.world();
    let group = &world.groups["shop"];
    assert_eq!(
        (group.shards.len(), group.members().count(), group.node_type.as_str()),
        (3, 6, "cache.r7g.xlarge")
    );
    assert_eq!(watched(&world).len(), 6);
    drop(world);
    machine.made_once("scaled");
    contract::holds(&machine.aws);
}

/// A smaller cache is refused while the data does not fit into it.
#[test]
fn a_smaller_type_needs_a_proof() {
    let machine = Machine::new(&NODES.replace("cache.r7g.large", "cache.r7g.2xlarge"));
    machine.applies();
    let fill = |bytes: f64| {
        let mut world = machine.aws.world();
        let members: Vec<String> = world.groups["shop"].members().map(|m| m.id.clone()).collect();
        world.metrics = members.into_iter().map(|m| (m, bytes)).collect();
    };
    machine.write(NODES);
    fill(30e9);
    let since = machine.aws.calls();
    let output = machine.apply();
    let text = format!("{}{}", stderr(&output), stdout(&output));
    assert_ne!(code(&output), 0, "{text}");
    assert!(text.contains("does not hold the data"), "{text}");
    assert!(!calls(&machine, since).contains(&"ModifyReplicationGroup".to_owned()));
    fill(2e9);
    becomes(&machine, NODES);
    assert_eq!(machine.aws.world().groups["shop"].node_type, "cache.r7g.large");
}

#[test]
fn policy_users_and_backups_in_place() {
    let machine = Machine::new(NODES);
    machine.applies();
    let made = becomes(&machine, &NODES.replace("allkeys-lru", "allkeys-lfu"));
    assert_eq!(made, ["ModifyCacheParameterGroup"]);
    let three = NODES.replace("allkeys-lru", "allkeys-lfu").replace(
        "    - name: worker",
        "    - name: third\n      auth: iam\n      can: [read]\n      keys: [\"sess:*\"]\n    - name: worker",
    );
    let made = becomes(&machine, &three);
    assert_eq!(made.iter().filter(|c| *c == "CreateUser").count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|c| *c == "ModifyUserGroup").count(), 1, "{made:?}");
    let rights = three.replace("can: [read, write]", "can: [read]");
    assert_eq!(becomes(&machine, &rights), ["ModifyUser"]);
    // The password's user goes: out of the group first, then with its secret.
    let start = NODES.find("    - name: worker").unwrap();
    let end = NODES.find("deployment:").unwrap();
    let without = format!("{}{}", &NODES[..start], &NODES[end..]).replace("allkeys-lru", "allkeys-lfu");
    let made = becomes(&machine, &without);
    let place = |name: &str| made.iter().position(|c| c == name);
    assert!(place("ModifyUserGroup") < place("DeleteUser"), "{made:?}");
    assert!(machine.aws.world().secrets.values().all(|s| !s["DeletedDate"].is_null()));
    contract::holds(&machine.aws);
}

/// What somebody has put off until the maintenance window is reported with its day, not done again and not for ever.
#[test]
fn what_waits_for_the_window_is_pending() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.aws.world().groups.get_mut("shop").unwrap().deferred =
        json!({"CacheNodeType": "cache.r7g.xlarge"});
    machine.write(&NODES.replace("cache.r7g.large", "cache.r7g.xlarge"));
    let since = machine.aws.calls();
    let plan = machine.run(&["plan", "PROFILE"]);
    let text = stdout(&plan);
    assert!(text.to_lowercase().contains("sunday") || text.contains("2026-"), "{text}");
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!calls(&machine, since).contains(&"ModifyReplicationGroup".to_owned()));
    machine.aws.world().window_passes();
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
}

/// Shards that auto scaling has added within its range are no difference.
#[test]
fn what_auto_scaling_does_is_no_drift() {
    let machine = Machine::new(NODES);
    machine.applies();
    let most = machine.aws.world().targets.values().next().map(|t| t["MaxCapacity"].as_u64().unwrap());
    assert!(most > Some(2), "{most:?}");
    machine.aws.world().shards_become("shop", 3);
    let since = machine.aws.calls();
    machine.applies();
    assert!(!calls(&machine, since).iter().any(|c| c.contains("Shard")), "{:?}", calls(&machine, since));
    assert_eq!(machine.aws.world().groups["shop"].shards.len(), 3);
}

/// TLS comes in two steps, and the second waits until people say that the clients have moved.
#[test]
fn tls_is_preferred_first_and_required_when_clients_have_moved() {
    let machine = Machine::new(&plain());
    machine.applies();
    machine.write(&plain().replace("tls: off", "tls: required"));
    let output = machine.run(&["apply", "PROFILE", "--yes", "--format", "json"]);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let mode = || machine.aws.world().groups["shop"].body["TransitEncryptionMode"].clone();
    assert_eq!(mode(), "preferred");
    let steps = waiting(&output);
    assert_eq!(steps.len(), 1, "{steps:?}");
    // Without the word it stays there.
    let output = machine.run(&["apply", "PROFILE", "--yes", "--format", "json"]);
    assert_eq!((code(&output), mode()), (4, json!("preferred")));
    let output = machine.run(&["apply", "PROFILE", "--yes", "--confirm", &steps[0]]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    assert_eq!(mode(), "required");
    contract::holds(&machine.aws);
}

/// Cluster mode: both protocols, then, when every client speaks it, the cluster's alone, then shards.
#[test]
fn cluster_mode_in_two_steps() {
    let machine = Machine::new(&plain());
    machine.applies();
    assert_eq!(machine.aws.world().groups["shop"].body["ClusterMode"], "disabled");
    machine.write(&plain().replace("shards: 1", "shards: 2"));
    let output = machine.run(&["apply", "PROFILE", "--yes", "--format", "json"]);
    assert_eq!(code(&output), 4, "{}{}", stderr(&output), machine.last_refusals());
    assert_eq!(machine.aws.world().groups["shop"].body["ClusterMode"], "compatible");
    let steps = waiting(&output);
    let output = machine.run(&["apply", "PROFILE", "--yes", "--confirm", &steps[0]]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    let world = machine.aws.world();
    assert_eq!(
        (&world.groups["shop"].body["ClusterMode"], world.groups["shop"].shards.len()),
        (&json!("enabled"), 2)
    );
    drop(world);
    contract::holds(&machine.aws);
}

/// Redis becomes Valkey in place, with a parameter group of its family.
#[test]
fn redis_becomes_valkey_in_place() {
    let redis =
        NODES.replace("engine: valkey", "engine: redis").replace("version: \"8.1\"", "version: \"7.1\"");
    let machine = Machine::new(&redis);
    machine.applies();
    assert_eq!(machine.aws.world().groups["shop"].engine(), "redis");
    let made = becomes(&machine, NODES);
    assert!(!made.contains(&"CreateReplicationGroup".to_owned()), "{made:?}");
    let world = machine.aws.world();
    let group = &world.groups["shop"];
    assert_eq!((group.engine().as_str(), group.version.as_str()), ("valkey", "8.1.0"));
    assert_eq!(world.parameter_groups[&group.parameter_group].family(), "valkey8");
    assert!(!world.deletes.iter().any(|(action, _)| action == "DeleteReplicationGroup"));
}

/// A change that would lose the data is refused without the word for that address.
#[test]
fn a_replacement_needs_its_address() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.aws.world().groups.get_mut("shop").unwrap().version = "9.0.0".to_owned();
    for shard in &mut machine.aws.world().groups.get_mut("shop").unwrap().shards {
        for member in &mut shard.members {
            "9.0.0".clone_into(&mut member.version);
        }
    }
    let since = machine.aws.calls();
    let output = machine.apply();
    let text = stderr(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(text.contains("--allow-replace aws.replication_group.shop"), "{text}");
    assert!(machine.changes_since(since).is_empty());
}
