//! Application Auto Scaling.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal, copied, page};
use super::world::{ACCOUNT, REGION, World};

const TARGET: [&str; 3] = ["ServiceNamespace", "ResourceId", "ScalableDimension"];

/// Node families and sizes that can be scaled.
const ELIGIBLE: [&str; 8] = ["r7g", "r6g", "r6gd", "r5", "m7g", "m6g", "m5", "c7gn"];

fn target(params: &Value) -> Result<String, Refusal> {
    let parts: Result<Vec<String>, Refusal> = TARGET.iter().map(|name| params.need(name)).collect();
    Ok(parts?.join("|"))
}

fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

fn not_found(what: &str) -> Refusal {
    Refusal::new("ObjectNotFoundException", format!("No {what} was found for this resource"))
}

fn target_arn(key: &str) -> String {
    let hash = key.bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
    format!("arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/{hash:016x}")
}

/// The group must be there, in cluster mode, and of a type that can be scaled.
fn check(world: &World, params: &Value) -> Result<(), Refusal> {
    let resource = params.need("ResourceId")?;
    let id = resource.strip_prefix("replication-group/").unwrap_or_default();
    let Some(group) = world.groups.get(id) else {
        return Err(validation(format!("ElastiCache replication group {id} does not exist.")));
    };
    let mut parts = group.node_type.split('.').skip(1);
    let (family, size) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let fits = ELIGIBLE.contains(&family) && ["large", "xlarge", "2xlarge"].contains(&size);
    if !group.is_cluster() || !fits {
        return Err(validation(format!("{id} of {} cannot be scaled automatically.", group.node_type)));
    }
    Ok(())
}

pub fn register(world: &mut World, params: &Value) -> Answer {
    let key = target(params)?;
    check(world, params)?;
    let arn = target_arn(&key);
    let known = world.targets.get(&key).cloned();
    if known.is_none() && !(params.has("MinCapacity") && params.has("MaxCapacity")) {
        return Err(validation("Both the minimum and the maximum capacity must be given."));
    }
    let mut shown = known.clone().unwrap_or_else(|| json!({"ScalableTargetARN": arn, "CreationTime": 1_790_000_000,
        "RoleARN": format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/elasticache.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ElastiCacheRG")}));
    let fields = [
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
        "MinCapacity",
        "MaxCapacity",
        "SuspendedState",
    ];
    let set = copied(params, &fields);
    shown.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
    if known.is_none() {
        world.created("RegisterScalableTarget", &key);
    }
    if let Some(Value::Object(tags)) = params.get("Tags") {
        let tags = tags.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()));
        world.tags.entry(arn.clone()).or_default().extend(tags.collect::<BTreeMap<_, _>>());
    }
    world.targets.insert(key, shown);
    Ok(json!({ "ScalableTargetARN": arn }))
}

/// Things of a kind that a request asks for.
fn listed(
    world: &World,
    all: &BTreeMap<String, Value>,
    params: &Value,
    names: &str,
    name: &str,
    set: &str,
) -> Answer {
    let (names, ids) = (params.texts(names), params.texts("ResourceIds"));
    let wanted = |thing: &Value| {
        let is = |field: &str| params.text(field).is_none_or(|value| thing[field] == value.as_str());
        let named =
            |list: &[String], field: &str| list.is_empty() || list.iter().any(|n| thing[field] == n.as_str());
        TARGET.iter().all(|field| is(field)) && named(&names, name) && named(&ids, "ResourceId")
    };
    let all: Vec<Value> = all.values().filter(|thing| wanted(thing)).cloned().collect();
    let (all, next) = page(all, params.text("NextToken").as_deref(), world.page.min(50));
    Ok(json!({ set: all, "NextToken": next }))
}

pub fn describe_targets(world: &mut World, params: &Value) -> Answer {
    listed(world, &world.targets, params, "ResourceIds", "ResourceId", "ScalableTargets")
}

pub fn deregister(world: &mut World, params: &Value) -> Answer {
    let key = target(params)?;
    world.targets.remove(&key).ok_or_else(|| not_found("scalable target"))?;
    world.tags.remove(&target_arn(&key));
    // Its policies and actions go with it.
    let prefix = format!("{key}|");
    world.policies.retain(|name, _| !name.starts_with(&prefix));
    world.scheduled.retain(|name, _| !name.starts_with(&prefix));
    world.deleted("DeregisterScalableTarget", &key);
    Ok(json!({}))
}

fn put(world: &mut World, params: &Value, name: &str, arn: &str) -> Result<(String, Value), Refusal> {
    let key = target(params)?;
    if !world.targets.contains_key(&key) {
        return Err(not_found("scalable target"));
    }
    let mut shown = params.clone();
    shown[arn] = json!(format!("{}:{}", target_arn(&key), params.need(name)?));
    shown["CreationTime"] = json!(1_790_000_000);
    Ok((format!("{key}|{}", params.need(name)?), shown))
}

pub fn put_policy(world: &mut World, params: &Value) -> Answer {
    let (key, mut shown) = put(world, params, "PolicyName", "PolicyARN")?;
    shown["Alarms"] = json!([]);
    let arn = shown["PolicyARN"].clone();
    if world.policies.insert(key.clone(), shown).is_none() {
        world.created("PutScalingPolicy", &key);
    }
    Ok(json!({"PolicyARN": arn, "Alarms": []}))
}

pub fn describe_policies(world: &mut World, params: &Value) -> Answer {
    listed(world, &world.policies, params, "PolicyNames", "PolicyName", "ScalingPolicies")
}

fn delete(
    things: &mut BTreeMap<String, Value>,
    params: &Value,
    name: &str,
    what: &str,
) -> Result<String, Refusal> {
    let key = format!("{}|{}", target(params)?, params.need(name)?);
    things.remove(&key).map(|_| key).ok_or_else(|| not_found(what))
}

pub fn delete_policy(world: &mut World, params: &Value) -> Answer {
    let key = delete(&mut world.policies, params, "PolicyName", "scaling policy")?;
    world.deleted("DeleteScalingPolicy", &key);
    Ok(json!({}))
}

pub fn put_scheduled(world: &mut World, params: &Value) -> Answer {
    let (key, shown) = put(world, params, "ScheduledActionName", "ScheduledActionARN")?;
    let schedule = params.text("Schedule").unwrap_or_default();
    let kinds = BTreeSet::from(["at", "rate", "cron"]);
    if !kinds.contains(schedule.split('(').next().unwrap_or_default()) {
        return Err(validation(format!("Schedule expression {schedule} is not valid.")));
    }
    if world.scheduled.insert(key.clone(), shown).is_none() {
        world.created("PutScheduledAction", &key);
    }
    Ok(json!({}))
}

pub fn describe_scheduled(world: &mut World, params: &Value) -> Answer {
    listed(world, &world.scheduled, params, "ScheduledActionNames", "ScheduledActionName", "ScheduledActions")
}

pub fn delete_scheduled(world: &mut World, params: &Value) -> Answer {
    let key = delete(&mut world.scheduled, params, "ScheduledActionName", "scheduled action")?;
    world.deleted("DeleteScheduledAction", &key);
    Ok(json!({}))
}

pub fn list_tags(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("ResourceARN")?;
    if !world.targets.values().any(|t| t["ScalableTargetARN"] == arn.as_str()) {
        return Err(Refusal::new("ResourceNotFoundException", format!("{arn} is not there")));
    }
    Ok(json!({"Tags": world.tags.get(&arn)}))
}

pub fn tag(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("ResourceARN")?;
    if let Some(Value::Object(tags)) = params.get("Tags") {
        let tags = tags.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()));
        world.tags.entry(arn).or_default().extend(tags);
    }
    Ok(json!({}))
}
