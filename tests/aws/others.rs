//! A second client beside the program: what it sets stays, what it breaks is said, and nothing that runs is harmed.

use serde_json::{Value, json};

use crate::contract;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

pub const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:pager";
const OURS: &str = "arn:aws:sns:us-east-1:111122223333:cache-alerts";

pub fn text(output: &std::process::Output) -> String {
    format!("{}{}", stderr(output), stdout(output)).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Somebody sets parts of an alarm anew, as the console does.
fn alarm_becomes(machine: &Machine, name: &str, parts: &Value) {
    let mut alarm = machine.aws.world().alarms[name].clone();
    alarm.as_object_mut().unwrap().shift_remove("AlarmArn");
    alarm.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    machine.aws.others("monitoring", "PutMetricAlarm", alarm);
}

#[test]
fn whom_others_let_an_alarm_notify_stays() {
    let machine = Machine::new(NODES);
    machine.applies();
    let evictions = "cachefit/shop/shop-0001-001/evictions";
    let parts = json!({"AlarmActions": [TOPIC], "OKActions": [TOPIC], "InsufficientDataActions": [TOPIC],
        "ActionsEnabled": false, "TreatMissingData": "breaching", "Unit": "Count"});
    alarm_becomes(&machine, evictions, &parts);
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "what others added is no difference: {}", text(&plan));
    assert!(text(&plan).contains(TOPIC), "the plan says whom others notify: {}", text(&plan));
    // Another eviction policy has another threshold, so every alarm of that kind is set again.
    machine.write(&NODES.replace("allkeys-lru", "volatile-lru"));
    machine.applies();
    let world = machine.aws.world();
    let alarm = &world.alarms[evictions];
    assert_eq!(alarm["Threshold"].as_f64(), Some(1000.0));
    for (name, value) in parts.as_object().unwrap() {
        assert_eq!(&alarm[name], value, "{name}");
    }
    drop(world);
    contract::holds(&machine.aws);
}

#[test]
fn alarms_notify_whom_the_profile_names() {
    let machine = Machine::new(NODES);
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(text(&plan).contains("the alarms notify nobody"), "{}", text(&plan));
    assert!(text(&plan).contains("requirements.alerts"), "{}", text(&plan));
    machine.applies();
    let named = NODES.replace("requirements:\n", &format!("requirements:\n  alerts: [\"{OURS}\"]\n"));
    machine.write(&named);
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(!text(&plan).contains("notify nobody") && text(&plan).contains(OURS), "{}", text(&plan));
    machine.applies();
    let notified = |name: &str| -> Vec<Value> {
        let world = machine.aws.world();
        let of = |alarm: &Value| alarm["AlarmActions"].as_array().cloned().unwrap_or_default();
        assert!(!world.alarms.is_empty());
        world.alarms.iter().filter(|(n, _)| n.contains(name)).flat_map(|(_, alarm)| of(alarm)).collect()
    };
    let all = machine.aws.world().alarms.len();
    assert_eq!(notified(""), vec![json!(OURS); all]);
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    assert_eq!(code(&machine.run(&["verify", "PROFILE"])), 0);
    // Somebody takes it away from one alarm, and adds another one to it.
    alarm_becomes(&machine, "cachefit/shop/shop-0001-001/memory", &json!({"AlarmActions": [TOPIC]}));
    let verify = machine.run(&["verify", "PROFILE"]);
    assert_eq!(code(&verify), 3, "{}", text(&verify));
    assert!(text(&verify).contains("shop-0001-001/memory"), "{}", text(&verify));
    machine.applies();
    assert_eq!(notified("shop-0001-001/memory"), [json!(TOPIC), json!(OURS)]);
    // No longer asked for: ours goes, theirs stays.
    machine.write(NODES);
    machine.applies();
    assert_eq!(notified(""), [json!(TOPIC)]);
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    contract::holds(&machine.aws);
}

#[test]
fn what_cannot_be_notified_is_refused_before_anything_is_made() {
    for (alerts, word) in [
        ("arn:aws:sns:eu-west-1:111122223333:pager", "eu-west-1"),
        ("arn:aws:sqs:us-east-1:111122223333:pager", "SNS"),
        ("pager", "SNS"),
    ] {
        let named = format!("requirements:\n  alerts: [\"{alerts}\"]\n");
        let machine = Machine::new(&NODES.replace("requirements:\n", &named));
        let output = machine.apply();
        assert_eq!(code(&output), 1, "{}", text(&output));
        assert!(text(&output).contains(word), "{}", text(&output));
        assert_eq!(machine.aws.changes(), 0);
    }
}

/// The tag `cachefit:managed` of a living cache is gone.
fn unmanaged(profile: &str, kind: &str) -> Machine {
    let machine = Machine::new(profile);
    machine.applies();
    let arn = machine.aws.world().tags.keys().find(|arn| arn.contains(kind)).unwrap().clone();
    machine.aws.others(
        "elasticache",
        "RemoveTagsFromResource",
        json!({"ResourceName": arn, "TagKeys": ["cachefit:managed"]}),
    );
    machine
}

#[test]
fn a_living_cache_keeps_what_it_uses() {
    for (profile, kind, address) in [
        (NODES, ":replicationgroup:", "aws.replication_group.shop"),
        (SERVERLESS, ":serverlesscache:", "aws.serverless_cache.burst"),
        (NODES, ":usergroup:", "aws.user_group.shop"),
        (NODES, ":subnetgroup:", "aws.subnet_group.shop"),
    ] {
        let machine = unmanaged(profile, kind);
        let before = machine.aws.world().end_state();
        let since = machine.aws.calls();
        for args in [
            &["destroy", "PROFILE", "--yes"][..],
            &["plan", "PROFILE", "--destroy"],
            &["apply", "PROFILE", "--yes"],
        ] {
            let output = machine.run(args);
            let said = text(&output);
            let in_use = kind != ":subnetgroup:" || args[0] == "apply";
            if !in_use {
                continue;
            }
            assert_eq!(code(&output), 1, "{args:?} {kind}: {said}");
            assert!(said.contains(address), "{args:?} {kind}: {said}");
            assert!(
                said.contains(
                    "aws elasticache add-tags-to-resource --resource-name arn:aws:elasticache:us-east-1:"
                ) && said.contains("Key=cachefit:managed,Value=true"),
                "{args:?} {kind}: {said}"
            );
        }
        if kind == ":subnetgroup:" {
            continue;
        }
        assert_eq!(machine.aws.world().end_state(), before, "{kind}");
        assert!(machine.changes_since(since).is_empty());
    }
}

/// What carries our name and not our tags is listed, whatever is done about the rest.
#[test]
fn what_has_lost_its_tags_is_listed() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.aws.world().lose_tags();
    let destroy = machine.destroy();
    let said = text(&destroy);
    for address in [
        "aws.replication_group.shop",
        "aws.security_group.shop-cache",
        "aws.subnet_group.shop",
        "aws.user_group.shop",
        "aws.user.shop-web",
        "aws.secret.cachefit/shop/worker",
        "aws.parameter_group.shop-valkey8-cluster",
    ] {
        assert!(said.contains(address), "{address}: {said}");
    }
}

/// Two profiles whose names begin alike: what belongs to the other one by its tag is none of our business.
#[test]
fn what_belongs_to_another_profile_is_not_listed_as_lost() {
    let machine = Machine::new(NODES);
    machine.applies();
    let other = NODES.replace("name: shop", "name: shop-two");
    std::fs::write(machine.path("two.yaml"), other).unwrap();
    assert_eq!(code(&machine.run(&["apply", "two.yaml", "--yes"])), 0);
    let said = text(&machine.destroy());
    assert!(!said.contains("shop-two"), "{said}");
}

/// Another cache uses our parts: they stay until it does not, and it is named before anything goes.
#[test]
fn what_another_cache_uses_is_not_deleted() {
    let machine = Machine::new(NODES);
    machine.applies();
    let guard = machine.aws.world().groups["shop"].security_groups[0].clone();
    machine.aws.others(
        "elasticache",
        "CreateReplicationGroup",
        json!({"ReplicationGroupId": "theirs", "ReplicationGroupDescription": "theirs", "Engine": "valkey",
               "EngineVersion": "8.1", "CacheNodeType": "cache.r7g.large", "NumNodeGroups": "1",
               "ReplicasPerNodeGroup": "1", "ClusterMode": "enabled", "AutomaticFailoverEnabled": "true",
               "CacheParameterGroupName": "shop-valkey8-cluster", "CacheSubnetGroupName": "shop",
               "SecurityGroupIds": [guard], "TransitEncryptionEnabled": "true", "UserGroupIds": ["shop"]}),
    );
    let since = machine.aws.calls();
    let said = text(&machine.destroy());
    for part in [
        "subnet_group.shop",
        "parameter_group.shop-valkey8-cluster",
        "user_group.shop",
        "security_group.shop-cache",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains("theirs"), "{said}");
    assert!(machine.changes_since(since).is_empty());
}

/// Whatever else uses our security group keeps EC2 from deleting it: it is named, with the repair, before the first deletion.
#[test]
fn what_uses_the_security_group_is_named_before_anything_goes() {
    let machine = Machine::new(NODES);
    machine.applies();
    let guard = machine.aws.world().groups["shop"].security_groups[0].clone();
    let refused = |word: &str| {
        let since = machine.aws.calls();
        let output = machine.destroy();
        assert_eq!(code(&output), 1, "{word}: {}", text(&output));
        assert!(text(&output).contains(word), "{word}: {}", text(&output));
        assert!(machine.changes_since(since).is_empty(), "{word}");
    };
    machine.aws.others(
        "elasticache",
        "CreateServerlessCache",
        json!({"ServerlessCacheName": "theirs", "Engine": "valkey", "MajorEngineVersion": "8",
               "SubnetIds": ["subnet-vpc-1-1", "subnet-vpc-1-2"], "SecurityGroupIds": [guard]}),
    );
    refused("the serverless cache theirs");
    machine.aws.world().serverless.clear();
    let interface = |id: &str, text: &str, kind: &str| {
        json!({"networkInterfaceId": id, "description": text, "interfaceType": kind,
            "groupSet": {"item": [{"groupId": guard, "groupName": "shop-cache"}]}})
    };
    machine.aws.world().interfaces = vec![
        interface("eni-1", "ElastiCache shop-0001-001", "interface"),
        interface("eni-2", "ELB app/shop/1", "interface"),
    ];
    refused("the network interface eni-2 (ELB app/shop/1)");
    machine.aws.world().interfaces.truncate(1);
    machine.aws.others(
        "ec2",
        "AuthorizeSecurityGroupEgress",
        json!({"GroupId": "sg-functions-vpc-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 6379,
            "ToPort": 6379, "Groups": [{"GroupId": guard}]}]}),
    );
    refused("an egress rule of the security group sg-functions-vpc-1");
    machine.aws.world().rules.retain(|_, rule| rule["referencedGroupInfo"]["groupId"] != guard.as_str());
    machine.aws.world().denied.insert("ec2:DescribeNetworkInterfaces".to_owned());
    refused("ec2:DescribeNetworkInterfaces");
    machine.aws.world().denied.clear();
    assert_eq!(code(&machine.destroy()), 0);
    contract::holds(&machine.aws);
}

#[test]
fn a_secret_that_was_forced_away_comes_back_with_its_user() {
    let machine = Machine::new(NODES);
    machine.applies();
    let password = |machine: &Machine| -> String {
        let world = machine.aws.world();
        let value: Value =
            serde_json::from_str(world.secrets["cachefit/shop/worker"]["value"].as_str().unwrap()).unwrap();
        value["password"].as_str().unwrap().to_owned()
    };
    let given = |machine: &Machine| -> String {
        let world = machine.aws.world();
        let last = world.secret_values.iter().rfind(|(place, _)| place.starts_with("user ")).unwrap();
        last.1.clone()
    };
    let first = password(&machine);
    machine.aws.others(
        "secretsmanager",
        "DeleteSecret",
        json!({"SecretId": "cachefit/shop/worker", "ForceDeleteWithoutRecovery": true}),
    );
    machine.applies();
    assert_ne!(password(&machine), first);
    assert_eq!(given(&machine), password(&machine), "the user has the password that its secret holds");
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    // One that waits for its deletion comes back as it was: nothing to tell the user.
    machine.aws.others(
        "secretsmanager",
        "DeleteSecret",
        json!({"SecretId": "cachefit/shop/worker", "RecoveryWindowInDays": 7}),
    );
    let since = machine.aws.calls();
    machine.applies();
    let made: Vec<String> = machine.changes_since(since).into_iter().map(|r| r.action).collect();
    assert_eq!(made, ["RestoreSecret"]);
    // Nobody knows which password the user was given: it is given that of its secret.
    let user = crate::aws::World::arn("user", "shop-pw-worker");
    machine.aws.others(
        "elasticache",
        "RemoveTagsFromResource",
        json!({"ResourceName": user, "TagKeys": ["cachefit:secret-version"]}),
    );
    let since = machine.aws.calls();
    machine.applies();
    let made: Vec<String> = machine.changes_since(since).into_iter().map(|r| r.action).collect();
    assert_eq!(made, ["ModifyUser", "AddTagsToResource"]);
    contract::holds(&machine.aws);
}

#[test]
fn rules_of_others_are_closed_whatever_they_name() {
    let machine = Machine::new(NODES);
    machine.applies();
    let guard = machine.aws.world().groups["shop"].security_groups[0].clone();
    let opened = |permission: Value| {
        let params = json!({"GroupId": guard, "IpPermissions": [permission]});
        machine.aws.others("ec2", "AuthorizeSecurityGroupIngress", params);
    };
    let tcp = |port: u16, source: Value| {
        let mut rule = json!({"IpProtocol": "tcp", "FromPort": port.to_string(), "ToPort": port.to_string()});
        rule.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        rule
    };
    opened(tcp(6379, json!({"Groups": [{"GroupId": "sg-0fffffffffffffff0", "UserId": "444455556666"}]})));
    opened(tcp(6379, json!({"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "just for a test"}]})));
    opened(tcp(6379, json!({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]})));
    opened(tcp(6379, json!({"PrefixListIds": [{"PrefixListId": "pl-12345678"}]})));
    opened(json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(text(&plan).contains("444455556666"), "the plan names whose it is: {}", text(&plan));
    machine.applies();
    let rules: Vec<Value> = {
        let world = machine.aws.world();
        let ours = world.rules.values().filter(|r| r["groupId"] == guard.as_str() && r["isEgress"] == false);
        ours.map(|r| r["referencedGroupInfo"]["groupId"].clone()).collect()
    };
    assert_eq!(rules, [json!("sg-functions-vpc-1")]);
    contract::holds(&machine.aws);
}

/// One that somebody else closes at the same moment does not keep the others open.
#[test]
fn a_rule_that_is_gone_already_keeps_no_other_open() {
    use crate::aws::{Fault, On, Trouble};
    let machine = Machine::new(NODES);
    machine.applies();
    let guard = machine.aws.world().groups["shop"].security_groups[0].clone();
    for net in 1..4 {
        let range = json!([{"CidrIp": format!("192.168.{net}.0/24")}]);
        let rule = json!({"IpProtocol": "tcp", "FromPort": "6379", "ToPort": "6379", "IpRanges": range});
        machine.aws.others(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            json!({"GroupId": guard, "IpPermissions": [rule]}),
        );
    }
    let gone = Fault::Before(Trouble::Code("InvalidSecurityGroupRuleId.NotFound"));
    machine.aws.fail(On::Action("RevokeSecurityGroupIngress"), gone, 1);
    machine.applies();
    let world = machine.aws.world();
    let open =
        world.rules.values().filter(|r| r["groupId"] == guard.as_str() && r["isEgress"] == false).count();
    assert_eq!(open, 1);
}
