//! What every kind has in common: who may ask, how it is looked at and listed, how work on it begins.

use serde_json::{Value, json};

use super::wire::{Answer, Call, Done, Form, Refusal, refuse};
use super::world::World;
use super::{
    alerts, classic, classic_access, cluster, database, metrics, monitor, network, operation, subscription,
    token, zones,
};

/// What the service answers to a call, in the words of its version.
pub fn perform(world: &mut World, call: &Call) -> Answer {
    let mut answer = answered(world, call);
    if let (Ok(Done { body: Some(body), .. }), "2025-07-01") = (&mut answer, call.version()) {
        without_access(body);
    }
    answer
}

/// The older version of Managed Redis knows nothing of what an identity may do.
fn without_access(body: &mut Value) {
    for one in body.get_mut("value").and_then(Value::as_array_mut).into_iter().flatten() {
        without_access(one);
    }
    if let Some(fields) = body.get_mut("properties").and_then(Value::as_object_mut) {
        fields.retain(|name, _| name != "accessString" && name != "provisioningError");
    }
}

fn answered(world: &mut World, call: &Call) -> Answer {
    match &call.form {
        Form::Token => return token::issue(world, call),
        Form::Identity => return token::identity(world, call),
        _ => token::check(call)?,
    }
    if call.version().is_empty() {
        return refuse(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
    }
    let versions = call.versions();
    let served = |version: &&str| *version != "2026-09-01" || world.serves_access_strings;
    let is_kind = matches!(call.form, Form::One | Form::List | Form::Action(_));
    if is_kind && !versions.iter().filter(|v| served(v)).any(|version| *version == call.version()) {
        let message = format!(
            "No registered resource provider found for API version '{}' for type '{}'. The supported api-versions are \
             '{}'.",
            call.version(),
            call.kind,
            versions.join(", ")
        );
        return refuse(400, "NoRegisteredProviderFound", message);
    }
    let is_change = call.method != "GET" && is_kind;
    if is_change && !world.registered.contains(&call.namespace.to_lowercase()) {
        let message = format!("The subscription is not registered to use namespace '{}'.", call.namespace);
        return refuse(409, "MissingSubscriptionRegistration", message);
    }
    match (&call.form, call.method.as_str()) {
        (Form::Group, _) => subscription::group(call),
        (Form::Provider, _) => subscription::provider(world, call),
        (Form::Availability, _) => subscription::availability(world, call),
        (Form::Usages(location), _) => subscription::usages(world, call, location),
        (Form::Operation, _) => operation::look(world, call),
        (Form::Metrics, _) => metrics::look(world, call),
        (Form::List, _) if call.kind.ends_with("/privateLinkResources") => network::resources(world, call),
        (Form::List, _) if call.kind == "alerts" => alerts::list(world, call),
        (Form::List, _) => list(world, call),
        (Form::One, "GET") => look(world, call),
        _ => change(world, call),
    }
}

fn change(world: &mut World, call: &Call) -> Answer {
    match call.kind {
        "redisEnterprise" => cluster::change(world, call),
        "redisEnterprise/databases" => database::change(world, call),
        "redisEnterprise/databases/accessPolicyAssignments" => database::assignment(world, call),
        "redis" => classic::change(world, call),
        "redis/accessPolicies" | "redis/accessPolicyAssignments" | "redis/firewallRules" => {
            classic_access::change(world, call)
        }
        "privateEndpoints" => network::endpoint(world, call),
        "privateEndpoints/privateDnsZoneGroups" => zones::group(world, call),
        "privateDnsZones" => zones::zone(world, call),
        "privateDnsZones/virtualNetworkLinks" => zones::link(world, call),
        kind if kind.ends_with("/privateEndpointConnections") => network::connection(world, call),
        "metricAlerts" => monitor::change(world, call),
        kind => refuse(405, "MethodNotAllowed", format!("{} of {kind} is not in this fake", call.method)),
    }
}

pub fn not_found(call: &Call) -> Answer {
    let message = format!("The Resource '{}' under resource group was not found.", call.path);
    refuse(404, "ResourceNotFound", message)
}

fn look(world: &mut World, call: &Call) -> Answer {
    zones::counted(world);
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    if let Some(shown) = thing.look() {
        return Ok(Done::new(200, shown));
    }
    gone(world, &call.id);
    not_found(call)
}

/// A resource has gone, and what others show of it.
fn gone(world: &mut World, key: &str) {
    world.remove(key);
    network::relink(world);
}

fn list(world: &mut World, call: &Call) -> Answer {
    zones::counted(world);
    let scope: Vec<&str> = call.id.split('/').collect();
    // `/subscriptions/S/providers/N/K` is about the whole subscription.
    let prefix = if scope.get(3) == Some(&"providers") {
        format!("/subscriptions/{}/", scope[2])
    } else {
        format!("{}/", call.id)
    };
    let parent = call.id.rsplit_once('/').map_or("", |(parent, _)| parent);
    if call.kind.contains('/') && !world.things.contains_key(parent) {
        return refuse(
            404,
            "ParentResourceNotFound",
            format!("The parent of '{}' was not found.", call.path),
        );
    }
    let keys: Vec<String> = world
        .things
        .iter()
        .filter(|(key, thing)| thing.kind == call.kind && key.starts_with(&prefix))
        .map(|(key, _)| key.clone())
        .collect();
    let mut shown = Vec::new();
    for key in keys {
        match world.things.get_mut(&key).and_then(super::Thing::look) {
            Some(value) => shown.push(value),
            None => gone(world, &key),
        }
    }
    let from: usize = call.query.get("$skiptoken").and_then(|text| text.parse().ok()).unwrap_or(0);
    let rest = shown.len().saturating_sub(from + world.page);
    let page: Vec<Value> = shown.into_iter().skip(from).take(world.page).collect();
    let mut body = json!({"value": page});
    if rest > 0 {
        let next = from + world.page;
        let link =
            format!("http://{}{}?api-version={}&$skiptoken={next}", call.host, call.path, call.version());
        body["nextLink"] = json!(link);
    }
    Ok(Done::new(200, body))
}

/// Everything at and below a cache is at rest, or the call comes at the wrong time.
pub fn at_rest(world: &mut World, root: &str) -> Result<(), Refusal> {
    let within = format!("{root}/");
    let mut all = world.things.iter_mut().filter(|(key, _)| *key == root || key.starts_with(&within));
    let Some((_, busy)) = all.find(|(_, thing)| thing.is_busy()) else { return Ok(()) };
    if let Some(work) = &mut busy.work {
        work.looks -= 1;
    }
    let message = "Redis is busy processing a previous update request or is undergoing system maintenance. As such, \
        it is currently unable to accept the update request. Please try again later.";
    refuse(409, "Conflict", message)
}

/// The key of the cache that a call is about.
pub fn root(call: &Call) -> String {
    let mut parts: Vec<&str> = call.id.split('/').collect();
    parts.truncate(9);
    parts.join("/")
}

/// Something new, with the work of making it.
pub fn made(world: &mut World, call: &Call, body: Value, looks: u32) -> Answer {
    let thing = world.add_at(&call.path.clone(), call.namespace, call.kind, body);
    thing.is_ours = true;
    if looks > 0 {
        thing.begins("Creating", looks);
    }
    let shown = thing.shown();
    world.made.push((call.action(), call.id.clone()));
    if looks == 0 {
        return Ok(Done::new(201, shown));
    }
    let headers = operation::begin(world, call, &call.id);
    Ok(Done { headers, ..Done::new(201, shown) })
}

/// Something that was there has changed: the answer has it, and work may go on.
pub fn changed(world: &mut World, call: &Call, what: &'static str, looks: u32) -> Answer {
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    if looks > 0 {
        thing.begins(what, looks);
    }
    let shown = thing.shown();
    if looks == 0 {
        return Ok(Done::new(200, shown));
    }
    let headers = operation::begin(world, call, &call.id);
    if call.method == "PATCH" {
        return Ok(Done { headers, ..Done::empty(202) });
    }
    Ok(Done { headers, ..Done::new(200, shown) })
}

/// Something goes; what is not there is gone already.
pub fn deleted(world: &mut World, call: &Call, looks: u32) -> Answer {
    let Some(thing) = world.things.get_mut(&call.id) else { return Ok(Done::empty(204)) };
    if looks == 0 {
        gone(world, &call.id);
        return Ok(Done::empty(200));
    }
    thing.begins("Deleting", looks);
    let headers = operation::begin(world, call, &call.id);
    Ok(Done { headers, ..Done::empty(202) })
}
