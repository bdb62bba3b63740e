//! Azure Managed Redis: the cluster.

use serde_json::{Value, json};

use super::arm::{at_rest, changed, deleted, made, not_found};
use super::subscription::{display, is_region, plain};
use super::wire::{Answer, Call, Done, Form, Refusal, refuse};
use super::world::World;
use super::{skus, thing::Thing};

pub fn change(world: &mut World, call: &Call) -> Answer {
    match (&call.form, call.method.as_str()) {
        (Form::Action(word), _) if word.eq_ignore_ascii_case("listSkusForScaling") => scaling(world, call),
        (Form::Action(word), _) => refuse(404, "InvalidAction", format!("no action {word}")),
        (_, "PUT") => put(world, call),
        (_, "PATCH") => patch(world, call),
        _ => {
            at_rest(world, &call.id)?;
            deleted(world, call, world.change)
        }
    }
}

/// A whole number of GB where it is one, as the service writes it.
fn sku(body: &Value) -> &str {
    body["sku"]["name"].as_str().unwrap_or_default()
}

fn put(world: &mut World, call: &Call) -> Answer {
    at_rest(world, &call.id)?;
    let body = world.heard(call);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (size, region) = (text(&body["sku"]["name"]), text(&body["location"]));
    if size.starts_with("Enterprise") {
        let message = "Creation of new Azure Cache for Redis Enterprise resources is no longer supported. Please use \
            Azure Managed Redis.";
        return refuse(400, "BadRequest", message);
    }
    if skus::size(&size).is_none() {
        return refuse(400, "InvalidSku", format!("The SKU '{size}' is not valid."));
    }
    if !is_region(&region) {
        let message = format!(
            "The location '{region}' is not available for resource type 'Microsoft.Cache/redisEnterprise'."
        );
        return refuse(400, "LocationNotAvailableForResourceType", message);
    }
    if call.body["properties"]["publicNetworkAccess"].is_null() {
        return refuse(400, "BadRequest", "The property 'publicNetworkAccess' is required.");
    }
    if call.name().len() > 60 || world.taken.contains(&call.name().to_lowercase()) {
        return refuse(409, "NameNotAvailable", format!("The name '{}' is not available.", call.name()));
    }
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.patch(&body);
        world.overwritten.push(call.id.clone());
        return changed(world, call, "Updating", world.change);
    }
    let here =
        |thing: &&&Thing| thing.property("hostName").as_str().is_some_and(|h| h.contains(&plain(&region)));
    if world.all("redisEnterprise").iter().filter(here).count() >= world.most {
        let message = format!("The subscription has reached its limit of {} caches in {region}.", world.most);
        return refuse(409, "SubscriptionQuotaExceeded", message);
    }
    let fails = world.has_no_capacity && body["properties"]["highAvailability"] != "Disabled";
    let shown = shown(&call.name(), &region, &body);
    let answer = made(world, call, shown, world.create);
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.fails = fails.then(|| "no capacity".to_owned());
    }
    answer
}

/// A new cluster with what the service adds.
fn shown(name: &str, region: &str, body: &Value) -> Value {
    let given = &body["properties"];
    let or = |name: &str, default: &str| given.get(name).cloned().unwrap_or_else(|| json!(default));
    let high = or("highAvailability", "Enabled");
    let mut shown = json!({
        "location": display(region), "kind": "v2", "sku": body["sku"], "tags": body["tags"],
        "identity": body.get("identity").cloned().unwrap_or_else(|| json!({"type": "None"})),
        "properties": {
            "highAvailability": high,
            "redundancyMode": if high == "Enabled" { "LR" } else { "None" },
            "minimumTlsVersion": or("minimumTlsVersion", "1.2"),
            "publicNetworkAccess": or("publicNetworkAccess", "Enabled"),
            "hostName": format!("{name}.{}.redis.azure.net", plain(region)),
            "privateEndpointConnections": [],
        },
    });
    for name in ["encryption"] {
        if let Some(value) = given.get(name) {
            shown["properties"][name] = value.clone();
        }
    }
    if let Some(zones) = body.get("zones") {
        shown["zones"] = zones.clone();
    }
    shown
}

fn used_gb(world: &World) -> f64 {
    world.metrics.get("usedmemory").copied().unwrap_or(0.0) / f64::from(1 << 30)
}

fn choices(world: &World, key: &str) -> Result<Vec<(String, f64)>, Refusal> {
    let Some(thing) = world.things.get(key) else {
        return refuse(404, "ResourceNotFound", "The cluster was not found.");
    };
    let database = world.things.get(&format!("{key}/databases/default"));
    let is_clustered = database.is_none_or(|d| d.property("clusteringPolicy") != "NoCluster");
    Ok(skus::for_scaling(sku(&thing.body), used_gb(world), is_clustered))
}

fn scaling(world: &World, call: &Call) -> Answer {
    Ok(Done::new(200, skus::listed(&choices(world, &call.id)?)))
}

fn patch(world: &mut World, call: &Call) -> Answer {
    if !world.things.contains_key(&call.id) {
        return not_found(call);
    }
    at_rest(world, &call.id)?;
    let body = world.heard(call);
    let choices = choices(world, &call.id)?;
    let looks = world.change;
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    if thing.failed.as_ref().is_some_and(|(what, _)| *what == "Creating") {
        return refuse(400, "BadRequest", "The cluster was not made: delete it.");
    }
    let wanted = sku(&body).to_owned();
    let scales = !wanted.is_empty() && wanted != sku(&thing.body);
    if scales && !choices.iter().any(|(name, _)| *name == wanted) {
        let message = format!("Scaling from {} to {wanted} is not supported.", sku(&thing.body));
        return refuse(400, "BadRequest", message);
    }
    if body["properties"]["highAvailability"] == "Disabled"
        && thing.property("highAvailability") != "Disabled"
    {
        return refuse(400, "BadRequest", "High availability cannot be disabled once it is enabled.");
    }
    thing.patch(&body);
    let high = thing.property("highAvailability") == "Enabled";
    thing.set("redundancyMode", json!(if high { "LR" } else { "None" }));
    changed(world, call, if scales { "Scaling" } else { "Updating" }, looks)
}
