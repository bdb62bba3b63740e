//! Private endpoints, and what caches know of them.

use serde_json::{Value, json};

use super::arm::{changed, deleted, made, not_found, root};
use super::subscription::plain;
use super::wire::{Answer, Call, Done, Refusal, refuse};
use super::world::{World, guid};

/// The group and the zone of a cache's private link.
fn link(kind: &str) -> (&'static str, &'static str) {
    if kind.starts_with("redisEnterprise") {
        ("redisEnterprise", "privatelink.redis.azure.net")
    } else {
        ("redisCache", "privatelink.redis.cache.windows.net")
    }
}

pub fn resources(world: &World, call: &Call) -> Answer {
    let Some(cache) = world.things.get(&root(call)) else { return not_found(call) };
    let (group, zone) = link(call.kind);
    let entry = json!({"id": format!("{}/privateLinkResources/{group}", cache.id), "name": group,
        "type": format!("{}/{}", call.namespace, call.kind),
        "properties": {"groupId": group, "requiredMembers": [group], "requiredZoneNames": [zone]}});
    Ok(Done::new(200, json!({"value": [entry]})))
}

/// The network of a subnet.
fn network(subnet: &str) -> String {
    subnet.to_lowercase().split("/subnets/").next().unwrap_or_default().to_owned()
}

/// Only one thing at a time is written in a network.
pub fn is_free(world: &mut World, subnet: &str) -> Result<(), Refusal> {
    let here = network(subnet);
    let endpoints: Vec<String> = world
        .all("privateEndpoints")
        .iter()
        .filter(|e| e.property("subnet")["id"].as_str().is_some_and(|id| network(id) == here))
        .map(|endpoint| endpoint.key())
        .collect();
    let is_within = |key: &str| endpoints.iter().any(|e| key == e || key.starts_with(&format!("{e}/")));
    let mut all = world.things.iter_mut().filter(|(key, _)| is_within(key.as_str()));
    let Some((_, busy)) = all.find(|(_, thing)| thing.is_busy()) else { return Ok(()) };
    if let Some(work) = &mut busy.work {
        work.looks -= 1;
    }
    let message = format!(
        "Cannot proceed with operation because resource {here} used by it is not in Succeeded state."
    );
    refuse(429, "RetryableErrorDueToAnotherOperation", message)
}

pub fn endpoint(world: &mut World, call: &Call) -> Answer {
    if call.method == "DELETE" {
        let subnet = world.things.get(&call.id).map(|e| e.property("subnet")["id"].clone());
        if let Some(subnet) = subnet.as_ref().and_then(Value::as_str) {
            is_free(world, subnet)?;
        }
        return deleted(world, call, world.change);
    }
    let body = world.heard(call);
    let given = &body["properties"];
    let subnet = given["subnet"]["id"].as_str().unwrap_or_default().to_owned();
    is_free(world, &subnet)?;
    let Some(inside) = world.things.get(&subnet.to_lowercase()) else {
        let message = format!("Resource {subnet} referenced by resource {} was not found.", call.path);
        return refuse(400, "InvalidResourceReference", message);
    };
    if inside.property("delegations").as_array().is_some_and(|all| !all.is_empty()) {
        let message =
            format!("Private endpoint cannot be created in the subnet {subnet} since it is delegated.");
        return refuse(400, "PrivateEndpointCannotBeCreatedInSubnetThatHasDelegation", message);
    }
    let at = world.things.get(&network(&subnet)).and_then(|n| n.body["location"].as_str().map(plain));
    if at != body["location"].as_str().map(plain) {
        return refuse(
            400,
            "InvalidResourceReference",
            "The endpoint and its network are in different regions.",
        );
    }
    let manual = given["manualPrivateLinkServiceConnections"].as_array().is_some_and(|all| !all.is_empty());
    let field = if manual { "manualPrivateLinkServiceConnections" } else { "privateLinkServiceConnections" };
    let asked = given[field][0].clone();
    let service = asked["properties"]["privateLinkServiceId"].as_str().unwrap_or_default().to_lowercase();
    let Some(cache) = world.things.get(&service) else {
        return refuse(400, "InvalidResourceReference", format!("The resource {service} was not found."));
    };
    if asked["properties"]["groupIds"] != json!([link(cache.kind).0]) {
        return refuse(
            400,
            "InvalidPrivateLinkGroup",
            "The group of the private link is not known to the resource.",
        );
    }
    if cache.is_busy() || cache.failed.is_some() {
        return refuse(
            400,
            "PrivateLinkServiceNotReady",
            "Call to Microsoft.Cache failed: the cache is not running.",
        );
    }
    let host = cache.property("hostName").clone();
    let exists = world.things.contains_key(&call.id);
    if !exists && world.all("privateEndpoints").len() >= world.most_endpoints {
        return refuse(400, "PrivateEndpointCountLimitReached", "The limit of private endpoints is reached.");
    }
    let mut connection = asked;
    connection["id"] = json!(format!("{}/{field}/{}", call.path, connection["name"].as_str().unwrap_or("c")));
    connection["properties"]["provisioningState"] = json!("Succeeded");
    let mut shown = json!({"location": body["location"], "properties": {"subnet": {"id": subnet},
        field: [connection], "customDnsConfigs": [{"fqdn": host, "ipAddresses": ["10.0.2.4"]}],
        "networkInterfaces": [{"id": format!("{}/nic", call.path)}]}});
    if let Some(tags) = body.get("tags") {
        shown["tags"] = tags.clone();
    }
    if exists {
        if let Some(thing) = world.things.get_mut(&call.id) {
            thing.patch(&shown);
        }
        relink(world);
        return changed(world, call, "Updating", world.change);
    }
    let answer = made(world, call, shown, world.change);
    let (kind, status) =
        (world.things[&service].kind, if world.approves && !manual { "Approved" } else { "Pending" });
    let id = format!(
        "{}/privateEndpointConnections/{}.{}",
        world.things[&service].id,
        call.name(),
        guid(&call.id)
    );
    let body = json!({"properties": {"provisioningState": "Succeeded", "privateEndpoint": {"id": call.path},
        "privateLinkServiceConnectionState": {"status": status, "description": "", "actionsRequired": "None"}}});
    world.add_at(&id, "Microsoft.Cache", &format!("{kind}/privateEndpointConnections"), body);
    relink(world);
    answer
}

/// Somebody approves or refuses an endpoint, or takes the connection away.
pub fn connection(world: &mut World, call: &Call) -> Answer {
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    if call.method == "DELETE" {
        world.remove(&call.id);
        relink(world);
        return Ok(Done::empty(200));
    }
    thing.patch(&json!({"properties": call.body["properties"]}));
    let shown = thing.shown();
    relink(world);
    Ok(Done::new(201, shown))
}

/// Caches and endpoints show each other as they are.
pub fn relink(world: &mut World) {
    let is_connection = |kind: &str| kind.ends_with("/privateEndpointConnections");
    let lost: Vec<String> = world
        .things
        .values()
        .filter(|thing| is_connection(thing.kind))
        .filter(|thing| {
            let endpoint = thing.property("privateEndpoint")["id"].as_str().unwrap_or_default();
            !world.things.contains_key(&endpoint.to_lowercase())
        })
        .map(super::Thing::key)
        .collect();
    for key in lost {
        world.things.remove(&key);
    }
    let all: Vec<(String, Value)> = world
        .things
        .iter()
        .filter(|(_, thing)| is_connection(thing.kind))
        .map(|(key, thing)| (key.clone(), thing.body.clone()))
        .collect();
    for (key, thing) in &mut world.things {
        if matches!(thing.kind, "redisEnterprise" | "redis") {
            let here: Vec<&Value> = all
                .iter()
                .filter(|(id, _)| id.starts_with(&format!("{key}/")))
                .map(|(_, body)| body)
                .collect();
            thing.set("privateEndpointConnections", json!(here));
        }
        if thing.kind == "privateEndpoints" {
            let own = all.iter().find(|(_, body)| {
                let id = body["properties"]["privateEndpoint"]["id"].as_str().unwrap_or_default();
                id.eq_ignore_ascii_case(key)
            });
            let lost = json!({"status": "Disconnected", "description": "", "actionsRequired": "None"});
            let state =
                own.map_or(lost, |(_, b)| b["properties"]["privateLinkServiceConnectionState"].clone());
            for field in ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"] {
                if let Some(one) = thing.body["properties"].get_mut(field).and_then(|f| f.get_mut(0)) {
                    one["properties"]["privateLinkServiceConnectionState"] = state.clone();
                }
            }
        }
    }
}
