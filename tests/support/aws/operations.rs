//! Which function answers which operation.

use serde_json::Value;

use super::elasticache::{
    groups, modify, networks, parameters, scale, serverless, snapshots, tags, user_groups, users,
};
use super::params::{Answer, Refusal};
use super::wire::Call;
use super::world::World;
use super::{acls, alarms, ec2, estimates, functions, identity, logs, scaling, secrets};

type Operation = fn(&mut World, &Value) -> Answer;

/// Carries out a call.
pub fn perform(world: &mut World, call: &Call) -> Answer {
    if let Some(operation) = find(&call.service, &call.action) {
        operation(world, &call.params)
    } else {
        let message = format!("the fake has no operation {}:{}", call.service, call.action);
        Err(Refusal::new("InvalidAction", message))
    }
}

fn find(service: &str, action: &str) -> Option<Operation> {
    match service {
        "elasticache" => elasticache(action),
        "ec2" => networking(action),
        "application-autoscaling" => autoscaling(action),
        _ => others(service, action),
    }
}

fn elasticache(action: &str) -> Option<Operation> {
    Some(match action {
        "CreateReplicationGroup" => groups::create,
        "DescribeReplicationGroups" => groups::describe,
        "DescribeCacheClusters" => groups::describe_members,
        "DeleteReplicationGroup" => groups::delete,
        "ModifyReplicationGroup" => modify::modify,
        "IncreaseReplicaCount" => scale::increase_replicas,
        "DecreaseReplicaCount" => scale::decrease_replicas,
        "ModifyReplicationGroupShardConfiguration" => scale::shards,
        "ListAllowedNodeTypeModifications" => scale::allowed_types,
        "CreateCacheSubnetGroup" => networks::create,
        "ModifyCacheSubnetGroup" => networks::modify,
        "DescribeCacheSubnetGroups" => networks::describe,
        "DeleteCacheSubnetGroup" => networks::delete,
        "CreateCacheParameterGroup" => parameters::create,
        "ModifyCacheParameterGroup" => parameters::modify,
        "ResetCacheParameterGroup" => parameters::reset,
        "DescribeCacheParameterGroups" => parameters::describe,
        "DescribeCacheParameters" => parameters::describe_values,
        "DescribeEngineDefaultParameters" => parameters::defaults,
        "DeleteCacheParameterGroup" => parameters::delete,
        "CreateUser" => users::create,
        "ModifyUser" => users::modify,
        "DescribeUsers" => users::describe,
        "DeleteUser" => users::delete,
        "CreateUserGroup" => user_groups::create,
        "ModifyUserGroup" => user_groups::modify,
        "DescribeUserGroups" => user_groups::describe,
        "DeleteUserGroup" => user_groups::delete,
        "CreateServerlessCache" => serverless::create,
        "ModifyServerlessCache" => serverless::modify,
        "DescribeServerlessCaches" => serverless::describe,
        "DeleteServerlessCache" => serverless::delete,
        "DescribeServerlessCacheSnapshots" => snapshots::describe_serverless,
        "DescribeSnapshots" => snapshots::describe,
        "CreateSnapshot" => snapshots::create,
        "DeleteSnapshot" => snapshots::delete,
        "AddTagsToResource" => tags::add,
        "RemoveTagsFromResource" => tags::remove,
        "ListTagsForResource" => tags::list,
        "DescribeReservedCacheNodes" => snapshots::no_reservations,
        "DescribeServiceUpdates" => snapshots::no_updates,
        "DescribeUpdateActions" => snapshots::actions,
        _ => return None,
    })
}

fn networking(action: &str) -> Option<Operation> {
    Some(match action {
        "DescribeVpcs" => ec2::describe_vpcs,
        "DescribeSubnets" => ec2::describe_subnets,
        "DescribeRouteTables" => ec2::describe_route_tables,
        "DescribeNetworkAcls" => acls::describe,
        "DescribeAvailabilityZones" => ec2::describe_zones,
        "DescribeNetworkInterfaces" => ec2::describe_interfaces,
        "DescribeSecurityGroups" => ec2::describe_groups,
        "DescribeSecurityGroupRules" => ec2::describe_rules,
        "CreateSecurityGroup" => ec2::create_group,
        "DeleteSecurityGroup" => ec2::delete_group,
        "AuthorizeSecurityGroupIngress" => ec2::authorize_ingress,
        "AuthorizeSecurityGroupEgress" => ec2::authorize_egress,
        "RevokeSecurityGroupIngress" | "RevokeSecurityGroupEgress" => ec2::revoke,
        "CreateTags" => ec2::create_tags,
        "DeleteTags" => ec2::delete_tags,
        _ => return None,
    })
}

fn autoscaling(action: &str) -> Option<Operation> {
    Some(match action {
        "RegisterScalableTarget" => scaling::register,
        "DescribeScalableTargets" => scaling::describe_targets,
        "DeregisterScalableTarget" => scaling::deregister,
        "PutScalingPolicy" => scaling::put_policy,
        "DescribeScalingPolicies" => scaling::describe_policies,
        "DeleteScalingPolicy" => scaling::delete_policy,
        "PutScheduledAction" => scaling::put_scheduled,
        "DescribeScheduledActions" => scaling::describe_scheduled,
        "DeleteScheduledAction" => scaling::delete_scheduled,
        "ListTagsForResource" => scaling::list_tags,
        "TagResource" => scaling::tag,
        _ => return None,
    })
}

fn others(service: &str, action: &str) -> Option<Operation> {
    Some(match (service, action) {
        ("lambda", "GetFunction") => functions::get,
        ("lambda", "GetFunctionConfiguration") => functions::configuration,
        ("lambda", "GetFunctionConcurrency") => functions::concurrency,
        ("lambda", "GetAccountSettings") => functions::account,
        ("lambda", "GetCapacityProvider") => functions::capacity_provider,
        ("secretsmanager", "CreateSecret") => secrets::create,
        ("secretsmanager", "DescribeSecret") => secrets::describe,
        ("secretsmanager", "PutSecretValue") => secrets::put,
        ("secretsmanager", "UpdateSecret") => secrets::update,
        ("secretsmanager", "GetSecretValue") => secrets::get,
        ("secretsmanager", "DeleteSecret") => secrets::delete,
        ("secretsmanager", "RestoreSecret") => secrets::restore,
        ("secretsmanager", "TagResource") => secrets::tag,
        ("secretsmanager", "UntagResource") => secrets::untag,
        ("secretsmanager", "ListSecrets") => secrets::list,
        ("bcm-pricing-calculator", "CreateWorkloadEstimate") => estimates::create,
        ("bcm-pricing-calculator", "BatchCreateWorkloadEstimateUsage") => estimates::add,
        ("bcm-pricing-calculator", "GetWorkloadEstimate") => estimates::get,
        ("bcm-pricing-calculator", "ListWorkloadEstimateUsage") => estimates::list,
        ("bcm-pricing-calculator", "DeleteWorkloadEstimate") => estimates::delete,
        ("logs", "CreateLogGroup") => logs::create,
        ("logs", "DescribeLogGroups") => logs::describe,
        ("logs", "PutRetentionPolicy") => logs::retain,
        ("logs", "DeleteLogGroup") => logs::delete,
        ("logs", "ListTagsForResource") => logs::list_tags,
        ("logs", "TagResource") => logs::tag,
        ("logs", "UntagResource") => logs::untag,
        ("monitoring", "PutMetricAlarm") => alarms::put,
        ("monitoring", "DescribeAlarms") => alarms::describe,
        ("monitoring", "DeleteAlarms") => alarms::delete,
        ("monitoring", "ListTagsForResource") => alarms::list_tags,
        ("monitoring", "TagResource") => alarms::tag,
        ("monitoring", "UntagResource") => alarms::untag,
        ("monitoring", "GetMetricData") => alarms::metric_data,
        ("sts", "GetCallerIdentity") => identity::caller,
        ("iam", "SimulatePrincipalPolicy") => identity::simulate,
        ("servicequotas", "ListServiceQuotas") => identity::quotas,
        _ => return None,
    })
}
