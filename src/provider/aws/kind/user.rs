//! A user of the cache: by IAM, or with the password of its secret.

use crate::plan::{AttributeChange, Change, Effect, Observed, Ownership, Resource, State, Value};
use crate::profile::{Auth, User};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{Owner, found, goes, ownership, state, tagged};
use crate::provider::aws::kind::secret::{Password, SecretState};
use crate::provider::aws::kind::{secret, user_group};
use crate::provider::aws::names::Tagging;
use crate::provider::aws::quota::Counted;
use crate::provider::aws::session::Session;
use crate::provider::aws::{acl, names};
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, OnChange, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Figure, Usd};
use aws_sdk_elasticache::types::{
    Authentication, AuthenticationMode, AuthenticationType, InputAuthenticationType, Tag, User as Shown,
};
use futures_util::future::{try_join, try_join_all};
use std::collections::{BTreeMap, BTreeSet};

const USER_NAME: &str = "user_name";
const ACCESS: &str = "access";
const AUTHENTICATION: &str = "authentication";
const PASSWORD: &str = "password";
const DROPS: Effect = Effect::ConnectionsDrop;

const SCHEMA: &[Attribute] = &[
    Attribute {
        on_change: OnChange::Replace,
        ..Attribute::noticed(USER_NAME, &Group::SET, DROPS, "a user keeps its name")
    },
    Attribute::noticed(AUTHENTICATION, &Group::SET, DROPS, "clients must sign in another way"),
    Attribute::in_place(ACCESS, &Group::SET),
    Attribute::in_place(PASSWORD, &Group::SET),
    Attribute::TAGS,
];

/// A user.
#[derive(Debug)]
pub struct CacheUser;

impl Kind<Session> for CacheUser {
    fn name(&self) -> &'static str {
        names::USER
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { mendable: true, ..Usual::seconds(30) }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        wanted.tagged(users(wanted))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(users_and_secrets(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn read<'a>(&'a self, session: &'a Session, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move { Ok(user(session, name).await?.into_iter().next()) })
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let text =
            |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
        if difference.name == AUTHENTICATION
            && text(&difference.before).ends_with("passwords")
            && text(&difference.after) == "password"
        {
            let why = "a password beside that of its secret was set by others, and goes";
            return Some(Rule::in_place(30).because(why));
        }
        // Its connections end when it goes, although it holds no data.
        (difference.name == USER_NAME).then(|| {
            Rule { replace: true, ..Rule::in_place(30) }.with_effect(DROPS).because("a user keeps its name")
        })
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Session) -> Option<String> {
        (verb == "mend").then(|| "give it the password of its secret".to_owned())
    }

    fn context(&self, _: &Change, world: &World<'_>, _: &Session) -> BTreeMap<String, Value> {
        user_group::context(world)
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["elasticache:DescribeUsers"]),
            (Verb::Create, &["elasticache:CreateUser"]),
            (Verb::Update, &["elasticache:ModifyUser"]),
            (Verb::Delete, &["elasticache:DeleteUser"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}

/// All users whose id begins with the deployment's name, and the secrets of those with a password.
pub async fn users_and_secrets(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let prefix = names::user_prefix(session.name());
    let (users, listed) = try_join(Box::pin(list(session)), Box::pin(secret::listed(session))).await?;
    // Whose name is longer than ours is neither ours nor in our way.
    let is_named = |user: &Shown| {
        let (id, name) = (user.user_id().unwrap_or_default(), user.user_name().unwrap_or_default());
        id.starts_with(&prefix) && !names::is_of_longer(session.name(), id, name)
    };
    let users: Vec<&Shown> = users.iter().filter(|user| is_named(user)).collect();
    let with_password =
        users.iter().filter(|u| authentication(u) == "password").filter_map(|u| u.user_name());
    let known = session.opening.password_users.iter().map(String::as_str);
    let names: BTreeSet<&str> = known.chain(with_password).chain(listed.iter().map(String::as_str)).collect();
    let (secrets, tags) = try_join(
        try_join_all(names.iter().map(|user| secret::state(session, user))),
        try_join_all(users.iter().map(|user| ownership(session, user.arn(), None))),
    )
    .await?;
    let mut all: Vec<Observed> = Vec::new();
    for (user, Owner { ownership, tags, .. }) in users.iter().zip(tags) {
        // A user of a profile whose name begins with ours is theirs, and neither in our way.
        let secret = secrets.iter().flatten().find(|s| Some(s.user.as_str()) == user.user_name());
        all.push(observed_user(session, user, ownership, secret, &tags));
    }
    all.extend(secrets.into_iter().flatten().filter_map(|secret| secret.observed));
    Ok(all)
}

/// One user by its id.
pub async fn user(session: &Session, id: &str) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_users().user_id(id).send();
    let answer = session.read(Action::DescribeUsers, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let Some(user) = answer.users().first() else { return Ok(Vec::new()) };
    let Owner { ownership, tags, .. } = ownership(session, user.arn(), None).await?;
    let secret = match user.user_name().filter(|_| authentication(user) == "password") {
        Some(name) => secret::state(session, name).await?,
        None => None,
    };
    Ok(vec![observed_user(session, user, ownership, secret.as_ref(), &tags)])
}

async fn list(session: &Session) -> Result<Vec<Shown>, AwsError> {
    let mut users = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let call = || session.cache.describe_users().set_marker(marker.clone()).send();
        let page = session.read(Action::DescribeUsers, call).await?;
        marker = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        users.extend(page.users.unwrap_or_default());
        if marker.is_none() {
            session.counted(Counted::Users, users.len());
            return Ok(users);
        }
    }
}

fn authentication(user: &Shown) -> &'static str {
    match user.authentication().and_then(|a| a.r#type()) {
        Some(AuthenticationType::Iam) => "iam",
        Some(AuthenticationType::Password) => "password",
        _ => "none",
    }
}

/// How a user signs in. A second password lets somebody in that this tool knows nothing of: it is a difference, and goes.
fn how(user: &Shown) -> String {
    let count = user.authentication().and_then(Authentication::password_count).unwrap_or(1);
    match authentication(user) {
        "password" if count > 1 => format!("{count} passwords"),
        how => how.to_owned(),
    }
}

fn observed_user(
    session: &Session,
    user: &Shown,
    owner: Ownership,
    secret: Option<&SecretState>,
    tags: &BTreeMap<String, String>,
) -> Observed {
    let mut observed = found(names::USER, user.user_id().unwrap_or_default());
    observed.ownership = owner;
    observed.state = state(user.status(), &["active"]);
    observed.resource = observed
        .resource
        .with("user_name", user.user_name().unwrap_or_default())
        .with("access", acl::normal(user.access_string().unwrap_or_default()))
        .with("authentication", how(user));
    let user_name = user.user_name().unwrap_or_default();
    // The user of a profile whose name begins with ours has a secret of its own.
    let is_named = user.user_id() == Some(&names::user_id(session.name(), user_name, Auth::Password));
    if authentication(user) == "password" && is_named {
        let name = names::secret(session.name(), user_name);
        observed.resource.attributes.insert("password".into(), Value::secret(&name));
        if secret.is_some_and(|secret| secret.observed.is_some()) {
            observed.resource.depends_on.push(names::address(names::SECRET, name));
        }
        let given = tags.get(names::TAG_SECRET_VERSION).map(String::as_str);
        if let (State::Ready, Some(why)) = (&observed.state, stale(secret, given)) {
            observed.state = State::Broken { why: why.to_owned() };
        }
    }
    goes(&mut observed, tags);
    tagged(session, &mut observed, Tagging::Cache, user.arn().unwrap_or_default(), tags);
    observed.computed.insert("engine".into(), user.engine().unwrap_or_default().to_ascii_lowercase());
    observed
}

/// Why a user must be given its password; none if it has that of its secret.
fn stale(secret: Option<&SecretState>, given: Option<&str>) -> Option<&'static str> {
    match (secret, given) {
        (None, _) => Some("its secret is gone, and a new one has another password"),
        (Some(_), None) => Some("it is not on record which password it was given"),
        (Some(secret), given) if secret.version.as_deref() != given => {
            Some("its secret has a newer password than it was given")
        }
        _ => None,
    }
}

/// Makes it, or sets it as a whole: what a call leaves out, the service takes for what there should not be.
async fn set(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let password = match work.all.get(PASSWORD) {
        Some(Value::Secret { secret }) => Some(secret::read(work.cloud, secret).await?),
        _ => None,
    };
    let result = if work.is.is_none() {
        create_user(work, password.as_ref()).await
    } else {
        modify_user(work, password.as_ref()).await
    };
    // Whatever the service says about a call, it must not be the password.
    match (result, &password) {
        (Err(error), Some(password)) => {
            Err(CallError { message: error.message.replace(&password.text, "(the password)"), ..error })
        }
        (result, _) => result.map(|()| work.working("not active yet")),
    }
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_none() {
        return Ok(Outcome::Done);
    }
    let call = work.cloud.cache.delete_user().user_id(work.name()).send();
    work.cloud.write(Action::DeleteUser, call).await?;
    Ok(work.working("deleting"))
}

/// How a user signs in: the parts of a request that say so.
struct SignIn {
    mode: Option<AuthenticationMode>,
    passwords: Option<Vec<String>>,
    no_password: Option<bool>,
}

fn sign_in(work: &Work<'_, Session>, password: Option<&Password>) -> SignIn {
    let iam = AuthenticationMode::builder().r#type(InputAuthenticationType::Iam).build();
    let is_iam = work.text("authentication") == "iam";
    SignIn {
        mode: is_iam.then_some(iam),
        passwords: password.map(|password| vec![password.text.clone()]),
        no_password: (!is_iam && password.is_none()).then_some(true),
    }
}

async fn create_user(work: &Work<'_, Session>, password: Option<&Password>) -> Result<(), CallError> {
    let mut tags = work.tags();
    tags.extend(password.map(version_tag));
    let how = sign_in(work, password);
    let call = work
        .cloud
        .cache
        .create_user()
        .user_id(work.name())
        .user_name(work.text("user_name"))
        .engine(user_group::engine_of(work))
        .access_string(work.text("access"))
        .set_authentication_mode(how.mode)
        .set_passwords(how.passwords)
        .set_no_password_required(how.no_password)
        .set_tags(Some(tags))
        .send();
    work.cloud.write(Action::CreateUser, call).await?;
    Ok(())
}

async fn modify_user(work: &Work<'_, Session>, password: Option<&Password>) -> Result<(), CallError> {
    let how = sign_in(work, password);
    let call = work
        .cloud
        .cache
        .modify_user()
        .user_id(work.name())
        .access_string(work.text("access"))
        .set_authentication_mode(how.mode)
        .set_passwords(how.passwords)
        .set_no_password_required(how.no_password)
        .send();
    work.cloud.write(Action::ModifyUser, call).await?;
    if let (Some(password), Some(arn)) = (password, work.fact("arn")) {
        let call =
            work.cloud.cache.add_tags_to_resource().resource_name(arn).tags(version_tag(password)).send();
        work.cloud.write(Action::AddTagsToResource, call).await?;
    }
    Ok(())
}

fn version_tag(password: &Password) -> Tag {
    Tag::builder().key(names::TAG_SECRET_VERSION).value(&password.version).build()
}

/// The users of the profile, and the one without rights that a group of Redis must have.
fn users(wanted: &Wanted<'_, Session>) -> Vec<Resource> {
    let (name, users) = (wanted.name(), &wanted.profile.security.users);
    if users.is_empty() {
        return Vec::new();
    }
    let user = |user: &User| {
        let id = names::user_id(name, &user.name, user.auth.value);
        // Sign-in by IAM wants the name to be the id.
        let (user_name, how) = match user.auth.value {
            Auth::Iam => (id.clone(), "iam"),
            Auth::Password => (user.name.clone(), "password"),
        };
        let resource = Resource::new(names::address(names::USER, &id))
            .with(USER_NAME, user_name)
            .with(ACCESS, acl::access(user))
            .with(AUTHENTICATION, how);
        if user.auth.value == Auth::Iam {
            return resource;
        }
        let secret = names::secret(name, &user.name);
        let address = names::address(names::SECRET, &secret);
        resource.with(PASSWORD, Value::secret(secret)).after(address)
    };
    let mut all: Vec<Resource> = users.iter().map(user).collect();
    if user_group::engine(wanted) == "redis" {
        // A group of Redis must have a user of this name. Who signs in without a name would be this user.
        let nobody = Resource::new(names::address(names::USER, names::default_user_id(name)))
            .with(USER_NAME, "default")
            .with(ACCESS, acl::normal(acl::NOBODY))
            .with(AUTHENTICATION, "none");
        all.push(nobody);
    }
    all
}

/// The ids of the users that the group must have, sorted.
pub fn ids(wanted: &Wanted<'_, Session>) -> Vec<String> {
    let mut ids: Vec<String> = users(wanted).into_iter().map(|user| user.address.name).collect();
    ids.sort_unstable();
    ids
}
