//! The steps of a change of the group: one change at a time, each in its place.

use crate::plan::{Action, Change, Confirmation, Effect, Observed, PlannedStep, Value};
use crate::provider::World;
use crate::provider::aws::kind::every_client_signs_in;
use crate::provider::aws::kind::replication_group::ReplicationGroup;
use crate::provider::aws::session::Session;
use crate::provider::aws::{fit, names};
use crate::provider::kind::Kind;
use crate::provider::steps::Steps;
use std::collections::BTreeMap;

/// What has steps of its own; everything else is set together.
const APART: [&str; 10] = [
    "managed",
    "tags",
    "shards",
    "replicas",
    "cluster_mode",
    "tls",
    "user_groups",
    "region",
    "slow_log",
    "engine_log",
];

/// The steps; none where it is made or deleted, which needs no stages.
pub fn rollout(
    kind: &ReplicationGroup,
    change: &Change,
    world: &World<'_>,
    session: &Session,
) -> Option<Vec<PlannedStep>> {
    let is = world.ours(&change.address)?;
    if change.action != Action::Update || kind.was_never_made(is) {
        return None;
    }
    let steps = Steps { kind, change, world, cloud: session };
    let group = Rollout { steps, is };
    let mut all: Vec<PlannedStep> = group.steps.settle().into_iter().collect();
    group.group(&mut all);
    if world.ours(&names::address(names::SCALING, &change.address.name)).is_some() {
        for draft in all.iter_mut().filter(|d| !["settle", "adopt"].contains(&d.verb.as_str())) {
            draft.what.push_str("; automatic scaling waits meanwhile");
        }
    }
    all.extend(group.steps.tag());
    Some(all)
}

struct Rollout<'a> {
    steps: Steps<'a, Session>,
    is: &'a Observed,
}

impl Rollout<'_> {
    /// In the order in which the service takes them: shards, more replicas, everything else together, then what waits
    /// for clients, fewer replicas at last.
    fn group(&self, all: &mut Vec<PlannedStep>) {
        let changed = self.changed(|_| true);
        let clusters = changed.contains_key("cluster_mode");
        let mut together: BTreeMap<String, Value> = changed
            .iter()
            .filter(|(name, _)| !APART.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(managed) = changed.get("managed") {
            let mut set = one("managed", managed.clone());
            // While the group changes its tags cannot be read, and its description tells whose it is.
            set.extend(together.remove_entry("description"));
            all.push(self.draft("adopt", "tag it as managed by cachefit", set));
        }
        if clusters {
            together.remove("parameter_group");
            // Cluster mode comes only to a group that fails over by itself.
            let failover: BTreeMap<String, Value> = ["automatic_failover", "multi_az"]
                .into_iter()
                .filter_map(|name| together.remove_entry(name))
                .collect();
            self.replicas(all, &changed, true);
            if !failover.is_empty() {
                let what = format!("set {}", list(&failover));
                all.push(timed(self.draft("failover", what, failover), 300, Effect::None));
            }
            self.cluster_mode(all, &changed);
            self.shards(all, &changed);
            self.together(all, &together);
        } else if self.grows_first(&changed) {
            self.together(all, &together);
            self.shards(all, &changed);
            self.replicas(all, &changed, true);
        } else {
            self.shards(all, &changed);
            self.replicas(all, &changed, true);
            self.together(all, &together);
        }
        let logs = self.changed(|name| ["slow_log", "engine_log"].contains(&name));
        if !logs.is_empty() {
            all.push(timed(self.draft("logs", format!("deliver {}", list(&logs)), logs), 300, Effect::None));
        }
        self.tls(all, &changed);
        self.user_groups(all, &changed);
        self.replicas(all, &changed, false);
    }

    fn was(&self, name: &str) -> Option<&Value> {
        Some(self.is).and_then(|o| o.resource.attributes.get(name))
    }

    fn number(&self, name: &str) -> i64 {
        self.was(name).and_then(Value::as_number).unwrap_or(0)
    }

    /// Nodes that grow do so before the data of shards that go moves onto them.
    fn grows_first(&self, changed: &BTreeMap<String, Value>) -> bool {
        let fewer =
            changed.get("shards").and_then(Value::as_number).is_some_and(|n| n < self.number("shards"));
        let type_of = |value: Option<&Value>| value.and_then(Value::as_text).unwrap_or_default().to_owned();
        let (from, to) = (type_of(self.was("node_type")), type_of(changed.get("node_type")));
        fewer && fit::holds_more(&to, &from)
    }

    fn together(&self, all: &mut Vec<PlannedStep>, together: &BTreeMap<String, Value>) {
        if !together.is_empty() {
            let draft = self.draft("set", format!("set {}", list(together)), together.clone());
            all.push(timed(draft, self.steps.change.usual_seconds.max(300), self.steps.change.effect));
        }
    }

    fn shards(&self, all: &mut Vec<PlannedStep>, changed: &BTreeMap<String, Value>) {
        let Some(n) = changed.get("shards").and_then(Value::as_number) else { return };
        let was = self.number("shards");
        let what = format!("go from {was} to {n} shards; keys move while they are served");
        let effect = if n < was { Effect::ConnectionsDrop } else { Effect::None };
        all.push(timed(self.draft("shards", what, one("shards", n)), 1800, effect));
    }

    fn replicas(&self, all: &mut Vec<PlannedStep>, changed: &BTreeMap<String, Value>, more: bool) {
        let was = self.number("replicas");
        let wanted = changed.get("replicas").and_then(Value::as_number);
        let Some(n) = wanted.filter(|n| (*n > was) == more) else { return };
        let what = format!("go from {was} to {n} replicas of each shard");
        let (verb, effect) =
            if more { ("more-replicas", Effect::None) } else { ("fewer-replicas", Effect::ConnectionsDrop) };
        all.push(timed(self.draft(verb, what, one("replicas", n)), 1800, effect));
    }

    /// Both protocols first; the cluster's alone when all clients speak it.
    fn cluster_mode(&self, all: &mut Vec<PlannedStep>, changed: &BTreeMap<String, Value>) {
        let was =
            Some(self.is).and_then(|o| o.resource.attributes.get("cluster_mode")).and_then(Value::as_text);
        let wanted = changed.get("cluster_mode").and_then(Value::as_text);
        let mut set = one("cluster_mode", "compatible");
        if let Some(parameters) = changed.get("parameter_group") {
            set.insert("parameter_group".to_owned(), parameters.clone());
        }
        if was == Some("compatible") && wanted == Some("disabled") {
            set.insert("cluster_mode".to_owned(), "disabled".into());
            let what = "serve clients without the cluster protocol only";
            let draft = self.draft("cluster-disabled", what, set);
            let gate = Confirmation::clients(
                "move every client back to the primary and reader endpoints",
                "no client uses the configuration endpoint any more",
            );
            all.push(timed(PlannedStep { gate: Some(gate), ..draft }, 1800, Effect::ConnectionsDrop));
            return;
        }
        if was == Some("disabled") {
            let what = "serve clients with and without the cluster protocol";
            all.push(timed(self.draft("cluster-compatible", what, set), 1800, Effect::None));
        }
        if wanted == Some("enabled") {
            let what = "serve clients of the cluster protocol only";
            let draft = self.draft("cluster-enabled", what, one("cluster_mode", "enabled"));
            let gate = Confirmation::clients(
                "let every client speak the cluster protocol, at the configuration endpoint",
                "no client uses the primary or reader endpoint any more, and none a database but 0; there is \
                        no way back from this step",
            );
            all.push(timed(PlannedStep { gate: Some(gate), ..draft }, 1800, Effect::ConnectionsDrop));
        }
    }

    fn tls(&self, all: &mut Vec<PlannedStep>, changed: &BTreeMap<String, Value>) {
        let was = Some(self.is).and_then(|o| o.resource.attributes.get("tls")).and_then(Value::as_text);
        let preferred = || one("tls", "preferred");
        match (was, changed.get("tls").and_then(Value::as_text)) {
            (Some(was), Some("required")) => {
                if was == "off" {
                    let what = "take connections with and without TLS";
                    all.push(timed(self.draft("tls-preferred", what, preferred()), 1800, Effect::None));
                }
                let draft =
                    self.draft("tls-required", "take connections with TLS only", one("tls", "required"));
                let gate = Confirmation::clients(
                    "move every client to TLS (rediss://)",
                    "each function is deployed with TLS; host names without TLS go away with this step",
                );
                all.push(timed(PlannedStep { gate: Some(gate), ..draft }, 600, Effect::ConnectionsDrop));
            }
            (Some(was), Some("off")) => {
                if was == "required" {
                    let what = "take connections with and without TLS";
                    all.push(timed(self.draft("tls-preferred", what, preferred()), 600, Effect::None));
                }
                let draft = self.draft("tls-off", "take connections without TLS only", one("tls", "off"));
                let gate = Confirmation::clients(
                    "move every client off TLS (redis://)",
                    "each function is deployed without TLS",
                );
                all.push(timed(PlannedStep { gate: Some(gate), ..draft }, 1800, Effect::ConnectionsDrop));
            }
            _ => {}
        }
    }

    fn user_groups(&self, all: &mut Vec<PlannedStep>, changed: &BTreeMap<String, Value>) {
        let Some(groups) = changed.get("user_groups") else { return };
        let was = Some(self.is).and_then(|o| o.resource.attributes.get("user_groups"));
        let open = was.and_then(Value::as_texts).is_none_or(|groups| groups.is_empty());
        let draft = self.draft("users", "let only users of the group in", one("user_groups", groups.clone()));
        let gate = open.then(every_client_signs_in);
        all.push(timed(PlannedStep { gate, ..draft }, 300, Effect::ConnectionsDrop));
    }
}

impl Rollout<'_> {
    fn changed(&self, take: impl Fn(&str) -> bool) -> BTreeMap<String, Value> {
        self.steps.changed(take).into_iter().collect()
    }

    fn draft(&self, verb: &str, what: impl Into<String>, set: BTreeMap<String, Value>) -> PlannedStep {
        self.steps.step(verb, what, set)
    }
}

fn timed(draft: PlannedStep, usual_seconds: u32, effect: Effect) -> PlannedStep {
    PlannedStep { effect, usual_seconds, ..draft }
}

fn one(name: &str, value: impl Into<Value>) -> BTreeMap<String, Value> {
    BTreeMap::from([(name.to_owned(), value.into())])
}

/// `node_type cache.r7g.large, backup_days 7`.
fn list(set: &BTreeMap<String, Value>) -> String {
    set.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
