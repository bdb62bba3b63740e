//! A user of the database, made over its connection: the Developer API has no call for users.

use std::collections::BTreeSet;
use std::time::Duration;

use redis::{Client, ConnectionAddr, ErrorKind, IntoConnectionInfo as _, RedisConnectionInfo, RedisError};

use super::database;
use crate::plan::{Effect, Observed, Ownership, Resource, Value};
use crate::profile::User;
use crate::provider::Outcome;
use crate::provider::access;
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::secret::Secret;
use crate::provider::upstash::api::Database;
use crate::provider::upstash::{Upstash, address};
use crate::units::{Figure, Usd};

/// The kind's name.
pub const NAME: &str = "acl_user";

const ACCESS: &str = "access";
const PASSWORD: &str = "password";

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(ACCESS, &Group::SET),
    Attribute::noticed(
        PASSWORD,
        &Group::SET,
        Effect::ConnectionsDrop,
        "the password that was kept for it does not let it in",
    ),
];

/// Time for a connection with its TLS handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// Time for an answer.
const ANSWER: Duration = Duration::from_secs(15);

/// A user.
#[derive(Debug)]
pub struct AclUser;

impl Kind<Upstash> for AclUser {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(2)
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(database::NAME)
    }

    fn desired(&self, wanted: &Wanted<'_, Upstash>) -> Vec<Resource> {
        let database = address(database::NAME, wanted.profile.name.as_str());
        let user = |user: &User| {
            Resource::new(address(NAME, user.name.as_str()))
                .with(ACCESS, rules(user))
                .with(PASSWORD, password(&wanted.profile.name, &user.name))
                .after(database.clone())
        };
        wanted.profile.security.users.iter().map(user).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Upstash) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let entry = cloud.record.read()?;
            // Only in a database that is known to be ours.
            let Some(id) = entry.database(cloud.adopt) else { return Ok(Vec::new()) };
            let shown = crate::provider::call::absent_is_none(cloud.api.get(id).await)?;
            let Some(shown) = shown.filter(|d| d.plan_type != "free" && d.state == "active") else {
                return Ok(Vec::new());
            };
            if cloud.users.is_empty() && entry.rules.is_empty() {
                return Ok(Vec::new());
            }
            let lines = run(cloud, &shown, vec![words(["ACL", "LIST"])]).await?;
            let lines = lines.into_iter().next().unwrap_or_default();
            let mut all = Vec::new();
            for line in &lines {
                let Some((name, access)) = parse(line).filter(|(name, _)| *name != "default") else {
                    continue;
                };
                let access = match entry.rules.get(name) {
                    Some((given, since)) if is_same(since, &access) => given.clone(),
                    _ => access,
                };
                let mut observed = Observed::ours(
                    Resource::new(address(NAME, name))
                        .with(ACCESS, access)
                        .after(address(database::NAME, cloud.profile.as_str())),
                );
                let kept = cloud.passwords.read(name).map_err(|error| unreadable(&error))?;
                let lets_in = match &kept {
                    Some(secret) => signs_in(cloud, &shown, name, secret).await?,
                    // It was made elsewhere: the password is there, and is not changed from here.
                    None => true,
                };
                if lets_in {
                    observed.resource = observed.resource.with(PASSWORD, password(&cloud.profile, name));
                }
                if kept.is_none() && !entry.rules.contains_key(name) && !cloud.users.iter().any(|u| u == name)
                {
                    let why = "a user that is not in the profile, and that cachefit has not made from here"
                        .to_owned();
                    observed.ownership = Ownership::Foreign { why };
                }
                all.push(observed);
            }
            Ok(all)
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(async move {
            if work.is.is_some() {
                let database = database(work.cloud).await?;
                run(work.cloud, &database, vec![words(["ACL", "DELUSER", work.name()])]).await?;
            }
            work.cloud.record.change(|entry| drop(entry.rules.remove(work.name())))?;
            work.cloud.passwords.remove(work.name()).map_err(|error| unreadable(&error))?;
            Ok(Outcome::Done)
        })
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Upstash) -> Option<String> {
        (verb == "create")
            .then(|| "make a password, keep it on this machine, and create the user with it".to_owned())
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["ACL LIST as the user `default`, with the password that the Developer API shows"]),
            (Verb::Create, &["ACL SETUSER as the user `default`"]),
            (Verb::Update, &["ACL SETUSER as the user `default`"]),
            (Verb::Delete, &["ACL DELUSER as the user `default`"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// Where the password is kept; it is never here.
fn password(profile: &str, user: &str) -> Value {
    Value::secret(format!("upstash/{profile}/{user}"))
}

fn rules(user: &User) -> String {
    access::normal(&access::rules(user).join(" "))
}

/// Name and rules from a line of `ACL LIST`, without the passwords.
fn parse(line: &str) -> Option<(&str, String)> {
    let (name, rest) = line.strip_prefix("user ")?.split_once(' ')?;
    let rules: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with(['#', '>'])).collect();
    Some((name, access::normal(&rules.join(" "))))
}

/// Whether two lists of a server say the same: each server lists the rules of commands in an order of its own, those of
/// categories first.
fn is_same(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_owned).collect() };
    words(one) == words(other)
}

/// Gives the user its rules, and the password that is kept for it.
async fn set(work: &Work<'_, Upstash>) -> Result<Outcome, CallError> {
    let (cloud, user) = (work.cloud, work.name());
    let shown = database(cloud).await?;
    let access = work.text(ACCESS).to_owned();
    let mut command = words(["ACL", "SETUSER", user]);
    // The password of a user that was made elsewhere stays.
    if work.is.is_none() || cloud.passwords.read(user).map_err(|error| unreadable(&error))?.is_some() {
        let secret = cloud.passwords.ensure(user).map_err(|error| unreadable(&error))?;
        command.extend(["resetpass".to_owned(), format!(">{}", secret.reveal())]);
    }
    command.extend(words(["resetkeys", "resetchannels", "-@all"]));
    command.extend(access.split_whitespace().map(str::to_owned));
    let answers = run(cloud, &shown, vec![command, words(["ACL", "LIST"])]).await?;
    // The database may show the rules in words of its own.
    let lines = answers.into_iter().next_back().unwrap_or_default();
    if let Some((_, shown)) = lines.iter().filter_map(|line| parse(line)).find(|(name, _)| *name == user) {
        cloud.record.change(|entry| drop(entry.rules.insert(user.to_owned(), (access, shown))))?;
    }
    Ok(Outcome::Done)
}

async fn database(cloud: &Upstash) -> Result<Database, CallError> {
    let id = cloud.record.read()?.id;
    let id = id.ok_or_else(|| CallError::new(Refusal::Busy, "the database of the user is not made yet"))?;
    cloud.api.get(&id).await
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn unreadable(error: &std::io::Error) -> CallError {
    CallError::refused(format!("the passwords of the users cannot be kept: {error}"))
}

/// Commands over the connection, as the user `default`; the texts of each answer.
async fn run(
    cloud: &Upstash,
    shown: &Database,
    commands: Vec<Vec<String>>,
) -> Result<Vec<Vec<String>>, CallError> {
    let Some(password) = shown.password.clone() else {
        let what = "the database keeps its password to itself (Credential Protection), so that its users cannot be managed";
        return Err(CallError::new(Refusal::Denied, what)
            .with_hint("switch Credential Protection off in the console, or leave `security.users` out"));
    };
    let client = client(cloud, shown, "default", &password)?;
    let work = move || -> Result<Vec<Vec<String>>, RedisError> {
        let mut connection = client.get_connection_with_timeout(CONNECT)?;
        connection.set_read_timeout(Some(ANSWER))?;
        commands
            .iter()
            .map(|command| {
                let answer: redis::Value =
                    redis::cmd(&command[0]).arg(&command[1..]).query(&mut connection)?;
                Ok(redis::from_redis_value::<Vec<String>>(answer).unwrap_or_default())
            })
            .collect()
    };
    blocking(work).await?.map_err(|error| refusal(&error))
}

/// Whether a password lets a user in.
async fn signs_in(cloud: &Upstash, shown: &Database, user: &str, secret: &Secret) -> Result<bool, CallError> {
    let client = client(cloud, shown, user, secret)?;
    match blocking(move || client.get_connection_with_timeout(CONNECT).map(|_| ())).await? {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AuthenticationFailed => Ok(false),
        Err(error) => Err(refusal(&error)),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CallError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| CallError::new(Refusal::Lost, format!("the connection's thread ended: {error}")))
}

fn client(cloud: &Upstash, shown: &Database, user: &str, secret: &Secret) -> Result<Client, CallError> {
    let settings = RedisConnectionInfo::default()
        .set_username(user)
        .set_password(secret.reveal())
        .set_skip_set_lib_name();
    let address = match &cloud.redis {
        Some(own) => ConnectionAddr::Tcp(own.host.clone(), own.port),
        None => ConnectionAddr::TcpTls {
            host: shown.host(),
            port: shown.port.unwrap_or(6379),
            insecure: false,
            tls_params: None,
        },
    };
    let info = address.into_connection_info().map_err(|error| refusal(&error))?;
    Client::open(info.set_redis_settings(settings)).map_err(|error| refusal(&error))
}

fn refusal(error: &RedisError) -> CallError {
    let said = format!("the database's connection: {error}");
    // Asking again would meet the same certificate.
    if error.is_io_error() && said.contains("certificate") {
        return CallError::new(Refusal::Other, said).with_hint(
            "this machine must know the authorities of public certificates (the package ca-certificates, or a file in \
             SSL_CERT_FILE), and nothing between it and Upstash may take TLS apart",
        );
    }
    if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() {
        return CallError::new(Refusal::Lost, said);
    }
    CallError::new(Refusal::Other, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_read_without_its_password() {
        let line = "user edge on sanitize-payload #ab12 ~rl:* resetchannels -@all +@read +@write";
        let (name, access) = parse(line).expect("a user");
        assert_eq!((name, access.as_str()), ("edge", "on ~rl:* -@all +@read +@write"));
        assert_eq!(parse("nonsense"), None);
    }
}
