//! A kind of resource: its schema, how it is read, created, updated and deleted, and its rules, in one file of its provider.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use super::{Cloud, Wanted};
use crate::plan::{AttributeChange, Change, Confirmation, Effect, Observed, PlannedStep, Resource, Value};
use crate::provider::call::CallError;
use crate::provider::{Outcome, Rule, Task, World};
use crate::units::{Figure, Usd};

/// An answer of a cloud that is on its way.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallError>> + Send + 'a>>;
/// A change that is on its way. [`Outcome::Done`] says that the call is answered; reading back says whether it holds.
pub type Doing<'a> = Reading<'a, Outcome>;

/// One kind of resource of a cloud: all that is known of it. The names of its attributes stand in its file only.
pub trait Kind<C: Cloud>: Sync {
    /// `parameter_group`, the middle of its address.
    fn name(&self) -> &'static str;

    /// Every attribute that can be asked for: which call sets it and what a difference means.
    fn schema(&self) -> &'static [Attribute];

    /// How long it takes and what it holds.
    fn usual(&self) -> Usual;

    /// As it should be: none, one or several. Pure.
    fn desired(&self, wanted: &Wanted<'_, C>) -> Vec<Resource>;

    /// Everything on one of our names, whosever it is, with values in the same form as `desired` writes them.
    fn list<'a>(&'a self, cloud: &'a C) -> Reading<'a, Vec<Observed>>;

    /// What of it belongs to this deployment, in as few calls as it takes.
    fn look<'a>(&'a self, cloud: &'a C) -> Reading<'a, Vec<Observed>> {
        self.list(cloud)
    }

    /// What can only be asked for when the rest of the deployment is known.
    fn list_after<'a>(&'a self, cloud: &'a C, found: &'a [Observed]) -> Reading<'a, Vec<Observed>> {
        let _ = (cloud, found);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// One by its name; out of what a look finds, unless there is a shorter way.
    fn read<'a>(&'a self, cloud: &'a C, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move {
            let all = self.look(cloud).await?;
            Ok(all.into_iter().find(|o| o.resource.address.name == name))
        })
    }

    /// Kinds that are read with it, because [`Cloud::relate`] needs them.
    fn read_with(&self) -> &'static [&'static str] {
        &[]
    }

    /// Makes it. It is not there. What it lacks afterwards is asked of `update`.
    fn create<'a>(&'a self, work: &'a Work<'a, C>) -> Doing<'a>;

    /// Sets `work.set`, attributes of one group. It is ours and at rest, or broken where [`Usual::mendable`] says so.
    /// What must be waited for before anything was asked of the cloud is a refusal of the kind `Busy`.
    fn update<'a>(&'a self, work: &'a Work<'a, C>) -> Doing<'a>;

    /// Deletes it. It is ours and no work on it goes on.
    fn delete<'a>(&'a self, work: &'a Work<'a, C>) -> Doing<'a>;

    /// Lets go on again what `update` has held meanwhile, such as automatic scaling.
    fn release<'a>(&'a self, work: &'a Work<'a, C>) -> Reading<'a, ()> {
        let _ = work;
        Box::pin(async { Ok(()) })
    }

    /// The kind of the resource that it is a part of: where that is made anew, it has gone with it.
    fn lives_in(&self) -> Option<&'static str> {
        None
    }

    /// Kinds of which it leads to one: where that is made anew it is deleted before and made anew after it, since what is
    /// there leads to what is gone.
    fn leads_to(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether what is there is the rest of a create that failed: it holds no data, and stands in the way of another try.
    fn was_never_made(&self, is: &Observed) -> bool {
        let _ = is;
        false
    }

    /// What a difference means where no table can say it: a version that goes down, a limit below what is held.
    fn rule(&self, difference: &AttributeChange, world: &World<'_>) -> Option<Rule> {
        let _ = (difference, world);
        None
    }

    /// What people must do before a group of attributes is set.
    fn confirmation(&self, group: &Group, change: &Change, world: &World<'_>) -> Option<Confirmation> {
        let _ = (group, change, world);
        None
    }

    /// The steps of a change that comes in stages; none where it is create, one update for each group, delete.
    fn rollout(&self, change: &Change, world: &World<'_>, cloud: &C) -> Option<Vec<PlannedStep>> {
        let _ = (change, world, cloud);
        None
    }

    /// What its calls must know of other resources.
    fn context(&self, change: &Change, world: &World<'_>, cloud: &C) -> BTreeMap<String, Value> {
        let _ = (change, world, cloud);
        BTreeMap::new()
    }

    /// What creating and deleting it does, where `create the parameter group` does not say enough.
    fn says(&self, verb: &str, wanted: Option<&Resource>, cloud: &C) -> Option<String> {
        let _ = (verb, wanted, cloud);
        None
    }

    /// What the cloud must allow for it, by verb.
    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])];

    /// What it costs a month by the cloud's list.
    fn monthly(&self, resource: &Resource) -> Figure<Usd>;
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Looking.
    Read,
    /// Making it.
    Create,
    /// Changing it in place.
    Update,
    /// Deleting it.
    Delete,
}

/// One attribute of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name; [`ANY`] for all that the table does not name, such as the parameters of a parameter group.
    pub name: &'static str,
    /// The call that sets it, together with the others of the group.
    pub group: &'static Group,
    /// What a difference means.
    pub on_change: OnChange,
    /// Why, where people would ask.
    pub why: Option<&'static str>,
}

/// The attribute with the profile's own tags.
pub const TAGS: &str = "tags";
/// The name of an attribute that stands for every one not named.
pub const ANY: &str = "*";

impl Attribute {
    /// The profile's own tags, where the cloud has tags and the kind takes them.
    pub const TAGS: Self = Self::in_place(TAGS, &Group::TAG);

    /// An attribute that is set in place, unnoticed.
    pub const fn in_place(name: &'static str, group: &'static Group) -> Self {
        Self { name, group, on_change: OnChange::InPlace(Effect::None), why: None }
    }

    /// An attribute that is set in place, with an effect that clients notice.
    pub const fn noticed(
        name: &'static str,
        group: &'static Group,
        effect: Effect,
        why: &'static str,
    ) -> Self {
        Self { name, group, on_change: OnChange::InPlace(effect), why: Some(why) }
    }

    /// An attribute that a resource keeps for life.
    pub const fn fixed(name: &'static str, why: &'static str) -> Self {
        Self { name, group: &Group::SET, on_change: OnChange::Replace, why: Some(why) }
    }

    /// The row of an attribute.
    pub fn of<'a>(schema: &'a [Self], name: &str) -> Option<&'a Self> {
        schema.iter().find(|a| a.name == name).or_else(|| schema.iter().find(|a| a.name == ANY))
    }
}

/// What a difference in an attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// It is set in place.
    InPlace(Effect),
    /// The resource is deleted and made anew.
    Replace,
}

/// Attributes that one call sets. Groups follow each other in the order of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The verb of its step.
    pub verb: &'static str,
    /// What its step does, for people; none for `set` and the list of values.
    pub what: Option<&'static str>,
    /// How long it usually takes, in seconds; none for as long as any update of the kind.
    pub seconds: Option<u32>,
}

impl Group {
    /// Whatever one call sets without more ado.
    pub const SET: Self = Self { verb: "set", what: None, seconds: None };

    /// The tags.
    pub const TAG: Self = Self { verb: "tag", what: None, seconds: None };

    /// A group with a step of its own.
    pub const fn new(verb: &'static str, what: &'static str, seconds: u32) -> Self {
        Self { verb, what: Some(what), seconds: Some(seconds) }
    }
}

/// How long a kind takes and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// Seconds until it is made.
    pub create: u32,
    /// Seconds until a change is in force.
    pub update: u32,
    /// Seconds until it is gone.
    pub delete: u32,
    /// Whether what is deleted is lost to those who use the cache.
    pub holds_data: bool,
    /// Whether setting it anew mends what is broken.
    pub mendable: bool,
    /// What people should know when it is deleted.
    pub on_delete: Option<&'static str>,
}

impl Usual {
    /// Something small: seconds, nothing lost.
    pub const fn seconds(seconds: u32) -> Self {
        Self {
            create: seconds,
            update: seconds,
            delete: seconds,
            holds_data: false,
            mendable: false,
            on_delete: None,
        }
    }
}

/// One call's work: the step, what is there, and what is to be set.
#[derive(Debug)]
pub struct Work<'a, C> {
    /// The cloud.
    pub cloud: &'a C,
    /// The step as the engine gave it.
    pub task: &'a Task<'a>,
    /// What is there.
    pub is: Option<&'a Observed>,
    /// What is brought in force now.
    pub set: BTreeMap<String, Value>,
    /// All that the resource should be.
    pub all: &'a BTreeMap<String, Value>,
    /// What it must know of other resources.
    pub context: &'a BTreeMap<String, Value>,
}

impl<C> Work<'_, C> {
    /// The same work with another look at what is there.
    pub fn with<'b>(&'b self, is: &'b Observed) -> Work<'b, C> {
        Work { is: Some(is), set: self.set.clone(), ..*self }
    }

    /// Name of the resource.
    pub fn name(&self) -> &str {
        &self.task.step.address.name
    }

    /// The verb of the step.
    pub fn verb(&self) -> &str {
        &self.task.step.verb
    }

    /// A read-only attribute of what is there.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.is?.computed.get(name).map(String::as_str)
    }

    /// The verb of the group that is set now.
    pub fn group(&self, schema: &[Attribute]) -> &'static str {
        let name = self.set.keys().next().map_or(ANY, String::as_str);
        Attribute::of(schema, name).map_or(Group::SET.verb, |row| row.group.verb)
    }

    /// The value to be: that which is set now, or else that which the resource should have.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.set.get(name).or_else(|| self.all.get(name))
    }

    /// Text of an attribute.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).and_then(Value::as_text).unwrap_or_default()
    }

    /// Text of an attribute that may be missing.
    pub fn maybe(&self, name: &str) -> Option<String> {
        self.value(name).and_then(Value::as_text).map(str::to_owned)
    }

    /// Whole number of an attribute.
    pub fn number<N: TryFrom<i64>>(&self, name: &str) -> Result<N, CallError> {
        let number = self.value(name).and_then(Value::as_number).and_then(|n| N::try_from(n).ok());
        number.ok_or_else(|| self.refused(&format!("the plan has no number for {name}; make a new plan")))
    }

    /// Truth of an attribute.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_flag).unwrap_or(false)
    }

    /// Texts of an attribute.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.value(name).and_then(Value::as_texts).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect()
    }

    /// Work goes on.
    pub fn working(&self, what: &str) -> Outcome {
        Outcome::working(format!("{}: {what}", self.task.step.address))
    }

    /// Something that only people can mend.
    pub fn refused(&self, why: &str) -> CallError {
        CallError::refused(format!("{}: {why}", self.task.step.address))
    }

    /// Whether everything that is set now is in force.
    pub fn is_in_force(&self) -> bool {
        let Some(is) = self.is else { return false };
        self.set.iter().all(|(name, value)| is.resource.attributes.get(name) == Some(value))
    }

    /// The time at which what is set now comes into force, where all of it is in force or accepted for later.
    pub fn comes_later(&self) -> Option<String> {
        let is = self.is?;
        let mut until = None;
        for (name, value) in &self.set {
            match is.pending.iter().find(|p| &p.attribute == name && &p.value == value) {
                Some(later) => until = Some(later.until.clone()),
                None if is.resource.attributes.get(name) == Some(value) => {}
                None => return None,
            }
        }
        until
    }
}
