//! Azure Managed Redis: the one database of a cluster, and who signs in to it.

use serde_json::{Value, json};

use super::arm::{at_rest, changed, deleted, made, not_found, root};
use super::skus;
use super::wire::{Answer, Call, Done, Form, Refusal, refuse};
use super::world::{World, guid};

pub fn change(world: &mut World, call: &Call) -> Answer {
    match (&call.form, call.method.as_str()) {
        (Form::Action(word), _) => action(world, call, &word.to_lowercase()),
        (_, "PUT") => put(world, call),
        (_, "PATCH") => patch(world, call),
        _ => {
            at_rest(world, &root(call))?;
            deleted(world, call, world.change)
        }
    }
}

/// The cluster that it is in runs.
fn runs(world: &mut World, call: &Call) -> Result<(), Refusal> {
    let root = root(call);
    at_rest(world, &root)?;
    match world.things.get(&root) {
        None => refuse(404, "ParentResourceNotFound", "The cluster was not found."),
        Some(cluster) if cluster.failed.is_some() => {
            refuse(400, "BadRequest", "The cluster is in a failed state and cannot have a database.")
        }
        Some(_) => Ok(()),
    }
}

fn suits(world: &World, call: &Call, body: &Value) -> Result<(), Refusal> {
    let given = &body["properties"];
    let size = world.things.get(&root(call)).and_then(|c| c.body["sku"]["name"].as_str().map(str::to_owned));
    let gb = size.and_then(|size| skus::size(&size)).map_or(0.0, |(_, gb)| gb);
    if given["clusteringPolicy"] == "NoCluster" && gb > 25.0 {
        return refuse(400, "BadRequest", "The NoCluster policy is supported up to 25 GB.");
    }
    let on = |name: &str| given["persistence"][name] == true;
    if on("aofEnabled") && on("rdbEnabled") {
        return refuse(400, "BadRequest", "AOF and RDB persistence cannot be enabled at the same time.");
    }
    if (on("aofEnabled") && given["persistence"]["aofFrequency"].is_null())
        || (on("rdbEnabled") && given["persistence"]["rdbFrequency"].is_null())
    {
        return refuse(400, "BadRequest", "Persistence needs its frequency.");
    }
    Ok(())
}

fn put(world: &mut World, call: &Call) -> Answer {
    runs(world, call)?;
    if call.name() != "default" {
        return refuse(400, "BadRequest", "The only database of a cluster is called 'default'.");
    }
    let body = world.heard(call);
    suits(world, call, &body)?;
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.patch(&body);
        world.overwritten.push(call.id.clone());
        return changed(world, call, "Updating", world.change);
    }
    let given = &body["properties"];
    let or = |name: &str, default: Value| given.get(name).cloned().unwrap_or(default);
    let mut properties = json!({
        "clientProtocol": or("clientProtocol", json!("Encrypted")),
        "port": or("port", json!(10_000)),
        "clusteringPolicy": or("clusteringPolicy", json!("OSSCluster")),
        "evictionPolicy": or("evictionPolicy", json!("VolatileLRU")),
        "deferUpgrade": or("deferUpgrade", json!("NotDeferred")),
        "accessKeysAuthentication": or("accessKeysAuthentication", json!("Enabled")),
    });
    for name in ["persistence", "modules", "geoReplication"] {
        if let Some(value) = given.get(name).filter(|value| **value != json!([])) {
            properties[name] = value.clone();
        }
    }
    // Without persistence none is shown.
    if properties["persistence"]["aofEnabled"] != true && properties["persistence"]["rdbEnabled"] != true {
        properties.as_object_mut().map(|fields| fields.remove("persistence"));
    }
    let answer = made(world, call, json!({ "properties": properties }), world.create);
    let serial = world.next();
    for which in ["primary", "secondary"] {
        let place = format!("{which} key of {} {serial}", call.id);
        world.secrets.push((place.clone(), format!("{}=", guid(&place).replace('-', ""))));
    }
    answer
}

fn patch(world: &mut World, call: &Call) -> Answer {
    if !world.things.contains_key(&call.id) {
        return not_found(call);
    }
    runs(world, call)?;
    let body = world.heard(call);
    suits(world, call, &body)?;
    let looks = world.change;
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    let differs =
        |name: &str| body["properties"].get(name).is_some_and(|value| value != thing.property(name));
    for name in ["port", "modules"] {
        if differs(name) {
            return refuse(400, "BadRequest", format!("The property '{name}' cannot be changed."));
        }
    }
    if differs("clusteringPolicy") && thing.property("clusteringPolicy") != "NoCluster" {
        let message =
            "The clustering policy can only be changed while it is NoCluster: delete the database first.";
        return refuse(400, "BadRequest", message);
    }
    thing.patch(&body);
    let on = |name: &str| thing.property("persistence")[name] == true;
    if !on("aofEnabled")
        && !on("rdbEnabled")
        && let Some(fields) = thing.body["properties"].as_object_mut()
    {
        fields.remove("persistence");
    }
    changed(world, call, "Updating", looks)
}

fn action(world: &mut World, call: &Call, word: &str) -> Answer {
    let Some(thing) = world.things.get(&call.id) else { return not_found(call) };
    if word != "listkeys" && word != "regeneratekey" {
        return refuse(404, "InvalidAction", format!("no action {word}"));
    }
    if thing.property("accessKeysAuthentication") == "Disabled" {
        return refuse(400, "BadRequest", "Access keys authentication is disabled for this database.");
    }
    let key = |which: &str| {
        let place = format!("{which} key of {}", call.id);
        world.secrets.iter().rev().find(|(name, _)| name.starts_with(&place)).map(|(_, value)| value.clone())
    };
    Ok(Done::new(200, json!({"primaryKey": key("primary"), "secondaryKey": key("secondary")})))
}

/// An identity that signs in: one at a time, one for each identity.
pub fn assignment(world: &mut World, call: &Call) -> Answer {
    if call.method == "DELETE" {
        at_rest(world, &root(call))?;
        return deleted(world, call, world.change);
    }
    runs(world, call)?;
    let parent = call.id.rsplitn(3, '/').nth(2).unwrap_or_default().to_owned();
    if !world.things.contains_key(&parent) {
        return refuse(404, "ParentResourceNotFound", "The database was not found.");
    }
    let body = world.heard(call);
    let user = body["properties"]["user"]["objectId"].as_str().unwrap_or_default().to_owned();
    if user.len() != 36 {
        return refuse(400, "BadRequest", "The object id of the user is not valid.");
    }
    if body["properties"]["accessPolicyName"] != "default" && call.version() == "2025-07-01" {
        return refuse(400, "BadRequest", "The access policy must be 'default'.");
    }
    let within = format!("{parent}/");
    let is_taken = world.things.iter().any(|(key, thing)| {
        *key != call.id && key.starts_with(&within) && thing.property("user")["objectId"] == json!(user)
    });
    if is_taken {
        return refuse(409, "Conflict", format!("The user {user} has an access policy assignment already."));
    }
    let rules = body["properties"]["accessString"].as_str().map(str::to_owned);
    let bad = rules.as_deref().is_some_and(|rules| !is_access_string(rules));
    let mut properties = json!({"accessPolicyName": "default", "user": {"objectId": user}});
    if call.version() != "2025-07-01" {
        properties["accessString"] = json!(rules.unwrap_or_else(|| "+@all ~*".to_owned()));
    }
    if bad {
        properties["provisioningError"] = json!({"code": "InvalidAccessString", "target": "accessString",
            "message": "The access string is not valid."});
    }
    let answer = if let Some(thing) = world.things.get_mut(&call.id) {
        thing.body["properties"] = properties;
        changed(world, call, "Updating", world.change)
    } else {
        made(world, call, json!({ "properties": properties }), world.change)
    };
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.fails = bad.then(|| "InvalidAccessString".to_owned());
    }
    answer
}

/// Whether every word of an access string is one of the server's: state and passwords are not.
fn is_access_string(text: &str) -> bool {
    let known = ["allkeys", "resetkeys", "allchannels", "resetchannels", "allcommands", "nocommands"];
    text.split_whitespace()
        .all(|word| known.contains(&word) || (word.len() > 1 && word.starts_with(['+', '-', '~', '&', '%'])))
}
