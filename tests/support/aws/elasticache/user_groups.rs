//! User groups.

use serde_json::{Value, json};

use super::group::merge;
use super::{Thing, looked};
use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

fn not_found(id: &str) -> Refusal {
    Refusal::new("UserGroupNotFound", format!("User group {id} not found.")).status(404)
}

/// Users must be there; a Redis group has exactly one named `default`, and no group has a name twice.
fn check(world: &World, engine: &str, users: &[String]) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for id in users {
        let user = world.users.get(id).ok_or_else(|| super::users::not_found(id))?;
        if !user.is("Status", "active") {
            return Err(Refusal::new("InvalidUserState", format!("User {id} is not active.")));
        }
        if engine == "valkey" && user.body["Authentication"]["Type"] == "no-password" {
            return Err(Refusal::combination(format!(
                "User {id} of a Valkey group needs a password or IAM."
            )));
        }
        if engine == "redis" && user.body["Engine"] != "redis" {
            return Err(Refusal::combination(format!("User {id} is for Valkey, the group for Redis.")));
        }
        names.push(user.body["UserName"].clone());
    }
    if engine == "redis" && names.iter().filter(|name| **name == "default").count() != 1 {
        return Err(Refusal::new("DefaultUserRequired", "A Redis user group needs a user named default."));
    }
    names.sort_by_key(ToString::to_string);
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::new("DuplicateUserName", "Two users of the group have the same name."));
    }
    Ok(())
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let id = params.need("UserGroupId")?.to_lowercase();
    if world.user_groups.contains_key(&id) {
        return Err(Refusal::new("UserGroupAlreadyExists", format!("User group {id} already exists.")));
    }
    let engine = params.need("Engine")?.to_lowercase();
    let mut users = params.texts("UserIds");
    check(world, &engine, &users)?;
    users.sort();
    if world.drops("UserIds") {
        users.pop();
    }
    let arn = World::arn("usergroup", &id);
    let body = |status: &str| {
        json!({"UserGroupId": id, "Status": status, "Engine": engine, "MinimumEngineVersion": "6.0",
            "UserIds": {"member": users}, "ARN": arn})
    };
    let group = Thing::becoming(body("creating"), world.looks.create, Some(body("active")));
    let shown = group.body.clone();
    world.tag(&arn, params.items("Tags"));
    world.created("CreateUserGroup", &id);
    world.user_groups.insert(id, group);
    Ok(shown)
}

fn active(world: &World, id: &str) -> Result<Value, Refusal> {
    let group = world.user_groups.get(id).ok_or_else(|| not_found(id))?;
    if group.is("Status", "active") {
        return Ok(group.body.clone());
    }
    Err(Refusal::new("InvalidUserGroupState", format!("User group {id} is not in active state.")))
}

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let id = params.need("UserGroupId")?;
    let body = active(world, &id)?;
    let (add, remove) = (params.texts("UserIdsToAdd"), params.texts("UserIdsToRemove"));
    let mut users = body["UserIds"].texts("member");
    if let Some(user) = add.iter().find(|user| users.contains(user)) {
        return Err(Refusal::combination(format!("User {user} is a member of the group already.")));
    }
    if let Some(user) = remove.iter().find(|user| !users.contains(user)) {
        return Err(Refusal::combination(format!("User {user} is not a member of the group.")));
    }
    users.retain(|user| !remove.contains(user));
    users.extend(add.clone());
    users.sort();
    check(world, body["Engine"].as_str().unwrap_or_default(), &users)?;
    let mut next = body.clone();
    if !world.drops("UserIds") {
        merge(&mut next, json!({"UserIds": {"member": users}}));
    }
    let mut body = body;
    let pending = json!({"UserIdsToAdd": {"member": add}, "UserIdsToRemove": {"member": remove}});
    merge(&mut body, json!({"Status": "modifying", "PendingChanges": pending}));
    world.user_groups.insert(id, Thing::becoming(body.clone(), world.looks.change, Some(next)));
    Ok(body)
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("UserGroupId");
    let mut groups = looked(&mut world.user_groups, only.as_deref(), not_found)?;
    for group in &mut groups {
        let (caches, serverless) =
            world.users_of_user_group(group["UserGroupId"].as_str().unwrap_or_default());
        merge(
            group,
            json!({"ReplicationGroups": {"member": caches}, "ServerlessCaches": {"member": serverless}}),
        );
    }
    if let (Some(id), true) = (&only, groups.is_empty()) {
        return Err(not_found(id));
    }
    let (groups, marker) = page(groups, params.text("Marker").as_deref(), world.page);
    Ok(json!({"UserGroups": {"member": groups}, "Marker": marker}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let id = params.need("UserGroupId")?;
    let mut body = active(world, &id)?;
    let (groups, caches) = world.users_of_user_group(&id);
    if let Some(user) = groups.iter().chain(&caches).next() {
        let message = format!("User group {id} is in use by {user}.");
        return Err(Refusal::new("InvalidUserGroupState", message));
    }
    merge(&mut body, json!({"Status": "deleting"}));
    world.tags.remove(&World::arn("usergroup", &id));
    world.deleted("DeleteUserGroup", &id);
    let looks = world.looks.delete;
    world.user_groups.insert(id, Thing::becoming(body.clone(), looks, None));
    Ok(body)
}
