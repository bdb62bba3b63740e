//! Snapshots, and lists that are empty here.

use serde_json::{Value, json};

use super::{Thing, looked};
use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

fn not_found(name: &str) -> Refusal {
    Refusal::new("SnapshotNotFoundFault", format!("Snapshot {name} not found.")).status(404)
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("SnapshotName");
    let group = params.text("ReplicationGroupId");
    let snapshots = looked(&mut world.snapshots, only.as_deref(), not_found)?;
    let snapshots = snapshots
        .into_iter()
        .filter(|s| group.as_ref().is_none_or(|g| s["ReplicationGroupId"] == g.as_str()))
        .collect();
    let (snapshots, marker) = page(snapshots, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Marker": marker, "Snapshots": {"Snapshot": snapshots}}))
}

/// A new group may begin with the data of one.
pub fn restored(world: &mut World, params: &Value) -> Result<(), Refusal> {
    let Some(name) = params.text("SnapshotName") else { return Ok(()) };
    if !world.snapshots.contains_key(&name) {
        return Err(not_found(&name));
    }
    world.created("Restore", &name);
    Ok(())
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("SnapshotName")?;
    if world.snapshots.contains_key(&name) {
        return Err(Refusal::new("SnapshotAlreadyExistsFault", format!("Snapshot {name} already exists.")));
    }
    let group = super::groups::ready(world, params)?.clone();
    let body = |status: &str| {
        json!({"SnapshotName": name, "ReplicationGroupId": group.id, "SnapshotStatus": status, "SnapshotSource": "manual",
            "CacheNodeType": group.node_type, "ARN": World::arn("snapshot", &name)})
    };
    let snapshot = Thing::becoming(body("creating"), world.looks.create, Some(body("available")));
    let shown = snapshot.body.clone();
    world.created("CreateSnapshot", &name);
    world.snapshots.insert(name, snapshot);
    Ok(json!({ "Snapshot": shown }))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let name = params.need("SnapshotName")?;
    let snapshot = world.snapshots.remove(&name).ok_or_else(|| not_found(&name))?;
    world.deleted("DeleteSnapshot", &name);
    Ok(json!({"Snapshot": snapshot.body}))
}

pub fn describe_serverless(world: &mut World, params: &Value) -> Answer {
    let only = params.text("ServerlessCacheSnapshotName");
    let missing = |name: &str| {
        let message = format!("Snapshot {name} not found.");
        Refusal::new("ServerlessCacheSnapshotNotFoundFault", message).status(404)
    };
    let snapshots = looked(&mut world.serverless_snapshots, only.as_deref(), missing)?;
    let (snapshots, next) = page(snapshots, params.text("NextToken").as_deref(), world.page);
    Ok(json!({"NextToken": next, "ServerlessCacheSnapshots": {"ServerlessCacheSnapshot": snapshots}}))
}

pub fn no_reservations(_: &mut World, _: &Value) -> Answer {
    Ok(json!({"ReservedCacheNodes": {}}))
}

pub fn no_updates(_: &mut World, _: &Value) -> Answer {
    Ok(json!({"ServiceUpdates": {}}))
}

pub fn actions(world: &mut World, params: &Value) -> Answer {
    let groups = params.texts("ReplicationGroupIds");
    let status = params.texts("UpdateActionStatus");
    let has = |list: &[String], update: &Value, name: &str| {
        list.is_empty() || list.iter().any(|wanted| update[name] == wanted.as_str())
    };
    let wanted = world.updates.iter().filter(|update| {
        has(&groups, update, "ReplicationGroupId") && has(&status, update, "UpdateActionStatus")
    });
    Ok(json!({"UpdateActions": {"UpdateAction": wanted.cloned().collect::<Vec<_>>()}}))
}
