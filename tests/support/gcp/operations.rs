//! Operations: what is asked for happens after some looks at it or at its resource.

use serde_json::{Value, json};

use super::wire::{Answer, refuse};
use super::world::World;
use super::{around, caches, classic, tokens};

/// What happens at the end.
#[derive(Clone, Debug)]
pub enum Effect {
    MakeCache,
    SetField(String, Value),
    DeleteCache,
    MakeClassic,
    SetClassic(String, Value),
    DeleteClassic,
    MakeTokenUser,
    AddToken,
    DeleteTokenUser,
    MakePolicy(Value),
    DeletePolicy,
    SetRules(Value),
    DeleteAcl,
}

/// Work that goes on.
#[derive(Clone, Debug)]
pub struct Operation {
    pub target: String,
    pub verb: &'static str,
    pub looks: u32,
    pub effect: Effect,
    pub done: bool,
    pub error: Option<(i64, String)>,
}

impl Operation {
    fn shown(&self, name: &str) -> Value {
        // Each API has a type of its own for it.
        let api = if self.target.starts_with("redis:") { "redis" } else { "memorystore" };
        let mut shown = json!({
            "name": name,
            "done": self.done,
            "metadata": { "@type": format!("type.googleapis.com/google.cloud.{api}.v1.OperationMetadata"),
                "createTime": "2026-11-28T00:00:00Z", "target": self.target.trim_start_matches("redis:"), "verb": self.verb, "apiVersion": "v1" },
        });
        match &self.error {
            Some((code, message)) => shown["error"] = json!({ "code": code, "message": message }),
            None if self.done => {
                shown["response"] = json!({ "@type": "type.googleapis.com/google.protobuf.Empty" });
            }
            None => {}
        }
        shown
    }
}

/// Begins one.
pub fn begin(world: &mut World, target: &str, verb: &'static str, looks: u32, effect: Effect) -> Value {
    // `projects/p/locations/r`, of whatever lies in it.
    let place = target.trim_start_matches("redis:").splitn(5, '/').take(4).collect::<Vec<_>>().join("/");
    let name = format!("{place}/operations/operation-{:06}", world.next());
    let operation = Operation { target: target.to_owned(), verb, looks, effect, done: false, error: None };
    let shown = operation.shown(&name);
    world.operations.insert(name, operation);
    shown
}

/// Somebody looks at a resource: its operations come nearer to their end.
pub fn look_at(world: &mut World, target: &str) {
    let open: Vec<String> = world
        .operations
        .iter()
        .filter(|(_, operation)| operation.target == target && !operation.done)
        .map(|(name, _)| name.clone())
        .collect();
    for name in open {
        step(world, &name);
    }
}

fn step(world: &mut World, name: &str) {
    let operation = world.operations.get_mut(name).unwrap();
    operation.looks = operation.looks.saturating_sub(1);
    if operation.looks > 0 {
        return;
    }
    operation.done = true;
    let operation = operation.clone();
    let error = match &operation.effect {
        Effect::MakeCache => caches::made(world, &operation.target),
        Effect::SetField(field, value) => {
            caches::set(world, &operation.target, field, value);
            None
        }
        Effect::DeleteCache => {
            caches::gone(world, &operation.target);
            None
        }
        Effect::MakeClassic => {
            classic::made(world, &operation.target);
            None
        }
        Effect::SetClassic(field, value) => classic::set(world, &operation.target, field, value),
        Effect::DeleteClassic => {
            classic::gone(world, &operation.target);
            None
        }
        effect @ (Effect::MakeTokenUser | Effect::AddToken | Effect::DeleteTokenUser) => {
            tokens::ends(world, &operation.target, effect);
            None
        }
        Effect::MakePolicy(body) => {
            around::policy_made(world, &operation.target, body);
            None
        }
        Effect::DeletePolicy => {
            world.policies.remove(&operation.target);
            world.made.retain(|(_, made)| *made != operation.target);
            None
        }
        Effect::SetRules(rules) => {
            if let Some(acl) = world.acl.get_mut(&operation.target) {
                acl["rules"] = rules.clone();
                acl["state"] = "ACTIVE".into();
            }
            None
        }
        Effect::DeleteAcl => {
            world.acl.remove(&operation.target);
            world.made.retain(|(_, made)| *made != operation.target);
            None
        }
    };
    world.operations.get_mut(name).unwrap().error = error;
}

/// A look at one by its name.
pub fn get(world: &mut World, name: &str) -> Answer {
    if !world.operations.contains_key(name) {
        return Err(refuse(404, "NOT_FOUND", format!("Resource '{name}' was not found")));
    }
    if !world.operations[name].done {
        step(world, name);
    }
    Ok(world.operations[name].shown(name))
}
