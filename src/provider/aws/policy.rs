//! The least policy as a document: what looks at everything, what works on names of ours only, and what touches only what
//! carries our tag.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::names;
use crate::profile::{FunctionKind, Profile};
use crate::provider::owner_tags;
use crate::provider::permissions::{Asked, Purpose};

/// The policy document.
pub fn policy(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> Value {
    let mut statements: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for permission in permissions {
        for sid in scopes(permission) {
            statements.entry(sid).or_default().insert(permission);
        }
    }
    let (region, name) = (asked.deployment.region.as_str(), asked.profile.name.as_str());
    let mut all: Vec<Value> = statements
        .into_iter()
        .map(|(sid, actions)| {
            let resources = resources(sid, region, asked.profile, asked.restore);
            let mut statement =
                json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources });
            if let Some(condition) = condition(sid, name) {
                statement["Condition"] = json!({ "StringEquals": condition });
            }
            statement
        })
        .collect();
    if asked.purpose == Purpose::Apply {
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

/// The statements that a permission goes into. A tag is set on what is new, or on what is ours already.
fn scopes(permission: &'static str) -> Vec<&'static str> {
    let (service, action) = permission.split_once(':').unwrap_or((permission, ""));
    let looks = ["Describe", "List"].iter().any(|verb| action.starts_with(verb));
    match (service, action) {
        ("lambda", "GetCapacityProvider") => vec!["Look"],
        ("lambda", _) => vec!["Functions"],
        ("secretsmanager", "DeleteSecret" | "RestoreSecret" | "UntagResource") => vec!["PasswordsOurs"],
        ("secretsmanager", "CreateSecret") => vec!["PasswordsNew"],
        ("secretsmanager", "TagResource") => vec!["PasswordsNew", "PasswordsOurs"],
        ("secretsmanager", _) => vec!["Passwords"],
        ("cloudwatch", action) if !looks && action != "GetMetricData" => vec!["Alarms"],
        ("elasticache", "AddTagsToResource") => vec!["CacheNew", "CacheOurs"],
        // A last snapshot has no tag when it is made, and none in the request.
        ("elasticache", "CreateSnapshot" | "CreateServerlessCacheSnapshot") => vec!["Cache"],
        ("elasticache", action) if action.starts_with("Create") => vec!["CacheNew"],
        ("elasticache", _) if !looks => vec!["CacheOurs"],
        ("ec2", "CreateSecurityGroup") => vec!["NetworkNew", "NetworkIn"],
        ("ec2", "CreateTags") => vec!["NetworkNewTags", "NetworkOurs"],
        ("ec2", "AuthorizeSecurityGroupIngress") => vec!["NetworkIn", "NetworkOurs"],
        ("ec2", "CreateVpcEndpoint") => vec!["NetworkEndpoint"],
        ("ec2", _) if !looks => vec!["NetworkOurs"],
        (
            "logs",
            "CreateLogGroup" | "DeleteLogGroup" | "PutRetentionPolicy" | "TagResource" | "UntagResource",
        ) => {
            vec!["Logs"]
        }
        ("logs", action) if action.ends_with("Delivery") || action == "PutResourcePolicy" => {
            vec!["LogDelivery"]
        }
        ("application-autoscaling", _) if !looks => vec!["Scaling"],
        _ => vec!["Look"],
    }
}

/// What must hold beside the names: names of one profile can begin with the name of another, and security groups are known
/// by ids that nobody can foresee.
fn condition(sid: &str, name: &str) -> Option<Value> {
    let ours = |key: &str| Some(json!({ (format!("aws:{key}/{}", owner_tags::TAG_PROFILE)): name }));
    match sid {
        "CacheOurs" | "NetworkOurs" | "PasswordsOurs" => ours("ResourceTag"),
        "CacheNew" | "NetworkNew" | "PasswordsNew" => ours("RequestTag"),
        // Its calls know no tags of a cache.
        "Scaling" => Some(json!({ "application-autoscaling:service-namespace": "elasticache" })),
        "NetworkNewTags" => Some(json!({ "ec2:CreateAction": ["CreateSecurityGroup", "CreateVpcEndpoint"] })),
        _ => None,
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

fn resources(sid: &str, region: &str, profile: &Profile, restore: Option<&str>) -> Value {
    let name = profile.name.as_str();
    let partition = partition(region);
    let cache = |rest: String| format!("arn:{partition}:elasticache:{region}:*:{rest}");
    let ec2 = |kind: &str| format!("arn:{partition}:ec2:{region}:*:{kind}/*");
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
        "Passwords" | "PasswordsNew" | "PasswordsOurs" => {
            json!([format!("arn:{partition}:secretsmanager:{region}:*:secret:cachefit/{name}/*")])
        }
        "Alarms" => json!([format!("arn:{partition}:cloudwatch:{region}:*:alarm:cachefit/{name}/*")]),
        "CacheNew" => {
            // A new cache may be made from a snapshot of any name.
            let kinds = ["serverlesscachesnapshot", "snapshot"];
            let snapshots = restore.into_iter().flat_map(|s| kinds.map(|kind| cache(format!("{kind}:{s}"))));
            let Value::Array(mut all) = resources("Cache", region, profile, None) else { return json!("*") };
            all.extend(snapshots.map(Value::from));
            all.into()
        }
        "Cache" | "CacheOurs" => json!([
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
        "Logs" => {
            json!([format!("arn:{partition}:logs:{region}:*:log-group:{}*", names::log_group(name, ""))])
        }
        "NetworkNew" | "NetworkOurs" => json!([ec2("security-group")]),
        "NetworkIn" => json!([ec2("security-group-rule"), ec2("vpc")]),
        "NetworkNewTags" => json!([ec2("security-group"), ec2("vpc-endpoint")]),
        "NetworkEndpoint" => {
            json!([ec2("security-group"), ec2("subnet"), ec2("vpc"), ec2("vpc-endpoint")])
        }
        _ => json!("*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_begin_with_the_partition_of_the_region() {
        for (region, expected) in [
            ("us-east-1", "aws"),
            ("eu-central-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition(region), expected, "{region}");
        }
    }

    #[test]
    fn what_is_deleted_opened_closed_or_tagged_carries_our_tag() {
        for permission in [
            "ec2:DeleteSecurityGroup",
            "ec2:RevokeSecurityGroupIngress",
            "elasticache:DeleteUser",
            "elasticache:ModifyReplicationGroup",
            "elasticache:ModifyServerlessCache",
            "elasticache:ModifyUser",
            "elasticache:IncreaseReplicaCount",
            "elasticache:CreateReplicationGroup",
            "elasticache:RemoveTagsFromResource",
            "secretsmanager:CreateSecret",
            "application-autoscaling:DeregisterScalableTarget",
            "ec2:DeleteTags",
            "elasticache:DeleteReplicationGroup",
            "secretsmanager:DeleteSecret",
            "elasticache:AddTagsToResource",
            "ec2:CreateTags",
            "secretsmanager:TagResource",
        ] {
            let scopes = scopes(permission);
            assert!(scopes.iter().all(|sid| condition(sid, "shop").is_some()), "{permission}: {scopes:?}");
        }
    }
}
