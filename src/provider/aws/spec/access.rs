//! Users, their group and their passwords.

use super::Wish;
use crate::plan::{Resource, Value};
use crate::profile::Auth;
use crate::provider::aws::{acl, names};
use crate::units::Engine;

/// Secrets, users and their group. Without users in the profile there is no group: whoever reaches the cache may use it.
pub fn resources(wish: &Wish<'_>) -> Vec<Resource> {
    let (name, users) = (wish.name(), &wish.profile.security.users);
    if users.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut members = Vec::new();
    for user in users {
        let id = names::user_id(name, &user.name, user.auth.value);
        // Sign-in by IAM wants the name to be the id.
        let (user_name, how) = match user.auth.value {
            Auth::Iam => (id.clone(), "iam"),
            Auth::Password => (user.name.clone(), "password"),
        };
        let mut resource = Resource::new(names::address(names::USER, &id))
            .with("user_name", user_name)
            .with("access", acl::access(user))
            .with("authentication", how);
        if user.auth.value == Auth::Password {
            let secret = names::secret(name, &user.name);
            let address = names::address(names::SECRET, &secret);
            all.push(Resource::new(address.clone()).with("user", user.name.as_str()));
            resource = resource.with("password", Value::secret(secret)).after(address);
        }
        members.push(id);
        all.push(resource);
    }
    if group_engine(wish) == "redis" {
        // A group of Redis must have a user of this name. Who signs in without a name would be this user.
        let id = names::default_user_id(name);
        let nobody = Resource::new(names::address(names::USER, &id))
            .with("user_name", "default")
            .with("access", acl::normal(acl::NOBODY))
            .with("authentication", "none");
        members.push(id);
        all.push(nobody);
    }
    members.sort_unstable();
    let group = Resource::new(names::address(names::USER_GROUP, name)).with("members", members.clone());
    all.push(members.iter().fold(group, |group, id| group.after(names::address(names::USER, id))));
    all
}

/// The engine of the user group. One of Redis serves Valkey too, and so stays through an upgrade.
pub fn group_engine(wish: &Wish<'_>) -> &'static str {
    let there = wish.seen(&names::address(names::USER_GROUP, wish.name()));
    match there.and_then(|o| o.facts.get("engine")).map(String::as_str) {
        Some("redis") => "redis",
        Some("valkey") => "valkey",
        _ if wish.deployment.engine == Engine::Redis => "redis",
        _ => "valkey",
    }
}
