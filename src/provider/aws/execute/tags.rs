//! The profile's own tags on what is there already.

use super::Work;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names;

/// Sets all tags, ours too: a resource that has lost one gets it back.
pub async fn set(work: &Work<'_>) -> Result<Outcome, AwsError> {
    if let Some(waits) = work.waits()? {
        return Ok(waits);
    }
    if work.is_in_force() {
        return Ok(Outcome::Done);
    }
    let (session, tags) = (work.session, work.all_tags().into_iter());
    let fact = |name: &str| work.fact(name).ok_or_else(|| work.refused(&format!("its {name} is not known")));
    match work.step.address.kind.as_str() {
        names::SECURITY_GROUP => {
            let tag = |(key, value)| aws_sdk_ec2::types::Tag::builder().key(key).value(value).build();
            let call =
                session.ec2.create_tags().resources(fact("id")?).set_tags(Some(tags.map(tag).collect()));
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
            let call = session.logs.tag_resource().resource_arn(fact("arn")?).set_tags(Some(tags.collect()));
            session.write(Action::TagLogGroup, call.send()).await?;
        }
        _ => {
            let call = session.cache.add_tags_to_resource().resource_name(fact("arn")?);
            let call = call.set_tags(Some(work.tags()));
            session.write(Action::AddTagsToResource, call.send()).await?;
        }
    }
    Ok(Outcome::Done)
}
