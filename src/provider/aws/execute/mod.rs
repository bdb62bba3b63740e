//! Steps carried out. Each begins with a look at what is there, so that it can be called again wherever it was cut short.

mod access;
mod alarms;
mod capacity;
mod group;
mod logs;
mod network;
mod parameters;
mod scaling;
pub mod secrets;
mod serverless;
mod tags;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::actions::Action;
use super::error::{AwsError, Kind};
use super::names;
use super::observe;
use super::own_tags;
use super::session::Session;
use super::steps::Argument;
use crate::plan::{Observed, Ownership, State, Step, StepId};
use crate::provider::{Outcome, ProviderError};

/// Carries out one step, or what is left of it.
pub async fn execute(session: &Session, tries: &Tries, step: &Step) -> Result<Outcome, ProviderError> {
    let argument: Argument = serde_json::from_value(step.argument.clone()).map_err(|error| {
        let hint = "make a new plan with `cachefit plan PROFILE -o FILE`".to_owned();
        ProviderError::permanent(format!("the step {} cannot be read: {error}", step.id), Some(hint))
    })?;
    let is = observe::one(session, &step.address).await?;
    if let Some(Observed { ownership: Ownership::Foreign { why }, facts, .. }) = &is {
        if facts.contains_key(observe::TAGS_UNREAD) && step.verb != "create" {
            return Ok(Outcome::working(format!("{}: {why}", step.address)));
        }
        if step.verb == "delete" {
            return Ok(Outcome::Done);
        }
        let message = format!("{} is there already and is not managed by cachefit: {why}", step.address);
        let hint =
            "give the profile another name, or take over a cache that runs already with `cachefit import`";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let work = Work { session, step, argument: &argument, is: is.as_ref(), tries };
    let result = match step.address.kind.as_str() {
        kind if step.verb == "tag" && kind != names::ALARMS => Box::pin(tags::set(&work)).await,
        names::SECURITY_GROUP => Box::pin(network::security_group(&work)).await,
        names::SUBNET_GROUP => Box::pin(network::subnet_group(&work)).await,
        names::PARAMETER_GROUP => Box::pin(parameters::parameter_group(&work)).await,
        names::SECRET => Box::pin(secrets::secret(&work)).await,
        names::USER => Box::pin(access::user(&work)).await,
        names::USER_GROUP => Box::pin(access::user_group(&work)).await,
        names::REPLICATION_GROUP => Box::pin(group::group(&work)).await,
        names::SERVERLESS_CACHE => Box::pin(serverless::cache(&work)).await,
        names::LOG_GROUP => Box::pin(logs::log_group(&work)).await,
        names::ALARMS => Box::pin(alarms::alarms(&work)).await,
        names::SCALING => Box::pin(scaling::scaling(&work)).await,
        kind => {
            return Err(ProviderError::permanent(format!("nothing is known of a {kind}"), None));
        }
    };
    match result {
        Ok(outcome) => Ok(outcome),
        // Whether the caller waits for work that goes on is not a matter of minutes, as retries are.
        Err(error) if error.kind == Kind::Busy => {
            Ok(Outcome::working(format!("{}: {}", step.address, error.message)))
        }
        Err(error) if error.kind == Kind::Capacity => Err(capacity::offer(error, &work).await),
        Err(error) => Err(error.into()),
    }
}

/// Looks at a ready resource before a change that has not taken is asked for again, and then given up. They come more and
/// more seldom, so that these are more than a minute: a service may show a change only after half of one.
const LOOKS: u32 = 12;
/// Times that a change is asked for.
const CHANGES: u32 = 2;

/// How often each step has asked for its change, and looked since.
pub type Tries = Mutex<BTreeMap<StepId, (u32, u32)>>;

/// What to do about a change that is not in force although nothing goes on.
pub enum Turn {
    /// Ask for it.
    Change,
    /// It was asked for; it may show in a moment.
    Wait,
    /// It was accepted and dropped: reading back will say so.
    GiveUp,
}

/// One step with all that it needs.
pub struct Work<'a> {
    /// Clients.
    pub session: &'a Session,
    /// The step.
    pub step: &'a Step,
    /// What it is given.
    pub argument: &'a Argument,
    /// What is there.
    pub is: Option<&'a Observed>,
    tries: &'a Tries,
}

impl Work<'_> {
    /// What is due for a change that is not in force.
    pub fn turn(&self) -> Turn {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((changes, looks)) = tries.get_mut(&self.step.id) else { return Turn::Change };
        *looks += 1;
        match (*looks <= LOOKS, *changes < CHANGES) {
            (true, _) => Turn::Wait,
            (false, true) => Turn::Change,
            (false, false) => Turn::GiveUp,
        }
    }

    /// A change was accepted, or was in force already.
    pub fn changed<T>(&self, result: Result<T, AwsError>, what: &str) -> Result<Outcome, AwsError> {
        match result {
            Err(error) if error.kind != Kind::NoChange => return Err(error),
            _ => {}
        }
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = tries.entry(self.step.id.clone()).or_default();
        *entry = (entry.0 + 1, 0);
        Ok(self.working(what))
    }

    /// Name of the resource.
    pub fn name(&self) -> &str {
        &self.step.address.name
    }

    /// A fact of what is there.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.is?.facts.get(name).map(String::as_str)
    }

    /// What everything needs before it is changed: that it is ready. Says what it waits for if it is not.
    pub fn waits(&self) -> Result<Option<Outcome>, AwsError> {
        match self.is.map(|o| &o.state) {
            None | Some(State::Ready) => Ok(None),
            Some(State::Busy { what }) => Ok(Some(self.working(what))),
            Some(State::Broken { why }) => Err(self.refused(why)),
        }
    }

    /// Work goes on.
    pub fn working(&self, what: &str) -> Outcome {
        Outcome::working(format!("{}: {what}", self.step.address))
    }

    /// Something that only people can mend.
    pub fn refused(&self, why: &str) -> AwsError {
        AwsError::refused(format!("{}: {why}", self.step.address))
    }

    /// Whether everything that the step sets is in force.
    pub fn is_in_force(&self) -> bool {
        let Some(is) = self.is else { return false };
        self.argument.set.iter().all(|(name, value)| is.resource.attributes.get(name) == Some(value))
    }

    /// Whether everything that the step sets is in force or accepted for later; the time when it comes.
    pub fn comes_later(&self) -> Option<String> {
        let is = self.is?;
        let pending = |name: &str| is.pending.iter().find(|p| p.attribute == name);
        let mut until = None;
        for (name, value) in &self.argument.set {
            match pending(name).filter(|p| &p.value == value) {
                Some(later) => until = Some(later.until.clone()),
                None if is.resource.attributes.get(name) == Some(value) => {}
                None => return None,
            }
        }
        until
    }

    /// Everything that a new resource is tagged with: whose it is, the profile's own tags, and the list of these.
    pub fn all_tags(&self) -> Vec<(String, String)> {
        let own = &self.session.opening.tags;
        let list = own_tags::record(own.keys().map(String::as_str));
        names::with_ours(self.session.name(), own.clone().into_iter().chain(list))
    }

    /// From the tags of what is there to those of the profile.
    pub fn tags_turn(&self) -> own_tags::Turn {
        let has = self.is.and_then(|is| is.resource.attributes.get(observe::TAGS)?.as_texts());
        let has = has.into_iter().flatten().filter_map(|tag| tag.split_once('='));
        let mut has: BTreeMap<String, String> =
            has.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let written = self.fact(observe::WRITTEN).into_iter().flat_map(|keys| keys.split(own_tags::BETWEEN));
        has.extend(own_tags::record(written));
        own_tags::turn(&self.session.opening.tags, &has)
    }

    /// Tags of something new at ElastiCache; of a cache also the snapshot that it is made from.
    pub fn tags(&self) -> Vec<aws_sdk_elasticache::types::Tag> {
        let caches = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        let cache = caches.contains(&self.step.address.kind.as_str());
        let snapshot = self.argument.restored().filter(|_| cache);
        let snapshot = snapshot.map(|snapshot| (names::TAG_RESTORED.to_owned(), snapshot));
        tags_of_cache(self.all_tags().into_iter().chain(snapshot))
    }

    /// Puts our tags on a cache that was made by others; its description follows.
    pub async fn tag_adopted(&self) -> Result<(), AwsError> {
        let Some(arn) = self.fact("arn") else { return Err(self.refused("its ARN is not known")) };
        let adopted = (names::TAG_ADOPTED.to_owned(), "true".to_owned());
        let own = self.tags_turn().set.into_iter().chain([adopted]);
        let tags = tags_of_cache(names::with_ours(self.session.name(), own));
        let call = self.session.cache.add_tags_to_resource().resource_name(arn).set_tags(Some(tags)).send();
        self.session.write(Action::AddTagsToResource, call).await.map(|_| ())
    }

    /// The description of everything of ours.
    pub fn description(&self) -> String {
        names::description(self.session.name())
    }

    /// Ids of security groups by their names.
    pub async fn group_ids(&self, names: &[String]) -> Result<Vec<String>, AwsError> {
        let own = names::security_group(self.session.name());
        let address = names::address(names::SECURITY_GROUP, &own);
        let mut ids = Vec::new();
        for name in names {
            if name != &own {
                ids.push(name.clone());
                continue;
            }
            let group = observe::one(self.session, &address).await?;
            let id = group.and_then(|o| o.facts.get("id").cloned());
            ids.push(id.ok_or_else(|| self.refused("its security group is gone; make a new plan"))?);
        }
        Ok(ids)
    }
}

/// Tags in the form of ElastiCache.
fn tags_of_cache(all: impl IntoIterator<Item = (String, String)>) -> Vec<aws_sdk_elasticache::types::Tag> {
    let tag = |(key, value)| aws_sdk_elasticache::types::Tag::builder().key(key).value(value).build();
    all.into_iter().map(tag).collect()
}
