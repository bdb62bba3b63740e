//! Passwords in Secrets Manager, of which only existence and version are read.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use super::{by_tags, found, tagged};
use crate::plan::Observed;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names::{self, Tagging};
use crate::provider::aws::session::Session;

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
