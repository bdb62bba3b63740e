//! What the calls of several kinds need: tags, the description, ids of security groups.

use crate::plan::Value;
use crate::provider::aws::actions::Action;
use crate::provider::aws::found::WRITTEN;
use crate::provider::aws::session::{Opening, Session};
use crate::provider::aws::{names, own_tags};
use crate::provider::call::CallError;
use crate::provider::kind::TAGS;
use crate::provider::kind::Work;
use crate::provider::look;
use crate::provider::owner_tags;
use std::collections::BTreeMap;

impl Work<'_, Session> {
    /// Everything that a new resource is tagged with: whose it is, the profile's own tags, and the list of these.
    pub fn all_tags(&self) -> Vec<(String, String)> {
        let own = &self.cloud.opening.tags;
        let list = own_tags::record(own.keys().map(String::as_str));
        names::with_ours(self.cloud.name(), own.clone().into_iter().chain(list))
    }

    /// From the tags of what is there to those of the profile.
    pub fn tags_turn(&self) -> own_tags::Turn {
        let has = self.is.and_then(|is| is.resource.attributes.get(TAGS)?.as_texts());
        let has = has.into_iter().flatten().filter_map(|tag| tag.split_once('='));
        let mut has: BTreeMap<String, String> =
            has.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let written = self.fact(WRITTEN).into_iter().flat_map(|keys| keys.split(own_tags::BETWEEN));
        has.extend(own_tags::record(written));
        own_tags::turn(&self.cloud.opening.tags, &has)
    }

    /// Tags of something new at ElastiCache; of a cache also the snapshot that it is made from.
    pub fn tags(&self) -> Vec<aws_sdk_elasticache::types::Tag> {
        let caches = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        let cache = caches.contains(&self.task.step.address.kind.as_str());
        let snapshot = self.restored().filter(|_| cache);
        let snapshot = snapshot.map(|snapshot| (names::TAG_RESTORED.to_owned(), snapshot));
        tags_of_cache(self.all_tags().into_iter().chain(snapshot))
    }

    /// Puts our tags on a cache that was made by others; its description follows.
    pub async fn tag_adopted(&self) -> Result<(), CallError> {
        let Some(arn) = self.fact("arn") else { return Err(self.refused("its ARN is not known")) };
        let adopted = (owner_tags::TAG_ADOPTED.to_owned(), "true".to_owned());
        let own = self.tags_turn().set.into_iter().chain([adopted]);
        let tags = tags_of_cache(names::with_ours(self.cloud.name(), own));
        let call = self.cloud.cache.add_tags_to_resource().resource_name(arn).set_tags(Some(tags)).send();
        self.cloud.write(Action::AddTagsToResource, call).await?;
        Ok(())
    }

    /// The description of everything of ours.
    pub fn description(&self) -> String {
        names::description(self.cloud.name())
    }

    /// Ids of security groups by their names.
    pub async fn group_ids(&self, names: &[String]) -> Result<Vec<String>, CallError> {
        let own = names::security_group(self.cloud.name());
        let address = names::address(names::SECURITY_GROUP, &own);
        let mut ids = Vec::new();
        for name in names {
            if name != &own {
                ids.push(name.clone());
                continue;
            }
            let group = look::one(self.cloud, &address).await?;
            let id = group.and_then(|o| o.computed.get("id").cloned());
            ids.push(id.ok_or_else(|| self.refused("its security group is gone; make a new plan"))?);
        }
        Ok(ids)
    }

    /// The snapshot that a new cache is made from.
    pub fn restored(&self) -> Option<String> {
        self.context.get("restore").and_then(Value::as_text).map(str::to_owned)
    }
}

/// Tags in the form of ElastiCache.
fn tags_of_cache(all: impl IntoIterator<Item = (String, String)>) -> Vec<aws_sdk_elasticache::types::Tag> {
    let tag = |(key, value)| aws_sdk_elasticache::types::Tag::builder().key(key).value(value).build();
    all.into_iter().map(tag).collect()
}

impl Opening {
    /// What the steps of a cache must know of how the deployment was opened.
    pub fn context(&self) -> BTreeMap<String, Value> {
        let restore = self.restore.iter().map(|snapshot| ("restore".to_owned(), snapshot.as_str().into()));
        let last = self.final_snapshot.then(|| ("final_snapshot".to_owned(), true.into()));
        restore.chain(last).collect()
    }

    /// What creating and deleting a cache does.
    pub fn says(&self, verb: &str, noun: &str, create: &str) -> Option<String> {
        Some(match (verb, &self.restore) {
            ("create", Some(snapshot)) => format!("{create}, with the data of the snapshot {snapshot}"),
            ("create", None) => create.to_owned(),
            _ if self.final_snapshot => {
                format!("keep a last snapshot, delete the {noun}, and wait until it is gone")
            }
            _ => format!("delete the {noun} with all its data, and wait until it is gone"),
        })
    }
}
