//! Keys of the profile that are AWS's own: other callers, tags, groups that are there already, a snapshot to begin with.

use serde_json::json;

use crate::aws::{Fault, On};
use crate::contract;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr};
use crate::others::text;

/// Containers, a bastion and monitoring reach the cache beside the functions; every resource carries the team's tags.
#[test]
fn other_callers_and_own_tags() {
    let mut world = crate::aws::World::default();
    world.add_security_group("sg-containers", "containers", "vpc-1");
    let machine = Machine::with(NODES, world);
    let before = machine.aws.world().tags.clone();
    let wide = NODES
        .replace("environment:", "tags: { team: shop, cost-centre: \"4711\" }\nenvironment:")
        .replace("security:\n", "security:\n  allow_from: [sg-containers, 10.1.0.0/16, pl-12345678, 444455556666/sg-0fffffffffffffff0, \"2001:db8::/32\"]\n")
        .replace("requirements:\n", "requirements:\n  logs: { slow: 7d }\n");
    machine.write(&wide);
    machine.applies();
    let ingress = |machine: &Machine| -> usize {
        let world = machine.aws.world();
        let guard = &world.groups["shop"].security_groups[0];
        world.rules.values().filter(|r| r["groupId"] == guard.as_str() && r["isEgress"] == false).count()
    };
    assert_eq!(ingress(&machine), 6);
    let tagged = |machine: &Machine, value: &str| {
        let world = machine.aws.world();
        for (arn, tags) in world.tags.iter().filter(|(arn, _)| !before.contains_key(*arn)) {
            assert_eq!(tags.get("cost-centre").map(String::as_str), Some(value), "{arn}: {tags:?}");
            assert_eq!(tags.get("team").map(String::as_str), Some("shop"), "{arn}: {tags:?}");
        }
        let group = world.security_groups.values().find(|g| g["groupName"] == "shop-cache").unwrap();
        for tags in
            [group["tagSet"]["item"].to_string(), world.secrets["cachefit/shop/worker"]["Tags"].to_string()]
        {
            assert!(tags.contains("cost-centre") && tags.contains(value), "{tags}");
        }
    };
    tagged(&machine, "4711");
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    // Another value is set on what is there, and nothing else happens.
    machine.write(&wide.replace("4711", "4712"));
    let since = machine.aws.calls();
    machine.applies();
    tagged(&machine, "4712");
    let made: std::collections::BTreeSet<String> =
        machine.changes_since(since).into_iter().map(|r| r.action).collect();
    assert_eq!(
        made.into_iter().collect::<Vec<_>>(),
        ["AddTagsToResource", "CreateTags", "PutMetricAlarm", "TagResource"]
    );
    let plan = machine.run(&["plan", "PROFILE", "-o", "plan.json", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", text(&plan));
    let applied = machine.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(code(&applied), 0, "a plan file knows the tags: {}", text(&applied));
    machine.write(&wide.replace("10.1.0.0/16, ", ""));
    machine.applies();
    assert_eq!(ingress(&machine), 5);
    contract::holds(&machine.aws);
}

/// A tag that the profile no longer names goes from all that carries it, if it was written here; those of others stay, also
/// one that the profile happens to name with the same value.
#[test]
fn tags_go_with_the_profile() {
    let logs = NODES.replace("requirements:\n", "requirements:\n  logs: { slow: 7d }\n");
    let with = |tags: &str| logs.replace("environment:", &format!("tags: {{ {tags} }}\nenvironment:"));
    let machine = Machine::new(&with("team: shop, cost-centre: \"4711\""));
    let before = machine.aws.world().tags.clone();
    machine.applies();
    let group =
        machine.aws.world().tags.keys().find(|arn| arn.contains(":replicationgroup:")).unwrap().clone();
    let others = json!([{"Key": "owner", "Value": "them"}, {"Key": "stage", "Value": "live"}]);
    machine.aws.others("elasticache", "AddTagsToResource", json!({"ResourceName": group, "Tags": others}));
    let having = |key: &str| -> Vec<String> {
        let world = machine.aws.world();
        let ours = world.tags.iter().filter(|(arn, _)| !before.contains_key(*arn));
        let mut all: Vec<String> =
            ours.filter(|(_, tags)| tags.contains_key(key)).map(|(arn, _)| arn.clone()).collect();
        let guard = world.security_groups.values().find(|g| g["groupName"] == "shop-cache").unwrap();
        let secret = &world.secrets["cachefit/shop/worker"];
        for (name, tags) in [("guard", &guard["tagSet"]["item"]), ("secret", &secret["Tags"])] {
            let has = |tag: &serde_json::Value| tag["key"] == key || tag["Key"] == key;
            all.extend(tags.as_array().unwrap().iter().any(has).then(|| name.to_owned()));
        }
        all
    };
    let all = having("team");
    assert!(all.iter().any(|arn| arn.contains(":alarm:")) && all.contains(&"secret".to_owned()), "{all:?}");
    // One goes and two come, of which one is there already.
    machine.write(&with("team: web, stage: live, owner: them"));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(text(&plan).contains("cost-centre=4711"), "{}", text(&plan));
    machine.applies();
    assert_eq!(having("cost-centre"), Vec::<String>::new());
    assert_eq!(having("stage"), all);
    machine.write(&logs);
    machine.applies();
    for key in ["team", "cost-centre", "cachefit:tags"] {
        assert_eq!(having(key), Vec::<String>::new(), "{key}");
    }
    assert_eq!((having("stage"), having("owner")), (vec![group.clone()], vec![group]), "they are others'");
    assert_eq!(having("cachefit:profile"), all);
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    contract::holds(&machine.aws);
}

/// Killed between the calls that take a tag away, the next apply still knows that it was ours.
#[test]
fn tags_go_after_a_kill() {
    let tagged = NODES.replace("environment:", "tags: { team: shop }\nenvironment:");
    for action in ["RemoveTagsFromResource", "DeleteTags", "UntagResource"] {
        let machine = Machine::new(&tagged);
        machine.applies();
        machine.write(NODES);
        machine.aws.fail(On::Action(action), Fault::KillAfter, 1);
        machine.run_to_be_killed(&["apply", "PROFILE", "--yes"]);
        assert_eq!(machine.aws.struck(), 1, "{action}");
        machine.applies();
        let world = machine.aws.world();
        let left = |tags: &std::collections::BTreeMap<String, String>| {
            tags.contains_key("team") || tags.contains_key("cachefit:tags")
        };
        assert!(!world.tags.values().any(left), "{action}: {:?}", world.tags);
    }
}

/// A group that is not there is said before anything is made.
#[test]
fn groups_that_are_not_there_are_refused_at_plan() {
    for (key, value, word) in [
        ("security:\n", "security:\n  allow_from: [sg-nobodys]\n", "no security group sg-nobodys"),
        ("placement:\n", "placement:\n  security_groups: [sg-nobodys]\n", "no security group sg-nobodys"),
        ("placement:\n", "placement:\n  security_groups: [sg-far]\n", "sg-far is in vpc-2"),
    ] {
        let mut world = crate::aws::World::default();
        world.add_vpc("vpc-2", 11);
        world.add_security_group("sg-far", "far", "vpc-2");
        let machine = Machine::with(&NODES.replace(key, value), world);
        let plan = machine.run(&["plan", "PROFILE"]);
        assert_eq!(code(&plan), 1, "{}", text(&plan));
        assert!(text(&plan).contains(word), "{word}: {}", text(&plan));
        assert_eq!(machine.aws.changes(), 0);
        contract::holds(&machine.aws);
    }
}

/// The command that was cut short goes on, although the cache is there by now; a cache of another origin is not replaced.
#[test]
fn a_restore_that_was_cut_short_goes_on() {
    for (profile, create) in [(NODES, "CreateReplicationGroup"), (SERVERLESS, "CreateServerlessCache")] {
        let machine = Machine::new(profile);
        machine.applies();
        assert_eq!(code(&machine.destroy()), 0);
        let last = {
            let world = machine.aws.world();
            world.snapshots.keys().chain(world.serverless_snapshots.keys()).next().unwrap().clone()
        };
        let restore = ["apply", "PROFILE", "--restore", &last, "--yes"];
        machine.aws.fail(On::Action(create), Fault::KillAfter, 1);
        machine.run_to_be_killed(&restore);
        assert_eq!(machine.aws.struck(), 1);
        for _ in 0..2 {
            let output = machine.run(&restore);
            assert_eq!(code(&output), 0, "{}", text(&output));
        }
        let other = machine.run(&["plan", "PROFILE", "--restore", "another"]);
        assert!(code(&other) == 1 && text(&other).contains("is there already"), "{}", text(&other));
        let policy = machine.run(&["permissions", "PROFILE", "--restore", "theirs-2026"]);
        assert!(text(&policy).contains("snapshot:theirs-2026"), "{}", text(&policy));
        contract::holds(&machine.aws);
    }
}

#[test]
fn callers_and_tags_that_aws_does_not_take_are_refused() {
    for (key, value, word) in [
        ("security:\n", "security:\n  allow_from: [10.1.2.3/16]\n", "10.1.0.0/16"),
        ("security:\n", "security:\n  allow_from: [the-bastion]\n", "the-bastion"),
        ("environment:", "tags: { \"aws:team\": shop }\nenvironment:", "aws:team"),
        ("environment:", "tags: { team: \"shop!\" }\nenvironment:", "shop!"),
    ] {
        let machine = Machine::new(&NODES.replace(key, value));
        let output = machine.apply();
        assert_eq!(code(&output), 1, "{}", text(&output));
        assert!(text(&output).contains(word), "{}", text(&output));
        assert_eq!(machine.aws.changes(), 0);
    }
}

#[test]
fn a_new_cache_goes_where_the_profile_says() {
    let mut world = crate::aws::World::default();
    world.add_security_group("sg-monitoring", "monitoring", "vpc-1");
    let machine = Machine::with(NODES, world);
    machine.aws.others(
        "elasticache",
        "CreateCacheSubnetGroup",
        json!({"CacheSubnetGroupName": "shared", "CacheSubnetGroupDescription": "of the platform team",
               "SubnetIds": ["subnet-vpc-1-1", "subnet-vpc-1-3"]}),
    );
    let named = NODES.replace(
        "  region: us-east-1\n",
        "  region: us-east-1\n  subnet_group: shared\n  security_groups: [sg-monitoring]\n",
    );
    machine.write(&named.replace("shared", "nobodys"));
    let missing = machine.run(&["plan", "PROFILE"]);
    assert!(code(&missing) == 1 && text(&missing).contains("no subnet group nobodys"), "{}", text(&missing));
    machine.write(&named);
    machine.applies();
    {
        let world = machine.aws.world();
        let group = &world.groups["shop"];
        assert_eq!(group.subnet_group, "shared");
        assert!(group.security_groups.contains(&"sg-monitoring".to_owned()), "{:?}", group.security_groups);
        assert_eq!(world.subnet_groups.keys().collect::<Vec<_>>(), ["shared"], "none of our own");
    }
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    assert_eq!(code(&machine.destroy()), 0);
    assert_eq!(machine.aws.world().subnet_groups.keys().collect::<Vec<_>>(), ["shared"]);
    contract::holds(&machine.aws);
}

/// The last snapshot of a cache that was taken down becomes a new one.
#[test]
fn a_snapshot_becomes_a_new_cache() {
    for (profile, kind) in [(NODES, "replication_group.shop"), (SERVERLESS, "serverless_cache.burst")] {
        let machine = Machine::new(profile);
        machine.applies();
        let there = machine.run(&["apply", "PROFILE", "--restore", "some", "--yes"]);
        assert!(code(&there) == 1 && text(&there).contains("is there already"), "{}", text(&there));
        assert_eq!(code(&machine.destroy()), 0);
        let last = {
            let world = machine.aws.world();
            world.snapshots.keys().chain(world.serverless_snapshots.keys()).next().unwrap().clone()
        };
        let missing = machine.run(&["plan", "PROFILE", "--restore", "another"]);
        assert!(code(&missing) == 1 && text(&missing).contains("no snapshot another"), "{}", text(&missing));
        // By a plan that is read first, and by the profile.
        let plan = machine.run(&["plan", "PROFILE", "--restore", &last, "-o", "plan.json"]);
        assert!(text(&plan).contains(&format!("snapshot {last}")), "{}", text(&plan));
        let restored = |machine: &Machine| {
            machine
                .aws
                .world()
                .creates
                .iter()
                .filter(|(action, name)| action == "Restore" && name.contains(&last))
                .count()
        };
        let applied = machine.run(&["apply", "plan.json", "--yes"]);
        assert_eq!(code(&applied), 0, "{kind}: {}{}", stderr(&applied), machine.last_refusals());
        assert_eq!(restored(&machine), 1);
        assert_eq!(code(&machine.run(&["destroy", "PROFILE", "--yes", "--no-final-snapshot"])), 0);
        let applied = machine.run(&["apply", "PROFILE", "--restore", &last, "--yes"]);
        assert_eq!(code(&applied), 0, "{kind}: {}{}", stderr(&applied), machine.last_refusals());
        assert_eq!(restored(&machine), 2);
        assert_eq!(
            code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])),
            0,
            "it is remembered nowhere"
        );
        contract::holds(&machine.aws);
    }
}
