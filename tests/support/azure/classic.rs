//! Azure Cache for Redis, which is retiring: nobody makes a new one without having one already.

use serde_json::{Value, json};

use super::arm::{at_rest, changed, deleted, made, not_found};
use super::subscription::{display, is_region};
use super::wire::{Answer, Call, Done, Form, Refusal, refuse};
use super::world::{World, guid};

const RETIRING: &str = "Azure Cache for Redis is retiring, create Azure Managed Redis instance instead.";

pub fn change(world: &mut World, call: &Call) -> Answer {
    match (&call.form, call.method.as_str()) {
        (Form::Action(word), _) => keys(world, call, &word.to_lowercase()),
        (_, "PUT") => put(world, call),
        (_, "PATCH") => patch(world, call),
        _ => {
            at_rest(world, &call.id)?;
            deleted(world, call, world.change)
        }
    }
}

fn size(body: &Value) -> (String, i64) {
    let sku = &body["properties"]["sku"];
    (sku["name"].as_str().unwrap_or_default().to_owned(), sku["capacity"].as_i64().unwrap_or(0))
}

/// Settings that a tier does not have.
fn suits(tier: &str, configuration: &Value) -> Result<(), Refusal> {
    for name in configuration.as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
        if tier == "Basic" && name.starts_with("max") && name.ends_with("reserved") {
            return refuse(400, "BadRequest", format!("The setting '{name}' is not allowed on 'Basic'"));
        }
        if tier != "Premium" && name.contains("-backup-enabled") {
            return refuse(400, "BadRequest", format!("The setting '{name}' is only allowed on 'Premium'"));
        }
    }
    Ok(())
}

/// A classic cache as somebody else has made it, or as a request has.
pub fn shown(name: &str, body: &Value) -> Value {
    let given = &body["properties"];
    let or = |name: &str, default: Value| given.get(name).cloned().unwrap_or(default);
    let (tier, _) = size(body);
    let mut configuration = json!({"maxclients": "1000", "maxmemory-delta": "50"});
    if tier != "Basic" {
        configuration["maxmemory-reserved"] = json!("50");
        configuration["maxfragmentationmemory-reserved"] = json!("50");
    }
    for (name, value) in given["redisConfiguration"].as_object().into_iter().flatten() {
        configuration[name] = value.clone();
    }
    fold(&mut configuration);
    let mut sku = given["sku"].clone();
    sku["family"] = json!(sku["family"].as_str().unwrap_or_default().to_uppercase());
    let region = body["location"].as_str().unwrap_or("eastus");
    let mut shown = json!({"location": display(region), "tags": body["tags"],
        "properties": {"sku": sku, "redisConfiguration": configuration, "redisVersion": "6.0",
        "enableNonSslPort": or("enableNonSslPort", json!(false)),
        "minimumTlsVersion": or("minimumTlsVersion", json!("1.2")),
        "publicNetworkAccess": or("publicNetworkAccess", json!("Enabled")),
        "updateChannel": or("updateChannel", json!("Stable")),
        "disableAccessKeyAuthentication": or("disableAccessKeyAuthentication", json!(false)),
        "zonalAllocationPolicy": or("zonalAllocationPolicy", json!("Automatic")),
        "hostName": format!("{name}.redis.cache.windows.net"), "port": 6379, "sslPort": 6380,
        "linkedServers": [], "instances": [{"sslPort": 15_000, "isMaster": true, "isPrimary": true}]}});
    for name in ["shardCount", "replicasPerPrimary", "replicasPerMaster"] {
        if let Some(value) = given.get(name) {
            shown["properties"][name] = value.clone();
        }
    }
    for name in ["identity", "zones"] {
        if let Some(value) = body.get(name) {
            shown[name] = value.clone();
        }
    }
    shown
}

/// The default policy is not shown.
fn fold(configuration: &mut Value) {
    if configuration["maxmemory-policy"] == "volatile-lru" {
        configuration.as_object_mut().map(|fields| fields.remove("maxmemory-policy"));
    } else if configuration["maxmemory-policy"].is_null() {
        configuration.as_object_mut().map(|fields| fields.remove("maxmemory-policy"));
    }
}

impl World {
    /// A classic cache of somebody else, with its built-in policies.
    pub fn classic(&mut self, name: &str, tier: &str, capacity: i64) -> &mut super::Thing {
        let family = if tier == "Premium" { "P" } else { "C" };
        let body = json!({"location": "eastus", "properties":
            {"sku": {"name": tier, "family": family, "capacity": capacity}, "redisConfiguration": {}}});
        let body = shown(name, &body);
        self.add("Microsoft.Cache", "redis", name, body);
        self.settle_classic(name)
    }

    /// What every new classic cache has, and the spelling of its id.
    fn settle_classic(&mut self, name: &str) -> &mut super::Thing {
        for (policy, permissions) in [
            ("Data Owner", "+@all allkeys"),
            ("Data Contributor", "+@all -@dangerous +cluster|info +cluster|nodes +cluster|slots allkeys"),
            ("Data Reader", "+@read +@connection +cluster|info +cluster|nodes +cluster|slots allkeys"),
        ] {
            let body = json!({"properties": {"type": "BuiltIn", "permissions": permissions}});
            self.add("Microsoft.Cache", "redis/accessPolicies", &format!("{name}/{policy}"), body);
        }
        for which in ["primary", "secondary"] {
            let place = format!("{which} key of classic {name}");
            let value = format!("{}=", guid(&place).replace('-', ""));
            if !self.secrets.iter().any(|(name, _)| *name == place) {
                self.secrets.push((place, value));
            }
        }
        let thing = self.named("redis", name).unwrap();
        let other = thing.id.replace("Microsoft.Cache/redis/", "Microsoft.Cache/Redis/");
        thing.body["id"] = json!(other);
        thing.body["type"] = json!("Microsoft.Cache/Redis");
        thing
    }
}

/// The answer to a change has the keys.
fn with_keys(world: &World, call: &Call, answer: Answer) -> Answer {
    answer.map(|mut done| {
        if let Some(body) = &mut done.body {
            body["id"] = json!(call.path.replace("/redis/", "/Redis/"));
            body["type"] = json!("Microsoft.Cache/Redis");
            if body["properties"]["disableAccessKeyAuthentication"] != true {
                body["properties"]["accessKeys"] = both(world, &call.name());
            }
        }
        done
    })
}

fn both(world: &World, name: &str) -> Value {
    let key = |which: &str| {
        let place = format!("{which} key of classic {}", name.to_lowercase());
        world.secrets.iter().find(|(name, _)| *name == place).map(|(_, value)| value.clone())
    };
    json!({"primaryKey": key("primary"), "secondaryKey": key("secondary")})
}

fn put(world: &mut World, call: &Call) -> Answer {
    at_rest(world, &call.id)?;
    let body = world.heard(call);
    let (tier, _) = size(&body);
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.patch(&body);
        world.overwritten.push(call.id.clone());
        return changed(world, call, "Updating", world.change);
    }
    if world.retiring {
        return refuse(400, "BadRequest", RETIRING);
    }
    if !is_region(body["location"].as_str().unwrap_or_default()) {
        return refuse(400, "LocationNotAvailableForResourceType", "The location is not available.");
    }
    if world.taken.contains(&call.name().to_lowercase()) {
        return refuse(409, "NameNotAvailable", "The requested resource name is not available.");
    }
    suits(&tier, &body["properties"]["redisConfiguration"])?;
    let answer = made(world, call, shown(&call.name(), &body), world.create);
    world.settle_classic(&call.name().to_lowercase());
    with_keys(world, call, answer)
}

/// Groups of settings that are not changed together.
fn groups(body: &Value) -> Vec<String> {
    let mut all: Vec<String> = body["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| format!("properties.{name}"))
        .collect();
    all.extend(body.get("identity").map(|_| "identity".to_owned()));
    all
}

fn patch(world: &mut World, call: &Call) -> Answer {
    if !world.things.contains_key(&call.id) {
        return not_found(call);
    }
    at_rest(world, &call.id)?;
    let body = world.heard(call);
    let looks = world.change;
    let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
    let groups = groups(&body);
    if groups.len() > 1 {
        let message = format!(
            "The following updates can't be processed in one single request, please send separate request to update \
             them: '{}'",
            groups.join(",")
        );
        return refuse(400, "BadRequest", message);
    }
    let ((tier, capacity), scales) = (size(&thing.body), body["properties"].get("sku").is_some());
    let (to, more) = size(&body);
    if scales {
        scaled((&tier, capacity), (&to, more))?;
    }
    let configuration = &body["properties"]["redisConfiguration"];
    suits(&tier, configuration)?;
    let signs_in = thing.property("redisConfiguration")["aad-enabled"] == "true";
    if body["properties"]["disableAccessKeyAuthentication"] == true && !signs_in {
        return refuse(
            400,
            "BadRequest",
            "Access keys can only be disabled with Microsoft Entra Authentication enabled.",
        );
    }
    let shards = body["properties"].get("shardCount");
    if shards.is_some() && tier != "Premium" {
        return refuse(400, "BadRequest", "The property 'shardCount' is only allowed on 'Premium'.");
    }
    thing.patch(&body);
    let mut configuration = thing.property("redisConfiguration").clone();
    fold(&mut configuration);
    thing.set("redisConfiguration", configuration);
    let what = if scales || shards.is_some() { "Scaling" } else { "Updating" };
    changed(world, call, what, looks)
}

/// The rules of another size: no tier down, one thing at a time, never to C0.
fn scaled((tier, capacity): (&str, i64), (to, more): (&str, i64)) -> Result<(), Refusal> {
    let rank = |tier: &str| ["Basic", "Standard", "Premium"].iter().position(|t| *t == tier);
    let not = |what: &str| {
        let message = format!(
            "The requested update to the resource is not permitted. The following properties(s) cannot be modified: \
             '{what}'"
        );
        refuse(400, "BadRequest", message)
    };
    if rank(to) < rank(tier) {
        return not("properties.sku.name");
    }
    if tier == "Basic" && to == "Premium" {
        return refuse(400, "SkuFamilyNotSupportedException", "Basic caches cannot be scaled to Premium.");
    }
    if (tier != to && tier == "Basic" && capacity != more) || (to != "Premium" && more == 0 && capacity != 0)
    {
        return not("properties.sku.capacity");
    }
    Ok(())
}

fn keys(world: &mut World, call: &Call, word: &str) -> Answer {
    let Some(thing) = world.things.get(&call.id) else { return not_found(call) };
    if thing.property("disableAccessKeyAuthentication") == true {
        return refuse(400, "BadRequest", "Access key authentication is disabled for this cache.");
    }
    let name = call.id.rsplit('/').next().unwrap_or_default().to_owned();
    match word {
        "listkeys" | "regeneratekey" => Ok(Done::new(200, both(world, &name))),
        _ => refuse(404, "InvalidAction", format!("no action {word}")),
    }
}
