//! `security`: who may do what.

use super::decode::{Cx, Given, Problem, given_or, record};
use super::defaults;
use super::enums::{Auth, Environment, Network, Permission};
use super::error::Code;
use super::model::{Family, Security, User};
use super::problem::clip;
use super::scalar::{Name, Tls};
use crate::units::Provider;

/// No provider allows more users on one cache.
const MAX_USERS: usize = 1_000;

record! {
    /// Who may do what, and how the cache is reached.
    SecurityDoc, "security" {
        /// Whether every connection must be encrypted: required, or off if plain connections will do. Off asks for
        /// nothing: services that always encrypt are offered too, and users of ElastiCache, who need encryption, still
        /// get it. Default: required.
        optional tls: Given<Tls>,
        /// What the network path must be: private, or any if a public endpoint will do. Default: private in production
        /// and staging, any in development and for the providers upstash and local.
        optional network: Given<Network>,
        /// Who may reach the cache beside the functions of the profile: security groups (`sg-…`, or `ACCOUNT/sg-…`),
        /// address ranges (`10.1.0.0/16`) and prefix lists (`pl-…`). Default: nobody.
        optional allow_from: Vec<Given<String>>,
        /// Whether users with a password may share the access keys of the cache, which give full access (Azure, where there
        /// are no other passwords). Default: false.
        optional access_keys: Given<bool>,
        /// The users of the cache; the tool's own administrator is not among them. Default: none.
        optional users: Vec<UserDoc>,
    }
}

record! {
    /// A user of the cache.
    UserDoc, "a user" {
        /// Its name, unique in the profile.
        required name: Given<Name>,
        /// How it proves who it is: iam is the cloud's identity, password is generated and kept in the cloud's secret
        /// store. Default: iam with the providers aws, azure and gcp, else password.
        optional auth: Given<Auth>,
        /// What it may do: read, write, pubsub, script, admin.
        required can: Vec<Given<Permission>>,
        /// On which key patterns. Default: those of the dataset.
        optional keys: Vec<Given<String>>,
        /// On which channel patterns. Needed with pubsub.
        optional channels: Vec<Given<String>>,
        /// Object ids of the Entra identities that sign in as this user, or names of function apps (Azure). Default: the
        /// identities of all function apps.
        optional identities: Vec<Given<String>>,
    }
}

/// Checks the record and fills in defaults.
pub(super) fn lower(
    document: Option<SecurityDoc>,
    environment: Environment,
    provider: Option<Provider>,
    families: &[Family],
    cx: &mut Cx,
) -> Option<Security> {
    let (tls, network, users, callers, access_keys) = document
        .map_or((None, None, None, None, None), |d| (d.tls, d.network, d.users, d.allow_from, d.access_keys));
    let users = users.unwrap_or_default();
    if let Some(user) = users.get(MAX_USERS) {
        cx.report(Problem::at(Code::Limit, &user.here, format!("more than {MAX_USERS} users")));
        return None;
    }
    duplicates(&users, cx);
    let patterns = Patterns::new(families);
    let users: Vec<Option<User>> =
        users.into_iter().map(|user| user.lower(provider, &patterns, cx)).collect();
    Some(Security {
        tls: given_or(tls.map(|t| t.map(|tls| tls == Tls::Required)), defaults::tls),
        network: given_or(network, || defaults::network(environment, provider)),
        allow_from: callers.unwrap_or_default().into_iter().map(|caller| caller.value).collect(),
        access_keys: access_keys.is_some_and(|keys| keys.value),
        users: users.into_iter().collect::<Option<_>>()?,
    })
}

fn duplicates(users: &[UserDoc], cx: &mut Cx) {
    let mut seen = std::collections::BTreeMap::new();
    for name in users.iter().filter_map(|user| user.name.as_ref()) {
        if let Some(line) = seen.insert(name.value.0.as_str(), name.spot.mark.line) {
            let message = format!("the user `{}` stands here a second time", name.value.0);
            cx.report(
                Problem::at(Code::Conflict, &name.spot, message)
                    .help(format!("the first one is in line {line}")),
            );
        }
    }
}

impl UserDoc {
    fn lower(self, provider: Option<Provider>, patterns: &Patterns<'_>, cx: &mut Cx) -> Option<User> {
        let name = self.name;
        if let Some(name) = name.as_ref().filter(|name| name.value.0 == "default") {
            let message = "the user `default` is switched off by the tool and cannot be used";
            cx.report(Problem::at(Code::BadValue, &name.spot, message).help("give the user another name"));
        }
        let can = self.can?;
        if can.is_empty() {
            let message = "a user without permissions cannot do anything";
            cx.report(Problem::at(Code::BadValue, &self.here, message).help("add `can: [read]` or more"));
        }
        let mut permissions: Vec<Permission> = can.iter().map(|c| c.value).collect();
        permissions.sort_unstable();
        permissions.dedup();
        if permissions.contains(&Permission::PubSub) && !self.present.contains(&"channels") {
            cx.missing(&self.here, "channels", "the permission pubsub needs it");
        }
        let keys_declared = self.keys.is_some();
        let keys = match self.keys {
            None if self.present.contains(&"keys") => return None,
            None => patterns.all(),
            Some(keys) => {
                for key in &keys {
                    patterns.check(key, cx);
                }
                keys.into_iter().map(|key| key.value).collect()
            }
        };
        Some(User {
            name: name?.value.0,
            auth: given_or(self.auth, || defaults::auth(provider)),
            can: permissions,
            keys,
            keys_declared,
            channels: self.channels.unwrap_or_default().into_iter().map(|channel| channel.value).collect(),
            identities: self.identities.unwrap_or_default().into_iter().map(|id| id.value).collect(),
            line: self.here.mark.line,
        })
    }
}

/// The key patterns of the dataset.
struct Patterns<'a>(Vec<Pattern<'a>>);

impl<'a> Patterns<'a> {
    fn new(families: &'a [Family]) -> Self {
        Self(families.iter().map(|family| Pattern::new(&family.keys)).collect())
    }

    fn all(&self) -> Vec<String> {
        self.0.iter().map(|pattern| pattern.text.to_owned()).collect()
    }

    /// Warns of a key pattern that cannot match a key of the dataset.
    fn check(&self, key: &Given<String>, cx: &mut Cx) {
        let wanted = Pattern::new(&key.value);
        if !self.0.iter().any(|pattern| pattern.may_overlap(&wanted)) {
            let message = format!("the key pattern `{}` matches no key of the dataset", clip(&key.value));
            cx.warn(Problem::at(Code::Conflict, &key.spot, message).label("is it a slip of the pen?"));
        }
    }
}

/// A key pattern, and what stands before its first wildcard.
struct Pattern<'a> {
    text: &'a str,
    beginning: &'a str,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a str) -> Self {
        let end = text.find(['*', '?', '[', '\\']).unwrap_or(text.len());
        Self { text, beginning: &text[..end] }
    }

    /// Whether two patterns can match a common key, by their fixed beginnings.
    fn may_overlap(&self, other: &Self) -> bool {
        let is_key = |pattern: &Self| pattern.beginning.len() == pattern.text.len();
        match (is_key(self), is_key(other)) {
            (true, true) => self.text == other.text,
            (true, false) => self.text.starts_with(other.beginning),
            (false, true) => other.text.starts_with(self.beginning),
            (false, false) => {
                self.beginning.starts_with(other.beginning) || other.beginning.starts_with(self.beginning)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_overlap_by_their_beginnings() {
        for (a, b, overlap) in [
            ("sess:*", "sess:*", true),
            ("sess:*", "sess:eu:*", true),
            ("*", "cart:*", true),
            ("flags", "flags", true),
            ("flags", "flags:*", false),
            ("sess:1", "sess:*", true),
            ("sess:*", "cart:*", false),
            ("ses", "sess:*", false),
            ("sess:[ab]*", "sess:*", true),
        ] {
            let (first, second) = (Pattern::new(a), Pattern::new(b));
            assert_eq!(first.may_overlap(&second), overlap, "{a} {b}");
            assert_eq!(second.may_overlap(&first), overlap, "{b} {a}");
        }
    }
}
