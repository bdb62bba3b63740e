//! A service that is late with what it shows, and owners that cannot be read: waited for, never taken, never deleted.

use serde_json::json;

use crate::aws::{Fault, On, Trouble};
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};
use crate::storm_end;

/// D5: the answer to the create of the group is lost, and the group does not show: it is waited for, and not called a
/// stranger's.
#[test]
fn a_create_whose_answer_was_lost_is_found_when_it_shows() {
    let straight = storm_end(NODES);
    // As often as it is looked for before it is made.
    let before = {
        let machine = Machine::new(NODES);
        machine.applies();
        let calls = machine.aws.recorded();
        let made = calls.iter().position(|r| r.action == "CreateReplicationGroup").unwrap();
        calls[..made].iter().filter(|r| r.action == "DescribeReplicationGroups").count()
    };
    for hidden in [1, 3] {
        let machine = Machine::new(NODES);
        machine.aws.fail(On::Action("CreateReplicationGroup"), Fault::CutAfter, 1);
        let absent = Fault::Before(Trouble::Code("ReplicationGroupNotFoundFault"));
        let times = u32::try_from(before).unwrap() + hidden;
        machine.aws.fail(On::Action("DescribeReplicationGroups"), absent, times);
        let output = machine.apply();
        assert_eq!(code(&output), 0, "{hidden}: {}{}", stderr(&output), machine.last_refusals());
        machine.made_once("hidden");
        assert_eq!(machine.aws.world().end_state(), straight);
    }
}

/// D4: while tags cannot be read, users and their group are not known to be ours. Nothing of them is deleted, nor of what
/// they use; and when they can be read, that of another profile stays.
#[test]
fn users_whose_tags_cannot_be_read_are_not_deleted() {
    let machine = Machine::new(SERVERLESS);
    machine.applies();
    let theirs = "burst-eu-web";
    machine.aws.others(
        "elasticache",
        "CreateUser",
        json!({"UserId": theirs, "UserName": theirs, "Engine": "valkey", "AccessString": "on ~* +@read",
            "AuthenticationMode": {"Type": "iam"},
            "Tags": [{"Key": "cachefit:managed", "Value": "true"}, {"Key": "cachefit:profile", "Value": "burst-eu"}]}),
    );
    let before = machine.aws.world().end_state();
    let busy = Fault::Before(Trouble::Code("InvalidServerlessCacheStateFault"));
    machine.aws.fail(On::Action("ListTagsForResource"), busy.clone(), u32::MAX);
    let plan = machine.run(&["plan", "PROFILE", "--destroy"]);
    let said = format!("{}{}", stdout(&plan), stderr(&plan));
    assert!(said.contains("its tags cannot be read while it changes"), "{said}");
    assert!(!said.contains(&format!("- aws.user.{theirs}")), "{said}");
    let output = machine.destroy();
    let said = stderr(&output);
    assert!(said.contains("Waiting until it is known whose aws.user"), "{said}");
    let world = machine.aws.world();
    let (then, now) = (&before["users"], &world.end_state()["users"]);
    assert_eq!(then, now, "{said}");
    drop(world);
    machine.aws.heal();
    // Soon read again, they are waited for.
    machine.aws.fail(On::Action("ListTagsForResource"), busy, 3);
    assert_eq!(code(&machine.destroy()), 0);
    assert!(machine.aws.world().users.contains_key(theirs));
    assert_eq!(machine.aws.world().users.keys().filter(|id| id.starts_with("burst")).count(), 1);
}

/// D7: what somebody else deletes between the look and the call is gone, and that was wanted.
#[test]
fn a_delete_of_what_is_gone_is_done() {
    for (action, code_of) in [
        ("DeleteUser", "UserNotFound"),
        ("DeleteCacheSubnetGroup", "CacheSubnetGroupNotFoundFault"),
        ("DeleteCacheParameterGroup", "CacheParameterGroupNotFound"),
    ] {
        let machine = Machine::new(NODES);
        machine.applies();
        machine.aws.fail(On::Action(action), Fault::After(Trouble::Code(code_of)), 1);
        let output = machine.destroy();
        assert_eq!(code(&output), 0, "{action}: {}{}", stdout(&output), stderr(&output));
    }
}

/// D2: the same plan with credentials of another account is for another place.
#[test]
fn a_plan_file_is_for_one_account() {
    let machine = Machine::new(SERVERLESS);
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "-o", "plan.json"])), 0);
    let file = machine.path("plan.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"account\": \"111122223333\""), "{text}");
    std::fs::write(&file, text.replace("\"account\": \"111122223333\"", "\"account\": \"444455556666\""))
        .unwrap();
    let output = machine.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("account 444455556666"), "{}", stderr(&output));
    assert_eq!(machine.aws.changes(), 0);
}

/// D13: a step that fails leaves automatic scaling held; where the group is at rest it goes on.
#[test]
fn automatic_scaling_goes_on_after_a_failure() {
    let more = NODES.replace("shards: 2", "shards: 4");
    let suspended = |machine: &Machine| {
        let world = machine.aws.world();
        world.targets.values().any(|t| t["SuspendedState"]["DynamicScalingOutSuspended"] == true)
    };
    let machine = Machine::new(NODES);
    machine.applies();
    machine.write(&more);
    machine.aws.fail(
        On::Action("ModifyReplicationGroupShardConfiguration"),
        Fault::Before(Trouble::Denied),
        1,
    );
    let output = machine.apply();
    assert_eq!(code(&output), 4, "{}{}", stdout(&output), stderr(&output));
    assert!(!suspended(&machine), "{}", stdout(&output));
    machine.applies();
    assert!(!suspended(&machine));
}
