//! AWS passes the contract of a provider, with a cache of nodes.

use serde_json::json;

use crate::aws::{Fault, On, Trouble, World, others};
use crate::cloud::contract::{Forgets, Tenant};
use crate::cloud::machine::Machine;
use crate::machine::NODES;

pub struct Aws;

impl Tenant for Aws {
    type Api = World;

    const PROFILE: &'static str = NODES;
    const CACHE: &'static str = "aws.replication_group.shop";
    const CREATE: &'static str = "CreateReplicationGroup";
    const ENDED: &'static str = "expired";
    /// Its query and JSON protocols have no such answer.
    const ASKS_TO_WAIT: bool = false;

    /// Larger nodes, more of them, another policy, a user that goes and one that signs in another way, logs.
    fn changed() -> String {
        NODES
            .replace("cache.r7g.large", "cache.r7g.xlarge")
            .replace("shards: 2", "shards: 4")
            .replace("replicas: 1", "replicas: 2")
            .replace("allkeys-lru", "allkeys-lfu")
            .replace("auth: password", "auth: iam")
            .replace("requirements:\n", "requirements:\n  logs: { slow: 7d }\n")
    }

    fn check(world: &World) {
        let group = &world.groups["shop"];
        assert_eq!((group.shards.len(), group.members().count(), group.status.as_str()), (2, 4, "available"));
        assert_eq!(world.parameter_groups[&group.parameter_group].values["maxmemory-policy"], "allkeys-lru");
    }

    fn slow(world: &mut World, looks: u32) {
        world.looks.create += looks;
    }

    fn drift(world: &mut World) -> &'static str {
        let name = world.groups["shop"].parameter_group.clone();
        let values = &mut world.parameter_groups.get_mut(&name).unwrap().values;
        values.insert("maxmemory-policy".to_owned(), "noeviction".to_owned());
        "noeviction"
    }

    fn take_the_name(world: &mut World) {
        others(
            world,
            "elasticache",
            "CreateCacheSubnetGroup",
            json!({"CacheSubnetGroupName": "theirs", "CacheSubnetGroupDescription": "theirs",
                "SubnetIds": ["subnet-vpc-1-1", "subnet-vpc-1-2"]}),
        );
        others(
            world,
            "elasticache",
            "CreateReplicationGroup",
            json!({"ReplicationGroupId": "shop", "ReplicationGroupDescription": "theirs", "Engine": "valkey",
                "EngineVersion": "8.1", "CacheNodeType": "cache.t4g.small", "NumCacheClusters": "2",
                "AutomaticFailoverEnabled": "true", "MultiAZEnabled": "true", "TransitEncryptionEnabled": "true",
                "CacheParameterGroupName": "default.valkey8", "CacheSubnetGroupName": "theirs"}),
        );
        for _ in 0..6 {
            for action in ["DescribeReplicationGroups", "DescribeCacheClusters"] {
                others(world, "elasticache", action, json!({}));
            }
        }
        // What others have made is no business of who counts ours.
        world.creates.retain(|(_, name)| name != "theirs" && name != "shop");
    }

    fn is_untouched(world: &World) -> bool {
        let Some(group) = world.groups.get("shop") else { return false };
        let tags = world.tags.get(&World::arn("replicationgroup", "shop"));
        group.body["Description"] == "theirs"
            && (group.node_type.as_str(), group.members().count()) == ("cache.t4g.small", 2)
            && (group.status.as_str(), group.subnet_group.as_str()) == ("available", "theirs")
            && tags.is_none_or(std::collections::BTreeMap::is_empty)
    }

    fn hide_owner(machine: &Machine<World>) {
        let denied = Fault::Before(Trouble::Denied);
        machine.double.fail(On::Action("ListTagsForResource"), denied, u32::MAX);
    }

    fn show_owner(machine: &Machine<World>) {
        machine.double.heal();
    }

    fn denials() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            (
                "CreateReplicationGroup",
                vec!["elasticache:CreateReplicationGroup", "aws.replication_group.shop"],
            ),
            ("CreateSecurityGroup", vec!["ec2:CreateSecurityGroup", "aws.security_group.shop-cache"]),
            ("CreateSecret", vec!["secretsmanager:CreateSecret", "aws.secret."]),
            ("CreateUser", vec!["elasticache:CreateUser", "aws.user."]),
            ("PutMetricAlarm", vec!["cloudwatch:PutMetricAlarm", "aws.alarms.shop"]),
            (
                "RegisterScalableTarget",
                vec!["application-autoscaling:RegisterScalableTarget", "aws.scaling.shop"],
            ),
            // A look that is not allowed: no step yet, but the permission.
            ("DescribeUsers", vec!["elasticache:DescribeUsers"]),
        ]
    }

    fn exhaust(world: &mut World) -> Vec<&'static str> {
        world.node_quota = 3;
        vec!["L-DFE45DF3"]
    }

    fn relieve(world: &mut World) {
        world.node_quota = 300;
    }

    fn forgetful() -> Vec<Forgets<World>> {
        vec![
            (|world| world.dropped.extend(["UserIds".to_owned()]), "aws.user_group."),
            (|world| world.dropped.extend(["maxmemory-policy".to_owned()]), "maxmemory-policy"),
        ]
    }
}

contract!(crate::tenant::Aws);
