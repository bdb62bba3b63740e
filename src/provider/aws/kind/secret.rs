//! Passwords: generated here, sent to Secrets Manager, never written anywhere else. Of those that are there only existence and
//! version are read.

use crate::plan::{Observed, Resource};
use crate::profile::{Auth, User};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{by_tags, found, tagged};
use crate::provider::aws::names;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use std::collections::BTreeMap;

const USER: &str = "user";

const SCHEMA: &[Attribute] = &[Attribute::in_place(USER, &Group::SET), Attribute::TAGS];

/// Bytes of chance in a password: 43 characters of 64 kinds, none of which the service refuses.
const RANDOM_BYTES: usize = 32;

/// Days for which a deleted password can be brought back, the fewest that the service has.
const RECOVERY_DAYS: i64 = 7;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The secret with the password of a user. It is listed with the users.
#[derive(Debug)]
pub struct Secret;

impl Kind<Session> for Secret {
    fn name(&self) -> &'static str {
        names::SECRET
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(2)
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let users = wanted.profile.security.users.iter().filter(|user| user.auth.value == Auth::Password);
        let secret = |user: &User| {
            let name = names::secret(wanted.name(), &user.name);
            Resource::new(names::address(names::SECRET, name)).with(USER, user.name.as_str())
        };
        wanted.tagged(users.map(secret))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            Ok({
                let _ = session;
                Vec::new()
            })
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(async { Err(work.refused("a secret keeps its user")) })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn read<'a>(&'a self, session: &'a Session, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move { Ok(secret(session, name).await?.into_iter().next()) })
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Session) -> Option<String> {
        let what = match verb {
            "create" => "generate a password and put it into Secrets Manager",
            _ => "delete the password; Secrets Manager keeps it for 7 more days",
        };
        Some(what.to_owned())
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"]),
            (
                Verb::Create,
                &[
                    "secretsmanager:CreateSecret",
                    "secretsmanager:RestoreSecret",
                    // Its user is given what it holds.
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:TagResource",
                ],
            ),
            (Verb::Update, &["secretsmanager:TagResource", "secretsmanager:UntagResource"]),
            (Verb::Delete, &["secretsmanager:DeleteSecret"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::unknown("the catalogue has no price of Secrets Manager; it is not in the plan's total")
    }
}

/// A secret that exists, or waits for the end of its recovery window.
pub struct SecretState {
    /// The user whose password it holds.
    pub user: String,
    /// The version in force.
    pub version: Option<String>,
    /// The secret as a resource; none while it waits for its end, from which it comes back as it was.
    pub observed: Option<Observed>,
}

/// The secret of a user; none if there is none.
pub async fn state(session: &Session, user: &str) -> Result<Option<SecretState>, AwsError> {
    let name = names::secret(session.name(), user);
    let call = || session.secrets.describe_secret().secret_id(&name).send();
    let answer = session.read(Action::DescribeSecret, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(None) };
    let tags: BTreeMap<String, String> = answer
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect();
    let mut observed = found(names::SECRET, &name);
    observed.ownership = by_tags(session.name(), &tags);
    observed.resource = observed.resource.with("user", user);
    tagged(session, &mut observed, Tagging::Secrets, &name, &tags);
    let version = answer.version_ids_to_stages().and_then(|versions| {
        let current = versions.iter().find(|(_, stages)| stages.iter().any(|s| s == "AWSCURRENT"))?;
        Some(current.0.clone())
    });
    let observed = answer.deleted_date().is_none().then_some(observed);
    Ok(Some(SecretState { user: user.to_owned(), version, observed }))
}

/// The users whose secrets carry a name of the deployment, whether or not anybody still uses them. What is new may not be
/// listed yet.
pub async fn listed(session: &Session) -> Result<Vec<String>, AwsError> {
    let prefix = names::secret(session.name(), "");
    let filter = Filter::builder().key(FilterNameStringType::Name).values(&prefix).build();
    let mut users = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.secrets.list_secrets().filters(filter.clone());
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::ListSecrets, call).await?;
        let names = page.secret_list().iter().filter_map(|secret| secret.name()?.strip_prefix(&prefix));
        users.extend(names.filter(|user| !user.contains('/')).map(str::to_owned));
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(users);
        }
    }
}

/// The secret of this name.
pub async fn secret(session: &Session, name: &str) -> Result<Vec<Observed>, AwsError> {
    let Some(user) = name.rsplit('/').next() else { return Ok(Vec::new()) };
    Ok(state(session, user).await?.and_then(|s| s.observed).into_iter().collect())
}

/// A secret that waits for its end comes back as it was; else a new one is made.
async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let (session, name) = (work.cloud, work.name());
    let call = || session.secrets.describe_secret().secret_id(name).send();
    let deleted = AwsError::absent_is_none(session.read(Action::DescribeSecret, call).await)?;
    if deleted.is_some_and(|secret| secret.deleted_date().is_some()) {
        let call = session.secrets.restore_secret().secret_id(name).send();
        session.write(Action::RestoreSecret, call).await?;
        return Ok(Outcome::Done);
    }
    let user = work.text(USER);
    let value = serde_json::json!({ "username": user, "password": password(work)? }).to_string();
    let tags = work.all_tags().into_iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = session
        .secrets
        .create_secret()
        .name(name)
        .description(format!("password of {user}, {}", work.description()))
        .client_request_token(token(work)?)
        .secret_string(value)
        .set_tags(Some(tags))
        .send();
    match session.write(Action::CreateSecret, call).await {
        // The first call went through and its answer was lost: its password stands.
        Err(error) if error.kind != Refusal::Exists => Err(error.into()),
        _ => Ok(Outcome::Done),
    }
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_some() {
        let call = work.cloud.secrets.delete_secret().secret_id(work.name());
        let call = call.recovery_window_in_days(RECOVERY_DAYS).send();
        work.cloud.write(Action::DeleteSecret, call).await?;
    }
    Ok(Outcome::Done)
}

/// A new one for every password: it becomes the version, by which a user is told from one that has an older password. A
/// call that is made again finds the secret there.
fn token(work: &Work<'_, Session>) -> Result<String, CallError> {
    let mut bytes = [0_u8; 16];
    random(work, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn random(work: &Work<'_, Session>, bytes: &mut [u8]) -> Result<(), CallError> {
    getrandom::fill(bytes).map_err(|error| work.refused(&format!("no randomness from the system: {error}")))
}

fn password(work: &Work<'_, Session>) -> Result<String, CallError> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    random(work, &mut bytes)?;
    let mut password = String::with_capacity(RANDOM_BYTES * 4 / 3 + 1);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            password.push(char::from(ALPHABET[(word >> (18 - 6 * i)) as usize & 63]));
        }
    }
    Ok(password)
}

/// A password with the version that it has.
pub struct Password {
    /// The password itself.
    pub text: String,
    /// Its version.
    pub version: String,
}

/// The password of a user, read from its secret.
pub async fn read(session: &Session, secret: &str) -> Result<Password, AwsError> {
    let call = || session.secrets.get_secret_value().secret_id(secret).send();
    let answer = session.read(Action::GetSecretValue, call).await?;
    let value: serde_json::Value = answer
        .secret_string()
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| AwsError::unreadable(Action::GetSecretValue, "JSON with a password"))?;
    let text = value.get("password").and_then(|p| p.as_str());
    let text = text.ok_or_else(|| AwsError::unreadable(Action::GetSecretValue, "password"))?.to_owned();
    Ok(Password { text, version: answer.version_id().unwrap_or_default().to_owned() })
}
