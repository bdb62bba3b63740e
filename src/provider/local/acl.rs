//! Users: what a profile allows as rules of the server, the file with them, and rules as a server shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::secrets::{ADMIN, Credentials, REPLICATION, Secret};
use crate::profile::User;
use crate::provider::access;

/// Rules of a user, without its password, as `ACL LIST` shows them.
pub fn rules(user: &User) -> String {
    canonical(access::rules(user))
}

fn canonical(rules: Vec<String>) -> String {
    // The server keeps each key pattern once, and shows `-@all +@all` as `+@all`.
    let mut seen: Vec<String> = Vec::new();
    for rule in rules {
        if !seen.contains(&rule) {
            seen.push(rule);
        }
    }
    seen.join(" ").replace("-@all +@all", "+@all")
}

/// Rules of all users, the tool's own and the switched-off default among them, by name.
pub fn all(users: &[User]) -> BTreeMap<String, String> {
    let own = [
        ("default", "off -@all".to_owned()),
        (ADMIN, "on ~* &* +@all".to_owned()),
        (REPLICATION, "on -@all +psync +replconf +ping".to_owned()),
    ];
    let own = own.map(|(name, rules)| (name.to_owned(), rules));
    users.iter().map(|user| (user.name.clone(), rules(user))).chain(own).collect()
}

/// The content of an ACL file: passwords as SHA-256 only.
pub fn file(users: &BTreeMap<String, String>, credentials: &Credentials) -> String {
    let mut text = String::new();
    for (name, rules) in users {
        let password = credentials.get(name).map(|secret| format!(" #{}", secret.hash())).unwrap_or_default();
        let (state, rest) = rules.split_once(' ').unwrap_or((rules, ""));
        text.push_str(&format!("user {name} {state} sanitize-payload resetchannels{password} {rest}\n"));
    }
    text
}

/// Rules by user as they stand in an ACL file or in the answer of `ACL LIST`. A password that is not the one in the
/// credentials is named in the rules, never shown.
pub fn parse<'a>(
    lines: impl IntoIterator<Item = &'a str>,
    credentials: &Credentials,
) -> BTreeMap<String, String> {
    let mut users = BTreeMap::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let (Some("user"), Some(name)) = (words.next(), words.next()) else { continue };
        let mut rules: Vec<&str> = Vec::new();
        let mut hashes: Vec<&str> = Vec::new();
        for word in words {
            match word {
                "sanitize-payload" | "resetchannels" | "resetkeys" => {}
                _ => match word.strip_prefix('#') {
                    Some(hash) => hashes.push(hash),
                    None => rules.push(word),
                },
            }
        }
        let mut rules = rules.join(" ");
        let wanted: Vec<String> = credentials.get(name).map(Secret::hash).into_iter().collect();
        if hashes != wanted {
            rules.push_str(" (another password)");
        }
        users.insert(name.to_owned(), rules);
    }
    users
}

/// What a server shows of the rules it was given, by user: Redis 7.0 puts them in words of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown(BTreeMap<String, (String, String)>);

impl Shown {
    /// Notes what is shown of rules that have just been set.
    pub fn note(given: &BTreeMap<String, String>, shown: &BTreeMap<String, String>) -> Self {
        let pair = |(name, rules): (&String, &String)| {
            Some((name.clone(), (rules.clone(), sorted(shown.get(name)?))))
        };
        Self(given.iter().filter_map(pair).collect())
    }

    /// The rules as they were given, where the server still shows the same of them.
    pub fn given(&self, shown: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let translate = |(name, rules): (String, String)| match self.0.get(&name) {
            Some((given, known)) if *known == sorted(&rules) => (name, given.clone()),
            _ => (name, rules),
        };
        shown.into_iter().map(translate).collect()
    }
}

/// The order in which a server shows commands changes from one start to the next.
fn sorted(rules: &str) -> String {
    let mut words: Vec<&str> = rules.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

/// One line a user, for an attribute.
pub fn lines(users: &BTreeMap<String, String>) -> Vec<String> {
    users.iter().map(|(name, rules)| format!("{name}: {rules}")).collect()
}

/// The reverse of [`lines`].
pub fn from_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    let pair = |line: &str| line.split_once(": ").map(|(n, r)| (n.to_owned(), r.to_owned()));
    lines.into_iter().filter_map(pair).collect()
}
