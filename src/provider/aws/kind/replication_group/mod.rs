//! A cache made of nodes: one modification at a time, and each is over only when group and members are available.

use crate::catalog::version_at_least;
use crate::plan::{AttributeChange, Change, Effect, Observed, Ownership, PlannedStep, Resource, Value};
use crate::profile::Availability;
use crate::provider::aws::kind::{CREATE_FAILED, parameter_group, scaling};
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use crate::provider::aws::{running, scale, window};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Rule, World};
use crate::units::{Figure, Usd};
use std::collections::BTreeMap;

mod calls;
pub mod logs;
pub mod read;
mod rollout;

/// A node is built beside the old one, filled and put in its place.
const NODE_TYPE_SECONDS: u32 = 900;

/// Observed by others between 1,650 and 1,930 s for a change of the number of nodes.
const COUNT_SECONDS: u32 = 1800;

/// Creation of a group took 615 to 743 s.
const CREATE_SECONDS: u32 = 720;

const UPGRADE_SECONDS: u32 = 1800;

/// Which steps set it in which order is in `rollout`, what a difference means in `rule`: much of it depends on what runs.
const SCHEMA: &[Attribute] = &[Attribute::TAGS, Attribute::in_place(ANY, &Group::SET)];

/// A replication group.
#[derive(Debug)]
pub struct ReplicationGroup;

impl Kind<Session> for ReplicationGroup {
    fn name(&self) -> &'static str {
        names::REPLICATION_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual {
            create: CREATE_SECONDS,
            update: CREATE_SECONDS,
            delete: 600,
            holds_data: true,
            mendable: false,
            on_delete: Some("a last snapshot is kept unless `--no-final-snapshot` is given"),
        }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let group = (!wanted.is_serverless()).then(|| self::wanted(wanted));
        wanted.tagged(group)
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::groups(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::update(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::delete(work))
    }

    fn look<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::one(session).await?) })
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::SECURITY_GROUP, names::SUBNET_GROUP]
    }

    fn release<'a>(&'a self, work: &'a Work<'a, Session>) -> Reading<'a, ()> {
        Box::pin(scaling::calls::resume(work))
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        is.computed.get("status").is_some_and(|status| status == CREATE_FAILED)
    }

    fn rule(&self, difference: &AttributeChange, world: &World<'_>) -> Option<Rule> {
        Some(rule(difference, world))
    }

    fn rollout(&self, change: &Change, world: &World<'_>, session: &Session) -> Option<Vec<PlannedStep>> {
        rollout::rollout(self, change, world, session)
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, session: &Session) -> Option<String> {
        let value = |name: &str| wanted?.attributes.get(name).map(Value::to_string);
        let create = format!(
            "create {} shard(s) with {} replica(s) each of {}, and wait until all members are available",
            value("shards").unwrap_or_default(),
            value("replicas").unwrap_or_default(),
            value("node_type").unwrap_or_default()
        );
        session.opening.says(verb, "replication group", &create)
    }

    fn context(&self, change: &Change, world: &World<'_>, session: &Session) -> BTreeMap<String, Value> {
        let mut context = session.opening.context();
        if world.ours(&change.address).and_then(|o| o.computed.get("auth_token")).is_some() {
            context.insert("auth_token".to_owned(), true.into());
        }
        // Automatic scaling that a step must hold, and the ranges within which it goes on.
        let address = names::address(names::SCALING, &change.address.name);
        if world.ours(&address).is_some() {
            context.insert("scaling".to_owned(), true.into());
            for word in ["shards", "replicas"] {
                if let Some(range) = world.desired(&address).and_then(|r| r.attributes.get(word)) {
                    context.insert(format!("scaling_{word}"), range.clone());
                }
            }
        }
        context
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["elasticache:DescribeReplicationGroups", "elasticache:DescribeCacheClusters"]),
            (Verb::Create, &["elasticache:CreateReplicationGroup", "elasticache:DescribeSnapshots"]),
            (
                Verb::Update,
                &[
                    "elasticache:ModifyReplicationGroup",
                    "elasticache:ModifyReplicationGroupShardConfiguration",
                    "elasticache:IncreaseReplicaCount",
                    "elasticache:DecreaseReplicaCount",
                ],
            ),
            // A last snapshot is made by the same call.
            (Verb::Delete, &["elasticache:DeleteReplicationGroup", "elasticache:CreateSnapshot"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        running::nodes(resource)
    }
}

/// What a group keeps as others have set it: no key of a profile asks for it, but it has a price, or decides on what can be
/// changed, or must be the same in a group that is made anew.
const KEPT: [&str; 9] = [
    "auto_minor_version_upgrade",
    "durability",
    "global_datastore",
    "ip_discovery",
    "kms_key",
    "network_type",
    "notification_topic",
    "outposts",
    "storage_encryption",
];

/// The replication group.
pub fn wanted(wanted: &Wanted<'_, Session>) -> Resource {
    let (d, name) = (wanted.deployment, wanted.name());
    let address = names::address(names::REPLICATION_GROUP, name);
    let parameters = if wanted.has_own_parameters() {
        parameter_group::parameter_group(wanted).address
    } else {
        names::address(names::PARAMETER_GROUP, wanted.seen_text("parameter_group"))
    };
    let guard = names::address(names::SECURITY_GROUP, names::security_group(name));
    let subnets = names::address(names::SUBNET_GROUP, name);
    let multi_az = d.replicas > 0 && wanted.profile.requirements.availability.value == Availability::MultiAz;
    let (shards, replicas) = (scaled(wanted, "shards", d.shards), scaled(wanted, "replicas", d.replicas));
    let has_users = !wanted.profile.security.users.is_empty();
    let mut resource = Resource::new(address)
        .with("region", wanted.region())
        .with("managed", true)
        .with("engine", d.engine.as_str())
        .with("engine_version", d.version.as_str())
        .with("node_type", d.node_type.as_deref().unwrap_or_default())
        .with("shards", i64::from(shards.count))
        .with("replicas", i64::from(replicas.count))
        .with("cluster_mode", if d.cluster_mode { "enabled" } else { "disabled" })
        .with("tls", if d.tls { "required" } else { "off" })
        .with("at_rest_encryption", at_rest(wanted))
        .with("automatic_failover", d.cluster_mode || d.replicas > 0)
        .with("multi_az", multi_az)
        .with("data_tiering", wanted.node().is_some_and(|node| node.ssd.is_some()))
        .with("parameter_group", parameters.name.as_str())
        .with("subnet_group", wanted.subnet_group())
        .with("security_groups", guards(wanted, names::REPLICATION_GROUP, &guard.name))
        .with("user_groups", user_groups(wanted))
        .with("vpc", wanted.vpc())
        .with("description", description(wanted))
        .with("backup_days", d.backup_retention_days)
        .after(guard);
    for (name, _) in [("shards", shards), ("replicas", replicas)].into_iter().filter(|(_, s)| s.moves) {
        resource = resource.scaling(name);
    }
    if wanted.has_own_parameters() {
        resource = resource.after(parameters);
    }
    for kept in KEPT {
        if let Some(value) = wanted.seen_value(names::REPLICATION_GROUP, name, kept) {
            resource = resource.with(kept, value.clone());
        }
    }
    if let Some(window) = window::maintenance(wanted.profile) {
        resource = resource.with("maintenance_window", window);
    }
    if let Some(window) = window::backups(wanted.profile).filter(|_| d.backup_retention_days > 0) {
        resource = resource.with("backup_window", window.to_string());
    }
    resource = logs::deliver(wanted, resource);
    if wanted.subnet_group() == name {
        resource = resource.after(subnets);
    }
    if has_users {
        resource = resource.after(names::address(names::USER_GROUP, name));
    }
    resource
}

/// The nodes of a group as it should be.
pub fn nodes(group: &Resource) -> i64 {
    let count = |name: &str| group.attributes.get(name).and_then(Value::as_number).unwrap_or(0);
    count("shards") * (1 + count("replicas"))
}

pub fn description(wanted: &Wanted<'_, Session>) -> String {
    if wanted.is_adopted() {
        names::adopted_description(wanted.name())
    } else {
        names::description(wanted.name())
    }
}

/// Encrypted, unless it was taken over without: that stays for life.
fn at_rest(wanted: &Wanted<'_, Session>) -> Value {
    let today = wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), "at_rest_encryption");
    today.filter(|_| wanted.is_adopted()).cloned().unwrap_or(Value::Flag(true))
}

/// Our security group; beside it those of a cache that was taken over, because others may come in through them.
pub fn guards(wanted: &Wanted<'_, Session>, kind: &str, ours: &str) -> Value {
    let today = wanted.seen_value(kind, wanted.name(), "security_groups").filter(|_| wanted.is_adopted());
    let mut all: Vec<String> =
        today.and_then(Value::as_texts).unwrap_or_default().into_iter().map(str::to_owned).collect();
    all.push(ours.to_owned());
    all.extend(wanted.profile.placement.security_groups.iter().cloned());
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// Our user group. Without users in the profile a cache that was taken over keeps those that it has.
fn user_groups(wanted: &Wanted<'_, Session>) -> Value {
    if !wanted.profile.security.users.is_empty() {
        return vec![wanted.name()].into();
    }
    let today = wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), "user_groups");
    today.filter(|_| wanted.is_adopted()).cloned().unwrap_or(Value::List(Vec::new()))
}

/// A count that load may change.
#[derive(Clone, Copy)]
struct Scaled {
    count: u32,
    /// Whether scaling moves it, from where it is within its range: then it is none of ours.
    moves: bool,
}

/// A count that load may change: where it is today, as long as that is within the range.
fn scaled(wanted: &Wanted<'_, Session>, attribute: &str, asked: u32) -> Scaled {
    let probe = Resource::new(names::address(names::SCALING, wanted.name()));
    let seen = wanted.seen(&probe.address);
    // Scaling that somebody else has set up is left alone, and so is what it does.
    let range = match seen.filter(|o| o.ownership != Ownership::Ours) {
        Some(others) => Some(others.resource.clone()),
        None => scale::wanted(wanted.deployment, wanted.profile, probe),
    };
    let range = range.and_then(|r| r.attributes.get(attribute)?.as_text().map(str::to_owned));
    let bounds = range.as_deref().and_then(|range| {
        let (least, most) = range.split_once("..")?;
        Some((least.parse::<u32>().ok()?, most.parse::<u32>().ok()?))
    });
    let today =
        wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), attribute).and_then(Value::as_number);
    // Only what is scaled by itself today may differ: before that, the wanted counts.
    let scales = wanted
        .seen_value(names::SCALING, wanted.name(), attribute)
        .is_some_and(|range| range.as_text() != Some(scale::NONE));
    match (bounds, today.and_then(|n| u32::try_from(n).ok())) {
        (Some((least, most)), Some(today)) if scales => {
            Scaled { count: today.clamp(least, most), moves: (least..=most).contains(&today) }
        }
        _ => Scaled { count: asked, moves: false },
    }
}

/// What a difference means.
fn rule(difference: &AttributeChange, world: &World<'_>) -> Rule {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
    let (before, after) = (text(&difference.before), text(&difference.after));
    let is = world.observed.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP);
    let value = |name: &str| is.and_then(|o| o.resource.attributes.get(name));
    let version = is.and_then(|o| o.computed.get("engine_version")).map_or("", String::as_str);
    let valkey = value("engine").and_then(Value::as_text) == Some("valkey");
    let modern = valkey || version_at_least(version, "7.0");
    match (difference.name.as_str(), before.as_str(), after.as_str()) {
        ("shards" | "replicas", ..) if lower(difference) => {
            Rule::in_place(COUNT_SECONDS).with_effect(Effect::ConnectionsDrop)
        }
        ("engine", _, "redis") => Rule::replace(CREATE_SECONDS)
            .because("Valkey does not go back to Redis but by restoring a backup"),
        ("engine", ..) => {
            let old = !version_at_least(version, "5.0.6");
            let effect = if old { Effect::Failover { seconds: 60 } } else { Effect::ConnectionsDrop };
            Rule::in_place(UPGRADE_SECONDS)
                .with_effect(effect)
                .because("Redis becomes Valkey in place, with all data")
        }
        // Valkey began with a higher number than the last Redis, so that a step to it is never a step down.
        ("engine_version", ..) if newer(&before, &after) => {
            Rule::replace(CREATE_SECONDS).because("an engine's version goes down only by restoring a backup")
        }
        ("node_type", ..) => Rule::in_place(NODE_TYPE_SECONDS)
            .with_effect(Effect::Failover { seconds: 1 })
            .because("new nodes are filled and take over one by one; the old type stays until then"),
        ("shards", ..) => Rule::in_place(COUNT_SECONDS).because("keys move while they are served"),
        ("replicas", ..) => Rule::in_place(COUNT_SECONDS),
        ("cluster_mode", "enabled", _) => {
            Rule::replace(CREATE_SECONDS).because("cluster mode cannot be switched off")
        }
        ("cluster_mode", _, "enabled") if !modern => Rule::replace(CREATE_SECONDS)
            .because("cluster mode comes in place from Valkey 7.2 or Redis 7.0 on"),
        ("cluster_mode", ..) => Rule::in_place(UPGRADE_SECONDS)
            .because("in two steps: both protocols, then, when all clients speak it, the cluster's alone"),
        ("tls", ..) if !(valkey || version_at_least(version, "7.0.5")) => Rule::replace(CREATE_SECONDS)
            .because("TLS is switched in place from Valkey 7.2 or Redis 7.0.5 on"),
        ("tls", "off", "required") => Rule::in_place(UPGRADE_SECONDS)
            .because("in two steps: preferred, then, when all clients have moved, required"),
        ("tls", _, "required") => {
            Rule::in_place(600).with_effect(Effect::ConnectionsDrop).because("connections without TLS end")
        }
        ("tls" | "engine_version", ..) => {
            Rule::in_place(UPGRADE_SECONDS).with_effect(Effect::ConnectionsDrop)
        }
        ("at_rest_encryption" | "subnet_group" | "vpc" | "data_tiering", ..) => Rule::replace(CREATE_SECONDS)
            .because(format!("a replication group keeps its {} for life", difference.name)),
        ("user_groups", ..) => Rule::in_place(300)
            .with_effect(Effect::ConnectionsDrop)
            .because("clients must sign in as their user"),
        ("automatic_failover" | "multi_az" | "parameter_group", ..) => Rule::in_place(300),
        _ => Rule::in_place(60),
    }
}

/// Whether `a` is newer than `b`.
fn newer(a: &str, b: &str) -> bool {
    a != b && version_at_least(a, b)
}

fn lower(difference: &AttributeChange) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_number);
    number(&difference.after) < number(&difference.before)
}
