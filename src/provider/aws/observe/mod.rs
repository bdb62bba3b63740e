//! What there is: everything of a deployment is read at once.

mod access;
pub mod alarms;
pub mod group;
pub mod logs;
pub mod network;
mod others;
pub mod parameters;
mod scaling;
mod secrets;
mod serverless;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use futures_util::future::try_join_all;

use super::actions::Action;
use super::error::{AwsError, Kind};
use super::names::{self, Tagging};
use super::own_tags;
use super::session::Session;
use crate::plan::{Address, Observed, Ownership, REPAIR, Resource, State, Value};

pub use alarms::NODES;

/// The fact of a cache whose tags cannot be read now.
pub const TAGS_UNREAD: &str = "tags unread";

/// The fact of a cache that was made from a snapshot.
pub const RESTORED: &str = "made from the snapshot";
/// The fact with the keys of the profile's tags that were written here.
pub const WRITTEN: &str = "tags written";

/// The attribute with the profile's own tags.
pub const TAGS: &str = "tags";
/// The fact with the caches of others that use a part of ours.
pub const USED_BY: &str = "used by others";

type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Observed>, AwsError>> + Send + 'a>>;

/// Every resource of the deployment, and what else sits on one of its names.
pub async fn all(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let readings: Vec<Reading<'_>> = vec![
        Box::pin(network::security_groups(session)),
        Box::pin(network::subnet_groups(session)),
        Box::pin(parameters::parameter_groups(session)),
        Box::pin(access::users_and_secrets(session)),
        Box::pin(access::user_groups(session)),
        Box::pin(group::groups(session)),
        Box::pin(serverless::caches(session)),
        Box::pin(alarms::alarms(session)),
        Box::pin(logs::log_groups(session)),
    ];
    let mut all: Vec<Observed> = try_join_all(readings).await?.into_iter().flatten().collect();
    all.extend(scaling::scaling(session, &all).await?);
    // Whoever makes or changes a cache has functions; only what goes must be used by nobody.
    if session.opening.functions.is_none() {
        others::of_security_group(session, &all).await?;
    }
    link(session, &mut all);
    for observed in &mut all {
        let address = &observed.resource.address;
        let id = observed.facts.get("id").unwrap_or(&address.name);
        let caches = session.used_by(&address.kind, id);
        if !caches.is_empty() {
            observed.facts.insert(USED_BY.to_owned(), caches.join(", "));
        }
    }
    all.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    Ok(all)
}

/// One resource, with as few calls as it takes.
pub async fn one(session: &Session, address: &Address) -> Result<Option<Observed>, AwsError> {
    let mut readings: Vec<Reading<'_>> = Vec::new();
    match address.kind.as_str() {
        names::SECURITY_GROUP => readings.push(Box::pin(network::security_groups(session))),
        names::SUBNET_GROUP => readings.push(Box::pin(network::subnet_groups(session))),
        names::PARAMETER_GROUP => readings.push(Box::pin(parameters::parameter_groups(session))),
        names::SECRET => readings.push(Box::pin(secrets::secret(session, &address.name))),
        names::USER => readings.push(Box::pin(access::user(session, &address.name))),
        names::LOG_GROUP => readings.push(Box::pin(logs::log_groups(session))),
        names::USER_GROUP => readings.push(Box::pin(access::user_groups(session))),
        names::REPLICATION_GROUP => {
            readings.push(Box::pin(group::one(session)));
            readings.push(Box::pin(network::security_groups(session)));
            readings.push(Box::pin(network::subnet_groups(session)));
        }
        names::SERVERLESS_CACHE => {
            readings.push(Box::pin(serverless::caches(session)));
            readings.push(Box::pin(network::security_groups(session)));
        }
        names::ALARMS => {
            readings.push(Box::pin(group::one(session)));
            readings.push(Box::pin(serverless::caches(session)));
            readings.push(Box::pin(alarms::alarms(session)));
        }
        _ => {
            readings.push(Box::pin(group::one(session)));
        }
    }
    let mut found: Vec<Observed> = try_join_all(readings).await?.into_iter().flatten().collect();
    if address.kind == names::SCALING {
        found.extend(scaling::scaling(session, &found).await?);
    }
    link(session, &mut found);
    Ok(found.into_iter().find(|o| &o.resource.address == address))
}

/// What only several resources together tell: our security group by its name, alarms by the members they watch.
fn link(session: &Session, all: &mut [Observed]) {
    let group = all
        .iter()
        .find(|o| o.resource.address.kind == names::SECURITY_GROUP)
        .and_then(|o| Some((o.facts.get("id")?.clone(), o.resource.address.clone())));
    let members = members(all);
    let subnets = all.iter().find(|o| o.resource.address.kind == names::SUBNET_GROUP);
    let vpc = subnets.and_then(|o| o.resource.attributes.get("vpc")).cloned();
    let caches = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
    let cache = all.iter().find(|o| caches.contains(&o.resource.address.kind.as_str()));
    let owner = cache.map(|o| o.ownership.clone());
    for observed in all {
        if let Some((id, address)) = &group
            && let Some(Value::List(groups)) = observed.resource.attributes.get_mut("security_groups")
        {
            for value in groups.iter_mut().filter(|value| value.as_text() == Some(id)) {
                *value = address.name.clone().into();
                observed.resource.depends_on.push(address.clone());
            }
            groups.sort();
        }
        let attributes = &mut observed.resource.attributes;
        // One that is not ours was read with the group that uses it.
        let ours = attributes.get("subnet_group").and_then(Value::as_text) == Some(session.name());
        if let Some(vpc) = vpc.clone().filter(|_| ours) {
            attributes.insert("vpc".to_owned(), vpc);
        }
        if observed.resource.address.kind == names::ALARMS {
            alarms::fold(session, observed, &members);
            // Alarms on a cache of somebody else's are theirs, whatever they are called.
            if let Some(owner @ Ownership::Foreign { .. }) = &owner {
                observed.ownership = owner.clone();
            }
        }
    }
}

/// The names under which the members of the cache report their metrics.
pub fn members(all: &[Observed]) -> Vec<String> {
    let fact = |kind: &str| {
        // What is on its way out is watched no more.
        let goes = |o: &Observed| o.facts.get("status").is_some_and(|status| status == "deleting");
        let cache = all.iter().find(|o| o.resource.address.kind == kind && !goes(o))?;
        Some(cache.facts.get("members")?.split(' ').filter(|m| !m.is_empty()).map(str::to_owned).collect())
    };
    fact(names::REPLICATION_GROUP).or_else(|| fact(names::SERVERLESS_CACHE)).unwrap_or_default()
}

/// The profile's own tags, as far as a resource has them, and what was written here before. Those of others are theirs, and
/// none of our business.
fn own_tags(session: &Session, observed: &mut Observed, tags: &BTreeMap<String, String>) {
    observed.resource.attributes.insert(TAGS.to_owned(), own_tags::shown(&session.opening.tags, tags));
    let written: Vec<String> = own_tags::written(tags).into_iter().collect();
    if !written.is_empty() {
        observed.facts.insert(WRITTEN.to_owned(), written.join(own_tags::BETWEEN));
    }
}

/// What the tags of a resource say: whether it has the profile's own, and the command that makes it ours again where it has
/// lost one of ours.
fn tagged(
    session: &Session,
    observed: &mut Observed,
    how: Tagging,
    id: &str,
    tags: &BTreeMap<String, String>,
) {
    own_tags(session, observed, tags);
    if matches!(how, Tagging::Cache | Tagging::Logs) {
        observed.facts.insert("arn".to_owned(), id.to_owned());
    }
    if observed.ownership != Ownership::Ours && names::may_be_lost(session.name(), tags) {
        let command = names::tag_command(how, id, session.name(), &session.opening.region);
        observed.facts.insert(REPAIR.to_owned(), command);
    }
}

/// Whose a cache is, and whether it carries our tags: one that nobody manages is ours if the profile takes it over.
async fn owner_of_cache(
    session: &Session,
    arn: Option<&str>,
    description: Option<&str>,
) -> Result<CacheOwner, AwsError> {
    let Owner { ownership, tags, unread } = ownership(session, arn, description).await?;
    let unmanaged = !tags.contains_key(names::TAG_PROFILE);
    let described = description == Some(names::adopted_description(session.name()).as_str());
    let adopted = tags.contains_key(names::TAG_ADOPTED) || (unread && described);
    Ok(match ownership {
        Ownership::Foreign { .. } if session.opening.adopt && unmanaged => {
            // Whether it was tagged already will be seen when its tags can be read again.
            CacheOwner { ownership: Ownership::Ours, managed: unread, adopted: true, tags, unread }
        }
        ownership => CacheOwner { ownership, managed: true, adopted, tags, unread },
    })
}

/// Whose a cache is.
struct CacheOwner {
    ownership: Ownership,
    /// Whether it carries our tags.
    managed: bool,
    /// Whether it was made by others.
    adopted: bool,
    tags: BTreeMap<String, String>,
    unread: bool,
}

/// Whose something is by its tags.
struct Owner {
    ownership: Ownership,
    tags: BTreeMap<String, String>,
    /// Whether they could not be read.
    unread: bool,
}

impl CacheOwner {
    fn mark(self, session: &Session, observed: &mut Observed) {
        if self.adopted {
            observed.facts.insert("adopted".into(), "yes".into());
        }
        if self.unread {
            observed.facts.insert(TAGS_UNREAD.into(), "yes".into());
        }
        observed.ownership = self.ownership;
        goes(observed, &self.tags);
        let works = !observed.resource.attributes.is_empty();
        let arn = observed.facts.get("arn").cloned().unwrap_or_default();
        if !self.unread {
            tagged(session, observed, Tagging::Cache, &arn, &self.tags);
            if let Some(snapshot) = self.tags.get(names::TAG_RESTORED) {
                observed.facts.insert(RESTORED.to_owned(), snapshot.clone());
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
async fn ownership(
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
        Err(error) if matches!(error.kind, Kind::Busy | Kind::Absent) => {
            // Users and their groups have no description; what works on them waits, and asks again then.
            let known = [names::description(name), names::adopted_description(name)];
            let ours = description.is_none_or(|text| known.iter().any(|k| k == text));
            let why = "its tags cannot be read while it changes or is backed up, and its description is not ours; \
                       look again in some minutes";
            let ownership = if ours { Ownership::Ours } else { Ownership::Foreign { why: why.to_owned() } };
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

fn by_tags(name: &str, tags: &BTreeMap<String, String>) -> Ownership {
    names::foreign(name, tags).map_or(Ownership::Ours, |why| Ownership::Foreign { why })
}

/// A resource before its state and its owner are known.
fn found(kind: &str, name: &str) -> Observed {
    Observed::ours(Resource::new(names::address(kind, name)))
}

/// Whether a status means that it works. The spelling differs between services and years.
fn state(status: Option<&str>, ready: &[&str]) -> State {
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
fn goes(observed: &mut Observed, tags: &BTreeMap<String, String>) {
    let deleting = matches!(&observed.state, State::Busy { what } if what == "deleting");
    if deleting && !tags.contains_key(names::TAG_PROFILE) {
        observed.ownership = Ownership::Ours;
    }
}

/// Sorted texts as a value.
fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Value {
    let mut all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}
