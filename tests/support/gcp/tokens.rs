//! Users that sign in by a token, which the service makes.

use serde_json::{Value, json};

use super::operations::{Effect, begin, look_at};
use super::wire::{Answer, Call, Refusal, refuse};
use super::world::World;

/// A user of a cache.
#[derive(Clone, Debug, Default)]
pub struct TokenUser {
    pub state: &'static str,
    /// Each by its name, with what it says.
    pub tokens: Vec<(String, String)>,
}

fn missing(name: &str) -> Refusal {
    refuse(404, "NOT_FOUND", format!("Resource '{name}' was not found"))
}

pub fn perform(world: &mut World, call: &Call) -> Answer {
    match call.operation {
        "ListTokenAuthUsers" => users(world, call),
        "ListAuthTokens" => tokens(world, call),
        "AddTokenAuthUser" => add_user(world, call),
        "AddAuthToken" => add_token(world, call),
        _ => delete(world, call),
    }
}

fn users(world: &mut World, call: &Call) -> Answer {
    let of = |world: &World| -> Vec<String> {
        world
            .token_users
            .keys()
            .filter(|name| name.starts_with(&format!("{}/", call.target)))
            .cloned()
            .collect()
    };
    for name in of(world) {
        look_at(world, &name);
    }
    let all: Vec<Value> = of(world)
        .iter()
        .map(|name| json!({ "name": name, "state": world.token_users[name].state }))
        .collect();
    super::around::page(world, call, "tokenAuthUsers", &all)
}

fn tokens(world: &mut World, call: &Call) -> Answer {
    let user = call.place().to_owned();
    let found = world.token_users.get(&user).ok_or_else(|| missing(&user))?;
    let shown = |(name, token): &(String, String)| json!({ "name": name, "state": "ACTIVE", "token": token });
    let all: Vec<Value> = found.tokens.iter().map(shown).collect();
    super::around::page(world, call, "authTokens", &all)
}

fn add_user(world: &mut World, call: &Call) -> Answer {
    let cache = world.caches.get(&call.target).ok_or_else(|| missing(&call.target))?;
    if !cache["authorizationMode"].as_str().is_some_and(|mode| mode.ends_with("TOKEN_AUTH")) {
        return Err(refuse(400, "FAILED_PRECONDITION", "token based authentication is not enabled"));
    }
    let name =
        format!("{}/tokenAuthUsers/{}", call.target, call.body["tokenAuthUser"].as_str().unwrap_or_default());
    if world.token_users.contains_key(&name) {
        return Err(refuse(409, "ALREADY_EXISTS", format!("Resource '{name}' already exists")));
    }
    world.token_users.insert(name.clone(), TokenUser { state: "CREATING", tokens: Vec::new() });
    world.made.push((call.operation.to_owned(), name.clone()));
    let looks = world.change;
    Ok(begin(world, &name, "create", looks, Effect::MakeTokenUser))
}

fn ready(world: &World, name: &str) -> Result<(), Refusal> {
    match world.token_users.get(name) {
        None => Err(missing(name)),
        Some(user) if user.state != "ACTIVE" => {
            Err(refuse(400, "FAILED_PRECONDITION", format!("the resource {name} is being updated")))
        }
        Some(_) => Ok(()),
    }
}

fn change(world: &mut World, name: &str, state: &'static str, verb: &'static str, effect: Effect) -> Value {
    world.token_users.get_mut(name).unwrap().state = state;
    let looks = world.change;
    begin(world, name, verb, looks, effect)
}

fn add_token(world: &mut World, call: &Call) -> Answer {
    let name = call.target.clone();
    ready(world, &name)?;
    Ok(change(world, &name, "UPDATING", "update", Effect::AddToken))
}

fn delete(world: &mut World, call: &Call) -> Answer {
    let name = call.target.clone();
    ready(world, &name)?;
    if call.param("force") != "true" && !world.token_users[&name].tokens.is_empty() {
        return Err(refuse(400, "FAILED_PRECONDITION", "the user has tokens"));
    }
    Ok(change(world, &name, "DELETING", "delete", Effect::DeleteTokenUser))
}

/// The end of each.
pub fn ends(world: &mut World, name: &str, effect: &Effect) {
    let serial = world.next();
    if matches!(effect, Effect::DeleteTokenUser) {
        world.token_users.remove(name);
        world.made.retain(|(_, made)| made != name);
        return;
    }
    let Some(user) = world.token_users.get_mut(name) else { return };
    user.state = "ACTIVE";
    if matches!(effect, Effect::AddToken) {
        let token = format!("{name}/authTokens/token-{serial}");
        user.tokens.push((token, format!("made-by-google-{serial:06}")));
    }
}
