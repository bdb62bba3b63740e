//! Tags; those of a cache only while it is available. The model knows no such state for anything else.

use serde_json::{Value, json};

use crate::aws::params::{Answer, Params, Refusal};
use crate::aws::world::World;

/// The thing behind an ARN must be there and be available.
fn taggable(world: &World, arn: &str) -> Result<(), Refusal> {
    let mut parts = arn.splitn(7, ':').skip(5);
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let state = |found: Option<bool>, missing: &str, status: u16, busy: &str| match found {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::new(busy, format!("{name} is not in available state."))),
        None => Err(Refusal::new(missing, format!("{name} not found.")).status(status)),
    };
    let there = |is: bool| is.then_some(true);
    match kind {
        "replicationgroup" => {
            let found = world.groups.get(name).map(|g| g.status == "available");
            state(found, "ReplicationGroupNotFoundFault", 404, "InvalidReplicationGroupState")
        }
        "cluster" => {
            let member = world.groups.values().flat_map(super::group::Group::members).find(|m| m.id == name);
            state(
                member.map(|m| m.status == "available"),
                "CacheClusterNotFound",
                404,
                "InvalidCacheClusterState",
            )
        }
        "subnetgroup" => {
            state(there(world.subnet_groups.contains_key(name)), "CacheSubnetGroupNotFoundFault", 400, "")
        }
        "parametergroup" => {
            let found = name.starts_with("default.") || world.parameter_groups.contains_key(name);
            state(there(found), "CacheParameterGroupNotFound", 404, "")
        }
        "user" => state(there(world.users.contains_key(name)), "UserNotFound", 404, ""),
        "usergroup" => state(there(world.user_groups.contains_key(name)), "UserGroupNotFound", 404, ""),
        "serverlesscache" => {
            let found = world.serverless.get(name).map(|c| c.is("Status", "available"));
            state(found, "ServerlessCacheNotFoundFault", 404, "InvalidServerlessCacheStateFault")
        }
        "snapshot" => state(there(world.snapshots.contains_key(name)), "SnapshotNotFoundFault", 404, ""),
        "serverlesscachesnapshot" => state(
            there(world.serverless_snapshots.contains_key(name)),
            "ServerlessCacheSnapshotNotFoundFault",
            404,
            "",
        ),
        _ => Err(Refusal::new("InvalidARN", format!("{arn} is no ARN of ElastiCache."))),
    }
}

fn shown(world: &World, arn: &str) -> Value {
    let tags = world.tags.get(arn).into_iter().flatten();
    let tags: Vec<Value> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    json!({"TagList": {"Tag": tags}})
}

pub fn add(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("ResourceName")?;
    taggable(world, &arn)?;
    if !world.drops("Tags") {
        world.tag(&arn, params.items("Tags"));
    }
    if world.tags.get(&arn).is_some_and(|tags| tags.len() > 50) {
        return Err(Refusal::new("TagQuotaPerResourceExceeded", "A resource has at most 50 tags."));
    }
    Ok(shown(world, &arn))
}

pub fn remove(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("ResourceName")?;
    taggable(world, &arn)?;
    for key in params.texts("TagKeys") {
        let tags = world.tags.entry(arn.clone()).or_default();
        if tags.remove(&key).is_none() {
            return Err(Refusal::new("TagNotFound", format!("The tag {key} is not there.")).status(404));
        }
    }
    Ok(shown(world, &arn))
}

pub fn list(world: &mut World, params: &Value) -> Answer {
    let arn = params.need("ResourceName")?;
    taggable(world, &arn)?;
    Ok(shown(world, &arn))
}
