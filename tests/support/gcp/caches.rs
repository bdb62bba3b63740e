//! Instances and clusters.

use serde_json::{Map, Value, json};

use super::operations::{Effect, begin, look_at};
use super::wire::{Answer, Call, Refusal, refuse};
use super::world::{PROJECT, World};

/// Fields that a PATCH may name.
const IN_PLACE: [&str; 12] = [
    "nodeType",
    "shardCount",
    "replicaCount",
    "engineVersion",
    "engineConfigs",
    "redisConfigs",
    "persistenceConfig",
    "deletionProtectionEnabled",
    "maintenancePolicy",
    "automatedBackupConfig",
    "labels",
    "aclPolicy",
];

fn invalid(message: impl Into<String>) -> Refusal {
    refuse(400, "INVALID_ARGUMENT", message)
}

fn precondition(message: impl Into<String>) -> Refusal {
    refuse(400, "FAILED_PRECONDITION", message)
}

fn missing(name: &str) -> Refusal {
    refuse(404, "NOT_FOUND", format!("Resource '{name}' was not found"))
}

pub fn get(world: &mut World, name: &str) -> Answer {
    look_at(world, name);
    world.caches.get(name).cloned().ok_or_else(|| missing(name))
}

pub fn list(world: &mut World, call: &Call) -> Answer {
    let field = if call.service == "redis" { "clusters" } else { "instances" };
    let all: Vec<Value> = world
        .caches
        .iter()
        .filter(|(name, _)| name.starts_with(&format!("{}/", call.target)))
        .map(|(_, body)| body.clone())
        .collect();
    super::around::page(world, call, field, &all)
}

/// The network that a body asks for.
fn network(body: &Value) -> &str {
    let valkey = &body["endpoints"][0]["connections"][0]["pscAutoConnection"]["network"];
    valkey.as_str().or_else(|| body["pscConfigs"][0]["network"].as_str()).unwrap_or_default()
}

pub fn create(world: &mut World, call: &Call) -> Answer {
    let name = call.changes();
    if let Some(seen) = replayed(world, call)? {
        return Ok(seen);
    }
    let id = name.rsplit('/').next().unwrap();
    let fits = (4..=63).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        return Err(invalid(format!("the id {id} must have 4 to 63 lower-case letters, digits and hyphens")));
    }
    if world.caches.contains_key(&name) {
        return Err(refuse(409, "ALREADY_EXISTS", format!("Resource '{name}' already exists")));
    }
    let mut body = call.body.clone();
    let valkey = call.service == "memorystore";
    let count = |field: &str| body[field].as_i64().unwrap_or(0);
    let units = count("shardCount") * (1 + count("replicaCount"));
    if valkey && body["mode"] == "CLUSTER_DISABLED" && count("shardCount") != 1 {
        return Err(invalid("cluster mode disabled takes exactly one shard"));
    }
    if valkey
        && body["mode"] != "CLUSTER_DISABLED"
        && body["nodeType"].as_str().is_some_and(|n| n.starts_with("CUSTOM"))
    {
        return Err(invalid("the node type needs cluster mode disabled"));
    }
    if valkey {
        let connection = &body["endpoints"][0]["connections"][0]["pscAutoConnection"];
        if connection["projectId"] != PROJECT {
            return Err(invalid(
                "project_id shall be the same as the consumer project for creating the cluster",
            ));
        }
    }
    if !network(&body).starts_with("projects/") {
        return Err(invalid("the network must have the form projects/P/global/networks/N"));
    }
    if count("replicaCount") > 5 || units == 0 {
        return Err(invalid("a shard has 0 to 5 replicas"));
    }
    if world.used_units() + units > world.units {
        let message = format!(
            "Quota limit 'UnitsPerRegion' has been exceeded. Limit: {} in region us-central1.",
            world.units
        );
        return Err(refuse(429, "RESOURCE_EXHAUSTED", message));
    }
    let fields = body.as_object_mut().unwrap();
    fields.retain(|name, _| !world.dropped.contains(name));
    for (name, value) in [
        ("name", json!(name)),
        ("state", json!("CREATING")),
        ("createTime", json!("2026-11-28T00:00:00Z")),
        ("uid", json!(format!("uid-{:04}", world.next()))),
    ] {
        fields.insert(name.to_owned(), value);
    }
    if valkey {
        fields.entry("engineVersion").or_insert(json!("VALKEY_8_0"));
    }
    world.caches.insert(name.clone(), body);
    let looks = world.create;
    let answer = begin(world, &name, "create", looks, Effect::MakeCache);
    world.made.push((call.operation.to_owned(), name));
    Ok(kept(world, call, answer))
}

/// An answer that a request has had already; one with another content is refused.
fn replayed(world: &World, call: &Call) -> Result<Option<Value>, Refusal> {
    let content =
        format!("{} {} {:?} {}", call.operation, call.target, call.query.get("updateMask"), call.body);
    match world.requests.get(call.param("requestId")) {
        Some((seen, answer)) if *seen == content => Ok(Some(answer.clone())),
        Some(_) => Err(invalid("the request id was used for another request")),
        None => Ok(None),
    }
}

fn kept(world: &mut World, call: &Call, answer: Value) -> Value {
    let id = call.param("requestId");
    if !id.is_empty() {
        let content =
            format!("{} {} {:?} {}", call.operation, call.target, call.query.get("updateMask"), call.body);
        world.requests.insert(id.to_owned(), (content, answer.clone()));
    }
    answer
}

/// The end of a create: without a policy for its network it fails only now.
pub fn made(world: &mut World, name: &str) -> Option<(i64, String)> {
    let body = world.caches.get(name)?.clone();
    let valkey = name.contains("/instances/");
    let class = if valkey { "gcp-memorystore" } else { "gcp-memorystore-redis" };
    let network = network(&body).to_owned();
    let policy =
        world.policies.values().any(|p| p["network"] == json!(network) && p["serviceClass"] == class);
    if !policy {
        world.caches.remove(name);
        world.made.retain(|(_, made)| made != name);
        let message = format!(
            "Invalid resource state for \"{name}\": No service connection policy is associated with project: {PROJECT}, network {network}"
        );
        return Some((9, message));
    }
    let serial = world.next();
    let ids = [format!("{serial}1"), format!("{serial}2")];
    let address = format!("10.0.{serial}.3");
    let connection = |id: &str| {
        json!({ "projectId": PROJECT, "network": network, "ipAddress": address, "port": 6379, "pscConnectionId": id,
            "pscConnectionStatus": "ACTIVE" })
    };
    let body = world.caches.get_mut(name).unwrap();
    body["state"] = "ACTIVE".into();
    if valkey {
        let single = body["mode"] == "CLUSTER_DISABLED";
        let kinds = if single {
            ("CONNECTION_TYPE_PRIMARY", "CONNECTION_TYPE_READER")
        } else {
            ("CONNECTION_TYPE_DISCOVERY", "")
        };
        let mut both = [connection(&ids[0]), connection(&ids[1])];
        both[0]["connectionType"] = kinds.0.into();
        if !kinds.1.is_empty() {
            both[1]["connectionType"] = kinds.1.into();
        }
        let both: Vec<Value> = both.into_iter().map(|c| json!({ "pscAutoConnection": c })).collect();
        body["endpoints"] = json!([{ "connections": both }]);
    } else {
        body["discoveryEndpoints"] =
            json!([{ "address": address, "port": 6379, "pscConfig": { "network": network } }]);
        let way = |id: &String| {
            json!({ "address": address, "network": network, "projectId": PROJECT, "pscConnectionId": id,
                "pscConnectionStatus": "PSC_CONNECTION_STATUS_ACTIVE" })
        };
        body["pscConnections"] = ids.iter().map(way).collect();
        attach(world, name);
    }
    connect(world, &network, class, &ids);
    None
}

/// A policy shows the connections that it has made.
fn connect(world: &mut World, network: &str, class: &str, ids: &[String]) {
    let policy = world.policies.values_mut().find(|p| p["network"] == network && p["serviceClass"] == class);
    if let Some(policy) = policy {
        let mut all = policy["pscConnections"].as_array().cloned().unwrap_or_default();
        all.extend(
            ids.iter().map(|id| json!({ "pscConnectionId": id, "state": "ACTIVE", "serviceClass": class })),
        );
        policy["pscConnections"] = all.into();
    }
}

/// An access list shows the cluster that names it.
fn attach(world: &mut World, cluster: &str) {
    let named = world.caches[cluster]["aclPolicy"].as_str().unwrap_or_default().to_owned();
    for (name, acl) in &mut world.acl {
        let mut all = acl["clusterAclPolicyAttachments"].as_array().cloned().unwrap_or_default();
        all.retain(|a| a["cluster"] != cluster);
        if *name == named {
            all.push(json!({ "cluster": cluster }));
        }
        acl["clusterAclPolicyAttachments"] = all.into();
    }
}

pub fn update(world: &mut World, call: &Call) -> Answer {
    let name = &call.target;
    if let Some(seen) = replayed(world, call)? {
        return Ok(seen);
    }
    let Some(body) = world.caches.get(name) else { return Err(missing(name)) };
    let fields: Vec<&str> = call.param("updateMask").split(',').filter(|field| !field.is_empty()).collect();
    let [field] = fields[..] else {
        return Err(invalid("exactly 1 update_mask field must be specified per update request"));
    };
    if !IN_PLACE.contains(&field) {
        return Err(invalid(format!("the field {field} cannot be updated")));
    }
    if body["state"] != "ACTIVE" {
        return Err(precondition(format!("the resource {name} is being updated")));
    }
    let value = call
        .body
        .get(field)
        .cloned()
        .ok_or_else(|| invalid(format!("{field} is in the mask and not in the body")))?;
    let number = value.as_i64().unwrap_or(0);
    match field {
        "shardCount" if body["mode"] == "CLUSTER_DISABLED" && number != 1 => {
            return Err(invalid("cluster mode disabled takes exactly one shard"));
        }
        "shardCount" if number < 1 => return Err(invalid("at least one shard")),
        "replicaCount" if number > 5 => return Err(invalid("a shard has 0 to 5 replicas")),
        "aclPolicy" if !world.acl.contains_key(value.as_str().unwrap_or_default()) => {
            return Err(precondition("no such ACL policy"));
        }
        _ => {}
    }
    world.caches.get_mut(name).unwrap()["state"] = "UPDATING".into();
    let looks = world.change;
    let name = name.clone();
    let answer = begin(world, &name, "update", looks, Effect::SetField(field.to_owned(), value));
    Ok(kept(world, call, answer))
}

pub fn set(world: &mut World, name: &str, field: &str, value: &Value) {
    let dropped = world.dropped.contains(field);
    let Some(body) = world.caches.get_mut(name) else { return };
    body["state"] = "ACTIVE".into();
    if !dropped {
        body[field] = value.clone();
    }
    if field == "aclPolicy" && !dropped {
        attach(world, name);
    }
}

pub fn delete(world: &mut World, call: &Call) -> Answer {
    let name = &call.target;
    if let Some(seen) = replayed(world, call)? {
        return Ok(seen);
    }
    let Some(body) = world.caches.get(name) else { return Err(missing(name)) };
    if body["deletionProtectionEnabled"] == true {
        return Err(precondition(
            "The instance is protected against deletion: deletion protection is enabled",
        ));
    }
    if body["state"] != "ACTIVE" {
        return Err(precondition(format!("the resource {name} is being updated")));
    }
    world.caches.get_mut(name).unwrap()["state"] = "DELETING".into();
    let looks = world.change;
    let name = name.clone();
    let answer = begin(world, &name, "delete", looks, Effect::DeleteCache);
    Ok(kept(world, call, answer))
}

pub fn gone(world: &mut World, name: &str) {
    let Some(body) = world.caches.remove(name) else { return };
    world.made.retain(|(_, made)| made != name);
    world.token_users.retain(|user, _| !user.starts_with(&format!("{name}/")));
    let text = body.to_string();
    for policy in world.policies.values_mut() {
        let mut all = policy["pscConnections"].as_array().cloned().unwrap_or_default();
        all.retain(|c| !text.contains(&c["pscConnectionId"].to_string()));
        policy["pscConnections"] = all.into();
    }
    for acl in world.acl.values_mut() {
        let mut all = acl["clusterAclPolicyAttachments"].as_array().cloned().unwrap_or_default();
        all.retain(|a| a["cluster"] != name);
        acl["clusterAclPolicyAttachments"] = all.into();
    }
}

/// Somebody else's, at rest.
pub fn of_others(world: &mut World, name: &str) {
    let path = format!("projects/{PROJECT}/locations/us-central1/instances/{name}");
    let network = format!("projects/{PROJECT}/global/networks/main");
    let mut body = Map::new();
    for (field, value) in [
        ("name", json!(path)),
        ("state", json!("ACTIVE")),
        ("createTime", json!("2026-01-01T00:00:00Z")),
        ("nodeType", json!("HIGHMEM_XLARGE")),
        ("mode", json!("CLUSTER")),
        ("shardCount", json!(1)),
        ("replicaCount", json!(0)),
        ("engineVersion", json!("VALKEY_8_0")),
        ("authorizationMode", json!("AUTH_DISABLED")),
        ("transitEncryptionMode", json!("TRANSIT_ENCRYPTION_DISABLED")),
        (
            "endpoints",
            json!([{ "connections": [{ "pscAutoConnection": { "projectId": PROJECT, "network": network,
            "ipAddress": "10.9.9.9", "port": 6379, "pscConnectionId": "theirs" } }] }]),
        ),
        ("labels", json!({ "team": "others" })),
    ] {
        body.insert(field.to_owned(), value);
    }
    world.caches.insert(path, Value::Object(body));
}
