//! Log groups of `CloudWatch` Logs.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal, page};
use super::world::{ACCOUNT, REGION, World};

/// Days for which it keeps logs.
const DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

fn arn(name: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}")
}

fn known(world: &World, params: &Value) -> Result<String, Refusal> {
    let name = params.need("logGroupName")?;
    if world.log_groups.contains_key(&name) {
        return Ok(name);
    }
    Err(Refusal::new("ResourceNotFoundException", "The specified log group does not exist."))
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("logGroupName")?;
    if world.log_groups.contains_key(&name) {
        return Err(Refusal::new("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let tags = params.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let tags = tags.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
    world.tags.entry(arn(&name)).or_default().extend(tags);
    let group = json!({"logGroupName": name, "creationTime": 1_790_000_000_000_i64, "storedBytes": 0,
        "arn": format!("{}:*", arn(&name)), "logGroupArn": arn(&name), "logGroupClass": "STANDARD"});
    world.created("CreateLogGroup", &name);
    world.log_groups.insert(name, group);
    Ok(json!({}))
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let prefix = params.text("logGroupNamePrefix").unwrap_or_default();
    let all = world.log_groups.iter().filter(|(name, _)| name.starts_with(&prefix));
    let all: Vec<Value> = all.map(|(_, group)| group.clone()).collect();
    let (all, next) = page(all, params.text("nextToken").as_deref(), world.page.min(50));
    Ok(json!({"logGroups": all, "nextToken": next}))
}

pub fn retain(world: &mut World, params: &Value) -> Answer {
    let name = known(world, params)?;
    let days = params.number("retentionInDays").unwrap_or(0);
    if !DAYS.contains(&days) {
        return Err(Refusal::new("InvalidParameterException", format!("{days} days are not offered.")));
    }
    world.log_groups.get_mut(&name).unwrap()["retentionInDays"] = json!(days);
    Ok(json!({}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let name = known(world, params)?;
    world.log_groups.remove(&name);
    world.tags.remove(&arn(&name));
    world.deleted("DeleteLogGroup", &name);
    Ok(json!({}))
}

pub fn tag(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("resourceArn")?;
    if !world.log_groups.values().any(|group| group["logGroupArn"] == arn.as_str()) {
        return Err(Refusal::new("ResourceNotFoundException", format!("{arn} is not there")));
    }
    let tags = params.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let tags = tags.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
    world.tags.entry(arn).or_default().extend(tags);
    Ok(json!({}))
}

pub fn list_tags(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("resourceArn")?;
    if !world.log_groups.values().any(|group| group["logGroupArn"] == arn.as_str()) {
        return Err(Refusal::new("ResourceNotFoundException", format!("{arn} is not there")));
    }
    Ok(json!({"tags": world.tags.get(&arn)}))
}

pub fn untag(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("resourceArn")?;
    if !world.log_groups.values().any(|group| group["logGroupArn"] == arn.as_str()) {
        return Err(Refusal::new("ResourceNotFoundException", format!("{arn} is not there")));
    }
    let keys = params.texts("tagKeys");
    world.tags.entry(arn).or_default().retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}
