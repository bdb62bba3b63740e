//! The parameter group.

use aws_sdk_elasticache::types::ParameterNameValue;

use super::Work;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::observe::TAGS;

/// Parameters that one call may change.
const AT_ONCE: usize = 20;

/// Makes, changes or deletes the parameter group.
pub async fn parameter_group(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (session, cache) = (work.session, &work.session.cache);
    if work.step.verb == "delete" {
        if work.is.is_none() {
            return Ok(Outcome::Done);
        }
        let call = cache.delete_cache_parameter_group().cache_parameter_group_name(work.name()).send();
        return match session.write(Action::DeleteCacheParameterGroup, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(Outcome::Done),
        };
    }
    if work.is.is_none() {
        let call = cache
            .create_cache_parameter_group()
            .cache_parameter_group_name(work.name())
            .cache_parameter_group_family(work.argument.text("family"))
            .description(work.description())
            .set_tags(Some(work.tags()))
            .send();
        session.write(Action::CreateCacheParameterGroup, call).await?;
    }
    let today = work.is.map(|o| &o.resource.attributes);
    let changed: Vec<ParameterNameValue> = work
        .argument
        .all
        .iter()
        .filter(|(name, value)| {
            !["family", "region", TAGS].contains(&name.as_str())
                && today.and_then(|t| t.get(*name)) != Some(value)
        })
        .map(|(name, value)| {
            ParameterNameValue::builder().parameter_name(name).parameter_value(value.to_string()).build()
        })
        .collect();
    for some in changed.chunks(AT_ONCE) {
        let call = cache.modify_cache_parameter_group().cache_parameter_group_name(work.name());
        let call = call.set_parameter_name_values(Some(some.to_vec())).send();
        session.write(Action::ModifyCacheParameterGroup, call).await?;
    }
    Ok(Outcome::Done)
}
