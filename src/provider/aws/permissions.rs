//! The least policy for what a command does, from the same list that every call is made by.

use std::collections::BTreeSet;

#[allow(clippy::enum_glob_use, reason = "this file is lists of these names")]
use super::actions::Action::{self, *};
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
pub(super) const BESIDE: &[(Action, &[&str])] = &[
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
#[expect(clippy::struct_excessive_bools, reason = "seven facts that do not exclude each other")]
struct Shape {
    serverless: bool,
    clustered: bool,
    users: bool,
    passwords: bool,
    iam: bool,
    functions: bool,
    logs: bool,
}

/// Every call that a command may make for a deployment.
pub fn calls(purpose: Purpose, deployment: &Deployment, profile: &Profile) -> BTreeSet<Action> {
    let users = &profile.security.users;
    let shape = Shape {
        serverless: deployment.service == Service::ElastiCacheServerless,
        clustered: deployment.cluster_mode,
        users: !users.is_empty(),
        passwords: users.iter().any(|u| u.auth.value == Auth::Password),
        iam: users.iter().any(|u| u.auth.value == Auth::Iam),
        logs: profile.requirements.logs.slow > 0 || profile.requirements.logs.engine > 0,
        functions: profile.placement.functions.iter().any(|f| f.kind == FunctionKind::Lambda),
    };
    let mut all: BTreeSet<Action> = looks(&shape, purpose).into_iter().collect();
    match purpose {
        Purpose::Plan => {}
        Purpose::Apply => {
            all.extend(makes(&shape));
            all.extend(changes(&shape));
            all.insert(if shape.serverless { DescribeServerlessCacheSnapshots } else { DescribeSnapshots });
            // What is no longer asked for goes: users, groups of an old engine, alarms of members that are gone. A
            // replacement deletes the cache, too: for that it takes the policy of `destroy` as well.
            all.extend(
                removes(&shape)
                    .into_iter()
                    .filter(|a| !matches!(a, DeleteServerlessCache | DeleteReplicationGroup)),
            );
        }
        Purpose::Destroy => {
            all.extend(removes(&shape));
            // What else is in the security group.
            all.insert(DescribeNetworkInterfaces);
        }
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
        GetCallerIdentity,
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
        // `verify` looks at the ways of all who call the cache.
        all.extend([DescribeNetworkAcls, DescribeRouteTables]);
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
        // Tags that the profile names no longer, or with other values; alarms take them only by these calls.
        RemoveTagsFromResource,
        DeleteTags,
        ListTagsOfAlarm,
        TagAlarm,
        UntagAlarm,
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
        all.extend([CreateSecret, RestoreSecret, GetSecretValue, TagSecret, UntagSecret]);
    }
    if shape.logs && !shape.serverless {
        all.extend([CreateLogGroup, PutRetentionPolicy, TagLogGroup, UntagLogGroup]);
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
