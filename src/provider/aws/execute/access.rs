//! Users and their group.

use aws_sdk_elasticache::types::{AuthenticationMode, InputAuthenticationType, Tag};

use super::secrets::{self, Password};
use super::{Turn, Work};
use crate::plan::{State, Value};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::names;

/// Makes, changes or deletes a user, and waits until that is in force.
pub async fn user(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (session, cache) = (work.session, &work.session.cache);
    if work.step.verb == "delete" {
        let Some(is) = work.is else { return Ok(Outcome::Done) };
        if let State::Busy { what } = &is.state {
            return Ok(work.working(what));
        }
        let call = cache.delete_user().user_id(work.name()).send();
        return match session.write(Action::DeleteUser, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(work.working("deleting")),
        };
    }
    if let Some(State::Busy { what }) = work.is.map(|o| &o.state) {
        return Ok(work.working(what));
    }
    let stale = matches!(work.is.map(|o| &o.state), Some(State::Broken { .. }));
    if work.step.verb == "settle" || (work.is.is_some() && work.is_in_force() && !stale) {
        return Ok(Outcome::Done);
    }
    match work.turn() {
        Turn::Change => {}
        Turn::Wait => return Ok(work.working("the change is not in force yet")),
        Turn::GiveUp => return Ok(Outcome::Done),
    }
    let password = match work.argument.all.get("password") {
        Some(Value::Secret { secret }) => Some(secrets::read(session, secret).await?),
        _ => None,
    };
    let result = if work.is.is_none() {
        create_user(work, password.as_ref()).await
    } else {
        modify_user(work, password.as_ref()).await
    };
    // Whatever the service says about a call, it must not be the password.
    let result = result.map_err(|error| match &password {
        Some(password) => {
            AwsError { message: error.message.replace(&password.text, "(the password)"), ..error }
        }
        None => error,
    });
    work.changed(result, "not active yet")
}

/// How a user signs in: the parts of a request that say so.
struct SignIn {
    mode: Option<AuthenticationMode>,
    passwords: Option<Vec<String>>,
    no_password: Option<bool>,
}

fn sign_in(work: &Work<'_>, password: Option<&Password>) -> SignIn {
    let iam = AuthenticationMode::builder().r#type(InputAuthenticationType::Iam).build();
    let is_iam = work.argument.text("authentication") == "iam";
    SignIn {
        mode: is_iam.then_some(iam),
        passwords: password.map(|password| vec![password.text.clone()]),
        no_password: (!is_iam && password.is_none()).then_some(true),
    }
}

async fn create_user(work: &Work<'_>, password: Option<&Password>) -> Result<(), AwsError> {
    let mut tags = work.tags();
    tags.extend(password.map(version_tag));
    let how = sign_in(work, password);
    let call = work
        .session
        .cache
        .create_user()
        .user_id(work.name())
        .user_name(work.argument.text("user_name"))
        .engine(engine(work))
        .access_string(work.argument.text("access"))
        .set_authentication_mode(how.mode)
        .set_passwords(how.passwords)
        .set_no_password_required(how.no_password)
        .set_tags(Some(tags))
        .send();
    work.session.write(Action::CreateUser, call).await.map(|_| ())
}

async fn modify_user(work: &Work<'_>, password: Option<&Password>) -> Result<(), AwsError> {
    let how = sign_in(work, password);
    let call = work
        .session
        .cache
        .modify_user()
        .user_id(work.name())
        .access_string(work.argument.text("access"))
        .set_authentication_mode(how.mode)
        .set_passwords(how.passwords)
        .set_no_password_required(how.no_password)
        .send();
    work.session.write(Action::ModifyUser, call).await?;
    if let (Some(password), Some(arn)) = (password, work.fact("arn")) {
        let call =
            work.session.cache.add_tags_to_resource().resource_name(arn).tags(version_tag(password)).send();
        work.session.write(Action::AddTagsToResource, call).await?;
    }
    Ok(())
}

fn version_tag(password: &Password) -> Tag {
    Tag::builder().key(names::TAG_SECRET_VERSION).value(&password.version).build()
}

fn engine(work: &Work<'_>) -> String {
    work.argument.context.get("engine").and_then(Value::as_text).unwrap_or("valkey").to_owned()
}

/// Makes, changes or deletes the group, and waits until every member is in.
pub async fn user_group(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (session, cache) = (work.session, &work.session.cache);
    if work.step.verb == "delete" {
        let Some(is) = work.is else { return Ok(Outcome::Done) };
        if let State::Busy { what } = &is.state {
            return Ok(work.working(what));
        }
        let call = cache.delete_user_group().user_group_id(work.name()).send();
        return match session.write(Action::DeleteUserGroup, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(work.working("deleting")),
        };
    }
    if let Some(waits) = work.waits()? {
        return Ok(waits);
    }
    let wanted = work.argument.texts("members");
    let Some(is) = work.is else {
        let call = cache
            .create_user_group()
            .user_group_id(work.name())
            .engine(engine(work))
            .set_user_ids(Some(wanted))
            .set_tags(Some(work.tags()))
            .send();
        session.write(Action::CreateUserGroup, call).await?;
        return Ok(work.working("creating"));
    };
    if work.step.verb == "settle"
        || work.is_in_force() && is.resource.attributes.get("members") == Some(&wanted.clone().into())
    {
        return Ok(Outcome::Done);
    }
    let today: Vec<String> = is
        .resource
        .attributes
        .get("members")
        .and_then(Value::as_texts)
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect();
    match work.turn() {
        Turn::Change => {}
        Turn::Wait => return Ok(work.working("members are not in force yet")),
        Turn::GiveUp => return Ok(Outcome::Done),
    }
    let without = |from: &[String], other: &[String]| -> Option<Vec<String>> {
        let left: Vec<String> = from.iter().filter(|m| !other.contains(m)).cloned().collect();
        (!left.is_empty()).then_some(left)
    };
    let call = cache
        .modify_user_group()
        .user_group_id(work.name())
        .set_user_ids_to_add(without(&wanted, &today))
        .set_user_ids_to_remove(without(&today, &wanted))
        .send();
    work.changed(session.write(Action::ModifyUserGroup, call).await, "members are being changed")
}
