//! The one database of a cluster: what clients see of its shards, what goes when it is full, what is on disk, who signs in.

use serde_json::{Value as Json, json};

use crate::catalog::{Catalog, NodeType, Service};
use crate::demand::Demand;
use crate::plan::{AttributeChange, Effect, Observed, Resource, Value};
use crate::profile::{Auth, Clustering, Profile, Role};
use crate::provider::azure::arm::MANAGED_REDIS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::redis_enterprise::{self, enabled};
use crate::provider::azure::{Azure, gone, names};
use crate::provider::call::absent_is_none;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Figure, Policy, Usd};

/// The attribute with how clients see the shards.
pub const CLUSTERING: &str = "clustering_policy";
/// The attribute with what goes when it is full.
pub const EVICTION: &str = "eviction_policy";
/// The attribute with whether the access keys let anybody in.
pub const ACCESS_KEYS: &str = "access_keys";
/// A single shard, for any client.
pub const NO_CLUSTER: &str = "NoCluster";
/// Clients speak the cluster protocol.
pub const OSS_CLUSTER: &str = "OSSCluster";

const PERSISTENCE: &str = "persistence";
const PROTOCOL: &str = "client_protocol";
const PORT: &str = "port";

/// The port of every database.
const PORT_NUMBER: i64 = 10_000;
/// Bytes up to which a database may be a single shard.
const MOST_UNCLUSTERED: f64 = 25e9;

const EVICT: Group = Group::new("set-eviction", "set what goes when memory is full", 120);
const PERSIST: Group = Group::new("set-persistence", "set what is kept on disk", 300);
const ENCRYPT: Group = Group::new("encrypt", "encrypt every connection", 300);
const KEYS: Group = Group::new("set-access-keys", "set whether access keys let clients in", 120);
const CLUSTER: Group = Group::new("set-clustering", "set how clients see the shards", 600);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(PORT, "a database keeps its port for life"),
    Attribute {
        group: &CLUSTER,
        ..Attribute::fixed(CLUSTERING, "only a database of one shard can become a cluster in place")
    },
    Attribute::in_place(EVICTION, &EVICT),
    Attribute::in_place(PERSISTENCE, &PERSIST),
    Attribute::noticed(PROTOCOL, &ENCRYPT, Effect::ConnectionsDrop, "connections without TLS end"),
    Attribute::noticed(
        ACCESS_KEYS,
        &KEYS,
        Effect::ConnectionsDrop,
        "switching access keys ends every connection; clients come back by themselves",
    ),
];

/// The database.
#[derive(Debug)]
pub struct Database;

impl Kind<Azure> for Database {
    fn name(&self) -> &'static str {
        names::DATABASE
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 300, delete: 120, holds_data: true, ..Usual::seconds(300) }
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        let Some(eviction) = eviction(deployment.eviction_policy) else { return Vec::new() };
        if deployment.service != Service::AzureManagedRedis {
            return Vec::new();
        }
        let resource = Resource::new(address(&profile.name))
            .with(PORT, PORT_NUMBER)
            .with(CLUSTERING, clustering(wanted))
            .with(EVICTION, eviction)
            .with(PERSISTENCE, persistence(profile, deployment.backup_retention_days))
            .with(PROTOCOL, "Encrypted")
            .with(ACCESS_KEYS, has_password_users(profile) && profile.security.access_keys)
            .after(names::address(names::REDIS_ENTERPRISE, profile.name.as_str()));
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let address = address(cloud.name());
            let answer = absent_is_none(cloud.arm.get(&path(cloud, cloud.name()), MANAGED_REDIS).await)?;
            cloud.showed(&address, answer.is_some());
            Ok(answer.map(|answer| observed(cloud, &answer)).into_iter().collect())
        })
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::REDIS_ENTERPRISE]
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(names::REDIS_ENTERPRISE)
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            cloud.may_create(&work.task.step.address)?;
            let body = json!({
                "properties": {
                    "clientProtocol": work.text(PROTOCOL),
                    "port": work.number::<u16>(PORT)?,
                    "clusteringPolicy": work.text(CLUSTERING),
                    "evictionPolicy": work.text(EVICTION),
                    "persistence": on_disk(work.text(PERSISTENCE)),
                    "accessKeysAuthentication": enabled(work.flag(ACCESS_KEYS)),
                },
            });
            cloud.arm.put(&path(cloud, cloud.name()), MANAGED_REDIS, &body).await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let Some(name) = work.set.keys().next() else { return Ok(Outcome::Done) };
            let properties = match name.as_str() {
                EVICTION => json!({ "evictionPolicy": work.text(EVICTION) }),
                PERSISTENCE => json!({ "persistence": on_disk(work.text(PERSISTENCE)) }),
                PROTOCOL => json!({ "clientProtocol": work.text(PROTOCOL) }),
                ACCESS_KEYS => json!({ "accessKeysAuthentication": enabled(work.flag(ACCESS_KEYS)) }),
                CLUSTERING => json!({ "clusteringPolicy": work.text(CLUSTERING) }),
                other => return Err(work.refused(&format!("nothing sets {other}"))),
            };
            let body = json!({ "properties": properties });
            work.cloud.arm.patch(&path(work.cloud, work.cloud.name()), MANAGED_REDIS, &body).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move { gone::delete(work, &path(work.cloud, work.cloud.name()), MANAGED_REDIS).await })
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        found::was_never_made(is)
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let was = difference.before.as_ref().and_then(Value::as_text);
        (difference.name == CLUSTERING && was == Some(NO_CLUSTER)).then(|| {
            Rule::in_place(600).with_effect(Effect::ConnectionsDrop).because(
                "one shard becomes a cluster: from then on clients must speak its protocol, or reach it by its one endpoint",
            )
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let attribute = |name: &str| wanted?.attributes.get(name)?.as_text();
        match verb {
            "create" => {
                let (clustering, eviction) = (attribute(CLUSTERING)?, attribute(EVICTION)?);
                Some(format!("create its database: {clustering}, {eviction}, TLS only"))
            }
            "delete" => Some("delete the database with all its data".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["Microsoft.Cache/redisEnterprise/databases/read"]),
            (Verb::Create, &["Microsoft.Cache/redisEnterprise/databases/write"]),
            (Verb::Update, &["Microsoft.Cache/redisEnterprise/databases/write"]),
            (Verb::Delete, &["Microsoft.Cache/redisEnterprise/databases/delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        // The cluster has the price; a disk for persistence costs nothing.
        Figure::Known(Usd::ZERO)
    }
}

/// The address of the database of a profile.
pub fn address(profile: &str) -> crate::plan::Address {
    names::address(names::DATABASE, format!("{profile}/{}", names::DEFAULT))
}

/// The path of the database of a cluster.
pub fn path(cloud: &Azure, cluster: &str) -> String {
    format!("{}/databases/{}", redis_enterprise::path(cloud, cluster), names::DEFAULT)
}

/// Whether somebody signs in with a password.
pub fn has_password_users(profile: &Profile) -> bool {
    profile.security.users.iter().any(|user| user.auth.value == Auth::Password)
}

/// The policy in Azure's words; none where it has no such one.
pub fn eviction(policy: Policy) -> Option<&'static str> {
    POLICIES.iter().find(|(ours, _)| *ours == policy).map(|(_, theirs)| *theirs)
}

/// The policy in our words.
pub fn policy(text: &str) -> Option<Policy> {
    POLICIES.iter().find(|(_, theirs)| *theirs == text).map(|(ours, _)| *ours)
}

const POLICIES: &[(Policy, &str)] = &[
    (Policy::NoEviction, "NoEviction"),
    (Policy::AllkeysLru, "AllKeysLRU"),
    (Policy::AllkeysLfu, "AllKeysLFU"),
    (Policy::AllkeysRandom, "AllKeysRandom"),
    (Policy::VolatileLru, "VolatileLRU"),
    (Policy::VolatileLfu, "VolatileLFU"),
    (Policy::VolatileRandom, "VolatileRandom"),
    (Policy::VolatileTtl, "VolatileTTL"),
];

/// What is kept on disk: each write where data may not be lost, twice a day where backups are asked for.
fn persistence(profile: &Profile, backup_days: u32) -> &'static str {
    let kept = profile.dataset.iter().any(|family| family.role.value != Role::Cache);
    match (kept, backup_days) {
        (true, _) => "aof 1s",
        (false, 0) => "none",
        (false, _) => "rdb 12h",
    }
}

fn on_disk(text: &str) -> Json {
    match text.split_once(' ') {
        Some(("aof", frequency)) => {
            json!({ "aofEnabled": true, "aofFrequency": frequency, "rdbEnabled": false })
        }
        Some((_, frequency)) => json!({ "aofEnabled": false, "rdbEnabled": true, "rdbFrequency": frequency }),
        None => json!({ "aofEnabled": false, "rdbEnabled": false }),
    }
}

/// How clients are to see the shards: as the profile says; else as they do; else one shard while it is enough.
pub fn clustering(wanted: &Wanted<'_, Azure>) -> &'static str {
    let named = wanted.profile.requirements.clustering.map(|clustering| match clustering {
        Clustering::None => NO_CLUSTER,
        Clustering::Oss => OSS_CLUSTER,
        Clustering::Enterprise => "EnterpriseCluster",
    });
    let node = wanted
        .deployment
        .node_type
        .as_deref()
        .and_then(|name| Catalog::embedded().node_type(Service::AzureManagedRedis, name).ok());
    let may_be_one = node.is_some_and(may_be_unclustered);
    let address = address(&wanted.profile.name);
    let seen = wanted.observed.iter().find(|o| o.resource.address == address);
    let runs = seen.and_then(|o| o.resource.attributes.get(CLUSTERING)?.as_text());
    let runs = [NO_CLUSTER, OSS_CLUSTER, "EnterpriseCluster"]
        .into_iter()
        .find(|policy| runs == Some(policy) && (*policy != NO_CLUSTER || may_be_one));
    named.or(runs).unwrap_or_else(|| {
        let one = !wanted.deployment.cluster_mode
            && may_be_one
            && node.is_some_and(|node| one_shard_carries(node, wanted.profile));
        if one { NO_CLUSTER } else { OSS_CLUSTER }
    })
}

/// Whether a size may be a single shard.
pub fn may_be_unclustered(node: &NodeType) -> bool {
    node.memory.0 <= MOST_UNCLUSTERED && node.ssd.is_none()
}

/// Whether one shard of a size carries the load. The published figure is for commands that are sent ten at a time, so half
/// of a shard's share of it is counted on.
fn one_shard_carries(node: &NodeType, profile: &Profile) -> bool {
    let threads = node.engine_threads.known().copied().unwrap_or(1);
    let published = node.published_rps.and_then(|rps| rps.tls.or(rps.plain));
    match (threads, published) {
        (1, _) => true,
        (threads, Some(rps)) => Demand::of(profile).peak.commands().high <= rps / f64::from(threads) / 2.0,
        (_, None) => false,
    }
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let flag = |pointer: &str| answer.pointer(pointer).and_then(Json::as_bool) == Some(true);
    let persistence = if flag("/properties/persistence/aofEnabled") {
        "aof 1s".to_owned()
    } else if flag("/properties/persistence/rdbEnabled") {
        format!("rdb {}", text(answer, "/properties/persistence/rdbFrequency"))
    } else {
        "none".to_owned()
    };
    let port = answer.pointer("/properties/port").and_then(Json::as_i64).unwrap_or(PORT_NUMBER);
    let mut resource = Resource::new(address(cloud.name()))
        .with(PORT, port)
        .with(PERSISTENCE, persistence)
        // What says nothing of keys is older than their switch, and takes them.
        .with(ACCESS_KEYS, text(answer, "/properties/accessKeysAuthentication") != "Disabled")
        .after(names::address(names::REDIS_ENTERPRISE, cloud.name()));
    for (attribute, pointer) in [
        (CLUSTERING, "/properties/clusteringPolicy"),
        (EVICTION, "/properties/evictionPolicy"),
        (PROTOCOL, "/properties/clientProtocol"),
    ] {
        resource = resource.with(attribute, text(answer, pointer));
    }
    let mut observed = Observed::ours(resource);
    observed.state = found::state(answer);
    observed.computed.insert(found::ID.to_owned(), text(answer, "/id").to_owned());
    let modules = answer.pointer("/properties/modules").and_then(Json::as_array);
    let modules: Vec<&str> = modules.into_iter().flatten().map(|module| text(module, "/name")).collect();
    if !modules.is_empty() {
        observed.computed.insert("modules".to_owned(), modules.join(" "));
    }
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_disk_is_written_as_azure_reads_it() {
        assert_eq!(on_disk("none"), json!({ "aofEnabled": false, "rdbEnabled": false }));
        assert_eq!(
            on_disk("aof 1s"),
            json!({ "aofEnabled": true, "aofFrequency": "1s", "rdbEnabled": false })
        );
        assert_eq!(
            on_disk("rdb 12h"),
            json!({ "aofEnabled": false, "rdbEnabled": true, "rdbFrequency": "12h" })
        );
    }

    #[test]
    fn only_one_shard_becomes_a_cluster_in_place() {
        let change = |before: &str| AttributeChange {
            name: CLUSTERING.to_owned(),
            before: Some(before.into()),
            after: Some(OSS_CLUSTER.into()),
            forces: false,
            when: crate::plan::When::Now,
            pending: false,
        };
        let world = World { desired: &[], observed: &[] };
        assert!(Database.rule(&change(NO_CLUSTER), &world).is_some_and(|rule| !rule.replace));
        assert!(Database.rule(&change("EnterpriseCluster"), &world).is_none());
    }

    #[test]
    fn policies_go_both_ways() {
        for (ours, theirs) in POLICIES {
            assert_eq!((eviction(*ours), policy(theirs)), (Some(*theirs), Some(*ours)));
        }
        assert_eq!(eviction(Policy::OptimisticVolatile), None);
    }

    #[test]
    fn a_single_shard_is_for_small_sizes() {
        let catalog = Catalog::embedded();
        let may =
            |name: &str| may_be_unclustered(catalog.node_type(Service::AzureManagedRedis, name).unwrap());
        assert!(may("Balanced_B20") && !may("Balanced_B50") && !may("FlashOptimized_A250"));
    }
}
