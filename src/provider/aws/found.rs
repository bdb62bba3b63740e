//! What is found under one of our names, and whose it is by its tags.

use crate::plan::{Observed, Ownership, REPAIR, Resource, State, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, own_tags};
use crate::provider::call::Refusal;
use crate::provider::kind::TAGS;
use crate::provider::owner_tags;
use std::collections::BTreeMap;

/// The fact of a cache whose tags cannot be read now.
pub const TAGS_UNREAD: &str = "tags unread";

/// The fact of a cache that was made from a snapshot.
pub const RESTORED: &str = "made from the snapshot";

/// The fact with the keys of the profile's tags that were written here.
pub const WRITTEN: &str = "tags written";

/// The fact with the caches of others that use a part of ours.
pub const USED_BY: &str = "used by others";

/// The profile's own tags, as far as a resource has them, and what was written here before. Those of others are theirs, and
/// none of our business.
pub fn own_tags(session: &Session, observed: &mut Observed, tags: &BTreeMap<String, String>) {
    observed.resource.attributes.insert(TAGS.to_owned(), own_tags::shown(&session.opening.tags, tags));
    let written: Vec<String> = own_tags::written(tags).into_iter().collect();
    if !written.is_empty() {
        observed.computed.insert(WRITTEN.to_owned(), written.join(own_tags::BETWEEN));
    }
}

/// What the tags of a resource say: whether it has the profile's own, and the command that makes it ours again where it has
/// lost one of ours.
pub fn tagged(
    session: &Session,
    observed: &mut Observed,
    how: Tagging,
    id: &str,
    tags: &BTreeMap<String, String>,
) {
    own_tags(session, observed, tags);
    if matches!(how, Tagging::Cache | Tagging::Logs) {
        observed.computed.insert("arn".to_owned(), id.to_owned());
    }
    if observed.ownership != Ownership::Ours && owner_tags::may_be_lost(session.name(), tags) {
        let command = names::tag_command(how, id, session.name(), &session.opening.region);
        observed.computed.insert(REPAIR.to_owned(), command);
    }
}

/// Whose a cache is, and whether it carries our tags: one that nobody manages is ours if the profile takes it over.
pub async fn owner_of_cache(
    session: &Session,
    arn: Option<&str>,
    description: Option<&str>,
) -> Result<CacheOwner, AwsError> {
    let Owner { ownership, tags, unread } = ownership(session, arn, description).await?;
    let unmanaged = !tags.contains_key(owner_tags::TAG_PROFILE);
    let described = description == Some(names::adopted_description(session.name()).as_str());
    let adopted = tags.contains_key(owner_tags::TAG_ADOPTED) || (unread && described);
    Ok(match ownership {
        Ownership::Foreign { .. } if session.opening.adopt && unmanaged => {
            // Whether it was tagged already will be seen when its tags can be read again.
            CacheOwner { ownership: Ownership::Ours, managed: unread, adopted: true, tags, unread }
        }
        ownership => CacheOwner { ownership, managed: true, adopted, tags, unread },
    })
}

/// Whose a cache is.
pub struct CacheOwner {
    pub ownership: Ownership,
    /// Whether it carries our tags.
    pub managed: bool,
    /// Whether it was made by others.
    pub adopted: bool,
    pub tags: BTreeMap<String, String>,
    pub unread: bool,
}

/// Whose something is by its tags.
pub struct Owner {
    pub ownership: Ownership,
    pub tags: BTreeMap<String, String>,
    /// Whether they could not be read.
    pub unread: bool,
}

impl CacheOwner {
    pub fn mark(self, session: &Session, observed: &mut Observed) {
        if self.adopted {
            observed.computed.insert("adopted".into(), "yes".into());
        }
        if self.unread {
            observed.computed.insert(TAGS_UNREAD.into(), "yes".into());
        }
        observed.ownership = self.ownership;
        goes(observed, &self.tags);
        let works = !observed.resource.attributes.is_empty();
        let arn = observed.computed.get("arn").cloned().unwrap_or_default();
        if !self.unread {
            tagged(session, observed, Tagging::Cache, &arn, &self.tags);
            if let Some(snapshot) = self.tags.get(names::TAG_RESTORED) {
                observed.computed.insert(RESTORED.to_owned(), snapshot.clone());
            }
            // Of what is being made nothing is known yet.
            if !works {
                observed.resource.attributes.remove(TAGS);
            }
        } else if works {
            // What cannot be read now is taken for what there should be; when it can be read, it is looked at again.
            own_tags(session, observed, &session.opening.tags);
        }
        if works {
            observed.resource.attributes.insert("managed".into(), self.managed.into());
        }
    }
}

/// Whose it is, by its tags. While it is being made or changed they cannot be read: then its description tells.
pub async fn ownership(
    session: &Session,
    arn: Option<&str>,
    description: Option<&str>,
) -> Result<Owner, AwsError> {
    let Some(arn) = arn else {
        return Err(AwsError::unreadable(Action::ListTagsForResource, "ARN"));
    };
    let name = session.name();
    let call = || session.cache.list_tags_for_resource().resource_name(arn).send();
    let answer = match session.read(Action::ListTagsForResource, call).await {
        Ok(answer) => answer,
        Err(error) if matches!(error.kind, Refusal::Busy | Refusal::Absent) => {
            let known = [names::description(name), names::adopted_description(name)];
            let ownership = match description {
                Some(text) if known.iter().any(|k| k == text) => Ownership::Ours,
                Some(_) => Ownership::Foreign {
                    why: "its tags cannot be read while it changes or is backed up, and its description is not \
                          ours; look again in some minutes"
                        .to_owned(),
                },
                // Users and their groups have no description: the names of another profile may begin like ours.
                None => Ownership::Unknown {
                    why: "its tags cannot be read while it changes; look again in some minutes".to_owned(),
                },
            };
            return Ok(Owner { ownership, tags: BTreeMap::new(), unread: true });
        }
        Err(error) => return Err(error),
    };
    let tags: BTreeMap<String, String> = answer
        .tag_list()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect();
    Ok(Owner { ownership: by_tags(name, &tags), tags, unread: false })
}

pub fn by_tags(name: &str, tags: &BTreeMap<String, String>) -> Ownership {
    owner_tags::foreign(name, tags).map_or(Ownership::Ours, |why| Ownership::Foreign { why })
}

/// A resource before its state and its owner are known.
pub fn found(kind: &str, name: &str) -> Observed {
    Observed::ours(Resource::new(names::address(kind, name)))
}

/// Whether a status means that it works. The spelling differs between services and years.
pub fn state(status: Option<&str>, ready: &[&str]) -> State {
    let status = status.unwrap_or("unknown").to_ascii_lowercase();
    if ready.contains(&status.as_str()) {
        State::Ready
    } else if status.contains("failed") || status.contains("incompatible") {
        State::Broken { why: format!("its status is {status}") }
    } else {
        State::Busy { what: status }
    }
}

/// What is being deleted may have lost its tags before its name: it is waited for, which harms nobody.
pub fn goes(observed: &mut Observed, tags: &BTreeMap<String, String>) {
    let deleting = matches!(&observed.state, State::Busy { what } if what == "deleting");
    if deleting && !tags.contains_key(owner_tags::TAG_PROFILE) {
        observed.ownership = Ownership::Ours;
    }
}

/// Sorted texts as a value.
pub fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Value {
    let mut all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}
