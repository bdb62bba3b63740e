//! The profile's own tags on what is there already.

use super::Work;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names;

/// Takes away what was written here and is no longer named, then sets all tags, ours too: a resource that has lost one gets
/// it back.
pub async fn set(work: &Work<'_>) -> Result<Outcome, AwsError> {
    if let Some(waits) = work.waits()? {
        return Ok(waits);
    }
    if work.is_in_force() {
        return Ok(Outcome::Done);
    }
    let turn = work.tags_turn();
    take(work, turn.gone).await?;
    put(work, names::with_ours(work.session.name(), turn.set)).await?;
    take(work, turn.unlisted).await?;
    Ok(Outcome::Done)
}

fn fact<'a>(work: &'a Work<'_>, name: &str) -> Result<&'a str, AwsError> {
    work.fact(name).ok_or_else(|| work.refused(&format!("its {name} is not known")))
}

async fn put(work: &Work<'_>, tags: Vec<(String, String)>) -> Result<(), AwsError> {
    let (session, tags) = (work.session, tags.into_iter());
    match work.step.address.kind.as_str() {
        names::SECURITY_GROUP => {
            let tag = |(key, value)| aws_sdk_ec2::types::Tag::builder().key(key).value(value).build();
            let call = session.ec2.create_tags().resources(fact(work, "id")?);
            let call = call.set_tags(Some(tags.map(tag).collect()));
            session.write(Action::CreateTags, call.send()).await?;
        }
        names::SECRET => {
            let tag =
                |(key, value)| aws_sdk_secretsmanager::types::Tag::builder().key(key).value(value).build();
            let call = session.secrets.tag_resource().secret_id(work.name());
            let call = call.set_tags(Some(tags.map(tag).collect()));
            session.write(Action::TagSecret, call.send()).await?;
        }
        names::LOG_GROUP => {
            let call = session.logs.tag_resource().resource_arn(fact(work, "arn")?);
            session.write(Action::TagLogGroup, call.set_tags(Some(tags.collect())).send()).await?;
        }
        _ => {
            let tag = |(key, value)| aws_sdk_elasticache::types::Tag::builder().key(key).value(value).build();
            let call = session.cache.add_tags_to_resource().resource_name(fact(work, "arn")?);
            let call = call.set_tags(Some(tags.map(tag).collect()));
            session.write(Action::AddTagsToResource, call.send()).await?;
        }
    }
    Ok(())
}

async fn take(work: &Work<'_>, keys: Vec<String>) -> Result<(), AwsError> {
    if keys.is_empty() {
        return Ok(());
    }
    let session = work.session;
    match work.step.address.kind.as_str() {
        names::SECURITY_GROUP => {
            let tags = keys.into_iter().map(|key| aws_sdk_ec2::types::Tag::builder().key(key).build());
            let call = session.ec2.delete_tags().resources(fact(work, "id")?).set_tags(Some(tags.collect()));
            session.write(Action::DeleteTags, call.send()).await?;
        }
        names::SECRET => {
            let call = session.secrets.untag_resource().secret_id(work.name()).set_tag_keys(Some(keys));
            session.write(Action::UntagSecret, call.send()).await?;
        }
        names::LOG_GROUP => {
            let call = session.logs.untag_resource().resource_arn(fact(work, "arn")?);
            session.write(Action::UntagLogGroup, call.set_tag_keys(Some(keys)).send()).await?;
        }
        _ => {
            let call = session.cache.remove_tags_from_resource().resource_name(fact(work, "arn")?);
            let call = call.set_tag_keys(Some(keys));
            session.write(Action::RemoveTagsFromResource, call.send()).await?;
        }
    }
    Ok(())
}
