//! Time series of one metric and one cache, page by page.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::wire::{Answer, Call, refuse};
use super::world::World;
use crate::cloud::figures::between;

/// The text between two others.
fn inside<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(inside, _)| inside)
}

pub fn list(world: &World, call: &Call) -> Answer {
    let filter = call.param("filter");
    let kind = inside(filter, "metric.type=\"", "\"");
    let cache = inside(filter, "(.*/)?", "\"");
    let seconds = |name: &str| call.param(name).parse::<Timestamp>().map(Timestamp::as_second);
    let (Ok(from), Ok(to)) = (seconds("interval.startTime"), seconds("interval.endTime")) else {
        return Err(refuse(400, "INVALID_ARGUMENT", "The interval cannot be read."));
    };
    if !["ALIGN_MAX", "ALIGN_DELTA"].contains(&call.param("aggregation.perSeriesAligner")) {
        return Err(refuse(400, "INVALID_ARGUMENT", "The aligner is not one of this metric."));
    }
    let metric = kind.split_once("googleapis.com/").map_or("", |(_, metric)| metric);
    let Some(points) = world.series.get(metric) else {
        let message = format!("Cannot find metric(s) that match type = \"{kind}\".");
        return Err(refuse(404, "NOT_FOUND", message));
    };
    let all = between(points, from, to);
    let begin: usize = call.param("pageToken").parse().unwrap_or(0);
    let size: usize = call.param("pageSize").parse().unwrap_or(world.points).min(world.points);
    let page = all.iter().skip(begin).take(size);
    let shown: Vec<Value> = page
        .map(|(at, value)| {
            let at = Timestamp::from_second(*at).unwrap().to_string();
            json!({ "interval": { "startTime": at, "endTime": at }, "value": { "doubleValue": value } })
        })
        .collect();
    let mut answer = json!({});
    if !shown.is_empty() {
        let label = if filter.contains("cluster_id") { "cluster_id" } else { "instance_id" };
        let place = inside(filter, "=\"", "\"");
        answer["timeSeries"] = json!([{
            "metric": { "type": kind, "labels": {} },
            "resource": { "type": "cache", "labels": { label: cache, "location": place } },
            "metricKind": "GAUGE", "valueType": "DOUBLE", "points": shown,
        }]);
    }
    if begin + size < all.len() {
        answer["nextPageToken"] = (begin + size).to_string().into();
    }
    if let Some(place) = world.unreachable {
        answer["unreachable"] = json!([place]);
    }
    Ok(answer)
}
