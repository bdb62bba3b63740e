//! Users.

use serde_json::{Value, json};

use super::group::merge;
use super::{Thing, looked};
use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

pub fn not_found(id: &str) -> Refusal {
    Refusal::new("UserNotFound", format!("User {id} not found.")).status(404)
}

impl World {
    /// The users that every account has.
    pub fn add_default_users(&mut self) {
        for (id, engine, kind) in [("default", "redis", "no-password"), ("default.iam-user", "valkey", "iam")]
        {
            let body = json!({"UserId": id, "UserName": "default", "Status": "active", "Engine": engine,
                "MinimumEngineVersion": "6.0", "AccessString": "on ~* &* +@all", "UserGroupIds": {"member": []},
                "Authentication": {"Type": kind}, "ARN": Self::arn("user", id)});
            self.users.insert(id.to_owned(), Thing { body, looks: 0, next: None });
        }
    }

    /// The user groups that a user is in.
    fn groups_of_user(&self, id: &str) -> Vec<String> {
        let has = |group: &Thing| group.body["UserIds"].texts("member").iter().any(|user| user == id);
        self.user_groups.iter().filter(|(_, group)| has(group)).map(|(name, _)| name.clone()).collect()
    }
}

/// Passwords, wherever they stand, and how the user proves who it is.
fn authentication(world: &mut World, params: &Value) -> Result<Option<Value>, Refusal> {
    let mode = params.get("AuthenticationMode").cloned().unwrap_or_default();
    let mut passwords = params.texts("Passwords");
    passwords.extend(mode.texts("Passwords"));
    if passwords.len() > 2 {
        return Err(Refusal::value("A user has at most two passwords."));
    }
    for password in &passwords {
        let good = (16..=128).contains(&password.len()) && !password.contains([',', '"', '/', '@', ' ']);
        if !good {
            return Err(Refusal::value("A password has 16 to 128 printable characters without , \" / @."));
        }
        let user = params.text("UserId").unwrap_or_default();
        world.secret_values.push((format!("user {user}"), password.clone()));
    }
    let kind = match mode.text("Type").as_deref() {
        Some("iam") if !passwords.is_empty() => {
            return Err(Refusal::combination("IAM goes without passwords."));
        }
        Some("iam") => "iam",
        Some("no-password-required") => "no-password",
        Some("password") if passwords.is_empty() => {
            return Err(Refusal::combination("A password is missing."));
        }
        _ if params.flag("NoPasswordRequired") == Some(true) => "no-password",
        _ if !passwords.is_empty() => "password",
        _ => return Ok(None),
    };
    let count = (kind == "password").then_some(passwords.len());
    Ok(Some(json!({"Type": kind, "PasswordCount": count})))
}

/// As the service gives it back.
fn access(world: &World, text: &str) -> Result<String, Refusal> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().any(|w| w.starts_with('>') || *w == "reset" || *w == "nopass") {
        return Err(Refusal::value("An access string holds no passwords and no reset."));
    }
    if !world.rewrites_access {
        return Ok(words.join(" "));
    }
    // Left to right, what comes first is denied by default anyway.
    let words: Vec<&str> =
        words.into_iter().filter(|w| *w != "-@all" && *w != "resetchannels" && *w != "resetkeys").collect();
    Ok(words.join(" "))
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let (id, name) = (params.need("UserId")?.to_lowercase(), params.need("UserName")?);
    if world.users.contains_key(&id) {
        return Err(Refusal::new("UserAlreadyExists", format!("User {id} already exists.")));
    }
    let engine = params.need("Engine")?.to_lowercase();
    let text = params.need("AccessString")?;
    let access = access(world, &text)?;
    let authentication = authentication(world, params)?
        .ok_or_else(|| Refusal::combination("Either a password, IAM or NoPasswordRequired must be given."))?;
    if authentication["Type"] == "iam" && id != name.to_lowercase() {
        return Err(Refusal::value("With IAM, user id and user name must be the same."));
    }
    let arn = World::arn("user", &id);
    let body = json!({"UserId": id, "UserName": name, "Status": "active", "Engine": engine, "AccessString": access,
        "MinimumEngineVersion": "6.0", "UserGroupIds": {"member": []}, "Authentication": authentication, "ARN": arn});
    world.tag(&arn, params.items("Tags"));
    world.created("CreateUser", &id);
    world.users.insert(id, Thing { body: body.clone(), looks: 0, next: None });
    Ok(body)
}

fn active(world: &World, id: &str) -> Result<Thing, Refusal> {
    let user = world.users.get(id).cloned().ok_or_else(|| not_found(id))?;
    if user.is("Status", "active") {
        return Ok(user);
    }
    Err(Refusal::new("InvalidUserState", format!("User {id} is not active.")))
}

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let id = params.need("UserId")?;
    if id.starts_with("default") {
        return Err(Refusal::value("The default user cannot be modified."));
    }
    let user = active(world, &id)?;
    let mut next = user.body.clone();
    if let Some(text) = params.text("AccessString") {
        merge(&mut next, json!({"AccessString": access(world, &text)?}));
    }
    if let Some(authentication) = authentication(world, params)? {
        merge(&mut next, json!({ "Authentication": authentication }));
    }
    if let Some(engine) = params.text("Engine") {
        merge(&mut next, json!({ "Engine": engine.to_lowercase() }));
    }
    if world.drops("User") {
        next = user.body.clone();
    }
    let mut body = user.body;
    merge(&mut body, json!({"Status": "modifying"}));
    world.users.insert(id, Thing::becoming(body.clone(), world.looks.change, Some(next)));
    Ok(body)
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("UserId");
    let mut users = looked(&mut world.users, only.as_deref(), not_found)?;
    for user in &mut users {
        let groups = world.groups_of_user(user["UserId"].as_str().unwrap_or_default());
        merge(user, json!({"UserGroupIds": {"member": groups}}));
    }
    if let (Some(id), true) = (&only, users.is_empty()) {
        return Err(not_found(id));
    }
    let (users, marker) = page(users, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Users": {"member": users}, "Marker": marker}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let id = params.need("UserId")?;
    let mut body = active(world, &id)?.body;
    if id.starts_with("default") {
        return Err(Refusal::value("The default user cannot be deleted."));
    }
    // It is taken out of its groups by itself.
    for group in world.user_groups.values_mut() {
        let mut ids = group.body["UserIds"].texts("member");
        ids.retain(|user| *user != id);
        merge(&mut group.body, json!({"UserIds": {"member": ids}}));
    }
    merge(&mut body, json!({"Status": "deleting"}));
    world.tags.remove(&World::arn("user", &id));
    world.deleted("DeleteUser", &id);
    let looks = world.looks.delete;
    world.users.insert(id, Thing::becoming(body.clone(), looks, None));
    Ok(body)
}
