//! A cache in service: windows and logs, scaling beside changes by hand, users that sign in another way.

use serde_json::json;

use crate::aws::{Fault, On};
use crate::contract;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

/// Applies another profile; a plan of it is empty afterwards. ElastiCache's changing calls, in their order.
fn becomes(machine: &Machine, profile: &str) -> Vec<String> {
    machine.write(profile);
    let since = machine.aws.calls();
    machine.applies();
    settled(machine);
    let changes = machine.changes_since(since).into_iter();
    changes.filter(|r| r.service == "elasticache").map(|r| r.action).collect()
}

fn settled(machine: &Machine) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}

fn flat() -> String {
    NODES.replace("shape: office-hours", "shape: flat")
}

#[test]
fn windows_and_logs_come_change_and_go() {
    let asks = |lines: &str| NODES.replace("requirements:\n", &format!("requirements:\n{lines}"));
    let machine = Machine::new(&asks("  backup_retention: 7d\n  logs: { slow: 30d }\n"));
    machine.applies();
    settled(&machine);
    let slow = "/aws/vendedlogs/cachefit/shop/slow-log";
    {
        let world = machine.aws.world();
        let group = &world.groups["shop"];
        // In the quiet hours of office hours, on a Sunday.
        assert_eq!(group.window, "sun:03:00-sun:05:00");
        assert_eq!(group.body["SnapshotWindow"], "02:00-03:00");
        let logs = group.body["LogDeliveryConfigurations"]["LogDeliveryConfiguration"].to_string();
        assert!(logs.contains(slow) && !logs.contains("engine"), "{logs}");
        assert_eq!(world.log_groups[slow]["retentionInDays"], 30);
    }
    let other = "  backup_retention: 7d\n  backup_window: 23:30-00:30\n  maintenance_window: mon 23:00-01:00\n  \
                 logs: { slow: 14d, engine: 7d }\n";
    let made = becomes(&machine, &asks(other));
    assert_eq!(made, ["ModifyReplicationGroup"; 2], "windows, then logs");
    {
        let world = machine.aws.world();
        let group = &world.groups["shop"];
        assert_eq!(
            (group.window.as_str(), &group.body["SnapshotWindow"]),
            ("mon:23:00-tue:01:00", &json!("23:30-00:30"))
        );
        assert_eq!(world.log_groups.len(), 2);
        assert_eq!(world.log_groups[slow]["retentionInDays"], 14);
    }
    becomes(&machine, NODES);
    assert!(machine.aws.world().log_groups.is_empty(), "logs that nobody asks for go, after their delivery");
    let refused = asks("  logs: { slow: 8d }\n");
    machine.write(&refused);
    let output = machine.apply();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("14 days"), "{}", stderr(&output));
    contract::holds(&machine.aws);
}

/// Suspended, and only then changed; afterwards it goes on within the new range. Killed in between, the next apply lets
/// it go on.
#[test]
fn automatic_scaling_is_held_during_a_change() {
    let more = NODES.replace("shards: 2", "shards: 4");
    let suspended = |machine: &Machine| -> Vec<bool> {
        let world = machine.aws.world();
        world.targets.values().map(|t| t["SuspendedState"]["DynamicScalingOutSuspended"] == true).collect()
    };
    let straight = {
        let machine = Machine::new(NODES);
        machine.applies();
        let since = machine.aws.calls();
        becomes(&machine, &more);
        let calls: Vec<String> = machine
            .changes_since(since)
            .into_iter()
            .filter(|r| r.action.contains("Shard") || r.action == "RegisterScalableTarget")
            .map(|r| format!("{} {}", r.action, r.params["SuspendedState"]["DynamicScalingOutSuspended"]))
            .collect();
        let change = calls.iter().position(|c| c.starts_with("Modify")).unwrap();
        assert!(calls[..change].iter().all(|c| c.ends_with("true")) && change > 0, "{calls:?}");
        assert!(calls[change + 1..].iter().all(|c| c.ends_with("false")), "{calls:?}");
        assert_eq!(suspended(&machine), [false]);
        contract::holds(&machine.aws);
        machine.aws.world().end_state()
    };
    for fault in [Fault::KillBefore, Fault::KillAfter] {
        let machine = Machine::new(NODES);
        machine.applies();
        machine.write(&more);
        machine.aws.fail(On::Action("ModifyReplicationGroupShardConfiguration"), fault, 1);
        machine.run_to_be_killed(&["apply", "PROFILE", "--yes"]);
        assert_eq!(suspended(&machine), [true]);
        machine.applies();
        settled(&machine);
        assert_eq!(machine.aws.world().end_state(), straight);
    }
}

/// The least number of replicas that a scheduled action has set is no difference; its removal is seen.
#[test]
fn what_the_clock_does_is_no_drift() {
    let two = NODES
        .replace("replicas: 1", "replicas: 2")
        .replace("shape: office-hours", "shape: office-hours\n  time_zone: Europe/Berlin");
    let machine = Machine::new(&two);
    machine.applies();
    let fires = |least: u32| {
        let mut world = machine.aws.world();
        let target =
            world.targets.values_mut().find(|t| t["ScalableDimension"].to_string().contains("Replicas"));
        target.unwrap()["MinCapacity"] = json!(least);
    };
    assert!(machine.aws.world().scheduled.values().all(|a| a["Timezone"] == "Europe/Berlin"));
    for least in [2, 1] {
        fires(least);
        settled(&machine);
    }
    fires(0);
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", stdout(&plan));
    // With one replica there is nothing left to schedule.
    becomes(&machine, NODES);
    let world = machine.aws.world();
    assert_eq!((world.targets.len(), world.scheduled.len(), world.policies.len()), (1, 0, 1));
}

/// Nodes grow before the data of shards that go moves onto them, and each step is proven.
#[test]
fn fewer_and_larger_shards_grow_first() {
    let machine = Machine::new(&flat().replace("shards: 2", "shards: 4"));
    machine.applies();
    let fill = |bytes: f64| {
        let mut world = machine.aws.world();
        let members: Vec<String> = world.groups["shop"].members().map(|m| m.id.clone()).collect();
        world.metrics = members.into_iter().map(|m| (m, bytes)).collect();
    };
    fill(5e9);
    let fewer = flat();
    machine.write(&fewer);
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(stderr(&output).contains("1.5 times as much"), "{}", stderr(&output));
    let made = becomes(&machine, &fewer.replace("cache.r7g.large", "cache.r7g.xlarge"));
    assert_eq!(made, ["ModifyReplicationGroup", "ModifyReplicationGroupShardConfiguration"]);
}

/// One takes the other's place while both are there, so that the group never lacks the user.
#[test]
fn a_user_signs_in_another_way() {
    let machine = Machine::new(NODES);
    machine.applies();
    let made = becomes(&machine, &NODES.replace("auth: password", "auth: iam"));
    assert_eq!(made, ["CreateUser", "ModifyUserGroup", "DeleteUser"]);
    assert!(machine.aws.world().secrets.values().all(|s| !s["DeletedDate"].is_null()));
}

/// Killed between the user and its secret: the next apply still knows of the secret.
#[test]
fn no_secret_is_left_behind() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.write(&NODES.replace("auth: password", "auth: iam"));
    machine.aws.fail(On::Action("DeleteSecret"), Fault::KillBefore, 1);
    machine.run_to_be_killed(&["apply", "PROFILE", "--yes"]);
    assert!(machine.aws.world().secrets.values().any(|s| s["DeletedDate"].is_null()));
    machine.applies();
    assert!(machine.aws.world().secrets.values().all(|s| !s["DeletedDate"].is_null()));
}

/// The first users of a serverless cache keep everybody else out: people must say that clients sign in.
#[test]
fn first_users_of_a_serverless_cache_wait_for_people() {
    let users = SERVERLESS.find("security:").unwrap();
    let deployment = SERVERLESS.find("deployment:").unwrap();
    let machine = Machine::new(&format!("{}{}", &SERVERLESS[..users], &SERVERLESS[deployment..]));
    machine.applies();
    machine.write(SERVERLESS);
    let output = machine.apply();
    assert_eq!(code(&output), 4, "{}", stdout(&output));
    let step = "aws.serverless_cache.burst:users";
    assert!(stdout(&output).contains(step) || stderr(&output).contains(step), "{}", stderr(&output));
    let output = machine.run(&["apply", "PROFILE", "--yes", "--confirm", step]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    settled(&machine);
}

/// AWS brings minor versions up to date by itself, and does not go back.
#[test]
fn a_newer_minor_version_stays() {
    let machine = Machine::new(NODES);
    machine.applies();
    {
        let mut world = machine.aws.world();
        let group = world.groups.get_mut("shop").unwrap();
        group.version = "8.2.1".to_owned();
        for member in group.shards.iter_mut().flat_map(|s| &mut s.members) {
            "8.2.1".clone_into(&mut member.version);
        }
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    let text = format!("{}{}", stdout(&plan), stderr(&plan));
    assert_eq!(code(&plan), 0, "{text}");
    assert!(text.contains("8.2 runs, newer than 8.1"), "{text}");
}

/// A cache that could never be made holds no data, and is made anew by the same command.
#[test]
fn what_could_not_be_made_is_made_anew() {
    let machine = Machine::new(NODES);
    machine.aws.fail(On::Action("CreateReplicationGroup"), Fault::KillAfter, 1);
    machine.run_to_be_killed(&["apply", "PROFILE", "--yes"]);
    {
        let mut world = machine.aws.world();
        let group = world.groups.get_mut("shop").unwrap();
        "create-failed".clone_into(&mut group.status);
        group.looks = 0;
    }
    machine.applies();
    settled(&machine);
    let world = machine.aws.world();
    assert!(world.snapshots.is_empty(), "there was nothing to keep");
    assert_eq!(world.groups["shop"].status, "available");
}

/// Functions in another network: the cache is made anew there, after the old one and what it uses has gone.
#[test]
fn functions_move_to_another_network() {
    let machine = Machine::new(NODES);
    machine.applies();
    {
        let mut world = machine.aws.world();
        world.add_vpc("vpc-2", 20);
        world.add_function("web", "vpc-2");
    }
    let refused = machine.apply();
    assert_eq!(code(&refused), 1, "{}", stdout(&refused));
    assert!(stderr(&refused).contains("--allow-replace aws.replication_group.shop"), "{}", stderr(&refused));
    let mut all = vec!["apply", "PROFILE", "--yes"];
    for address in ["aws.replication_group.shop", "aws.security_group.shop-cache", "aws.subnet_group.shop"] {
        all.extend(["--allow-replace", address]);
    }
    let output = machine.run(&all);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    settled(&machine);
    let world = machine.aws.world();
    assert_eq!(world.subnet_groups["shop"]["VpcId"], "vpc-2");
    assert_eq!(world.snapshots.len(), 1, "a last snapshot of the old one");
}

/// What people have set by hand comes along to the next family, unless its parameters have other names.
#[test]
fn parameters_of_people_come_along() {
    for (version, comes) in [("7.1", true), ("6.2", false)] {
        let valkey = NODES.replace("auth: iam", "auth: password");
        let redis = valkey
            .replace("engine: valkey", "engine: redis")
            .replace("version: \"8.1\"", &format!("version: \"{version}\""));
        let machine = Machine::new(&redis);
        machine.applies();
        for group in machine.aws.world().parameter_groups.values_mut() {
            group.values.insert("timeout".to_owned(), "300".to_owned());
        }
        machine.write(&valkey);
        let plan = machine.run(&["plan", "PROFILE"]);
        let text = format!("{}{}", stdout(&plan), stderr(&plan));
        assert_eq!(text.contains("not carried over: timeout 300"), !comes, "{version}: {text}");
        machine.applies();
        settled(&machine);
        let world = machine.aws.world();
        let group = &world.parameter_groups[&world.groups["shop"].parameter_group];
        assert_eq!(group.family(), "valkey8");
        assert_eq!(group.values.contains_key("timeout"), comes, "{version}");
    }
}

/// A name that another user's id would be is refused before the first change.
#[test]
fn two_users_with_one_id_are_refused() {
    let machine = Machine::new(&NODES.replace("name: web\n", "name: pw-worker\n"));
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(stderr(&output).contains("shop-pw-worker"), "{}", stderr(&output));
    assert_eq!(machine.aws.changes(), 0);
}
