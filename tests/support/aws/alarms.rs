//! `CloudWatch`: alarms, and the few metrics that a test sets.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal, page};
use super::wire::MOMENT;
use super::world::{ACCOUNT, REGION, World};
use crate::cloud::figures::between;

fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}")
}

pub fn put(world: &mut World, params: &Value) -> Answer {
    let name = params.need("AlarmName")?;
    let (points, periods) = (params.number("DatapointsToAlarm"), params.number("EvaluationPeriods"));
    if points.zip(periods).is_some_and(|(points, periods)| points > periods) {
        return Err(Refusal::new("ValidationError", "DatapointsToAlarm must not be above EvaluationPeriods"));
    }
    let mut alarm = params.clone();
    let fields = alarm.as_object_mut().unwrap();
    fields.shift_remove("Tags");
    fields.insert("AlarmArn".to_owned(), json!(arn(&name)));
    // Tags of an alarm that is there already are ignored.
    if !world.alarms.contains_key(&name) {
        world.tag(&arn(&name), params.items("Tags"));
        world.created("PutMetricAlarm", &name);
    }
    world.alarms.insert(name, alarm);
    Ok(json!({}))
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let names = params.texts("AlarmNames");
    let prefix = params.text("AlarmNamePrefix").unwrap_or_default();
    let wanted =
        |name: &str| (names.is_empty() || names.iter().any(|n| n == name)) && name.starts_with(&prefix);
    let all = world.alarms.iter().filter(|(name, _)| wanted(name)).map(|(_, alarm)| {
        let mut alarm = alarm.clone();
        if alarm["StateValue"].is_null() {
            alarm["StateValue"] = json!("INSUFFICIENT_DATA");
        }
        alarm["AlarmConfigurationUpdatedTimestamp"] = json!({ MOMENT: 1_790_000_000.5 });
        alarm
    });
    let size = params.number("MaxRecords").map_or(50, |n| n as usize).min(world.page);
    let (all, next) = page(all.collect::<Vec<Value>>(), params.text("NextToken").as_deref(), size);
    let mut answer = json!({"MetricAlarms": all, "CompositeAlarms": []});
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let names = params.texts("AlarmNames");
    if let Some(name) = names.iter().find(|name| !world.alarms.contains_key(*name)) {
        return Err(Refusal::new("ResourceNotFound", format!("Unknown alarm {name}")).status(404));
    }
    for name in names {
        world.alarms.remove(&name);
        world.tags.remove(&arn(&name));
        world.deleted("DeleteAlarms", &name);
    }
    Ok(json!({}))
}

fn there(world: &World, params: &Value) -> Result<String, Refusal> {
    let arn = params.need("ResourceARN")?;
    let name = arn.split(":alarm:").nth(1).unwrap_or_default();
    if world.alarms.contains_key(name) {
        return Ok(arn);
    }
    Err(Refusal::new("ResourceNotFoundException", format!("{arn} is not there")).status(404))
}

pub fn list_tags(world: &mut World, params: &Value) -> Answer {
    let arn = there(world, params)?;
    let tags = world.tags.get(&arn).into_iter().flatten();
    Ok(json!({"Tags": tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect::<Vec<_>>()}))
}

pub fn tag(world: &mut World, params: &Value) -> Answer {
    let arn = there(world, params)?;
    world.tag(&arn, params.items("Tags"));
    Ok(json!({}))
}

pub fn untag(world: &mut World, params: &Value) -> Answer {
    let arn = there(world, params)?;
    let keys = params.texts("TagKeys");
    world.tags.entry(arn).or_default().retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

/// Queries of one call.
const MOST_QUERIES: usize = 500;

/// The points of a query, the newest first; one at a fixed time where a test has set no more.
fn points(world: &World, key: &str, member: &str, times: (i64, i64)) -> Vec<(f64, f64)> {
    if let Some(points) = world.series.get(key) {
        let points = between(points, times.0, times.1).into_iter();
        return points.map(|(at, value)| (at as f64, value)).collect();
    }
    let value = world.metrics.get(key).or_else(|| world.metrics.get(member));
    value.map(|value| (1_790_000_000.5, *value)).into_iter().collect()
}

/// Points are counted over all queries of a call: what does not fit is on the next page, and partial until then.
pub fn metric_data(world: &mut World, params: &Value) -> Answer {
    let queries = params.items("MetricDataQueries");
    if queries.len() > MOST_QUERIES {
        return Err(Refusal::new(
            "ValidationError",
            "The collection MetricDataQueries must not have a size greater than 500.",
        ));
    }
    let seconds = |name: &str| params[name].as_f64().unwrap_or_default() as i64;
    let times = (seconds("StartTime"), seconds("EndTime"));
    let start: usize = params.text("NextToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let (mut before, end) = (0, start + world.points);
    let mut results = Vec::new();
    for query in queries {
        let dimensions = query["MetricStat"]["Metric"].items("Dimensions");
        let member = dimensions.iter().find_map(|d| d.text("Value")).unwrap_or_default();
        let metric = query["MetricStat"]["Metric"].text("MetricName").unwrap_or_default();
        let key = format!("{member}/{metric}");
        let all = points(world, &key, &member, times);
        let (first, last) = (before, before + all.len());
        before = last;
        // Earlier pages had all of it.
        if last < start || last == start && start > 0 {
            continue;
        }
        let here = &all[start.saturating_sub(first).min(all.len())..end.saturating_sub(first).min(all.len())];
        let status = match world.incomplete.get(&key) {
            Some(status) => status,
            None if last > end => "PartialData",
            None => "Complete",
        };
        results.push(json!({"Id": query["Id"], "Label": query.text("Label").unwrap_or(metric),
            "Timestamps": here.iter().map(|(at, _)| json!({ MOMENT: at })).collect::<Vec<Value>>(),
            "Values": here.iter().map(|(_, value)| *value).collect::<Vec<f64>>(), "StatusCode": status}));
    }
    let mut answer = json!({"MetricDataResults": results, "Messages": []});
    if before > end {
        answer["NextToken"] = json!(end.to_string());
    }
    Ok(answer)
}
