//! What a profile allows a user, as rules of the server's access lists: the same ones everywhere.

use crate::profile::{Permission, User};

/// What every user may do: sign in, ask who and where it is, group commands.
const EVERYBODY: &str = "+@connection +@transaction";
/// What nobody but an administrator may do, and what is taken back from that for clients: to find the nodes of a cluster.
const NOT_DANGEROUS: &str = "-@admin -@dangerous +info +cluster|slots +cluster|shards +cluster|nodes";

/// Rules of a user, without its password, in the order in which a server reads them.
pub fn rules(user: &User) -> Vec<String> {
    let can = |permission| user.can.contains(&permission);
    let mut rules = vec!["on".to_owned()];
    rules.extend(user.keys.iter().map(|key| format!("~{key}")));
    rules.extend(user.channels.iter().map(|channel| format!("&{channel}")));
    rules.push("-@all".into());
    if can(Permission::Admin) {
        rules.push("+@all".into());
        return rules;
    }
    rules.push(EVERYBODY.into());
    for (permission, category) in [
        (Permission::Read, "+@read"),
        (Permission::Write, "+@write"),
        (Permission::PubSub, "+@pubsub"),
        (Permission::Script, "+@scripting"),
    ] {
        if can(permission) {
            rules.push(category.into());
        }
    }
    rules.push(NOT_DANGEROUS.into());
    rules
}
