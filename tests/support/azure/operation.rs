//! Work that is asked about at an address of its own. An operation can be done before its resource is.

use serde_json::{Value, json};

use super::subscription::display;
use super::wire::{Answer, Call, Done, refuse};
use super::world::{GROUP, SUBSCRIPTION, World, guid};

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The resource, by its key.
    pub target: String,
    /// Looks until it has ended.
    pub looks: u32,
}

/// The headers of an answer to which more will come. They are signed, have their own version, and blanks in the name of the
/// place; Managed Redis does not say how long to wait.
pub fn begin(world: &mut World, call: &Call, target: &str) -> Vec<(&'static str, String)> {
    let serial = world.next();
    let id = guid(&format!("operation {serial}"));
    let looks = world.operation_looks;
    world.operations.insert(id.clone(), Operation { target: target.to_owned(), looks });
    let region = world.things.get(target).and_then(|thing| thing.body["location"].as_str());
    let place = display(region.unwrap_or("eastus")).replace(' ', "%20");
    let subscription = format!("http://{}/subscriptions/{SUBSCRIPTION}", call.host);
    let signed = format!("?api-version={}&t=639157654321&c=MIIHhz&s=Jx{serial:04}Qw&h=b9", call.version());
    let status = match call.kind.split('/').next().unwrap_or_default() {
        "redis" => format!("{subscription}/providers/Microsoft.Cache/locations/{place}/asyncOperations/{id}"),
        "redisEnterprise" => {
            format!("{subscription}/providers/Microsoft.Cache/locations/{place}/operationsStatus/{id}")
        }
        "privateDnsZones" => format!(
            "{subscription}/resourceGroups/{GROUP}/providers/Microsoft.Network/privateDnsOperationStatuses/{id}"
        ),
        _ => format!("{subscription}/providers/Microsoft.Network/locations/{place}/operations/{id}"),
    };
    let resource = format!("http://{}{}?api-version={}", call.host, call.path, call.version());
    let location = if call.kind == "redis" && call.method == "PUT" {
        resource
    } else {
        format!("{}{signed}", status.replace("operationsStatus", "operationresults"))
    };
    vec![("azure-asyncoperation", format!("{status}{signed}")), ("location", location)]
}

/// How an operation stands. `endTime` is set while it is in progress.
pub fn look(world: &mut World, call: &Call) -> Answer {
    if !["t", "c", "s", "h"].iter().all(|name| call.query.contains_key(*name)) {
        return refuse(401, "InvalidSignature", "The signature of the operation's address is missing.");
    }
    let id = call.name();
    let Some(operation) = world.operations.get_mut(&id) else {
        return refuse(404, "OperationNotFound", format!("The operation '{id}' was not found."));
    };
    let goes_on = operation.looks > 0;
    operation.looks = operation.looks.saturating_sub(1);
    let target = world.things.get(&operation.target);
    let fails = target.is_some_and(|thing| thing.failed.is_some() || thing.fails.is_some());
    let status = match (goes_on, fails) {
        (true, _) => "InProgress",
        (false, true) => "Failed",
        _ => "Succeeded",
    };
    if call.namespace == "Microsoft.Network" {
        return Ok(Done::new(200, json!({"status": status})));
    }
    let mut body =
        json!({"id": call.path, "name": id, "status": status, "startTime": "2026-11-28T10:00:00Z"});
    if call.path.contains("operationsStatus") {
        body["endTime"] = json!("2026-11-28T10:05:00Z");
    } else if goes_on {
        body["endTime"] = Value::Null;
    }
    Ok(Done::new(200, body))
}
