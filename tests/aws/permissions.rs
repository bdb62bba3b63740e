//! The policy that is printed is for exactly the calls that are made.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::machine::{Machine, NODES, SERVERLESS, code, stderr};

fn printed(machine: &Machine, purpose: &str) -> BTreeSet<String> {
    let output = machine.run(&["permissions", "PROFILE", "--for", purpose]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut all = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Allow");
        let actions = &statement["Action"];
        all.extend(actions.as_str().map(str::to_owned));
        all.extend(actions.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    assert!(!all.iter().any(|action| action.contains('*')), "{all:?}");
    all
}

fn seen(machine: &Machine, since: usize) -> BTreeSet<String> {
    machine.aws.since(since).iter().map(crate::aws::Recorded::permission).collect()
}

/// What works on something that is there asks for our tag on it; what makes something asks for our tag in the request.
#[test]
fn what_changes_something_carries_a_condition() {
    let machine = Machine::new(NODES);
    let output = machine.run(&["permissions", "PROFILE", "--for", "apply"]);
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let of = |action: &str| -> Vec<&Value> {
        let has = |s: &&Value| s["Action"].as_array().is_some_and(|all| all.iter().any(|a| a == action));
        statements.iter().filter(has).collect()
    };
    for (action, key) in [
        ("elasticache:ModifyReplicationGroup", "aws:ResourceTag/cachefit:profile"),
        ("elasticache:IncreaseReplicaCount", "aws:ResourceTag/cachefit:profile"),
        ("elasticache:ModifyUserGroup", "aws:ResourceTag/cachefit:profile"),
        ("elasticache:CreateReplicationGroup", "aws:RequestTag/cachefit:profile"),
        ("secretsmanager:CreateSecret", "aws:RequestTag/cachefit:profile"),
        ("application-autoscaling:RegisterScalableTarget", "application-autoscaling:service-namespace"),
    ] {
        let found = of(action);
        assert!(!found.is_empty(), "{action}");
        assert!(
            found.iter().all(|s| s["Condition"]["StringEquals"].get(key).is_some()),
            "{action}: {found:?}"
        );
    }
    // Alarms and logs are told by their names, which no other profile's begin with.
    for (action, name) in [
        ("cloudwatch:PutMetricAlarm", ":alarm:cachefit/shop/*"),
        ("cloudwatch:DeleteAlarms", ":alarm:cachefit/shop/*"),
        ("logs:DeleteLogGroup", ":log-group:/aws/vendedlogs/cachefit/shop/*"),
    ] {
        let found = of(action);
        assert!(!found.is_empty(), "{action}");
        let named = |s: &&Value| {
            s["Resource"].as_array().unwrap().iter().all(|r| r.as_str().unwrap().ends_with(name))
        };
        assert!(found.iter().all(named), "{action}: {found:?}");
    }
}

/// What is made by a plan, an apply and a destroy is allowed by the policy printed for it.
#[test]
fn every_call_is_in_the_policy() {
    for profile in [NODES, SERVERLESS] {
        let machine = Machine::new(profile);
        let offline = machine.aws.calls();
        let [plan, apply, destroy] = ["plan", "apply", "destroy"].map(|purpose| printed(&machine, purpose));
        assert_eq!(machine.aws.calls(), offline, "the policy is printed without a call");
        let before = machine.aws.calls();
        assert_eq!(code(&machine.run(&["plan", "PROFILE"])), 0);
        let missing = |seen: BTreeSet<String>, policy: &BTreeSet<String>| -> Vec<String> {
            seen.difference(policy).cloned().collect()
        };
        assert_eq!(missing(seen(&machine, before), &plan), Vec::<String>::new());
        assert!(
            !plan.iter().any(|a| a.contains(":Create") || a.contains(":Delete") || a.contains(":Put")),
            "{plan:?}"
        );
        let before = machine.aws.calls();
        machine.applies();
        assert_eq!(missing(seen(&machine, before), &apply), Vec::<String>::new());
        let before = machine.aws.calls();
        assert_eq!(code(&machine.destroy()), 0);
        assert_eq!(missing(seen(&machine, before), &destroy), Vec::<String>::new());
    }
}

/// What AWS asks for beside a call of another name: tags on creation, the last snapshot.
const BESIDE: [&str; 15] = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:TagResource",
    "logs:UpdateLogDelivery",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateTags",
    "cloudwatch:TagResource",
    "elasticache:CreateSnapshot",
    "elasticache:AddTagsToResource",
    "iam:CreateServiceLinkedRole",
    "secretsmanager:TagResource",
];
/// What only another account or another option asks for: functions on a capacity provider, a secret that waits for deletion,
/// `--restore`.
const ELSEWHERE: [&str; 3] =
    ["elasticache:DescribeSnapshots", "lambda:GetCapacityProvider", "secretsmanager:RestoreSecret"];

/// Nothing is allowed that no call needs: a life with every kind of change makes all calls of the policy.
#[test]
fn every_permission_is_used() {
    let machine = Machine::new(NODES);
    let printed = |purposes: &[&str]| -> BTreeSet<String> {
        purposes.iter().flat_map(|purpose| printed(&machine, purpose)).collect()
    };
    let all = printed(&["plan", "apply", "destroy"]);
    let start = machine.aws.calls();
    let users = NODES.find("    - name: worker").unwrap();
    let deployment = NODES.find("deployment:").unwrap();
    let one_user = format!("{}{}", &NODES[..users], &NODES[deployment..]);
    let tagged = |profile: &str| profile.replace("environment:", "tags: { team: shop }\nenvironment:");
    let logged = one_user
        .replace("shape: office-hours", "shape: flat")
        .replace("requirements:\n", "requirements:\n  logs: { slow: 7d }\n");
    let steps = [
        tagged(NODES),
        NODES.replace("shards: 2", "shards: 3").replace("replicas: 1", "replicas: 2"),
        NODES.replace("cache.r7g.large", "cache.r7g.xlarge"),
        NODES.replace("can: [read, write]", "can: [read]").replace("allkeys-lru", "allkeys-lfu"),
        tagged(&logged),
        logged,
        NODES.to_owned(),
    ];
    for (i, profile) in steps.iter().enumerate() {
        machine.write(profile);
        let mut world = machine.aws.world();
        let members: Vec<String> =
            world.groups.get("shop").into_iter().flat_map(|g| g.members().map(|m| m.id.clone())).collect();
        world.metrics = members.into_iter().map(|member| (member, 1e9)).collect();
        // Its function gets a third subnet and another security group on the way.
        let network = &mut world.functions.get_mut("web").unwrap()["VpcConfig"];
        let (subnets, group) = if i < 3 { (2, "sg-functions-vpc-1") } else { (3, "sg-default-vpc-1") };
        network["SubnetIds"] = (1..=subnets).map(|n| format!("subnet-vpc-1-{n}")).collect();
        network["SecurityGroupIds"] = [group].into_iter().collect();
        drop(world);
        let output = machine.apply();
        assert_eq!(code(&output), 0, "{i}: {}", stderr(&output));
    }
    machine.write(NODES);
    assert_eq!(code(&machine.destroy()), 0);
    let seen = seen(&machine, start);
    let unused: Vec<&String> = all
        .difference(&seen)
        .filter(|p| !BESIDE.contains(&p.as_str()) && !ELSEWHERE.contains(&p.as_str()))
        .collect();
    assert_eq!(unused, Vec::<&String>::new());
}
