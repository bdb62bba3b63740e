//! The tags of resources: ours, and the profile's own.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::arm::{CLASSIC_REDIS, MANAGED_REDIS, METRIC_ALERTS, PRIVATE_DNS};
use super::{Azure, found, names};
use crate::plan::Resource;
use crate::provider::Outcome;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{TAGS, Work};
use crate::provider::{own_tags, owner_tags};

/// Everything that a new resource is tagged with: whose it is, the profile's own tags, and the list of these.
pub fn of_new(cloud: &Azure) -> BTreeMap<String, String> {
    let own = &cloud.opening.tags;
    let mut all = names::tags(cloud.name());
    all.extend(own.clone());
    all.extend(own_tags::record(own.keys().map(String::as_str)));
    all
}

/// A resource with the profile's own tags, where it names any, or where some were written before.
pub fn asked(wanted: &Wanted<'_, Azure>, resource: Resource) -> Resource {
    let tags: Vec<String> =
        wanted.profile.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let seen = wanted.observed.iter().find(|o| o.resource.address == resource.address);
    let seen = seen.and_then(|o| o.resource.attributes.get(TAGS)?.as_texts());
    let asks = !tags.is_empty() || seen.is_some_and(|tags| !tags.is_empty());
    if asks { resource.with(TAGS, tags) } else { resource }
}

/// All tags that a resource should have, from those that it has: what others have set stays.
pub fn turned(cloud: &Azure, has: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let turn = own_tags::turn(&cloud.opening.tags, has);
    let mut all = has.clone();
    for key in turn.gone.iter().chain(&turn.unlisted) {
        all.remove(key);
    }
    all.extend(names::tags(cloud.name()));
    all.extend(turn.set);
    all
}

/// What is left of tags where a resource is no longer ours.
pub fn without_ours(has: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let written = own_tags::written(has);
    let ours = |key: &String| key.starts_with("cachefit:") || written.contains(key);
    has.iter().filter(|(key, _)| !ours(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Sets the profile's own tags on something that takes them by a PATCH, which replaces all of them: those of others are read
/// first.
pub async fn set(work: &Work<'_, Azure>) -> Result<Outcome, CallError> {
    let cloud = work.cloud;
    let Some(id) = work.fact(found::ID) else { return Err(work.refused("its id is not known")) };
    let version = version(&work.task.step.address.kind).ok_or_else(|| work.refused("it takes no tags"))?;
    let answer = cloud.arm.get(id, version).await?;
    let all = turned(cloud, &found::tags(&answer));
    cloud.arm.patch(id, version, &json!({ "tags": all })).await?;
    Ok(Outcome::Done)
}

/// Puts our tags on a cache that was made by others.
pub async fn adopt(work: &Work<'_, Azure>, version: &str) -> Result<(), CallError> {
    let cloud = work.cloud;
    let Some(id) = work.fact(found::ID) else { return Err(work.refused("its id is not known")) };
    let answer: Json = cloud.arm.get(id, version).await?;
    let mut all = turned(cloud, &found::tags(&answer));
    all.insert(owner_tags::TAG_ADOPTED.to_owned(), "true".to_owned());
    cloud.arm.patch(id, version, &json!({ "tags": all })).await.map(|_| ())
}

/// The version of the API of a kind that takes tags by a PATCH.
fn version(kind: &str) -> Option<&'static str> {
    Some(match kind {
        names::REDIS_ENTERPRISE => MANAGED_REDIS,
        names::CLASSIC => CLASSIC_REDIS,
        names::PRIVATE_DNS_ZONE => PRIVATE_DNS,
        names::METRIC_ALERT => METRIC_ALERTS,
        _ => return None,
    })
}
