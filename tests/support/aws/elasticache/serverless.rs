//! Serverless caches.

use serde_json::{Value, json};

use super::group::merge;
use super::{Thing, looked};
use crate::aws::params::{Answer, Params, Refusal, copied, page};
use crate::aws::world::World;

fn not_found(name: &str) -> Refusal {
    Refusal::new("ServerlessCacheNotFoundFault", format!("Serverless cache {name} not found.")).status(404)
}

/// Numbers of the limits; 0 is no limit.
fn limits(params: &Value) -> Option<Value> {
    let given = params.get("CacheUsageLimits")?;
    let part = |name: &str, unit: Option<&str>| {
        let part = given.get(name)?;
        let bound = |name: &str| part.number(name).filter(|n| *n != 0);
        Some(json!({"Maximum": bound("Maximum"), "Minimum": bound("Minimum"), "Unit": unit}))
    };
    Some(
        json!({"DataStorage": part("DataStorage", Some("GB")), "ECPUPerSecond": part("ECPUPerSecond", None)}),
    )
}

fn user_group(world: &World, params: &Value, engine: &str) -> Result<(), Refusal> {
    let Some(id) = params.text("UserGroupId") else { return Ok(()) };
    let Some(group) = world.user_groups.get(&id) else {
        return Err(Refusal::new("UserGroupNotFound", format!("User group {id} not found.")).status(404));
    };
    if !group.is("Status", "active") {
        return Err(Refusal::new("InvalidUserGroupState", format!("User group {id} is not active.")));
    }
    if group.body["Engine"] == "valkey" && engine != "valkey" {
        return Err(Refusal::combination("A Valkey user group needs Valkey."));
    }
    Ok(())
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("ServerlessCacheName")?.to_lowercase();
    if world.serverless.contains_key(&name) {
        let message = format!("Serverless cache {name} already exists.");
        return Err(Refusal::new("ServerlessCacheAlreadyExistsFault", message));
    }
    if world.serverless.len() >= 40 {
        return Err(Refusal::new(
            "ServerlessCacheQuotaForCustomerExceededFault",
            "Too many serverless caches.",
        ));
    }
    let engine = params.need("Engine")?.to_lowercase();
    user_group(world, params, &engine)?;
    let public = params.text("ConnectionType").as_deref() == Some("public");
    let major = params.text("MajorEngineVersion").unwrap_or_else(|| "8".to_owned());
    if public && (engine != "valkey" || major.parse::<u32>().unwrap_or(0) < 9 || !params.has("UserGroupId")) {
        return Err(Refusal::combination(
            "A public cache needs Valkey 9 or later and a user group with IAM.",
        ));
    }
    let mut subnets = params.texts("SubnetIds");
    subnets.sort();
    if !public && !(2..=3).contains(&subnets.len()) {
        return Err(Refusal::value("Two or three subnets are needed."));
    }
    if let Some(id) = subnets.iter().find(|id| !world.subnets.iter().any(|s| s["subnetId"] == **id)) {
        return Err(Refusal::new("InvalidSubnet", format!("The subnet ID '{id}' does not exist.")));
    }
    let arn = World::arn("serverlesscache", &name);
    let at = |port: u16| json!({"Address": format!("{name}-abc123.serverless.use1.cache.amazonaws.com"), "Port": port});
    for arn in params.texts("SnapshotArnsToRestore") {
        if !world.serverless_snapshots.values().any(|s| s.body["ARN"] == arn.as_str()) {
            return Err(Refusal::value(format!("The snapshot {arn} does not exist.")));
        }
        world.created("Restore", &arn);
    }
    let mut body = copied(params, &["Description", "KmsKeyId", "UserGroupId", "DailySnapshotTime"]);
    merge(
        &mut body,
        json!({
            "ServerlessCacheName": name, "Status": "creating", "Engine": engine, "MajorEngineVersion": major,
            "FullEngineVersion": format!("{major}.1"), "CreateTime": "2026-11-22T10:00:00Z", "ARN": arn,
            "CacheUsageLimits": limits(params), "SecurityGroupIds": {"SecurityGroupId": params.texts("SecurityGroupIds")},
            "SubnetIds": {"SubnetId": subnets}, "SnapshotRetentionLimit": params.number("SnapshotRetentionLimit").unwrap_or(0),
            "NetworkType": params.text("NetworkType").unwrap_or_else(|| "ipv4".to_owned()),
            "ConnectionType": if public { "public" } else { "vpc" },
        }),
    );
    let mut next = body.clone();
    merge(&mut next, json!({"Status": "available", "Endpoint": at(6379), "ReaderEndpoint": at(6380)}));
    world.tag(&arn, params.items("Tags"));
    world.created("CreateServerlessCache", &name);
    world.serverless.insert(name, Thing::becoming(body.clone(), world.looks.create, Some(next)));
    Ok(json!({ "ServerlessCache": body }))
}

fn available(world: &World, name: &str) -> Result<Value, Refusal> {
    let cache = world.serverless.get(name).ok_or_else(|| not_found(name))?;
    if cache.is("Status", "available") {
        return Ok(cache.body.clone());
    }
    let message = format!("Serverless cache {name} is not in available state.");
    Err(Refusal::new("InvalidServerlessCacheStateFault", message))
}

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let name = params.need("ServerlessCacheName")?;
    let body = available(world, &name)?;
    let engine = params.text("Engine").unwrap_or_else(|| body.text("Engine").unwrap_or_default());
    user_group(world, params, &engine)?;
    let named = ["ServerlessCacheName", "MajorEngineVersion"];
    let fields = params.as_object().map_or(0, |f| f.keys().filter(|k| !named.contains(&k.as_str())).count());
    let fields = fields + usize::from(params.has("MajorEngineVersion") && !params.has("Engine"));
    if fields > 1 {
        return Err(Refusal::combination("We only support modifying one field per request."));
    }
    let mut next = body.clone();
    if let Some(limits) = limits(params) {
        // What is not named stays.
        let mut all = body["CacheUsageLimits"].clone();
        for part in ["DataStorage", "ECPUPerSecond"] {
            if !limits[part].is_null() {
                all[part] = limits[part].clone();
            }
        }
        merge(&mut next, json!({ "CacheUsageLimits": all }));
    }
    merge(
        &mut next,
        copied(params, &["Description", "UserGroupId", "DailySnapshotTime", "Engine", "MajorEngineVersion"]),
    );
    if params.flag("RemoveUserGroup") == Some(true) {
        merge(&mut next, json!({"UserGroupId": null}));
    }
    if params.has("SecurityGroupIds") {
        merge(&mut next, json!({"SecurityGroupIds": {"SecurityGroupId": params.texts("SecurityGroupIds")}}));
    }
    if let Some(days) = params.number("SnapshotRetentionLimit") {
        merge(&mut next, json!({ "SnapshotRetentionLimit": days }));
    }
    if next == body {
        return Err(Refusal::combination("No modifications were requested"));
    }
    if params.as_object().is_some_and(|f| f.keys().any(|k| world.drops(k))) {
        next = body.clone();
    }
    let mut body = body;
    merge(&mut body, json!({"Status": "modifying"}));
    world.serverless.insert(name, Thing::becoming(body.clone(), world.looks.change, Some(next)));
    Ok(json!({ "ServerlessCache": body }))
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("ServerlessCacheName").map(|name| name.to_lowercase());
    let before: Vec<String> = world.serverless.keys().cloned().collect();
    let caches = looked(&mut world.serverless, only.as_deref(), not_found)?;
    for gone in before.iter().filter(|name| !world.serverless.contains_key(*name)) {
        world.tags.remove(&World::arn("serverlesscache", gone));
    }
    if let (Some(name), true) = (&only, caches.is_empty()) {
        return Err(not_found(name));
    }
    let (caches, next) = page(caches, params.text("NextToken").as_deref(), world.page);
    Ok(json!({"NextToken": next, "ServerlessCaches": {"member": caches}}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let name = params.need("ServerlessCacheName")?;
    let mut body = available(world, &name)?;
    if let Some(snapshot) = params.text("FinalSnapshotName") {
        if world.serverless_snapshots.contains_key(&snapshot) {
            let message = format!("Snapshot {snapshot} already exists.");
            return Err(Refusal::new("ServerlessCacheSnapshotAlreadyExistsFault", message));
        }
        let shown = json!({"ServerlessCacheSnapshotName": snapshot, "Status": "available", "SnapshotType": "manual",
            "ARN": World::arn("serverlesscachesnapshot", &snapshot),
            "ServerlessCacheConfiguration": {"ServerlessCacheName": name, "Engine": body["Engine"]}});
        world.serverless_snapshots.insert(snapshot, Thing { body: shown, looks: 0, next: None });
    }
    merge(&mut body, json!({"Status": "deleting"}));
    world.deleted("DeleteServerlessCache", &name);
    let looks = world.looks.delete;
    world.serverless.insert(name, Thing::becoming(body.clone(), looks, None));
    Ok(json!({ "ServerlessCache": body }))
}
