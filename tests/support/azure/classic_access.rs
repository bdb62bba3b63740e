//! Who may do what in a classic cache: policies, their assignments, and rules for addresses. Strictly one at a time.

use serde_json::json;

use super::arm::{at_rest, changed, deleted, made, root};
use super::wire::{Answer, Call, refuse};
use super::world::World;

pub fn change(world: &mut World, call: &Call) -> Answer {
    let cache = root(call);
    at_rest(world, &cache)?;
    let Some(thing) = world.things.get(&cache) else {
        return refuse(404, "ParentResourceNotFound", "The cache was not found.");
    };
    let signs_in = thing.property("redisConfiguration")["aad-enabled"] == "true";
    let rules = call.kind == "redis/firewallRules";
    let looks = if rules { 0 } else { world.change };
    let own = world.things.get(&call.id);
    if own.is_some_and(|policy| policy.property("type") == "BuiltIn") {
        return refuse(400, "BadRequest", "Built-in access policies cannot be changed.");
    }
    if call.method == "DELETE" {
        let name = own.map(|policy| policy.body["name"].clone());
        let is_used = world.all("redis/accessPolicyAssignments").iter().any(|a| {
            a.key().starts_with(&format!("{cache}/")) && Some(a.property("accessPolicyName")) == name.as_ref()
        });
        if call.kind == "redis/accessPolicies" && is_used {
            return refuse(400, "BadRequest", "The access policy is assigned to users.");
        }
        return deleted(world, call, looks);
    }
    let body = world.heard(call);
    let given = &body["properties"];
    let properties = match call.kind {
        "redis/accessPolicies" => json!({"type": "Custom", "permissions": given["permissions"]}),
        "redis/accessPolicyAssignments" => {
            if !signs_in {
                return refuse(
                    400,
                    "BadRequest",
                    "Microsoft Entra Authentication is not enabled for this cache.",
                );
            }
            let policy = given["accessPolicyName"].as_str().unwrap_or_default();
            let key = format!("{cache}/accesspolicies/{}", policy.to_lowercase());
            if !world.things.contains_key(&key) {
                return refuse(400, "BadRequest", format!("The access policy '{policy}' does not exist."));
            }
            given.clone()
        }
        _ => given.clone(),
    };
    if let Some(thing) = world.things.get_mut(&call.id) {
        thing.body["properties"] = properties;
        return changed(world, call, "Updating", looks);
    }
    made(world, call, json!({ "properties": properties }), looks)
}
