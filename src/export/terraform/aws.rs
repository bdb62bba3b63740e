//! ElastiCache.

use super::{providers, tags};
use crate::export::aws::{
    Caller, LOG_GROUP, PARAMETER_GROUP, REPLICATION_GROUP, SERVERLESS_CACHE, USER, USER_GROUP, caller, flag,
    number, secret, text,
};
use crate::export::hcl::{Block, Hcl, file, quoted, raw};
use crate::export::{Exported, Subject};
use crate::plan::Resource;

/// The deployment.
pub fn export(subject: &Subject<'_>) -> Exported {
    let region = quoted(&subject.deployment.region);
    let mut blocks = vec![
        // The first version that knows Valkey, serverless caches and all attributes below.
        providers("aws", "hashicorp/aws", ">= 5.82"),
        Block::new("provider", &["aws"]).with("region", raw(region)),
        Block::variable("vpc_id", "string", "VPC of the cache"),
        Block::variable("subnet_ids", "list(string)", "Subnets of the cache, in at least two zones"),
        Block::variable("client_security_group_ids", "list(string)", "Security groups of clients")
            .with("default", Hcl::List(Vec::new())),
    ];
    blocks.extend(network(subject));
    blocks.extend(access(subject));
    if let Some(cache) = subject.one(SERVERLESS_CACHE) {
        blocks.push(serverless(subject, cache));
    }
    if let Some(group) = subject.one(REPLICATION_GROUP) {
        blocks.extend(nodes(subject, group));
    }
    blocks.extend(alarms(subject));
    Exported { text: file(&subject.heading(), &blocks), left_out: subject.left_out_of_aws() }
}

fn network(subject: &Subject<'_>) -> Vec<Block> {
    let name = format!("{}-cache", subject.name());
    let mut blocks = vec![
        Block::resource("aws_security_group", "cache")
            .with("name", name)
            .with("description", format!("cache of {}", subject.name()))
            .with("vpc_id", raw("var.vpc_id"))
            .maybe("tags", tags(subject)),
    ];
    let rule = |name: &str, port: i64| {
        Block::resource("aws_vpc_security_group_ingress_rule", name)
            .with("security_group_id", raw("aws_security_group.cache.id"))
            .with("ip_protocol", "tcp")
            .with("from_port", port)
            .with("to_port", port)
    };
    for port in subject.ports() {
        blocks.push(
            rule(&format!("clients_{port}"), *port)
                .with("for_each", raw("toset(var.client_security_group_ids)"))
                .with("referenced_security_group_id", raw("each.value")),
        );
        for (i, from) in subject.callers().iter().enumerate() {
            let attribute = match caller(from) {
                Caller::Group(_) => "referenced_security_group_id",
                Caller::Prefixes(_) => "prefix_list_id",
                Caller::V4(_) => "cidr_ipv4",
                Caller::V6(_) => "cidr_ipv6",
            };
            blocks.push(rule(&format!("allowed_{i}_{port}"), *port).with(attribute, from.as_str()));
        }
    }
    blocks
}

fn access(subject: &Subject<'_>) -> Vec<Block> {
    let Some(group) = subject.one(USER_GROUP) else { return Vec::new() };
    let engine = subject.deployment.engine.as_str();
    let mut blocks = Vec::new();
    for (i, user) in subject.all(USER).enumerate() {
        let label = format!("user_{i}");
        let mut how = Block::new("authentication_mode", &[]);
        how = match (text(user, "authentication"), secret(user, "password")) {
            (_, Some(name)) => {
                blocks.push(
                    Block::new("data", &["aws_secretsmanager_secret_version", &label])
                        .with("secret_id", name),
                );
                let value = format!(
                    "jsondecode(data.aws_secretsmanager_secret_version.{label}.secret_string)[\"password\"]"
                );
                how.with("type", "password").with("passwords", Hcl::List(vec![raw(value)]))
            }
            ("iam", None) => how.with("type", "iam"),
            _ => how.with("type", "no-password-required"),
        };
        blocks.push(
            Block::resource("aws_elasticache_user", &label)
                .with("user_id", user.address.name.as_str())
                .with("user_name", text(user, "user_name"))
                .with("access_string", text(user, "access"))
                .with("engine", engine)
                .maybe("tags", tags(subject))
                .block(how),
        );
    }
    let members =
        (0..subject.all(USER).count()).map(|i| raw(format!("aws_elasticache_user.user_{i}.user_id")));
    blocks.push(
        Block::resource("aws_elasticache_user_group", "cache")
            .with("user_group_id", group.address.name.as_str())
            .with("engine", engine)
            .with("user_ids", Hcl::List(members.collect()))
            .maybe("tags", tags(subject)),
    );
    blocks
}

fn nodes(subject: &Subject<'_>, group: &Resource) -> Vec<Block> {
    let mut blocks = Vec::new();
    let own_subnets = subject.profile.placement.subnet_group.is_none();
    if own_subnets {
        blocks.push(
            Block::resource("aws_elasticache_subnet_group", "cache")
                .with("name", subject.name())
                .with("subnet_ids", raw("var.subnet_ids"))
                .maybe("tags", tags(subject)),
        );
    }
    if let Some(parameters) = subject.one(PARAMETER_GROUP) {
        let mut block = Block::resource("aws_elasticache_parameter_group", "cache")
            .with("name", parameters.address.name.as_str())
            .with("family", text(parameters, "family"))
            .maybe("tags", tags(subject));
        for (name, value) in subject.parameters() {
            block = block.block(Block::new("parameter", &[]).with("name", name).with("value", value));
        }
        blocks.push(block);
    }
    for (i, log) in subject.all(LOG_GROUP).enumerate() {
        blocks.push(
            Block::resource("aws_cloudwatch_log_group", &format!("log_{i}"))
                .with("name", log.address.name.as_str())
                .with("retention_in_days", number(log, "retention_days")),
        );
    }
    blocks.push(replication_group(subject, group, own_subnets));
    blocks
}

fn replication_group(subject: &Subject<'_>, group: &Resource, own_subnets: bool) -> Block {
    let cluster = text(group, "cluster_mode") == "enabled";
    let subnets = if own_subnets {
        raw("aws_elasticache_subnet_group.cache.name")
    } else {
        text(group, "subnet_group").into()
    };
    let mut block = Block::resource("aws_elasticache_replication_group", "cache")
        .with("replication_group_id", subject.name())
        .with("description", text(group, "description"))
        .with("engine", text(group, "engine"))
        .with("engine_version", text(group, "engine_version"))
        .with("node_type", text(group, "node_type"))
        .with("port", 6379_i64);
    block = if cluster {
        block
            .with("cluster_mode", "enabled")
            .with("num_node_groups", number(group, "shards"))
            .with("replicas_per_node_group", number(group, "replicas"))
    } else {
        block.with("num_cache_clusters", 1 + number(group, "replicas"))
    };
    block = block
        .with("automatic_failover_enabled", flag(group, "automatic_failover"))
        .with("multi_az_enabled", flag(group, "multi_az"))
        .with("transit_encryption_enabled", text(group, "tls") == "required")
        .with("at_rest_encryption_enabled", flag(group, "at_rest_encryption"))
        .with("data_tiering_enabled", flag(group, "data_tiering"))
        .with("parameter_group_name", raw("aws_elasticache_parameter_group.cache.name"))
        .with("subnet_group_name", subnets)
        .with("security_group_ids", guards(subject))
        .with("snapshot_retention_limit", number(group, "backup_days"))
        .maybe("snapshot_window", set(group, "backup_window"))
        .maybe("maintenance_window", set(group, "maintenance_window"));
    if subject.one(USER_GROUP).is_some() {
        block = block.with("user_group_ids", raw("[aws_elasticache_user_group.cache.user_group_id]"));
    }
    block = block.maybe("tags", tags(subject));
    for (i, log) in subject.all(LOG_GROUP).enumerate() {
        let kind = if log.address.name.ends_with("slow-log") { "slow-log" } else { "engine-log" };
        block = block.block(
            Block::new("log_delivery_configuration", &[])
                .with("destination", raw(format!("aws_cloudwatch_log_group.log_{i}.name")))
                .with("destination_type", "cloudwatch-logs")
                .with("log_format", "json")
                .with("log_type", kind),
        );
    }
    block
}

/// The group of the cache, and those that the profile names.
fn guards(subject: &Subject<'_>) -> Hcl {
    let named = subject.profile.placement.security_groups.iter().map(|id| id.as_str().into());
    Hcl::List(std::iter::once(raw("aws_security_group.cache.id")).chain(named).collect())
}

fn serverless(subject: &Subject<'_>, cache: &Resource) -> Block {
    let limit = |name: &str, most: &str, least: &str| {
        let least = Some(number(cache, least)).filter(|least| *least > 0);
        Block::new(name, &[]).with("maximum", number(cache, most)).maybe("minimum", least)
    };
    let block = Block::resource("aws_elasticache_serverless_cache", "cache")
        .with("name", subject.name())
        .with("description", text(cache, "description"))
        .with("engine", text(cache, "engine"))
        .with("major_engine_version", text(cache, "engine_version"))
        .with("subnet_ids", raw("var.subnet_ids"))
        .with("security_group_ids", guards(subject))
        .with("snapshot_retention_limit", number(cache, "backup_days"))
        .maybe("daily_snapshot_time", set(cache, "backup_time"));
    let users = subject.one(USER_GROUP).map(|_| raw("aws_elasticache_user_group.cache.user_group_id"));
    block.maybe("user_group_id", users).maybe("tags", tags(subject)).block(
        Block::new("cache_usage_limits", &[])
            .block(limit("data_storage", "data_maximum_gb", "data_minimum_gb").with("unit", "GB"))
            .block(limit("ecpu_per_second", "ecpu_per_second_maximum", "ecpu_per_second_minimum")),
    )
}

fn alarms(subject: &Subject<'_>) -> Vec<Block> {
    let serverless = subject.one(SERVERLESS_CACHE).is_some();
    let dimension = if serverless { "clusterId" } else { "CacheClusterId" };
    let cache =
        if serverless { "aws_elasticache_serverless_cache" } else { "aws_elasticache_replication_group" };
    let members = Hcl::List(subject.members().into_iter().map(Hcl::from).collect());
    let actions: Vec<Hcl> = subject.notified().into_iter().map(Hcl::from).collect();
    let one = |alarm: crate::export::aws::Alarm<'_>| {
        let members = match &members {
            Hcl::List(all) => {
                let quoted: Vec<String> = all
                    .iter()
                    .map(|m| if let Hcl::Text(m) = m { quoted(m) } else { String::new() })
                    .collect();
                format!("toset([{}])", quoted.join(", "))
            }
            _ => "toset([])".to_owned(),
        };
        let name = format!("cachefit/{}/", subject.name());
        Block::resource("aws_cloudwatch_metric_alarm", &alarm.kind.replace('-', "_"))
            .with("for_each", raw(members))
            .with("alarm_name", raw(format!("\"{name}${{each.value}}/{}\"", alarm.kind)))
            .with("namespace", "AWS/ElastiCache")
            .with("metric_name", alarm.metric)
            .with("statistic", alarm.statistic)
            .with("period", alarm.period)
            .with("comparison_operator", "GreaterThanThreshold")
            .with("threshold", raw(alarm.above))
            .with("evaluation_periods", alarm.of)
            .with("datapoints_to_alarm", alarm.points)
            .with("treat_missing_data", "notBreaching")
            .with("dimensions", raw(format!("{{ {dimension} = each.value }}")))
            .with("alarm_actions", Hcl::List(actions.clone()))
            .maybe("tags", tags(subject))
            .with("depends_on", raw(format!("[{cache}.cache]")))
    };
    subject.alarms().into_iter().map(one).collect()
}

/// Text of an attribute that is set.
fn set<'a>(resource: &'a Resource, name: &str) -> Option<&'a str> {
    Some(text(resource, name)).filter(|text| !text.is_empty())
}
