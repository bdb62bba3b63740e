//! ElastiCache: what it holds and how that moves through its states.

mod group;
pub mod groups;
pub mod modify;
pub mod networks;
pub mod parameters;
pub mod scale;
pub mod serverless;
pub mod snapshots;
pub mod tags;
pub mod user_groups;
pub mod users;

use std::collections::BTreeMap;

use serde_json::Value;

use super::params::Refusal;
use super::world::World;

pub use group::{Group, Member};
pub use parameters::ParameterGroup;

/// Something whose answer is its body, with a state that ends after some looks.
#[derive(Clone, Debug)]
pub struct Thing {
    /// As it is shown, with its status.
    pub body: Value,
    /// Looks until `next` is in force.
    pub looks: u32,
    /// What it becomes; gone if there is none.
    pub next: Option<Value>,
}

impl Thing {
    /// Shown as `body` for some looks, then as `next`; then gone, if there is none.
    pub fn becoming(body: Value, looks: u32, next: Option<Value>) -> Self {
        let mut thing = Self { body, looks, next };
        if looks == 0
            && let Some(next) = thing.next.clone()
        {
            thing.body = next;
        }
        thing
    }

    pub fn is(&self, field: &str, status: &str) -> bool {
        self.body[field].as_str().is_some_and(|s| s.eq_ignore_ascii_case(status))
    }
}

/// Somebody looks: states move on by one.
pub fn look(things: &mut BTreeMap<String, Thing>, only: Option<&str>) {
    things.retain(|name, thing| {
        if only.is_some_and(|only| only != name) || thing.looks == 0 {
            return true;
        }
        thing.looks -= 1;
        if thing.looks == 0 {
            match thing.next.take() {
                Some(next) => thing.body = next,
                None => return false,
            }
        }
        true
    });
}

/// Looks at things, and gives the wanted ones.
pub fn looked(
    things: &mut BTreeMap<String, Thing>,
    only: Option<&str>,
    missing: impl FnOnce(&str) -> Refusal,
) -> Result<Vec<Value>, Refusal> {
    if let Some(name) = only
        && !things.contains_key(name)
    {
        return Err(missing(name));
    }
    look(things, only);
    let wanted = things.iter().filter(|(name, _)| only.is_none_or(|only| only == *name));
    Ok(wanted.map(|(_, thing)| thing.body.clone()).collect())
}

/// The family of parameter groups of an engine version.
pub fn family(engine: &str, version: &str) -> String {
    let major = version.split('.').next().unwrap_or_default();
    match (engine, major) {
        ("redis", "6") => "redis6.x".to_owned(),
        ("redis", "7") => "redis7".to_owned(),
        ("redis", _) => format!("redis{}", version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")),
        (engine, major) => format!("{engine}{major}"),
    }
}

impl World {
    /// The names of groups and serverless caches that use a user group.
    pub fn users_of_user_group(&self, id: &str) -> (Vec<String>, Vec<String>) {
        let groups = self.groups.values().filter(|g| g.user_groups().iter().any(|u| u == id));
        let caches = self.serverless.values().filter(|s| s.body["UserGroupId"] == id);
        (
            groups.map(|g| g.id.clone()).collect(),
            caches.filter_map(|s| s.body["ServerlessCacheName"].as_str().map(str::to_owned)).collect(),
        )
    }
}
