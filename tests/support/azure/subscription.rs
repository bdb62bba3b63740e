//! What belongs to the subscription: its groups, namespaces, limits and names.

use serde_json::{Value, json};

use super::arm::not_found;
use super::wire::{Answer, Call, Done, refuse};
use super::world::{GROUP, World};

/// Regions by their two names.
const REGIONS: [(&str, &str); 7] = [
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("westeurope", "West Europe"),
    ("northeurope", "North Europe"),
    ("westus2", "West US 2"),
    ("uksouth", "UK South"),
    ("centraluseuap", "Central US EUAP"),
];

/// A region as it is shown.
pub fn display(region: &str) -> String {
    let known = REGIONS.iter().find(|(name, shown)| *name == region || *shown == region);
    known.map_or_else(|| region.to_owned(), |(_, shown)| (*shown).to_owned())
}

/// A region as it is written in ids, however it was given.
pub fn plain(region: &str) -> String {
    region.to_lowercase().replace(' ', "")
}

/// Whether there is such a region.
pub fn is_region(region: &str) -> bool {
    REGIONS.iter().any(|(name, _)| *name == plain(region))
}

pub fn group(call: &Call) -> Answer {
    if call.name().to_lowercase() != GROUP {
        let message = format!("Resource group '{}' could not be found.", call.name());
        return refuse(404, "ResourceGroupNotFound", message);
    }
    Ok(Done::new(
        200,
        json!({"id": call.path, "name": GROUP, "type": "Microsoft.Resources/resourceGroups",
        "location": "eastus", "properties": {"provisioningState": "Succeeded"}}),
    ))
}

/// A namespace: whether it is registered, and which versions of which kinds it has. `POST` registers it, which takes a look.
pub fn provider(world: &mut World, call: &Call) -> Answer {
    let name = call.namespace.to_lowercase();
    let was = world.registered.contains(&name);
    let begins = call.method == "POST" && !was;
    let state = match (was, begins) {
        (true, _) => "Registered",
        (_, true) => "Registering",
        _ => "NotRegistered",
    };
    if begins {
        world.registered.insert(name);
    }
    let places: Vec<String> = REGIONS.iter().map(|(_, shown)| (*shown).to_owned()).collect();
    let mut enterprise =
        vec!["2026-06-01-preview", "2025-08-01-preview", "2025-07-01", "2025-04-01", "2024-10-01"];
    if world.serves_access_strings {
        enterprise.insert(0, "2026-09-01");
    }
    let entry = |name: &str, versions: &[&str]| json!({"resourceType": name, "locations": places, "apiVersions": versions, "capabilities": "SupportsTags"});
    let types: Vec<Value> = if call.namespace == "Microsoft.Cache" {
        vec![
            entry("Redis", &["2025-08-01-preview", "2024-11-01", "2024-03-01"]),
            entry("redisEnterprise", &enterprise),
            entry("RedisEnterprise/databases", &enterprise),
        ]
    } else {
        Vec::new()
    };
    Ok(Done::new(
        200,
        json!({"id": call.path.trim_end_matches("/register"), "namespace": call.namespace,
        "registrationPolicy": "RegistrationRequired", "registrationState": state, "resourceTypes": types}),
    ))
}

/// Names of classic caches are names of hosts in the whole cloud.
pub fn availability(world: &World, call: &Call) -> Answer {
    let name = call.body["name"].as_str().unwrap_or_default().to_lowercase();
    let is_here = world.all("redis").iter().any(|thing| thing.body["name"] == json!(name));
    if world.taken.contains(&name) || is_here {
        return refuse(409, "NameNotAvailable", "The requested resource name is not available.");
    }
    Ok(Done::empty(200))
}

pub fn usages(world: &World, call: &Call, location: &str) -> Answer {
    if !is_region(location) {
        return not_found(call);
    }
    let here = |kind: &str| {
        let at = |thing: &&&super::Thing| thing.body["location"].as_str().map(plain) == Some(plain(location));
        world.all(kind).iter().filter(at).count()
    };
    let entry = |name: &str, used: usize, limit: usize| {
        json!({"id": call.path, "currentValue": used, "limit": limit, "unit": "Count",
            "name": {"value": name, "localizedValue": name}})
    };
    let all = [
        entry("VirtualNetworks", here("virtualNetworks"), 1000),
        entry("PrivateEndpoints", here("privateEndpoints"), world.most_endpoints),
    ];
    Ok(Done::new(200, json!({"value": all})))
}
