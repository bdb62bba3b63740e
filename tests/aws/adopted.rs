//! A cache that others have made: it keeps what they have set, and loses nothing on the way.

use serde_json::json;

use crate::aws::World;
use crate::contract;
use crate::machine::{Machine, NODES, code, stderr, stdout};

/// An account with a cluster of one shard, in a network of its own, with groups and parameters of others.
fn account(policy: Option<&str>) -> Machine {
    let mut world = World::default();
    world.add_vpc("vpc-2", 20);
    world.add_security_group("sg-theirs", "theirs", "vpc-2");
    let machine = Machine::with(NODES, world);
    let others = |action: &str, params| machine.aws.others("elasticache", action, params);
    others(
        "CreateCacheSubnetGroup",
        json!({"CacheSubnetGroupName": "theirs", "CacheSubnetGroupDescription": "theirs",
               "SubnetIds": ["subnet-vpc-2-1", "subnet-vpc-2-2"]}),
    );
    others(
        "CreateCacheParameterGroup",
        json!({"CacheParameterGroupName": "theirs", "CacheParameterGroupFamily": "valkey8", "Description": "theirs"}),
    );
    let mut values = vec![("cluster-enabled", "yes"), ("timeout", "300")];
    values.extend(policy.map(|policy| ("maxmemory-policy", policy)));
    let values: Vec<_> =
        values.iter().map(|(n, v)| json!({"ParameterName": n, "ParameterValue": v})).collect();
    others(
        "ModifyCacheParameterGroup",
        json!({"CacheParameterGroupName": "theirs", "ParameterNameValues": values}),
    );
    others(
        "CreateReplicationGroup",
        json!({"ReplicationGroupId": "old", "ReplicationGroupDescription": "the old one", "Engine": "valkey",
               "EngineVersion": "8.1", "CacheNodeType": "cache.r7g.large", "NumNodeGroups": "1",
               "ReplicasPerNodeGroup": "1", "ClusterMode": "enabled", "AutomaticFailoverEnabled": "true",
               "CacheParameterGroupName": "theirs", "CacheSubnetGroupName": "theirs",
               "SecurityGroupIds": ["sg-theirs"], "TransitEncryptionEnabled": "true",
               "AtRestEncryptionEnabled": "false"}),
    );
    for _ in 0..6 {
        machine.aws.others("elasticache", "DescribeReplicationGroups", json!({}));
        machine.aws.others("elasticache", "DescribeCacheClusters", json!({}));
    }
    machine
}

fn imported(policy: Option<&str>) -> (Machine, String) {
    let machine = account(policy);
    let output = machine.run(&["import", "old.yaml", "--id", "old"]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    let text = std::fs::read_to_string(machine.path("old.yaml")).unwrap();
    (machine, text)
}

/// Nothing is left to do. A policy that does not suit data without a time to live is another matter.
fn settled(machine: &Machine) {
    let plan = machine.run(&["plan", "old.yaml", "--detailed-exitcode"]);
    let text = format!("{}{}", stdout(&plan), stderr(&plan));
    assert!([0, 3].contains(&code(&plan)) && text.contains("nothing to do"), "{text}");
}

#[test]
fn what_others_have_set_stays() {
    for (policy, kept) in [(Some("noeviction"), "noeviction"), (None, "volatile-lru")] {
        let (machine, text) = imported(policy);
        assert!(text.contains(&format!("eviction_policy: {kept}")), "{text}");
        let output = machine.run(&["apply", "old.yaml", "--yes"]);
        assert_eq!(code(&output), 0, "{}{}{}", stderr(&output), stdout(&output), machine.last_refusals());
        let world = machine.aws.world();
        let group = &world.groups["old"];
        let parameters = &world.parameter_groups[&group.parameter_group];
        assert_ne!(group.parameter_group, "theirs", "a group of its own");
        assert_eq!(parameters.values["timeout"], "300");
        let policy = parameters.values.get("maxmemory-policy").map_or("volatile-lru", String::as_str);
        assert_eq!(policy, kept);
        assert_eq!(group.subnet_group, "theirs");
        assert!(group.security_groups.contains(&"sg-theirs".to_owned()), "{:?}", group.security_groups);
        assert_eq!(group.security_groups.len(), 2, "and ours beside it, in the same network");
        assert!(group.is_cluster() && group.shards.len() == 1, "cluster mode stays");
        assert!(!world.creates.iter().any(|(a, n)| a == "CreateReplicationGroup" && n != "old"));
        assert!(!world.deletes.iter().any(|(a, _)| a == "DeleteReplicationGroup"));
        drop(world);
        settled(&machine);
        contract::holds(&machine.aws);
    }
}

/// While a backup is taken its tags cannot be read: its description tells whose it is, and that it was taken over.
#[test]
fn it_is_known_while_its_tags_cannot_be_read() {
    let (machine, text) = imported(Some("allkeys-lru"));
    let output = machine.run(&["apply", "old.yaml", "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    // Neither the word in the profile nor the tags are there to tell.
    std::fs::write(machine.path("old.yaml"), text.replace("adopt: true", "adopt: false")).unwrap();
    machine.aws.world().looks.snapshot = 1000;
    {
        let mut world = machine.aws.world();
        let group = world.groups.get_mut("old").unwrap();
        "snapshotting".clone_into(&mut group.status);
        group.looks = 1000;
    }
    settled(&machine);
}

/// What was imported and never applied carries no tag of ours: taking it down takes nothing.
#[test]
fn nothing_without_our_tags_is_deleted() {
    let (machine, _) = imported(None);
    let output = machine.run(&["destroy", "old.yaml", "--yes"]);
    assert!(machine.aws.world().groups.contains_key("old"), "{}", stdout(&output));
    assert_eq!(machine.aws.world().deletes, []);
}

/// Scaling that others have set up goes on, and what it does is no difference.
#[test]
fn scaling_of_others_is_left_alone() {
    let (machine, _) = imported(None);
    let target = json!({"ServiceNamespace": "elasticache", "ResourceId": "replication-group/old",
        "ScalableDimension": "elasticache:replication-group:NodeGroups"});
    let with = |more: serde_json::Value| {
        let mut all = target.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let scaling = |action: &str, params| machine.aws.others("application-autoscaling", action, params);
    scaling("RegisterScalableTarget", with(json!({"MinCapacity": 1, "MaxCapacity": 3})));
    let tracking = json!({"TargetValue": 50.0, "PredefinedMetricSpecification":
        {"PredefinedMetricType": "ElastiCachePrimaryEngineCPUUtilization"}});
    scaling(
        "PutScalingPolicy",
        with(json!({"PolicyName": "theirs", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tracking})),
    );
    let output = machine.run(&["apply", "old.yaml", "--yes"]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), stdout(&output));
    machine.aws.world().shards_become("old", 2);
    let since = machine.aws.calls();
    let output = machine.run(&["apply", "old.yaml", "--yes"]);
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), stdout(&output));
    let changed = machine.changes_since(since);
    assert!(changed.iter().all(|r| r.action == "PutMetricAlarm"), "only its new nodes are watched");
    let world = machine.aws.world();
    assert_eq!((world.targets.len(), world.policies.len()), (1, 1));
}
