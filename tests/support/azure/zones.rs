//! Private zones of names, their links to networks, and the records of an endpoint in them.

use serde_json::{Value, json};

use super::arm::{changed, deleted, made, not_found};
use super::network::is_free;
use super::wire::{Answer, Call, Done, Refusal, refuse};
use super::world::World;

/// A zone of the service is at `global`, and `If-None-Match: *` is about one that is not there.
fn is_new(world: &World, call: &Call) -> Result<bool, Refusal> {
    let place = call.body["location"].as_str().unwrap_or_default();
    if !place.eq_ignore_ascii_case("global") {
        return refuse(
            400,
            "LocationNotAvailableForResourceType",
            format!("The location '{place}' is not global."),
        );
    }
    let exists = world.things.contains_key(&call.id);
    if exists && call.if_none_match {
        return refuse(412, "PreconditionFailed", "The resource exists already.");
    }
    Ok(!exists)
}

/// Accepted, without a body: what is made shows by a look.
fn accepted(answer: Answer) -> Answer {
    answer.map(|done| Done { status: 202, body: None, ..done })
}

fn busy(world: &mut World, key: &str) -> Result<(), Refusal> {
    if let Some(thing) = world.things.get_mut(key)
        && let Some(work) = thing.work.as_mut().filter(|work| work.looks > 0)
    {
        work.looks -= 1;
        return refuse(409, "Conflict", "The resource is being changed by another operation.");
    }
    Ok(())
}

pub fn zone(world: &mut World, call: &Call) -> Answer {
    busy(world, &call.id)?;
    if call.method == "DELETE" {
        let within = format!("{}/", call.id);
        if world.things.keys().any(|key| key.starts_with(&within)) {
            let message = "Can not delete resource before nested resources are deleted.";
            return refuse(409, "CannotDeleteResource", message);
        }
        return deleted(world, call, world.change);
    }
    let body = world.heard(call);
    if call.method == "PATCH" || !is_new(world, call)? {
        let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
        thing.patch(&body);
        return changed(world, call, "Updating", 0);
    }
    if !call.name().contains('.') {
        return refuse(400, "BadRequest", "The name of a zone has at least two labels.");
    }
    let shown = json!({"location": "global", "tags": body["tags"], "etag": "1",
        "properties": {"numberOfRecordSets": 1, "maxNumberOfRecordSets": 25_000, "numberOfVirtualNetworkLinks": 0}});
    accepted(made(world, call, shown, world.change))
}

/// A network has one zone of a name.
pub fn link(world: &mut World, call: &Call) -> Answer {
    busy(world, &call.id)?;
    if call.method == "DELETE" {
        return deleted(world, call, world.change);
    }
    let zone = call.id.rsplitn(3, '/').nth(2).unwrap_or_default().to_owned();
    let Some(name) = world.things.get(&zone).map(|zone| zone.body["name"].clone()) else {
        return refuse(404, "ParentResourceNotFound", "The zone was not found.");
    };
    busy(world, &zone)?;
    let body = world.heard(call);
    let network = body["properties"]["virtualNetwork"]["id"].as_str().unwrap_or_default().to_owned();
    if !world.things.contains_key(&network.to_lowercase()) {
        return refuse(400, "BadRequest", format!("The network {network} was not found."));
    }
    let is_new = is_new(world, call)?;
    let is_linked = world.all("privateDnsZones/virtualNetworkLinks").iter().any(|other| {
        let key = other.key();
        let id = other.property("virtualNetwork")["id"].as_str().unwrap_or_default();
        let theirs = key.rsplitn(3, '/').nth(2).unwrap_or_default();
        key != call.id
            && id.eq_ignore_ascii_case(&network)
            && world.things.get(theirs).is_some_and(|zone| zone.body["name"] == name)
    });
    if is_linked {
        let message = "A virtual network cannot be linked to multiple zones with overlapping namespaces.";
        return refuse(400, "BadRequest", message);
    }
    let registers = body["properties"]["registrationEnabled"].as_bool().unwrap_or(false);
    let shown = json!({"location": "global", "tags": body["tags"], "etag": "1", "properties": {
        "registrationEnabled": registers, "resolutionPolicy": "Default",
        "virtualNetwork": {"id": network}, "virtualNetworkLinkState": "Completed"}});
    if is_new {
        return accepted(made(world, call, shown, world.change));
    }
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.patch(&shown);
    }
    changed(world, call, "Updating", world.change)
}

/// Zones show how much is in them.
pub fn counted(world: &mut World) {
    let groups = world.all("privateEndpoints/privateDnsZoneGroups");
    let sets = groups.iter().filter(|group| group.work.as_ref().is_none_or(|work| work.what != "Deleting"));
    let configs: Vec<Value> = sets
        .flat_map(|group| group.property("privateDnsZoneConfigs").as_array().cloned().unwrap_or_default())
        .collect();
    let links: Vec<String> =
        world.all("privateDnsZones/virtualNetworkLinks").iter().map(|link| link.key()).collect();
    for (key, zone) in &mut world.things {
        if zone.kind == "privateDnsZones" {
            let here = configs.iter().filter(|config| {
                let id = config["properties"]["privateDnsZoneId"].as_str().unwrap_or_default();
                id.eq_ignore_ascii_case(key)
            });
            let records =
                here.flat_map(|c| c["properties"]["recordSets"].as_array().cloned().unwrap_or_default());
            zone.set("numberOfRecordSets", json!(1 + records.count()));
            let within = format!("{key}/");
            let links = links.iter().filter(|link| link.starts_with(&within)).count();
            zone.set("numberOfVirtualNetworkLinks", json!(links));
        }
    }
}

/// The records of an endpoint in zones.
pub fn group(world: &mut World, call: &Call) -> Answer {
    let endpoint = call.id.rsplitn(3, '/').nth(2).unwrap_or_default().to_owned();
    let Some(subnet) = world.things.get(&endpoint).map(|e| e.property("subnet")["id"].clone()) else {
        if call.method == "DELETE" {
            return Ok(Done::empty(204));
        }
        return refuse(404, "ParentResourceNotFound", "The private endpoint was not found.");
    };
    is_free(world, subnet.as_str().unwrap_or_default())?;
    if call.method == "DELETE" {
        return deleted(world, call, world.change);
    }
    let body = world.heard(call);
    let mut configs = body["properties"]["privateDnsZoneConfigs"].as_array().cloned().unwrap_or_default();
    if configs.is_empty() {
        return refuse(400, "InvalidRequestFormat", "A zone group needs a zone.");
    }
    let host = world.things[&endpoint].property("customDnsConfigs")[0]["fqdn"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for config in &mut configs {
        let id = config["properties"]["privateDnsZoneId"].as_str().unwrap_or_default().to_lowercase();
        let Some(zone) = world.things.get(&id) else {
            return refuse(400, "InvalidResourceReference", format!("The zone {id} was not found."));
        };
        let name = zone.body["name"].as_str().unwrap_or_default().to_owned();
        // A zone of another name is taken, and gets no record: nobody says so.
        let records: Vec<Value> = host
            .strip_suffix(&format!(".{}", name.trim_start_matches("privatelink.")))
            .map(|record| {
                json!({"recordType": "A", "recordSetName": record, "fqdn": format!("{record}.{name}"), "ttl": 10,
                    "ipAddresses": ["10.0.2.4"], "provisioningState": "Succeeded"})
            })
            .into_iter()
            .collect();
        config["properties"]["recordSets"] = json!(records);
    }
    let shown = json!({"properties": {"privateDnsZoneConfigs": configs}});
    if world.things.contains_key(&call.id) {
        if let Some(thing) = world.things.get_mut(&call.id) {
            thing.patch(&shown);
        }
        return changed(world, call, "Updating", world.change);
    }
    made(world, call, shown, world.change)
}
