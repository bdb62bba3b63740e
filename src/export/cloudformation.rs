//! CloudFormation: ElastiCache.

use serde_json::{Map, Value, json};

use super::aws::{
    Caller, LOG_GROUP, PARAMETER_GROUP, REPLICATION_GROUP, SERVERLESS_CACHE, USER, USER_GROUP, caller, flag,
    number, secret, text,
};
use super::yaml::documents;
use super::{ExportError, Exported, Subject};
use crate::plan::Resource;
use crate::units::Provider;

/// A stack has at most 500 resources; alarms of more than these are left out.
const MOST_ALARMS: usize = 400;

/// The deployment as one template.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    subject.only(&[Provider::Aws], "CloudFormation")?;
    let mut resources = Map::new();
    network(subject, &mut resources);
    access(subject, &mut resources);
    if let Some(cache) = subject.one(SERVERLESS_CACHE) {
        resources.insert("Cache".into(), serverless(subject, cache));
    }
    if let Some(group) = subject.one(REPLICATION_GROUP) {
        nodes(subject, group, &mut resources);
    }
    let mut left_out = subject.left_out_of_aws();
    if subject.members().len() * subject.alarms().len() <= MOST_ALARMS {
        alarms(subject, &mut resources);
    } else {
        left_out.push(
            "Alarms are left out: a stack has at most 500 resources, and every member needs some.".to_owned(),
        );
    }
    let parameters = json!({
        "VpcId": { "Type": "AWS::EC2::VPC::Id", "Description": "VPC of the cache" },
        "SubnetIds": { "Type": "List<AWS::EC2::Subnet::Id>", "Description": "Subnets of the cache, in at least two zones" },
        "ClientSecurityGroupId": { "Type": "AWS::EC2::SecurityGroup::Id", "Description": "Security group of clients" },
    });
    let mut parameters = parameters;
    if subject.profile.placement.subnet_group.is_some()
        && subject.one(SERVERLESS_CACHE).is_none()
        && let Some(all) = parameters.as_object_mut()
    {
        all.remove("SubnetIds");
    }
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Cache of {}", subject.name()),
        "Parameters": parameters,
        "Resources": resources,
    });
    Ok(Exported { text: documents(&subject.heading(), &[template])?, left_out })
}

/// Text that is never a dynamic reference: `{{resolve:…}}` would read somebody's secret.
pub fn literal(text: &str) -> Value {
    if !text.contains("{{") {
        return text.into();
    }
    let parts: Vec<&str> = text.split_inclusive('{').collect();
    json!({ "Fn::Join": ["", parts] })
}

fn tags(subject: &Subject<'_>) -> Option<Value> {
    let tags = &subject.profile.tags;
    let all: Vec<Value> =
        tags.iter().map(|(name, value)| json!({ "Key": literal(name), "Value": literal(value) })).collect();
    (!all.is_empty()).then(|| Value::Array(all))
}

/// A resource without what is not set.
fn resource(kind: &str, properties: Value) -> Value {
    let mut properties = properties;
    if let Some(all) = properties.as_object_mut() {
        all.retain(|_, value| !value.is_null());
    }
    json!({ "Type": kind, "Properties": properties })
}

fn reference(name: impl Into<String>) -> Value {
    json!({ "Ref": name.into() })
}

fn attribute(name: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [name, attribute] })
}

fn network(subject: &Subject<'_>, all: &mut Map<String, Value>) {
    let mut rules = Vec::new();
    for port in subject.ports() {
        for from in subject.callers() {
            let mut rule = json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port });
            match caller(from) {
                Caller::Group(group) => match group.split_once('/') {
                    Some((account, group)) => {
                        rule["SourceSecurityGroupOwnerId"] = literal(account);
                        rule["SourceSecurityGroupId"] = literal(group);
                    }
                    None => rule["SourceSecurityGroupId"] = literal(group),
                },
                Caller::Prefixes(list) => rule["SourcePrefixListId"] = literal(list),
                Caller::V4(range) => rule["CidrIp"] = literal(range),
                Caller::V6(range) => rule["CidrIpv6"] = literal(range),
            }
            rules.push(rule);
        }
        all.insert(
            format!("Clients{port}"),
            resource(
                "AWS::EC2::SecurityGroupIngress",
                json!({
                    "GroupId": attribute("SecurityGroup", "GroupId"),
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "SourceSecurityGroupId": reference("ClientSecurityGroupId"),
                }),
            ),
        );
    }
    all.insert(
        "SecurityGroup".into(),
        resource(
            "AWS::EC2::SecurityGroup",
            json!({
                "GroupName": format!("{}-cache", subject.name()),
                "GroupDescription": format!("cache of {}", subject.name()),
                "VpcId": reference("VpcId"),
                "SecurityGroupIngress": (!rules.is_empty()).then_some(rules),
                "Tags": tags(subject),
            }),
        ),
    );
}

fn access(subject: &Subject<'_>, all: &mut Map<String, Value>) {
    let Some(group) = subject.one(USER_GROUP) else { return };
    let engine = subject.deployment.engine.as_str();
    let mut members = Vec::new();
    for (i, user) in subject.all(USER).enumerate() {
        let how = match (text(user, "authentication"), secret(user, "password")) {
            (_, Some(name)) => {
                let template = json!({ "username": text(user, "user_name") }).to_string();
                all.insert(
                    format!("Secret{i}"),
                    resource(
                        "AWS::SecretsManager::Secret",
                        json!({
                            "Name": name,
                            "Description": format!("password of a user of {}", subject.name()),
                            "GenerateSecretString": {
                                "SecretStringTemplate": literal(&template),
                                "GenerateStringKey": "password",
                                "PasswordLength": 43,
                                "ExcludePunctuation": true,
                            },
                            "Tags": tags(subject),
                        }),
                    ),
                );
                let password = format!("{{{{resolve:secretsmanager:${{Secret{i}}}:SecretString:password}}}}");
                json!({ "Type": "password", "Passwords": [{ "Fn::Sub": password }] })
            }
            ("iam", None) => json!({ "Type": "iam" }),
            _ => json!({ "Type": "no-password-required" }),
        };
        members.push(reference(format!("User{i}")));
        all.insert(
            format!("User{i}"),
            resource(
                "AWS::ElastiCache::User",
                json!({
                    "UserId": user.address.name,
                    "UserName": literal(text(user, "user_name")),
                    "AccessString": literal(text(user, "access")),
                    "Engine": engine,
                    "AuthenticationMode": how,
                    "Tags": tags(subject),
                }),
            ),
        );
    }
    all.insert(
        "UserGroup".into(),
        resource(
            "AWS::ElastiCache::UserGroup",
            json!({ "UserGroupId": group.address.name, "Engine": engine, "UserIds": members, "Tags": tags(subject) }),
        ),
    );
}

fn nodes(subject: &Subject<'_>, group: &Resource, all: &mut Map<String, Value>) {
    let own_subnets = subject.profile.placement.subnet_group.is_none();
    if own_subnets {
        all.insert(
            "SubnetGroup".into(),
            resource(
                "AWS::ElastiCache::SubnetGroup",
                json!({
                    "CacheSubnetGroupName": subject.name(),
                    "Description": format!("cache of {}", subject.name()),
                    "SubnetIds": reference("SubnetIds"),
                    "Tags": tags(subject),
                }),
            ),
        );
    }
    if let Some(parameters) = subject.one(PARAMETER_GROUP) {
        let values: Map<String, Value> = subject
            .parameters()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), literal(&value)))
            .collect();
        all.insert(
            "ParameterGroup".into(),
            resource(
                "AWS::ElastiCache::ParameterGroup",
                json!({
                    "CacheParameterGroupFamily": text(parameters, "family"),
                    "Description": format!("cache of {}", subject.name()),
                    "Properties": values,
                    "Tags": tags(subject),
                }),
            ),
        );
    }
    let mut deliveries = Vec::new();
    for (i, log) in subject.all(LOG_GROUP).enumerate() {
        all.insert(
            format!("Log{i}"),
            resource(
                "AWS::Logs::LogGroup",
                json!({ "LogGroupName": log.address.name, "RetentionInDays": number(log, "retention_days") }),
            ),
        );
        let kind = if log.address.name.ends_with("slow-log") { "slow-log" } else { "engine-log" };
        deliveries.push(json!({
            "DestinationDetails": { "CloudWatchLogsDetails": { "LogGroup": reference(format!("Log{i}")) } },
            "DestinationType": "cloudwatch-logs",
            "LogFormat": "json",
            "LogType": kind,
        }));
    }
    all.insert("Cache".into(), replication_group(subject, group, own_subnets, deliveries));
}

fn replication_group(subject: &Subject<'_>, group: &Resource, own_subnets: bool, logs: Vec<Value>) -> Value {
    let cluster = text(group, "cluster_mode") == "enabled";
    let subnets = if own_subnets { reference("SubnetGroup") } else { literal(text(group, "subnet_group")) };
    let backups = number(group, "backup_days");
    let mut cache = resource(
        "AWS::ElastiCache::ReplicationGroup",
        json!({
            "ReplicationGroupId": subject.name(),
            "ReplicationGroupDescription": literal(text(group, "description")),
            "Engine": text(group, "engine"),
            "EngineVersion": text(group, "engine_version"),
            "CacheNodeType": text(group, "node_type"),
            "Port": 6379,
            "ClusterMode": cluster.then_some("enabled"),
            "NumNodeGroups": cluster.then(|| number(group, "shards")),
            "ReplicasPerNodeGroup": cluster.then(|| number(group, "replicas")),
            "NumCacheClusters": (!cluster).then(|| 1 + number(group, "replicas")),
            "AutomaticFailoverEnabled": flag(group, "automatic_failover"),
            "MultiAZEnabled": flag(group, "multi_az"),
            "TransitEncryptionEnabled": text(group, "tls") == "required",
            "AtRestEncryptionEnabled": flag(group, "at_rest_encryption"),
            "DataTieringEnabled": flag(group, "data_tiering").then_some(true),
            "CacheParameterGroupName": reference("ParameterGroup"),
            "CacheSubnetGroupName": subnets,
            "SecurityGroupIds": guards(subject),
            "SnapshotRetentionLimit": backups,
            "SnapshotWindow": set(group, "backup_window"),
            "PreferredMaintenanceWindow": set(group, "maintenance_window"),
            "UserGroupIds": subject.one(USER_GROUP).map(|_| vec![reference("UserGroup")]),
            "LogDeliveryConfigurations": (!logs.is_empty()).then_some(logs),
            "Tags": tags(subject),
        }),
    );
    let kept = if backups > 0 { "Snapshot" } else { "Delete" };
    cache["DeletionPolicy"] = kept.into();
    cache["UpdateReplacePolicy"] = kept.into();
    cache
}

/// The group of the cache, and those that the profile names.
fn guards(subject: &Subject<'_>) -> Vec<Value> {
    let named = subject.profile.placement.security_groups.iter().map(|id| literal(id));
    std::iter::once(attribute("SecurityGroup", "GroupId")).chain(named).collect()
}

fn serverless(subject: &Subject<'_>, cache: &Resource) -> Value {
    let least = |name: &str| Some(number(cache, name)).filter(|least| *least > 0);
    let mut data = json!({ "Unit": "GB", "Maximum": number(cache, "data_maximum_gb") });
    if let Some(least) = least("data_minimum_gb") {
        data["Minimum"] = least.into();
    }
    let mut work = json!({ "Maximum": number(cache, "ecpu_per_second_maximum") });
    if let Some(least) = least("ecpu_per_second_minimum") {
        work["Minimum"] = least.into();
    }
    resource(
        "AWS::ElastiCache::ServerlessCache",
        json!({
            "ServerlessCacheName": subject.name(),
            "Description": literal(text(cache, "description")),
            "Engine": text(cache, "engine"),
            "MajorEngineVersion": text(cache, "engine_version"),
            "CacheUsageLimits": { "DataStorage": data, "ECPUPerSecond": work },
            "SubnetIds": reference("SubnetIds"),
            "SecurityGroupIds": guards(subject),
            "SnapshotRetentionLimit": number(cache, "backup_days"),
            "DailySnapshotTime": set(cache, "backup_time"),
            "UserGroupId": subject.one(USER_GROUP).map(|_| reference("UserGroup")),
            "Tags": tags(subject),
        }),
    )
}

fn alarms(subject: &Subject<'_>, all: &mut Map<String, Value>) {
    let dimension = if subject.one(SERVERLESS_CACHE).is_some() { "clusterId" } else { "CacheClusterId" };
    for alarm in subject.alarms() {
        for (i, member) in subject.members().iter().enumerate() {
            let word: String = alarm.kind.split('-').map(capital).collect();
            let properties = json!({
                "AlarmName": format!("cachefit/{}/{member}/{}", subject.name(), alarm.kind),
                "Namespace": "AWS/ElastiCache",
                "MetricName": alarm.metric,
                "Statistic": alarm.statistic,
                "Period": alarm.period,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": alarm.above.parse::<f64>().ok(),
                "EvaluationPeriods": alarm.of,
                "DatapointsToAlarm": alarm.points,
                "TreatMissingData": "notBreaching",
                "Dimensions": [{ "Name": dimension, "Value": member }],
                "AlarmActions": subject.notified().iter().map(|topic| literal(topic)).collect::<Vec<_>>(),
            });
            let mut resource = resource("AWS::CloudWatch::Alarm", properties);
            // The members are named before they are there.
            resource["DependsOn"] = "Cache".into();
            all.insert(format!("Alarm{word}{i}"), resource);
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn set(resource: &Resource, name: &str) -> Option<Value> {
    Some(text(resource, name)).filter(|text| !text.is_empty()).map(literal)
}
