//! From nothing to a cache, and back.

use serde_json::{Value, json};

use crate::cloud::storm::same_end;
use crate::contract;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

/// A second look finds nothing to do, and does nothing.
fn stays(machine: &Machine) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
    let before = machine.aws.calls();
    machine.applies();
    assert!(machine.changes_since(before).is_empty(), "{:?}", names(machine, before));
}

fn names(machine: &Machine, since: usize) -> Vec<String> {
    machine.changes_since(since).iter().map(crate::aws::Recorded::permission).collect()
}

/// All of ours goes, and nothing else.
fn goes(machine: &Machine, before: &Value) {
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}{}{}", stderr(&output), stdout(&output), machine.last_refusals());
    let mut left = machine.aws.world().end_state();
    let mut was = before.clone();
    for state in [&mut left, &mut was] {
        // The last snapshot is kept, and secrets wait for the end of their recovery window.
        for kept in ["snapshots", "secrets"] {
            state.as_object_mut().unwrap().shift_remove(kept);
        }
    }
    same_end(&left, &was, "after destroy");
    for (name, secret) in &machine.aws.world().secrets {
        assert!(!secret["DeletedDate"].is_null(), "the secret {name} is left");
    }
}

#[test]
fn a_cache_of_nodes_becomes_what_the_profile_says() {
    let machine = Machine::new(NODES);
    let before = machine.aws.world().end_state();
    machine.applies();
    {
        let world = machine.aws.world();
        let group = &world.groups["shop"];
        assert_eq!((group.shards.len(), group.members().count()), (2, 4));
        assert_eq!((group.node_type.as_str(), group.version.as_str()), ("cache.r7g.large", "8.1.0"));
        for (name, value) in [
            ("Engine", json!("valkey")),
            ("ClusterEnabled", json!(true)),
            ("AutomaticFailover", json!("enabled")),
            ("MultiAZ", json!("enabled")),
            ("TransitEncryptionEnabled", json!(true)),
            ("TransitEncryptionMode", json!("required")),
            ("AtRestEncryptionEnabled", json!(true)),
        ] {
            assert_eq!(group.body[name], value, "{name}");
        }
        let zones: std::collections::BTreeSet<_> = group.shards[0].members.iter().map(|m| &m.zone).collect();
        assert_eq!(zones.len(), 2, "primary and replica are in two zones");
        let parameters = &world.parameter_groups[&group.parameter_group];
        assert_eq!(parameters.values["maxmemory-policy"], "allkeys-lru");
        assert_eq!(group.security_groups.len(), 1);
        let rules: Vec<_> = world
            .rules
            .values()
            .filter(|r| r["groupId"] == group.security_groups[0].as_str() && r["isEgress"] == false)
            .map(|r| (&r["fromPort"], &r["toPort"], &r["referencedGroupInfo"]["groupId"], &r["cidrIpv4"]))
            .collect();
        assert_eq!(rules, [(&json!(6379), &json!(6379), &json!("sg-functions-vpc-1"), &Value::Null)]);
        let user_group = &world.user_groups[&group.user_groups()[0]].body;
        assert_eq!(user_group["Engine"], "valkey");
        let ways =
            |way: &str| world.users.values().filter(|u| u.body["Authentication"]["Type"] == way).count();
        assert_eq!((ways("iam"), ways("password")), (2, 1), "one of IAM is the account's own");
        assert!(!world.alarms.is_empty());
        for alarm in world.alarms.values() {
            let dimension =
                alarm["Dimensions"].as_array().unwrap().iter().find(|d| d["Name"] == "CacheClusterId");
            let member = dimension.unwrap()["Value"].as_str().unwrap();
            assert!(group.members().any(|m| m.id == member), "{member} is no member");
            assert_eq!(alarm["TreatMissingData"], "notBreaching");
        }
        for arn in [group.arn(), group.arn().replace("replicationgroup", "subnetgroup")] {
            let tags = &world.tags[&arn];
            assert_eq!(
                (tags["cachefit:managed"].as_str(), tags["cachefit:profile"].as_str()),
                ("true", "shop")
            );
        }
        for vpc in &world.vpcs {
            assert_eq!(vpc["vpcId"], world.subnet_groups["shop"]["VpcId"]);
        }
    }
    machine.made_once("nodes");
    stays(&machine);
    goes(&machine, &before);
    let world = machine.aws.world();
    assert_eq!(world.snapshots.len(), 1, "one last snapshot");
    drop(world);
    contract::holds(&machine.aws);
}

#[test]
fn a_serverless_cache_becomes_what_the_profile_says() {
    let machine = Machine::new(SERVERLESS);
    let before = machine.aws.world().end_state();
    machine.applies();
    {
        let world = machine.aws.world();
        let cache = &world.serverless["burst"].body;
        assert_eq!((cache["Status"].as_str(), cache["Engine"].as_str()), (Some("available"), Some("valkey")));
        assert!(cache["CacheUsageLimits"]["DataStorage"]["Maximum"].as_u64() > Some(0), "{cache}");
        assert_eq!(cache["SubnetIds"]["SubnetId"].as_array().unwrap().len(), 3);
        let group = &cache["SecurityGroupIds"]["SecurityGroupId"][0];
        let ports: Vec<_> = world
            .rules
            .values()
            .filter(|r| &r["groupId"] == group && r["isEgress"] == false)
            .map(|r| r["fromPort"].as_u64().unwrap())
            .collect();
        assert_eq!(ports.iter().copied().collect::<std::collections::BTreeSet<_>>(), [6379, 6380].into());
        assert!(
            world
                .alarms
                .values()
                .all(|a| a["Dimensions"][0] == json!({"Name": "clusterId", "Value": "burst"}))
        );
        assert!(world.user_groups[cache["UserGroupId"].as_str().unwrap()].body["Status"] == "active");
    }
    stays(&machine);
    goes(&machine, &before);
    assert_eq!(machine.aws.world().serverless_snapshots.len(), 1);
    contract::holds(&machine.aws);
}

/// Answers come in pages, states take longer, members lag, a backup runs, and tags cannot be read meanwhile.
#[test]
fn a_slow_account_with_short_pages_changes_nothing() {
    let mut world = crate::aws::World { page: 2, rewrites_access: true, ..Default::default() };
    world.looks = crate::aws::Looks { create: 5, change: 4, delete: 4, lag: 6, snapshot: 3 };
    world.interface_lag = 2;
    let machine = Machine::with(NODES, world);
    let before = machine.aws.world().end_state();
    machine.applies();
    stays(&machine);
    goes(&machine, &before);
}

/// Somebody else's things, some with names that look like ours, are never touched.
#[test]
fn nothing_of_others_is_touched() {
    let machine = Machine::new(NODES);
    machine.applies();
    let other = NODES.replace("name: shop", "name: shop-two");
    std::fs::write(machine.path("two.yaml"), other).unwrap();
    let output = machine.run(&["apply", "two.yaml", "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(machine.aws.world().groups.keys().collect::<Vec<_>>(), ["shop-two"]);
    let plan = machine.run(&["plan", "two.yaml", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}

/// A person sees a block for each resource, in 80 columns, with the alarms counted and the raised one named.
#[test]
fn status_counts_alarms_and_names_the_raised_ones() {
    let machine = Machine::new(NODES);
    machine.applies();
    let count = machine.aws.world().alarms.len();
    {
        let mut world = machine.aws.world();
        let (_, alarm) = world.alarms.iter_mut().find(|(name, _)| name.ends_with("/memory")).unwrap();
        alarm["StateValue"] = json!("ALARM");
    }
    let status = machine.run(&["status", "PROFILE"]);
    let text = stdout(&status);
    assert_eq!(code(&status), 0, "{text}{}", stderr(&status));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&format!("{count} alarms")), "{text}");
    assert!(flat.contains("in alarm: ") && flat.contains("/memory"), "{text}");
    for line in text.lines().filter(|line| line.split_whitespace().count() > 1) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
