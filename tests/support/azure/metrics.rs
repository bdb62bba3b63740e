//! What metrics say: the points that a test has set, or one number for as long as anybody asks.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::arm::not_found;
use super::wire::{Answer, Call, Done, refuse};
use super::world::World;
use crate::cloud::figures::between;

/// Metrics of one call.
const MOST: usize = 20;

pub fn look(world: &World, call: &Call) -> Answer {
    if !world.things.contains_key(&call.id) {
        return not_found(call);
    }
    let Some(names) = call.query.get("metricnames") else {
        return refuse(400, "BadRequest", "The parameter metricnames is missing.");
    };
    let names: Vec<&str> = names.split(',').collect();
    if names.len() > MOST {
        return refuse(400, "BadRequest", "More than 20 metrics are requested.");
    }
    let interval = call.query.get("interval").map_or("PT5M", String::as_str);
    if !["PT5M", "PT1H"].contains(&interval) {
        return refuse(400, "BadRequest", format!("The time grain {interval} is not supported."));
    }
    let timespan = call.query.get("timespan").map_or("", String::as_str);
    let times: Vec<Option<Timestamp>> = timespan.split('/').map(|time| time.parse().ok()).collect();
    let times = match times[..] {
        [Some(from), Some(to)] => (from.as_second(), to.as_second()),
        // A duration until now.
        [None] if timespan.starts_with('P') => (0, i64::MAX),
        _ => return refuse(400, "BadRequest", format!("The timespan {timespan} cannot be read.")),
    };
    let aggregations = call.query.get("aggregation").cloned().unwrap_or_default().to_lowercase();
    let point = |at: String, value: f64| {
        let mut point = json!({ "timeStamp": at });
        for name in ["average", "maximum", "total"].into_iter().filter(|name| aggregations.contains(name)) {
            point[name] = json!(value);
        }
        point
    };
    let value = |name: &str| -> Value {
        let shown = |(at, value): (i64, f64)| point(Timestamp::from_second(at).unwrap().to_string(), value);
        let data: Vec<Value> = match (world.failed.get(name), world.series.get(name), world.metrics.get(name))
        {
            (Some(_), ..) => Vec::new(),
            (_, Some(points), _) => between(points, times.0, times.1).into_iter().rev().map(shown).collect(),
            (_, _, Some(number)) => vec![point("2026-11-28T10:00:00Z".to_owned(), *number)],
            _ => Vec::new(),
        };
        json!({"id": format!("{}/providers/Microsoft.Insights/metrics/{name}", call.id), "type":
            "Microsoft.Insights/metrics", "name": {"value": name, "localizedValue": name}, "unit": "Count",
            "errorCode": world.failed.get(name).unwrap_or(&"Success"),
            "timeseries": [{"metadatavalues": [], "data": data}]})
    };
    let all: Vec<Value> = names.into_iter().map(value).collect();
    Ok(Done::new(
        200,
        json!({"cost": 0, "timespan": timespan, "interval": interval,
        "namespace": format!("Microsoft.Cache/{}", call.kind), "resourceregion": "eastus", "value": all}),
    ))
}
