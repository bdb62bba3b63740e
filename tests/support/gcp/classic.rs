//! Instances of the classic Memorystore for Redis. They know no request ids, and lie under the same names as those for Valkey.

use serde_json::{Map, Value, json};

use super::operations::{Effect, begin, look_at};
use super::wire::{Answer, Call, Refusal, refuse};
use super::world::{PROJECT, World};

/// Fields that a PATCH may name.
const IN_PLACE: [&str; 10] = [
    "memorySizeGb",
    "redisConfigs",
    "replicaCount",
    "displayName",
    "labels",
    "authEnabled",
    "maintenancePolicy",
    "persistenceConfig",
    "readReplicasMode",
    "maintenanceVersion",
];

fn invalid(message: impl Into<String>) -> Refusal {
    refuse(400, "INVALID_ARGUMENT", message)
}

fn missing(name: &str) -> Refusal {
    refuse(404, "NOT_FOUND", format!("Resource '{name}' was not found"))
}

/// Operations of the two products have targets of their own.
fn target(name: &str) -> String {
    format!("redis:{name}")
}

pub fn get(world: &mut World, name: &str) -> Answer {
    look_at(world, &target(name));
    world.classic.get(name).cloned().ok_or_else(|| missing(name))
}

pub fn list(world: &mut World, call: &Call) -> Answer {
    let all: Vec<Value> = world.classic.values().cloned().collect();
    super::around::page(world, call, "instances", &all)
}

pub fn create(world: &mut World, call: &Call) -> Answer {
    let name = call.changes();
    let id = name.rsplit('/').next().unwrap();
    let fits = (2..=41).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        return Err(invalid(format!("the id {id} must match [a-z][a-z0-9-]{{0,39}}[a-z0-9]")));
    }
    if world.classic.contains_key(&name) {
        return Err(refuse(409, "ALREADY_EXISTS", format!("Resource '{name}' already exists")));
    }
    let body = &call.body;
    let size = body["memorySizeGb"].as_i64().unwrap_or(0);
    if !(1..=300).contains(&size) {
        return Err(invalid(format!("memory_size_gb must be from 1 to 300, not {size}")));
    }
    let replicas = i64::from(body["tier"] == "STANDARD_HA");
    if body.get("replicaCount").is_some_and(|count| *count != replicas) {
        return Err(invalid(format!("without read replicas the only valid replica_count is {replicas}")));
    }
    if world.classic.values().map(gib).sum::<i64>() + size > world.classic_gib {
        let message = format!(
            "Quota limit 'TotalMemoryGbPerRegion' has been exceeded. Limit: {} in region us-central1.",
            world.classic_gib
        );
        return Err(refuse(429, "RESOURCE_EXHAUSTED", message));
    }
    let mut shown: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    shown.retain(|field, _| !world.dropped.contains(field));
    for (field, value) in [
        ("name", json!(name)),
        ("state", json!("CREATING")),
        ("createTime", json!("2026-11-28T00:00:00Z")),
        ("replicaCount", json!(replicas)),
    ] {
        shown.insert(field.to_owned(), value);
    }
    for (field, value) in [
        ("tier", json!("BASIC")),
        ("connectMode", json!("DIRECT_PEERING")),
        ("redisVersion", json!("REDIS_7_0")),
        ("transitEncryptionMode", json!("DISABLED")),
        ("authEnabled", json!(false)),
        ("readReplicasMode", json!("READ_REPLICAS_DISABLED")),
        ("authorizedNetwork", json!(format!("projects/{PROJECT}/global/networks/default"))),
    ] {
        shown.entry(field).or_insert(value);
    }
    world.classic.insert(name.clone(), Value::Object(shown));
    world.made.push((call.operation.to_owned(), name.clone()));
    let looks = world.create;
    Ok(begin(world, &target(&name), "create", looks, Effect::MakeClassic))
}

fn gib(body: &Value) -> i64 {
    body["memorySizeGb"].as_i64().unwrap_or(0)
}

/// The end of a create.
pub fn made(world: &mut World, target: &str) {
    let serial = world.next();
    let Some(body) = world.classic.get_mut(target.trim_start_matches("redis:")) else { return };
    let encrypted = body["transitEncryptionMode"] == "SERVER_AUTHENTICATION";
    for (field, value) in [
        ("state", json!("READY")),
        ("host", json!(format!("10.1.{serial}.3"))),
        ("port", json!(if encrypted { 6378 } else { 6379 })),
        ("currentLocationId", json!("us-central1-a")),
    ] {
        body[field] = value;
    }
    if encrypted {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
        body["serverCaCerts"] =
            json!([{ "serialNumber": "1", "cert": pem, "expireTime": "2036-11-28T00:00:00Z" }]);
    }
}

/// At rest, so that it may be changed.
fn ready<'a>(world: &'a World, name: &str) -> Result<&'a Value, Refusal> {
    let body = world.classic.get(name).ok_or_else(|| missing(name))?;
    if body["state"] != "READY" {
        return Err(refuse(400, "FAILED_PRECONDITION", format!("the instance {name} is being updated")));
    }
    Ok(body)
}

fn work(world: &mut World, name: &str, state: &str, verb: &'static str, effect: Effect) -> Value {
    world.classic.get_mut(name).unwrap()["state"] = state.into();
    let looks = world.change;
    begin(world, &target(name), verb, looks, effect)
}

pub fn update(world: &mut World, call: &Call) -> Answer {
    let name = call.target.clone();
    let fields: Vec<&str> = call.param("updateMask").split(',').filter(|field| !field.is_empty()).collect();
    let body = ready(world, &name)?;
    let [field] = fields[..] else {
        return Err(invalid("exactly 1 update_mask field must be specified per update request"));
    };
    if !IN_PLACE.contains(&field) {
        return Err(invalid(format!("the field {field} cannot be updated")));
    }
    let value = call.body.get(field).cloned();
    let value = value.ok_or_else(|| invalid(format!("{field} is in the mask and not in the body")))?;
    if field == "replicaCount" && body["readReplicasMode"] == "READ_REPLICAS_DISABLED" {
        let message =
            "Read Replicas mode must be enabled on the instance in order to update the replica count";
        return Err(refuse(400, "FAILED_PRECONDITION", message));
    }
    if field == "memorySizeGb" && !value.as_i64().is_some_and(|gib| (1..=300).contains(&gib)) {
        return Err(invalid("memory_size_gb must be from 1 to 300"));
    }
    Ok(work(world, &name, "UPDATING", "update", Effect::SetClassic(field.to_owned(), value)))
}

pub fn upgrade(world: &mut World, call: &Call) -> Answer {
    let name = call.target.clone();
    let body = ready(world, &name)?;
    let version = call.body["redisVersion"].as_str().unwrap_or_default().to_owned();
    if version.as_str() < body["redisVersion"].as_str().unwrap_or_default() {
        return Err(invalid("an instance cannot be downgraded"));
    }
    let effect = Effect::SetClassic("redisVersion".to_owned(), version.into());
    Ok(work(world, &name, "UPDATING", "upgrade", effect))
}

/// The end of a change; a size that the data does not fit into fails only now.
pub fn set(world: &mut World, target: &str, field: &str, value: &Value) -> Option<(i64, String)> {
    let (dropped, used) = (world.dropped.contains(field), world.used);
    let body = world.classic.get_mut(target.trim_start_matches("redis:"))?;
    body["state"] = "READY".into();
    let small = |gib: i64| used.is_some_and(|used| gib * (1 << 30) <= used);
    if field == "memorySizeGb" && value.as_i64().is_some_and(small) {
        return Some((9, "the data does not fit into the new size".to_owned()));
    }
    if !dropped {
        body[field] = value.clone();
    }
    None
}

pub fn delete(world: &mut World, call: &Call) -> Answer {
    let name = call.target.clone();
    ready(world, &name)?;
    Ok(work(world, &name, "DELETING", "delete", Effect::DeleteClassic))
}

pub fn gone(world: &mut World, target: &str) {
    let name = target.trim_start_matches("redis:");
    world.classic.remove(name);
    world.made.retain(|(operation, made)| made != name || operation != "CreateRedisInstance");
}

/// Somebody else's, at rest.
pub fn of_others(world: &mut World, name: &str) {
    let path = format!("projects/{PROJECT}/locations/us-central1/instances/{name}");
    let body = json!({
        "name": path, "state": "READY", "createTime": "2026-01-01T00:00:00Z", "tier": "STANDARD_HA", "memorySizeGb": 50,
        "redisVersion": "REDIS_6_X", "connectMode": "DIRECT_PEERING", "transitEncryptionMode": "DISABLED",
        "authorizedNetwork": format!("projects/{PROJECT}/global/networks/main"), "replicaCount": 1, "host": "10.9.9.8",
        "port": 6379, "labels": { "team": "others" },
    });
    world.classic.insert(path, body);
}
