//! Cache subnet groups.

use serde_json::{Value, json};

use super::group::merge;
use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

fn not_found(name: &str) -> Refusal {
    Refusal::new("CacheSubnetGroupNotFoundFault", format!("CacheSubnetGroup {name} not found."))
}

/// The subnets as they are shown, and their VPC.
fn subnets(world: &World, params: &Value) -> Result<(Value, Value), Refusal> {
    let mut shown = Vec::new();
    let mut vpcs = Vec::new();
    for id in params.texts("SubnetIds") {
        let Some(subnet) = world.subnets.iter().find(|s| s["subnetId"] == id) else {
            return Err(Refusal::new("InvalidSubnet", format!("The subnet ID '{id}' does not exist.")));
        };
        vpcs.push(subnet["vpcId"].clone());
        shown.push(
            json!({"SubnetIdentifier": id, "SubnetAvailabilityZone": {"Name": subnet["availabilityZone"]}}),
        );
    }
    vpcs.dedup();
    if vpcs.len() != 1 {
        return Err(Refusal::new("InvalidSubnet", "The subnets must be in one VPC."));
    }
    shown
        .sort_by_key(|s| s["SubnetIdentifier"].text("").unwrap_or_else(|| s["SubnetIdentifier"].to_string()));
    Ok((json!({ "Subnet": shown }), vpcs.remove(0)))
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheSubnetGroupName")?.to_lowercase();
    if world.subnet_groups.contains_key(&name) {
        let message = format!("Cache subnet group {name} already exists.");
        return Err(Refusal::new("CacheSubnetGroupAlreadyExists", message));
    }
    let (subnets, vpc) = subnets(world, params)?;
    let arn = World::arn("subnetgroup", &name);
    let body = json!({"CacheSubnetGroupName": name, "VpcId": vpc, "Subnets": subnets, "ARN": arn,
        "CacheSubnetGroupDescription": params.need("CacheSubnetGroupDescription")?});
    world.tag(&arn, params.items("Tags"));
    world.created("CreateCacheSubnetGroup", &name);
    world.subnet_groups.insert(name, body.clone());
    Ok(json!({ "CacheSubnetGroup": body }))
}

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheSubnetGroupName")?;
    let mut body = world.subnet_groups.get(&name).cloned().ok_or_else(|| not_found(&name))?;
    if params.has("SubnetIds") {
        let (subnets, vpc) = subnets(world, params)?;
        let used: Vec<String> = world
            .groups
            .values()
            .filter(|g| g.subnet_group == name)
            .flat_map(|g| g.members().map(|m| m.zone.clone()).collect::<Vec<_>>())
            .collect();
        let kept: Vec<&Value> =
            subnets.items("Subnet").iter().map(|s| &s["SubnetAvailabilityZone"]["Name"]).collect();
        if used.iter().any(|zone| !kept.iter().any(|k| *k == zone)) {
            return Err(Refusal::new("SubnetInUse", "A subnet that goes is in use."));
        }
        merge(&mut body, json!({"Subnets": subnets, "VpcId": vpc}));
    }
    if let Some(text) = params.text("CacheSubnetGroupDescription") {
        merge(&mut body, json!({ "CacheSubnetGroupDescription": text }));
    }
    world.subnet_groups.insert(name, body.clone());
    Ok(json!({ "CacheSubnetGroup": body }))
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("CacheSubnetGroupName");
    let all = world.subnet_groups.iter().filter(|(name, _)| only.as_ref().is_none_or(|o| o == *name));
    let all: Vec<Value> = all.map(|(_, body)| body.clone()).collect();
    if let (Some(name), true) = (&only, all.is_empty()) {
        return Err(not_found(name));
    }
    let (all, marker) = page(all, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Marker": marker, "CacheSubnetGroups": {"CacheSubnetGroup": all}}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheSubnetGroupName")?;
    if !world.subnet_groups.contains_key(&name) {
        return Err(not_found(&name));
    }
    let used = world.groups.values().any(|g| g.subnet_group == name)
        || world.leaving.iter().any(|m| m.subnet_group == name);
    if used {
        world.leaving_go_on();
        let message = format!("Cache subnet group {name} is currently in use by a cache cluster.");
        return Err(Refusal::new("CacheSubnetGroupInUse", message));
    }
    world.tags.remove(&World::arn("subnetgroup", &name));
    world.deleted("DeleteCacheSubnetGroup", &name);
    world.subnet_groups.remove(&name);
    Ok(json!({}))
}
