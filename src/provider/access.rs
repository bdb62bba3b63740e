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

/// An access string in one spelling: on or off, patterns without order, commands from the last rule about all of them.
#[cfg_attr(
    not(any(feature = "aws", feature = "upstash")),
    allow(dead_code, reason = "only some clouds write rules in another form")
)]
pub fn normal(access: &str) -> String {
    let mut on = false;
    let mut patterns = std::collections::BTreeSet::new();
    let mut commands: Vec<String> = Vec::new();
    for word in access.split_whitespace() {
        match word {
            "on" => on = true,
            "off" => on = false,
            "allkeys" | "~*" => {
                patterns.retain(|p: &String| p.starts_with('&'));
                patterns.insert("~*".to_owned());
            }
            "resetkeys" => patterns.retain(|p| p.starts_with('&')),
            "allchannels" => {
                patterns.insert("&*".to_owned());
            }
            "resetchannels" => patterns.retain(|p| !p.starts_with('&')),
            "sanitize-payload" | "skip-sanitize-payload" | "clearselectors" | "nopass" | "resetpass" => {}
            "allcommands" | "+@all" => commands = vec!["+@all".into()],
            "nocommands" | "-@all" => commands = vec!["-@all".into()],
            _ if word.starts_with(['+', '-', '(']) => {
                commands.retain(|c| c != word);
                commands.push(word.to_ascii_lowercase());
            }
            _ if patterns.contains("~*") && word.starts_with('~') => {}
            _ => {
                patterns.insert(word.to_owned());
            }
        }
    }
    if commands.first().is_none_or(|c| !c.ends_with("@all")) {
        commands.insert(0, "-@all".into());
    }
    let state = if on { "on" } else { "off" }.to_owned();
    std::iter::once(state).chain(patterns).chain(commands).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_compared_by_meaning() {
        for (a, b) in [
            ("on ~b ~a -@all +@read", "on ~a ~b +@read"),
            ("on ~* -@all +@all", "on allkeys allcommands"),
            ("~a on resetchannels -@all +get", "on ~a +get"),
            ("off -@all", "off"),
            ("on ~a +get -@all +set", "on ~a -@all +set"),
        ] {
            assert_eq!(normal(a), normal(b), "{a} {b}");
        }
        for (a, b) in [
            ("on ~a +@read", "off ~a +@read"),
            ("on ~a +@read -get", "on ~a -get +@read"),
            ("on ~a &c +@all", "on ~a +@all"),
        ] {
            assert_ne!(normal(a), normal(b), "{a} {b}");
        }
    }
}
