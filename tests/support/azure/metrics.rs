//! What metrics say: one number each, for as long as anybody asks.

use serde_json::{Value, json};

use super::arm::not_found;
use super::wire::{Answer, Call, Done, refuse};
use super::world::World;

pub fn look(world: &World, call: &Call) -> Answer {
    if !world.things.contains_key(&call.id) {
        return not_found(call);
    }
    let Some(names) = call.query.get("metricnames") else {
        return refuse(400, "BadRequest", "The parameter metricnames is missing.");
    };
    let value = |name: &str| -> Value {
        let known = world.metrics.get(name);
        let data: Vec<Value> = known
            .map(|number| {
                json!({"timeStamp": "2026-11-28T10:00:00Z", "average": number, "maximum": number, "total": number})
            })
            .into_iter()
            .collect();
        json!({"id": format!("{}/providers/Microsoft.Insights/metrics/{name}", call.id), "type":
            "Microsoft.Insights/metrics", "name": {"value": name, "localizedValue": name}, "unit": "Count",
            "errorCode": "Success", "timeseries": [{"metadatavalues": [], "data": data}]})
    };
    let all: Vec<Value> = names.split(',').map(value).collect();
    Ok(Done::new(
        200,
        json!({"cost": 0, "timespan": "2026-11-14T10:00:00Z/2026-11-28T10:00:00Z", "interval": "PT5M",
        "namespace": "Microsoft.Cache/redisEnterprise", "resourceregion": "eastus", "value": all}),
    ))
}
