//! Alert rules on metrics. They are there at once.

use serde_json::json;

use super::arm::{changed, deleted, made, not_found};
use super::wire::{Answer, Call, refuse};
use super::world::World;

pub fn change(world: &mut World, call: &Call) -> Answer {
    if call.method == "DELETE" {
        return deleted(world, call, 0);
    }
    let body = world.heard(call);
    if call.method == "PATCH" {
        let Some(thing) = world.things.get_mut(&call.id) else { return not_found(call) };
        thing.patch(&body);
        return changed(world, call, "Updating", 0);
    }
    let given = &body["properties"];
    let missing = |ids: Vec<&serde_json::Value>| {
        let mut ids = ids.into_iter().filter_map(serde_json::Value::as_str);
        ids.find(|id| !world.things.contains_key(&id.to_lowercase())).map(str::to_owned)
    };
    if let Some(id) = missing(given["scopes"].as_array().into_iter().flatten().collect()) {
        return refuse(400, "ResourceNotFound", format!("The target resource id '{id}' does not exist."));
    }
    let actions = given["actions"].as_array().into_iter().flatten();
    if let Some(id) = missing(actions.map(|action| &action["actionGroupId"]).collect()) {
        return refuse(400, "BadRequest", format!("The action group '{id}' could not be found."));
    }
    let (Some(window), Some(every)) = (given["windowSize"].as_str(), given["evaluationFrequency"].as_str())
    else {
        return refuse(400, "BadRequest", "windowSize and evaluationFrequency are required.");
    };
    let grains = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"];
    if !grains.contains(&window) || !grains[..5].contains(&every) {
        return refuse(
            400,
            "BadRequest",
            format!("The window {window} or the frequency {every} is not supported."),
        );
    }
    let mut shown = body.clone();
    shown["location"] = json!("global");
    // What the service adds.
    shown["properties"]["autoMitigate"] = given.get("autoMitigate").cloned().unwrap_or(json!(true));
    for criterion in shown["properties"]["criteria"]["allOf"].as_array_mut().into_iter().flatten() {
        for (name, default) in [("dimensions", json!([])), ("skipMetricValidation", json!(false))] {
            if criterion.get(name).is_none() {
                criterion[name] = default;
            }
        }
    }
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.patch(&shown);
        return changed(world, call, "Updating", 0);
    }
    made(world, call, shown, 0).map(|done| super::wire::Done { status: 200, ..done })
}
