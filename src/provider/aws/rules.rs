//! What a difference means: in place or made anew, what clients notice, how long it takes.
//!
//! Sources: ElastiCache API model (2026-11) and User Guide (2026-04); durations as seen in other tools' test runs.

use super::names;
use crate::catalog::version_at_least;
use crate::plan::{Action, Address, AttributeChange, Effect, Observed, Value};
use crate::provider::Rule;

/// A node is built beside the old one, filled and put in its place.
const NODE_TYPE_SECONDS: u32 = 900;
/// Observed by others between 1,650 and 1,930 s for a change of the number of nodes.
const COUNT_SECONDS: u32 = 1800;
/// Creation of a group took 615 to 743 s.
const CREATE_SECONDS: u32 = 720;
const UPGRADE_SECONDS: u32 = 1800;

/// The difference in one attribute of what there is.
pub fn attribute(observed: &[Observed], address: &Address, difference: &AttributeChange) -> Rule {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
    let (before, after) = (text(&difference.before), text(&difference.after));
    match (address.kind.as_str(), difference.name.as_str()) {
        (names::REPLICATION_GROUP, "shards" | "replicas") if lower(difference) => {
            Rule::in_place(COUNT_SECONDS).with_effect(Effect::ConnectionsDrop)
        }
        (names::REPLICATION_GROUP, name) => group(observed, address, name, &before, &after),
        (names::SERVERLESS_CACHE, "connection" | "subnets") => {
            Rule::replace(300).because(format!("a serverless cache keeps its {} for life", difference.name))
        }
        (names::SERVERLESS_CACHE, "engine") if after == "redis" => {
            Rule::replace(300).because("Valkey does not go back to Redis")
        }
        (names::SERVERLESS_CACHE, "engine_version") if number(&after) < number(&before) => {
            Rule::replace(300).because("an engine's version does not go down")
        }
        (names::SERVERLESS_CACHE, "engine" | "engine_version") => {
            Rule::in_place(600).with_effect(Effect::ConnectionsDrop)
        }
        (names::SERVERLESS_CACHE, "user_group") => Rule::in_place(60)
            .with_effect(Effect::ConnectionsDrop)
            .because("clients must sign in as their user"),
        (names::SERVERLESS_CACHE, "data_maximum_gb") if lower(difference) => {
            Rule::in_place(60).because("above a lower limit keys with a time to live go, then writes fail")
        }
        (names::SERVERLESS_CACHE, "data_minimum_gb" | "ecpu_per_second_minimum") => Rule::in_place(60)
            .because("a minimum is billed even while the cache is idle, and is ready within an hour"),
        (names::SERVERLESS_CACHE, _) => Rule::in_place(60),
        (names::SECURITY_GROUP, "vpc") => remade(5).because("a security group stays in its VPC"),
        (names::SUBNET_GROUP, "vpc") => remade(5).because("a subnet group stays in its VPC"),
        (names::PARAMETER_GROUP, "family") => remade(5).because("a parameter group keeps its family"),
        (names::PARAMETER_GROUP, "maxmemory-policy") => {
            Rule::in_place(10).because("in force at once on every node")
        }
        (names::USER, "user_name") => {
            remade(30).with_effect(Effect::ConnectionsDrop).because("a user keeps its name")
        }
        (names::USER, "authentication") if before.ends_with("passwords") && after == "password" => {
            Rule::in_place(30).because("a password beside that of its secret was set by others, and goes")
        }
        (names::USER, "authentication") => Rule::in_place(30)
            .with_effect(Effect::ConnectionsDrop)
            .because("clients must sign in another way"),
        (names::USER_GROUP, "members") if fewer(difference) => Rule::in_place(60)
            .with_effect(Effect::ConnectionsDrop)
            .because("connections of users that leave the group end"),
        (names::USER | names::USER_GROUP, _) => Rule::in_place(30),
        (names::SCALING, "suspended") => {
            Rule::in_place(2).because("it was held, by an apply that was cut short or by people")
        }
        _ => Rule::in_place(2),
    }
}

fn group(observed: &[Observed], address: &Address, name: &str, before: &str, after: &str) -> Rule {
    let is = observed.iter().find(|o| &o.resource.address == address);
    let value = |name: &str| is.and_then(|o| o.resource.attributes.get(name));
    let version = is.and_then(|o| o.facts.get("engine_version")).map_or("", String::as_str);
    let valkey = value("engine").and_then(Value::as_text) == Some("valkey");
    let modern = valkey || version_at_least(version, "7.0");
    match (name, before, after) {
        ("engine", _, "redis") => Rule::replace(CREATE_SECONDS)
            .because("Valkey does not go back to Redis but by restoring a backup"),
        ("engine", ..) => {
            let old = !version_at_least(version, "5.0.6");
            let effect = if old { Effect::Failover { seconds: 60 } } else { Effect::ConnectionsDrop };
            Rule::in_place(UPGRADE_SECONDS)
                .with_effect(effect)
                .because("Redis becomes Valkey in place, with all data")
        }
        // Valkey began with a higher number than the last Redis, so that a step to it is never a step down.
        ("engine_version", ..) if newer(before, after) => {
            Rule::replace(CREATE_SECONDS).because("an engine's version goes down only by restoring a backup")
        }
        ("node_type", ..) => Rule::in_place(NODE_TYPE_SECONDS)
            .with_effect(Effect::Failover { seconds: 1 })
            .because("new nodes are filled and take over one by one; the old type stays until then"),
        ("shards", ..) => Rule::in_place(COUNT_SECONDS).because("keys move while they are served"),
        ("replicas", ..) => Rule::in_place(COUNT_SECONDS),
        ("cluster_mode", "enabled", _) => {
            Rule::replace(CREATE_SECONDS).because("cluster mode cannot be switched off")
        }
        ("cluster_mode", _, "enabled") if !modern => Rule::replace(CREATE_SECONDS)
            .because("cluster mode comes in place from Valkey 7.2 or Redis 7.0 on"),
        ("cluster_mode", ..) => Rule::in_place(UPGRADE_SECONDS)
            .because("in two steps: both protocols, then, when all clients speak it, the cluster's alone"),
        ("tls", ..) if !(valkey || version_at_least(version, "7.0.5")) => Rule::replace(CREATE_SECONDS)
            .because("TLS is switched in place from Valkey 7.2 or Redis 7.0.5 on"),
        ("tls", "off", "required") => Rule::in_place(UPGRADE_SECONDS)
            .because("in two steps: preferred, then, when all clients have moved, required"),
        ("tls", _, "required") => {
            Rule::in_place(600).with_effect(Effect::ConnectionsDrop).because("connections without TLS end")
        }
        ("tls" | "engine_version", ..) => {
            Rule::in_place(UPGRADE_SECONDS).with_effect(Effect::ConnectionsDrop)
        }
        ("at_rest_encryption" | "subnet_group" | "vpc" | "data_tiering", ..) => {
            Rule::replace(CREATE_SECONDS).because(format!("a replication group keeps its {name} for life"))
        }
        ("user_groups", ..) => Rule::in_place(300)
            .with_effect(Effect::ConnectionsDrop)
            .because("clients must sign in as their user"),
        ("automatic_failover" | "multi_az" | "parameter_group", ..) => Rule::in_place(300),
        _ => Rule::in_place(60),
    }
}

/// A whole resource made, mended, replaced or deleted.
pub fn whole(address: &Address, action: &Action) -> Rule {
    let (create, data) = match address.kind.as_str() {
        names::REPLICATION_GROUP => (CREATE_SECONDS, true),
        names::SERVERLESS_CACHE => (180, true),
        names::USER | names::USER_GROUP => (30, false),
        _ => (2, false),
    };
    match action {
        Action::Delete if data => Rule::in_place(600)
            .with_effect(Effect::DataLoss)
            .because("a last snapshot is kept unless `--no-final-snapshot` is given"),
        Action::Replace { .. } if data => Rule::replace(create + 600),
        Action::Delete if address.kind == names::LOG_GROUP => {
            Rule::in_place(create).because("what was logged goes with it")
        }
        Action::Replace { .. } => remade(create),
        _ => Rule::in_place(create),
    }
}

/// Made anew, with nothing lost: what uses it says what clients notice.
fn remade(usual_seconds: u32) -> Rule {
    Rule { replace: true, ..Rule::in_place(usual_seconds) }
}

fn number(version: &str) -> u32 {
    version.split('.').next().and_then(|v| v.parse().ok()).unwrap_or(0)
}

/// Whether `a` is newer than `b`.
fn newer(a: &str, b: &str) -> bool {
    a != b && version_at_least(a, b)
}

fn lower(difference: &AttributeChange) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_number);
    number(&difference.after) < number(&difference.before)
}

fn fewer(difference: &AttributeChange) -> bool {
    let texts = |value: &Option<Value>| -> Vec<String> {
        let texts = value.as_ref().and_then(Value::as_texts).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect()
    };
    let after = texts(&difference.after);
    texts(&difference.before).iter().any(|member| !after.contains(member))
}
