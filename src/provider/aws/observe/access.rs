//! Users and the group that the cache knows them by.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticache::types::{Authentication, AuthenticationType, User};
use futures_util::future::{try_join, try_join_all};

use super::secrets::{self, SecretState};
use super::{Owner, found, goes, ownership, state, tagged, texts};
use crate::plan::{Observed, Ownership, State, Value};
use crate::profile::Auth;
use crate::provider::aws::acl;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names::{self, Tagging};
use crate::provider::aws::quota::Counted;
use crate::provider::aws::session::Session;

/// All users whose id begins with the deployment's name, and the secrets of those with a password.
pub async fn users_and_secrets(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let prefix = names::user_prefix(session.name());
    let (users, listed) = try_join(Box::pin(list(session)), Box::pin(secrets::listed(session))).await?;
    let users: Vec<&User> =
        users.iter().filter(|u| u.user_id().is_some_and(|id| id.starts_with(&prefix))).collect();
    let with_password =
        users.iter().filter(|u| authentication(u) == "password").filter_map(|u| u.user_name());
    let known = session.opening.password_users.iter().map(String::as_str);
    let names: BTreeSet<&str> = known.chain(with_password).chain(listed.iter().map(String::as_str)).collect();
    let (secrets, tags) = try_join(
        try_join_all(names.iter().map(|user| secrets::state(session, user))),
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
        Some(name) => secrets::state(session, name).await?,
        None => None,
    };
    Ok(vec![observed_user(session, user, ownership, secret.as_ref(), &tags)])
}

async fn list(session: &Session) -> Result<Vec<User>, AwsError> {
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

fn authentication(user: &User) -> &'static str {
    match user.authentication().and_then(|a| a.r#type()) {
        Some(AuthenticationType::Iam) => "iam",
        Some(AuthenticationType::Password) => "password",
        _ => "none",
    }
}

/// How a user signs in. A second password lets somebody in that this tool knows nothing of: it is a difference, and goes.
fn how(user: &User) -> String {
    let count = user.authentication().and_then(Authentication::password_count).unwrap_or(1);
    match authentication(user) {
        "password" if count > 1 => format!("{count} passwords"),
        how => how.to_owned(),
    }
}

fn observed_user(
    session: &Session,
    user: &User,
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
    observed.facts.insert("engine".into(), user.engine().unwrap_or_default().to_ascii_lowercase());
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

/// The group of the deployment's users.
pub async fn user_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_user_groups().user_group_id(session.name()).send();
    let answer = session.read(Action::DescribeUserGroups, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for group in answer.user_groups() {
        let mut observed = found(names::USER_GROUP, group.user_group_id().unwrap_or_default());
        let Owner { ownership, tags, .. } = ownership(session, group.arn(), None).await?;
        observed.ownership = ownership;
        observed.state = state(group.status(), &["active"]);
        goes(&mut observed, &tags);
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &tags);
        let caches = group.replication_groups().iter().chain(group.serverless_caches());
        for cache in caches.filter(|cache| *cache != session.name()) {
            session.uses(names::USER_GROUP, &observed.resource.address.name, cache);
        }
        let waits = group
            .pending_changes()
            .is_some_and(|p| !p.user_ids_to_add().is_empty() || !p.user_ids_to_remove().is_empty());
        if waits && observed.state == State::Ready {
            observed.state = State::Busy { what: "members are being changed".into() };
        }
        observed.resource.depends_on =
            group.user_ids().iter().map(|id| names::address(names::USER, id)).collect();
        observed.resource =
            observed.resource.with("members", texts(group.user_ids().iter().map(String::as_str)));
        observed.facts.insert("engine".into(), group.engine().unwrap_or_default().to_ascii_lowercase());
        all.push(observed);
    }
    Ok(all)
}
