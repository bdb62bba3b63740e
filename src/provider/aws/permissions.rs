//! The least policy for what a command does, from the same list that every call is made by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

#[allow(clippy::enum_glob_use, reason = "this file is lists of these names")]
use super::actions::Action::{self, *};
use super::names;
use crate::catalog::Service;
use crate::deployment::Deployment;
use crate::profile::{Auth, FunctionKind, Profile};

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Looking: `plan`, `status`, `verify`, `connect`.
    Plan,
    /// Making and changing.
    Apply,
    /// Taking down.
    Destroy,
}

/// Permissions that AWS asks for beside the call of that name: for tags on creation, for a last snapshot.
const BESIDE: &[(Action, &[&str])] = &[
    (PutMetricAlarm, &["cloudwatch:TagResource"]),
    (CreateSecret, &["secretsmanager:TagResource"]),
    (CreateSecurityGroup, &["ec2:CreateTags"]),
    // The service sets deliveries up with the caller's rights.
    (
        CreateLogGroup,
        &[
            "logs:TagResource",
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:ListLogDeliveries",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
        ],
    ),
    (DeleteLogGroup, &["logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:DeleteLogDelivery"]),
    (CreateReplicationGroup, &["elasticache:AddTagsToResource"]),
    // The service makes an endpoint in the functions' network with the caller's rights.
    (CreateServerlessCache, &["elasticache:AddTagsToResource", "ec2:CreateVpcEndpoint", "ec2:CreateTags"]),
    (CreateUser, &["elasticache:AddTagsToResource"]),
    (CreateUserGroup, &["elasticache:AddTagsToResource"]),
    (CreateCacheParameterGroup, &["elasticache:AddTagsToResource"]),
    (CreateCacheSubnetGroup, &["elasticache:AddTagsToResource"]),
    (DeleteReplicationGroup, &["elasticache:CreateSnapshot"]),
    (DeleteServerlessCache, &["elasticache:CreateServerlessCacheSnapshot"]),
];

/// What the calls depend on.
#[expect(clippy::struct_excessive_bools, reason = "eight facts that do not exclude each other")]
struct Shape {
    serverless: bool,
    clustered: bool,
    users: bool,
    passwords: bool,
    iam: bool,
    functions: bool,
    logs: bool,
    tags: bool,
}

/// Every call that a command may make for a deployment.
pub fn calls(purpose: Purpose, deployment: &Deployment, profile: &Profile) -> BTreeSet<Action> {
    let users = &profile.security.users;
    let shape = Shape {
        serverless: deployment.service == Service::ElastiCacheServerless.id(),
        clustered: deployment.cluster_mode,
        users: !users.is_empty(),
        passwords: users.iter().any(|u| u.auth.value == Auth::Password),
        iam: users.iter().any(|u| u.auth.value == Auth::Iam),
        logs: profile.requirements.logs.slow > 0 || profile.requirements.logs.engine > 0,
        tags: !profile.tags.is_empty(),
        functions: profile.placement.functions.iter().any(|f| f.kind == FunctionKind::Lambda),
    };
    let mut all: BTreeSet<Action> = looks(&shape, purpose).into_iter().collect();
    match purpose {
        Purpose::Plan => {}
        Purpose::Apply => {
            all.extend(makes(&shape));
            all.extend(changes(&shape));
            // What is no longer asked for goes: users, groups of an old engine, alarms of members that are gone. A
            // replacement deletes the cache, too: for that it takes the policy of `destroy` as well.
            all.extend(
                removes(&shape)
                    .into_iter()
                    .filter(|a| !matches!(a, DeleteServerlessCache | DeleteReplicationGroup)),
            );
        }
        Purpose::Destroy => all.extend(removes(&shape)),
    }
    all
}

fn looks(shape: &Shape, purpose: Purpose) -> Vec<Action> {
    let mut all = vec![
        DescribeSecurityGroups,
        DescribeSecurityGroupRules,
        DescribeCacheSubnetGroups,
        DescribeCacheParameterGroups,
        DescribeUsers,
        DescribeUserGroups,
        DescribeReplicationGroups,
        DescribeCacheClusters,
        DescribeServerlessCaches,
        DescribeAlarms,
        DescribeSubnets,
        ListTagsForResource,
    ];
    if !shape.serverless {
        all.extend([DescribeCacheParameters, GetMetricData, ListAllowedNodeTypeModifications]);
    }
    if shape.clustered && !shape.serverless {
        all.extend([DescribeScalableTargets, DescribeScalingPolicies, DescribeScheduledActions]);
    }
    all.extend([DescribeSecret, ListSecrets, DescribeLogGroups, ListTagsOfLogGroup]);
    if purpose != Purpose::Destroy {
        all.push(ListServiceQuotas);
        if !shape.serverless {
            all.push(DescribeUpdateActions);
        }
        if shape.functions {
            all.extend([GetFunctionConfiguration, GetFunctionConcurrency, GetCapacityProvider]);
        }
        if shape.functions && shape.iam {
            all.push(SimulatePrincipalPolicy);
        }
    }
    all
}

fn makes(shape: &Shape) -> Vec<Action> {
    let mut all = vec![
        CreateSecurityGroup,
        CreateTags,
        AuthorizeSecurityGroupIngress,
        PutMetricAlarm,
        AddTagsToResource,
    ];
    if shape.serverless {
        all.push(CreateServerlessCache);
    } else {
        all.extend([
            CreateCacheSubnetGroup,
            CreateCacheParameterGroup,
            ModifyCacheParameterGroup,
            CreateReplicationGroup,
        ]);
    }
    if shape.users {
        all.extend([CreateUser, CreateUserGroup]);
    }
    if shape.passwords {
        all.extend([CreateSecret, RestoreSecret, GetSecretValue, TagSecret]);
    }
    if shape.logs && !shape.serverless {
        all.extend([CreateLogGroup, PutRetentionPolicy]);
        if shape.tags {
            all.push(TagLogGroup);
        }
    }
    if shape.clustered && !shape.serverless {
        all.extend([RegisterScalableTarget, PutScalingPolicy, PutScheduledAction]);
    }
    all
}

fn changes(shape: &Shape) -> Vec<Action> {
    let mut all = vec![RevokeSecurityGroupIngress];
    if shape.serverless {
        all.push(ModifyServerlessCache);
    } else {
        all.extend([
            ModifyCacheSubnetGroup,
            ModifyReplicationGroup,
            ModifyReplicationGroupShardConfiguration,
            IncreaseReplicaCount,
            DecreaseReplicaCount,
        ]);
    }
    if shape.users {
        all.extend([ModifyUser, ModifyUserGroup]);
    }
    all
}

fn removes(shape: &Shape) -> Vec<Action> {
    let mut all = vec![DeleteSecurityGroup, DeleteAlarms];
    if shape.serverless {
        all.push(DeleteServerlessCache);
    } else {
        all.extend([DeleteReplicationGroup, DeleteCacheSubnetGroup, DeleteCacheParameterGroup]);
    }
    // Those of an earlier profile, too.
    all.extend([DeleteUser, DeleteUserGroup, DeleteSecret, DeleteLogGroup]);
    if shape.clustered && !shape.serverless {
        all.extend([DeregisterScalableTarget, DeleteScheduledAction]);
    }
    all
}

/// The policy document.
pub fn policy(purpose: Purpose, deployment: &Deployment, profile: &Profile) -> Value {
    let calls = calls(purpose, deployment, profile);
    let mut statements: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for call in &calls {
        let beside =
            BESIDE.iter().filter(|(action, _)| action == call).flat_map(|(_, beside)| beside.iter().copied());
        for permission in std::iter::once(call.iam()).chain(beside) {
            statements.entry(scope(permission)).or_default().insert(permission);
        }
    }
    let (region, name) = (deployment.region.as_str(), profile.name.as_str());
    let mut all: Vec<Value> = statements
        .into_iter()
        .map(|(sid, actions)| {
            json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources(sid, region, name, profile) })
        })
        .collect();
    if purpose == Purpose::Apply {
        let services = ["elasticache.amazonaws.com", "elasticache.application-autoscaling.amazonaws.com"];
        all.push(json!({
            "Sid": "FirstUseInTheAccount",
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": "*",
            "Condition": { "StringEquals": { "iam:AWSServiceName": services } },
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": all })
}

/// The statement that a permission goes into: what looks at everything, and what works on resources of ours only.
fn scope(permission: &'static str) -> &'static str {
    let (service, action) = permission.split_once(':').unwrap_or((permission, ""));
    let looks = ["Describe", "List"].iter().any(|verb| action.starts_with(verb));
    match service {
        "lambda" if action == "GetCapacityProvider" => "Look",
        "lambda" => "Functions",
        "secretsmanager" => "Passwords",
        "cloudwatch" if !looks && action != "GetMetricData" => "Alarms",
        "elasticache" if !looks => "Cache",
        "ec2" if !looks => "Network",
        "logs"
            if ["CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "TagResource"]
                .contains(&action) =>
        {
            "Logs"
        }
        "logs" if action.ends_with("Delivery") || action == "PutResourcePolicy" => "LogDelivery",
        "application-autoscaling" if !looks => "Scaling",
        _ => "Look",
    }
}

/// The partition of a region: its ARNs begin with it.
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        Some("us") if region.starts_with("us-iso-") => "aws-iso",
        Some("us") if region.starts_with("us-isob-") => "aws-iso-b",
        Some("eusc") => "aws-eusc",
        _ => "aws",
    }
}

fn resources(sid: &str, region: &str, name: &str, profile: &Profile) -> Value {
    let partition = partition(region);
    let cache = |rest: String| format!("arn:{partition}:elasticache:{region}:*:{rest}");
    match sid {
        "Functions" => {
            let lambdas = profile.placement.functions.iter().filter(|f| f.kind == FunctionKind::Lambda);
            json!(
                lambdas
                    .map(|f| {
                        let region = f.region.as_ref().map_or(region, |r| r.value.as_str());
                        format!("arn:{partition}:lambda:{region}:*:function:{}", f.name)
                    })
                    .collect::<Vec<_>>()
            )
        }
        "Passwords" => json!([format!("arn:{partition}:secretsmanager:{region}:*:secret:cachefit/{name}/*")]),
        "Alarms" => json!([format!("arn:{partition}:cloudwatch:{region}:*:alarm:cachefit/{name}/*")]),
        "Cache" => json!([
            cache(format!("cluster:{name}-*")),
            cache(format!("parametergroup:{name}-*")),
            cache(format!("replicationgroup:{name}")),
            cache(format!("serverlesscache:{name}")),
            cache(format!("serverlesscachesnapshot:{}-final-*", names::snapshot_head(name))),
            cache(format!("snapshot:{}-final-*", names::snapshot_head(name))),
            cache(format!("subnetgroup:{name}")),
            cache(format!("user:{name}-*")),
            cache(format!("usergroup:{name}")),
        ]),
        "Logs" => json!([format!("arn:{partition}:logs:{region}:*:log-group:{}*", names::log_group(name, ""))]),
        "Network" => json!([
            format!("arn:{partition}:ec2:{region}:*:security-group/*"),
            format!("arn:{partition}:ec2:{region}:*:subnet/*"),
            format!("arn:{partition}:ec2:{region}:*:vpc/*"),
            format!("arn:{partition}:ec2:{region}:*:vpc-endpoint/*"),
        ]),
        _ => json!("*"),
    }
}
