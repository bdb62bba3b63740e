//! The cache: an instance for Valkey, or a cluster for Redis.

mod calls;
mod fields;
mod read;
mod rollout;

use std::collections::BTreeMap;

pub use calls::{delete, label, with_labels};
pub use fields::{POLICY, configs, window as window_field, window_of};
pub use read::{owner, seconds};
pub use rollout::steps as rollout;

use crate::catalog::{Catalog, PriceKey, version_at_least};
use crate::plan::{AttributeChange, Change, Effect, Observed, PlannedStep, Resource, Value};
use crate::profile::{Auth, Availability, Environment, Profile, Role};
use crate::provider::cloud::Wanted;
use crate::provider::gcp::kind::{acl_policy, connection_policy};
use crate::provider::gcp::product::{Product, REDIS_CLUSTER, VALKEY};
use crate::provider::gcp::{Gcp, address, current, labels};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, TAGS, Usual, Verb, Work};
use crate::provider::{Rule, World};
use crate::units::{Commitment, Engine, Figure, HOURS_PER_MONTH, Usd};

/// The attribute with the region.
pub const REGION: &str = "region";
/// The attribute with the network.
pub const NETWORK: &str = "network";
/// The attribute with how a network is connected where it is peered.
pub const CONNECT_MODE: &str = "connect_mode";
/// The attribute that says whether clients speak the cluster protocol.
pub const MODE: &str = "mode";
/// The attribute with the way of signing in.
pub const SIGN_IN: &str = "sign_in";
/// The attribute with encryption of connections.
pub const TLS: &str = "tls";
/// The attribute with how nodes lie in zones.
pub const ZONES: &str = "zones";
/// The attribute that makes it ours.
pub const MANAGED: &str = "managed";
/// The attribute with the version.
pub const VERSION: &str = "engine_version";
/// The attribute with the node type.
pub const NODE_TYPE: &str = "node_type";
/// The attribute with the shards.
pub const SHARDS: &str = "shards";
/// The attribute with the replicas of each.
pub const REPLICAS: &str = "replicas";
/// The attribute with the eviction policy.
pub const EVICTION: &str = "eviction_policy";
/// The attribute with what goes to disk.
pub const PERSISTENCE: &str = "persistence";
/// The attribute with the days of backups.
pub const BACKUP: &str = "backup_days";
/// The attribute with the hour of backups, in UTC.
pub const BACKUP_HOUR: &str = "backup_hour";
/// The attribute with the window of maintenance, in UTC.
pub const WINDOW: &str = "maintenance_window";
/// The attribute that keeps it from being deleted.
pub const PROTECTION: &str = "deletion_protection";
/// The attribute with the access list.
pub const ACL: &str = "acl_policy";

/// The fact with its addresses for all commands: `10.0.0.3:6379`.
pub const ENDPOINT: &str = "endpoint";
/// The fact with the address for reads.
pub const READER: &str = "reader_endpoint";
/// The fact with the ids of its connections.
pub const CONNECTIONS: &str = "connections";
/// The fact with all that its labels are.
pub const LABELS: &str = "labels";
/// The fact with all settings of the server.
pub const CONFIGS: &str = "configs";

/// Words of both products for one mode each.
pub const CLUSTER: &str = "cluster";
/// One shard, without the cluster protocol.
pub const SINGLE: &str = "single";

const ADOPT: Group = Group::new("adopt", "label it as managed by cachefit", 60);
const UPGRADE: Group = Group::new("upgrade", "bring the engine to another version, node by node", 1800);
const RESIZE: Group = Group::new("resize", "change the node type, node by node", 1800);
const SCALE: Group =
    Group::new("scale-shards", "change the number of shards; data moves while it serves", 1800);
const REPLICATE: Group = Group::new("scale-replicas", "change the number of replicas", 900);
const CONFIGURE: Group = Group::new("configure", "set the eviction policy", 120);
const PERSIST: Group = Group::new("persist", "set what goes to disk", 600);
const BACK_UP: Group = Group::new("back-up", "set automatic backups", 60);
const MAINTAIN: Group = Group::new("maintain", "set the maintenance window", 60);
const PROTECT: Group = Group::new("protect", "set the deletion protection", 60);
const ATTACH: Group = Group::new("attach-acl", "attach the access list", 120);

/// Why an attribute cannot be changed.
pub const FOR_LIFE: &str = "Google sets it when it is made, and never again";

/// One field of the resource a call: that is all that Google takes.
const SCHEMA: &[Attribute] = &[
    Attribute::fixed(REGION, "a cache stays in its region"),
    Attribute::fixed(NETWORK, "the endpoints that Google makes stay in their network"),
    Attribute::fixed(MODE, FOR_LIFE),
    Attribute::fixed(SIGN_IN, FOR_LIFE),
    Attribute::fixed(TLS, FOR_LIFE),
    Attribute::fixed(ZONES, FOR_LIFE),
    Attribute::in_place(MANAGED, &ADOPT),
    Attribute::noticed(VERSION, &UPGRADE, Effect::ConnectionsDrop, "each node is replaced in turn"),
    Attribute::noticed(NODE_TYPE, &RESIZE, Effect::ConnectionsDrop, "each node is replaced in turn"),
    Attribute::in_place(SHARDS, &SCALE),
    Attribute::in_place(REPLICAS, &REPLICATE),
    Attribute::in_place(EVICTION, &CONFIGURE),
    Attribute::in_place(PERSISTENCE, &PERSIST),
    Attribute::in_place(BACKUP, &BACK_UP),
    Attribute::in_place(BACKUP_HOUR, &BACK_UP),
    Attribute::in_place(WINDOW, &MAINTAIN),
    Attribute::in_place(ACL, &ATTACH),
    Attribute::in_place(PROTECTION, &PROTECT),
    Attribute::TAGS,
];

/// A cache of one product.
#[derive(Debug)]
pub struct Cache {
    /// The product.
    pub product: &'static Product,
}

/// Instances for Valkey.
pub static INSTANCE: Cache = Cache { product: &VALKEY };
/// Clusters for Redis.
pub static CLUSTERS: Cache = Cache { product: &REDIS_CLUSTER };

/// The way of signing in that the users of a profile need; there is one for all of them. Where it names none, that of the
/// cache that runs stays: it cannot be changed.
pub fn sign_in<'a>(wanted: &'a Wanted<'_, Gcp>) -> &'a str {
    let users = &wanted.profile.security.users;
    if users.iter().any(|user| user.auth.value == Auth::Iam) {
        "iam"
    } else if users.is_empty() {
        current::attribute(wanted.observed, SIGN_IN).unwrap_or("none")
    } else {
        "token"
    }
}

/// Whether clients of what runs speak the cluster protocol.
pub fn is_in_cluster_mode(is: &Observed) -> bool {
    is.resource.attributes.get(MODE).and_then(Value::as_text) == Some(CLUSTER)
}

/// The address of the cache that is wanted.
pub fn wanted_address(wanted: &Wanted<'_, Gcp>) -> Option<crate::plan::Address> {
    let product = Product::of(wanted.deployment.service)?;
    Some(address(product.kind, wanted.profile.name.as_str()))
}

impl Kind<Gcp> for Cache {
    fn name(&self) -> &'static str {
        self.product.kind
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual {
            create: 900,
            update: 600,
            delete: 600,
            holds_data: true,
            mendable: false,
            on_delete: Some("its automatic backups go with their retention"),
        }
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        if deployment.service != self.product.service {
            return Vec::new();
        }
        let durable = profile.dataset.iter().any(|family| family.role.value != Role::Cache);
        let mut resource = Resource::new(address(self.product.kind, profile.name.as_str()))
            .with(REGION, deployment.region.as_str())
            .with(SIGN_IN, sign_in(wanted))
            .with(TLS, deployment.tls)
            .with(ZONES, zones(wanted))
            .with(MANAGED, true)
            .with(NODE_TYPE, deployment.node_type.as_deref().unwrap_or_default())
            .with(SHARDS, deployment.shards)
            .with(REPLICAS, deployment.replicas)
            .with(EVICTION, deployment.eviction_policy.as_str())
            .with(PERSISTENCE, if durable { "every second" } else { "off" })
            .with(BACKUP, deployment.backup_retention_days)
            .with(PROTECTION, profile.environment != Environment::Development);
        if let Some(network) = connection_policy::network(wanted) {
            resource = resource.with(NETWORK, network);
        }
        if self.product.is_valkey() {
            resource = resource
                .with(MODE, if deployment.cluster_mode { CLUSTER } else { SINGLE })
                .with(VERSION, deployment.version.as_str());
        }
        if deployment.backup_retention_days > 0 {
            let opens = profile.requirements.backup_window.as_ref().map(|window| window.value.opens());
            let hour = opens.and_then(|opens| opens.split(':').next()?.parse::<i64>().ok());
            resource = resource.with(BACKUP_HOUR, hour.unwrap_or(2));
        }
        if let Some(window) = window(profile) {
            resource = resource.with(WINDOW, window);
        }
        if !profile.tags.is_empty() {
            resource = resource.with(TAGS, labels::tags(&profile.tags));
        }
        if let Some(policy) = connection_policy::wanted_address(wanted) {
            resource = resource.after(policy);
        }
        if acl_policy::is_wanted(wanted) {
            let policy = address(acl_policy::NAME, profile.name.as_str());
            resource = resource.with(ACL, policy.name.as_str()).after(policy);
        }
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let found = read::one(self.product, cloud).await?;
            if let Some(found) = &found {
                read::keep_certificates(self.product, cloud, found).await;
            }
            Ok(found.into_iter().collect())
        })
    }

    fn look<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::one(self.product, cloud).await?.into_iter().collect()) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(calls::create(self.product, work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(calls::update(self.product, work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(calls::delete(self.product, work))
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
        let lower = difference.name == VERSION
            && matches!((text(&difference.before), text(&difference.after)), (Some(is), Some(wanted)) if !version_at_least(&wanted, &is));
        lower.then(|| Rule::replace(1500).because("a version goes up only"))
    }

    fn rollout(&self, change: &Change, world: &World<'_>, cloud: &Gcp) -> Option<Vec<PlannedStep>> {
        rollout::steps(self, self.product, change, world, cloud)
    }

    fn context(&self, _: &Change, _: &World<'_>, _: &Gcp) -> BTreeMap<String, Value> {
        BTreeMap::new()
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Gcp) -> Option<String> {
        match verb {
            "create" => {
                let of = |name: &str| wanted?.attributes.get(name).map(ToString::to_string);
                Some(format!(
                    "create the {}: {} shards with {} replicas each, {}",
                    self.product.kind,
                    of(SHARDS)?,
                    of(REPLICAS)?,
                    of(NODE_TYPE)?
                ))
            }
            "delete" => Some(format!("delete the {} with all its data", self.product.kind)),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        if self.product.is_valkey() {
            &[
                (
                    Verb::Read,
                    &[
                        "memorystore.instances.get",
                        "memorystore.instances.list",
                        "memorystore.operations.get",
                        "monitoring.timeSeries.list",
                    ],
                ),
                (Verb::Create, &["memorystore.instances.create"]),
                (Verb::Update, &["memorystore.instances.update"]),
                (Verb::Delete, &["memorystore.instances.update", "memorystore.instances.delete"]),
            ]
        } else {
            &[
                (
                    Verb::Read,
                    &[
                        "redis.clusters.get",
                        "redis.clusters.list",
                        "redis.operations.get",
                        "monitoring.timeSeries.list",
                    ],
                ),
                (Verb::Create, &["redis.clusters.create"]),
                (Verb::Update, &["redis.clusters.update"]),
                (Verb::Delete, &["redis.clusters.update", "redis.clusters.delete"]),
            ]
        }
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let number = |name: &str| resource.attributes.get(name).and_then(Value::as_number);
        let nodes = number(SHARDS).zip(number(REPLICAS)).map(|(shards, replicas)| shards * (1 + replicas));
        monthly(self.product, resource, nodes)
    }
}

/// What so many nodes of the type of a cache cost.
pub fn monthly(product: &Product, resource: &Resource, nodes: Option<i64>) -> Figure<Usd> {
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let Some(nodes) = nodes else { return Figure::unknown("the number of its nodes is not known yet") };
    let key = PriceKey {
        service: product.service,
        region: text(REGION),
        item: text(NODE_TYPE),
        engine: Some(if product.is_valkey() { Engine::Valkey } else { Engine::Redis }),
        term: Commitment::OnDemand,
    };
    match Catalog::in_use().usd(&key) {
        Some((hourly, _)) => {
            Figure::Known(Usd(hourly * rust_decimal::Decimal::from(nodes * i64::from(HOURS_PER_MONTH))))
        }
        None => Figure::unknown(format!("the catalogue has no price of {key}")),
    }
}

/// The maintenance window of a profile, as `sun 03:00`.
pub fn window(profile: &Profile) -> Option<String> {
    let window = &profile.requirements.maintenance_window.as_ref()?.value;
    let (day, _) = window.days();
    Some(format!("{day} {}", window.time().opens()))
}

/// Several zones; one that runs in one zone stays there where the profile does not ask for more.
fn zones<'a>(wanted: &'a Wanted<'_, Gcp>) -> &'a str {
    let asked = wanted.profile.requirements.availability.value != Availability::Single;
    current::attribute(wanted.observed, ZONES).filter(|_| !asked).unwrap_or("several")
}
