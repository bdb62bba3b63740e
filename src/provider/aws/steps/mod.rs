//! Changes as steps. Each says which attributes it brings in force, and is done when these are read back.

mod group;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::AwsError;
use super::names;
use super::observe::TAGS;
use super::session::Opening;
use crate::plan::{Action, Change, Draft, Effect, Expect, Gate, Observed, Resource, State, Value};
use crate::provider::World;

/// The status of a cache that was never made.
pub const CREATE_FAILED: &str = "create-failed";

/// What a step is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Argument {
    /// What this step brings in force.
    pub set: BTreeMap<String, Value>,
    /// All that the resource should be.
    pub all: BTreeMap<String, Value>,
    /// What it must know of other resources, such as the engine of a user's cache.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, Value>,
}

impl Argument {
    /// Text of an attribute.
    pub fn text(&self, name: &str) -> &str {
        self.all.get(name).and_then(Value::as_text).unwrap_or_default()
    }

    /// Text of an attribute that may be missing.
    pub fn maybe(&self, name: &str) -> Option<String> {
        self.all.get(name).and_then(Value::as_text).map(str::to_owned)
    }

    /// Number of an attribute: that which the step sets, or else that which the resource should have.
    pub fn number(&self, name: &str) -> Result<i32, AwsError> {
        let value = self.set.get(name).or_else(|| self.all.get(name));
        let number = value.and_then(Value::as_number).and_then(|n| i32::try_from(n).ok());
        number.ok_or_else(|| AwsError::refused(format!("the step has no number for {name}; make a new plan")))
    }

    /// The snapshot that a new cache is made from.
    pub fn restored(&self) -> Option<String> {
        self.context.get("restore").and_then(Value::as_text).map(str::to_owned)
    }

    /// Truth of an attribute.
    pub fn flag(&self, name: &str) -> bool {
        self.all.get(name).and_then(Value::as_flag).unwrap_or(false)
    }

    /// Texts of an attribute.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.all.get(name).and_then(Value::as_texts).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect()
    }
}

/// The steps of one change.
pub fn steps(change: &Change, world: &World<'_>, opening: &Opening) -> Vec<Draft> {
    let all = world.desired(&change.address).map(|r| r.attributes.clone()).unwrap_or_default();
    let steps = Steps { change, world, all, is: world.ours(&change.address), opening };
    match &change.action {
        Action::None => Vec::new(),
        Action::Create => vec![steps.create()],
        Action::Delete => vec![steps.delete()],
        Action::Replace { .. } => vec![steps.delete(), steps.create()],
        Action::Update => steps.update(),
    }
}

struct Steps<'a> {
    change: &'a Change,
    world: &'a World<'a>,
    all: BTreeMap<String, Value>,
    is: Option<&'a Observed>,
    opening: &'a Opening,
}

impl Steps<'_> {
    fn noun(&self) -> String {
        self.change.address.kind.replace('_', " ")
    }

    fn draft(&self, verb: &str, what: impl Into<String>, set: BTreeMap<String, Value>) -> Draft {
        let mut draft = Draft::new(verb, what);
        draft.usual_seconds = super::rules::whole(&self.change.address, &Action::Update).usual_seconds;
        draft.expect = if set.is_empty() { Expect::Nothing } else { Expect::Present(set.clone()) };
        let argument = Argument { set, all: self.all.clone(), context: self.context() };
        // Texts, numbers and maps with text keys cannot fail.
        draft.argument = serde_json::to_value(argument).unwrap_or_default();
        draft
    }

    /// What users and groups must know of their cache.
    fn context(&self) -> BTreeMap<String, Value> {
        let mut context = BTreeMap::new();
        if [names::USER, names::USER_GROUP].contains(&self.change.address.kind.as_str()) {
            context.insert("engine".to_owned(), self.engine().into());
        }
        if self.change.address.kind == names::REPLICATION_GROUP
            && self.is.and_then(|o| o.facts.get("auth_token")).is_some()
        {
            context.insert("auth_token".to_owned(), true.into());
        }
        if self.change.address.kind == names::REPLICATION_GROUP {
            self.scaling(&mut context);
        }
        let serverless = |r: &Resource| r.address.kind == names::SERVERLESS_CACHE;
        if self.change.address.kind == names::ALARMS && self.world.desired.iter().any(serverless) {
            context.insert("serverless".to_owned(), true.into());
        }
        let cache = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        if let Some(snapshot) = &self.opening.restore
            && cache.contains(&self.change.address.kind.as_str())
        {
            context.insert("restore".to_owned(), snapshot.as_str().into());
        }
        if self.opening.final_snapshot {
            context.insert("final_snapshot".to_owned(), true.into());
        }
        context
    }

    /// Automatic scaling that a step must hold, and the ranges within which it goes on.
    fn scaling(&self, context: &mut BTreeMap<String, Value>) {
        let address = names::address(names::SCALING, &self.change.address.name);
        if self.world.ours(&address).is_none() {
            return;
        }
        context.insert("scaling".to_owned(), true.into());
        for word in ["shards", "replicas"] {
            if let Some(range) = self.world.desired(&address).and_then(|r| r.attributes.get(word)) {
                context.insert(format!("scaling_{word}"), range.clone());
            }
        }
    }

    /// The engine that users are made for: that of their group if it is there, that of the cache otherwise.
    fn engine(&self) -> String {
        let group = self.world.observed.iter().find(|o| o.resource.address.kind == names::USER_GROUP);
        if let Some(engine) = group.and_then(|o| o.facts.get("engine")).filter(|e| !e.is_empty()) {
            return engine.clone();
        }
        let cache = |r: &&Resource| {
            [names::REPLICATION_GROUP, names::SERVERLESS_CACHE].contains(&r.address.kind.as_str())
        };
        let engine = self.world.desired.iter().find(cache).and_then(|r| r.attributes.get("engine"));
        engine.and_then(Value::as_text).unwrap_or("valkey").to_owned()
    }

    fn create(&self) -> Draft {
        let what = match self.change.address.kind.as_str() {
            names::SECRET => "generate a password and put it into Secrets Manager".to_owned(),
            names::REPLICATION_GROUP => format!(
                "create {} shard(s) with {} replica(s) each of {}, and wait until all members are available",
                self.value("shards"),
                self.value("replicas"),
                self.value("node_type")
            ),
            _ => format!("create the {}", self.noun()),
        };
        let cache = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        let restored = self.opening.restore.as_ref();
        let what = match restored.filter(|_| cache.contains(&self.change.address.kind.as_str())) {
            Some(snapshot) => format!("{what}, with the data of the snapshot {snapshot}"),
            None => what,
        };
        self.draft("create", what, BTreeMap::new())
    }

    fn value(&self, name: &str) -> String {
        self.all.get(name).map(Value::to_string).unwrap_or_default()
    }

    fn delete(&self) -> Draft {
        let what = match self.change.address.kind.as_str() {
            names::REPLICATION_GROUP | names::SERVERLESS_CACHE if self.opening.final_snapshot => {
                format!("keep a last snapshot, delete the {}, and wait until it is gone", self.noun())
            }
            names::REPLICATION_GROUP | names::SERVERLESS_CACHE => {
                format!("delete the {} with all its data, and wait until it is gone", self.noun())
            }
            names::LOG_GROUP => "delete the log group with all that was logged".to_owned(),
            names::SECRET => "delete the password; Secrets Manager keeps it for 7 more days".to_owned(),
            _ => format!("delete the {}", self.noun()),
        };
        let mut draft = self.draft("delete", what, BTreeMap::new());
        draft.expect = Expect::Absent;
        draft.effect = self.change.effect;
        draft
    }

    /// What could never be made holds no data, and stands in the way of another try.
    fn anew(&self) -> Vec<Draft> {
        let mut delete =
            self.draft("delete", "delete what could not be made; it holds no data", BTreeMap::new());
        delete.expect = Expect::Absent;
        vec![delete, self.create()]
    }

    fn update(&self) -> Vec<Draft> {
        let failed = self.is.is_some_and(|o| o.facts.get("status").is_some_and(|s| s == CREATE_FAILED));
        if failed {
            return self.anew();
        }
        let mut all = Vec::new();
        let tags = self.changed(|name| name == TAGS);
        let cache =
            [names::REPLICATION_GROUP, names::SERVERLESS_CACHE].contains(&self.change.address.kind.as_str());
        if self.is.is_some_and(|o| match o.state {
            State::Ready => false,
            State::Busy { .. } => true,
            // What is wrong with a cache is said by the step; a user is mended by being set again.
            State::Broken { .. } => cache,
        }) {
            let what = format!("wait until the {} is ready", self.noun());
            all.push(self.draft("settle", what, BTreeMap::new()));
        }
        match self.change.address.kind.as_str() {
            names::REPLICATION_GROUP => {
                self.group(&mut all);
                if self.world.ours(&names::address(names::SCALING, &self.change.address.name)).is_some() {
                    for draft in all.iter_mut().filter(|d| !["settle", "adopt"].contains(&d.verb.as_str())) {
                        draft.what.push_str("; automatic scaling waits meanwhile");
                    }
                }
            }
            names::SERVERLESS_CACHE => self.serverless(&mut all),
            _ => {
                let set = self.changed(|name| name != TAGS);
                let what = format!("set {}", list(&set));
                let mends = set.is_empty();
                let stale = self.is.is_some_and(|o| matches!(o.state, State::Broken { .. }));
                if !mends || (self.change.address.kind == names::USER && (stale || tags.is_empty())) {
                    let what = if mends { "give it the password of its secret".to_owned() } else { what };
                    all.push(self.draft("set", what, set));
                }
            }
        }
        if !tags.is_empty() {
            all.push(self.draft("tag", format!("tag it with {}", self.value(TAGS)), tags));
        }
        all
    }

    /// The changed attributes that a filter takes, with their new values.
    fn changed(&self, take: impl Fn(&str) -> bool) -> BTreeMap<String, Value> {
        let is_unknown = |name: &str| {
            let is = self.is.map(|o| &o.resource.attributes);
            is.is_none_or(|attributes| attributes.is_empty() && name != "region")
        };
        let changes =
            self.change.attributes.iter().filter(|a| !a.pending && take(&a.name) && !is_unknown(&a.name));
        changes.filter_map(|a| Some((a.name.clone(), a.after.clone()?))).collect()
    }

    /// The service takes one changed field at a time.
    fn serverless(&self, all: &mut Vec<Draft>) {
        let drops = Effect::ConnectionsDrop;
        for (verb, what, names, effect) in [
            ("adopt", "tag it as managed by cachefit", &["managed"][..], Effect::None),
            ("describe", "describe it as managed by cachefit", &["description"], Effect::None),
            ("engine", "change the engine's version", &["engine", "engine_version"], drops),
            (
                "limits",
                "set the limits of data and work",
                &["data_maximum_gb", "ecpu_per_second_maximum", "data_minimum_gb", "ecpu_per_second_minimum"],
                Effect::None,
            ),
            ("security-groups", "set the security groups", &["security_groups"], Effect::None),
            ("users", "let only users of the group in", &["user_group"], drops),
            ("backups", "set the days of backups", &["backup_days"], Effect::None),
            ("backup-time", "set the time of backups", &["backup_time"], Effect::None),
        ] {
            let set = self.changed(|name| names.contains(&name));
            if set.is_empty() {
                continue;
            }
            let was = self.is.and_then(|o| o.resource.attributes.get("user_group")).and_then(Value::as_text);
            let gate = (verb == "users" && was.is_none_or(str::is_empty)).then(every_client_signs_in);
            all.push(timed(Draft { gate, ..self.draft(verb, what, set) }, 300, effect));
        }
    }
}

/// Before the first user group comes, whoever reaches the cache may use it.
fn every_client_signs_in() -> Gate {
    Gate::clients(
        "give every client its user",
        "each function signs in by itself; who does not is kept out from this step on",
    )
}

fn timed(draft: Draft, usual_seconds: u32, effect: Effect) -> Draft {
    Draft { effect, usual_seconds, ..draft }
}

fn one(name: &str, value: impl Into<Value>) -> BTreeMap<String, Value> {
    BTreeMap::from([(name.to_owned(), value.into())])
}

/// `node_type cache.r7g.large, backup_days 7`.
fn list(set: &BTreeMap<String, Value>) -> String {
    set.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
