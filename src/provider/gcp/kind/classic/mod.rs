//! The classic Memorystore for Redis: one instance of one shard, with a replica or without, in a peered network. It has no
//! deletion protection, no backups that are kept by the day, and one AUTH string that Google makes and keeps.

mod calls;
mod read;

pub use calls::label;

use super::cache::{
    CONNECT_MODE, EVICTION, FOR_LIFE, MANAGED, NETWORK, NODE_TYPE, PERSISTENCE, REGION, SIGN_IN, TLS,
    VERSION, WINDOW, monthly, window,
};
use super::connection_policy;
use crate::catalog::version_at_least;
use crate::plan::{AttributeChange, Change, Effect, Observed, PlannedStep, Resource, Value};
use crate::profile::Role;
use crate::provider::cloud::Wanted;
use crate::provider::gcp::product::REDIS;
use crate::provider::gcp::{Gcp, address, current, labels};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, TAGS, Usual, Verb, Work};
use crate::provider::{Rule, World};
use crate::units::{Figure, Usd};

/// The word for the one AUTH string.
pub const AUTH_STRING: &str = "auth string";
/// Networks that are peered with Google's, which needs nothing of their owner.
const PEERED: &str = "direct peering";
/// Networks in which their owner has given Google a range of addresses.
const SERVICE_ACCESS: &str = "private service access";

/// Times between two snapshots, as Google calls them.
const PERIODS: [(&str, &str); 4] = [
    ("snapshot every hour", "ONE_HOUR"),
    ("snapshot every 6 hours", "SIX_HOURS"),
    ("snapshot every 12 hours", "TWELVE_HOURS"),
    ("snapshot every day", "TWENTY_FOUR_HOURS"),
];

const ADOPT: Group = Group::new("adopt", "label it as managed by cachefit", 60);
const UPGRADE: Group = Group::new("upgrade", "bring the engine to another version", 1200);
const RESIZE: Group = Group::new("resize", "change its size", 900);
const AUTH: Group = Group::new("set-auth", "set whether clients give the AUTH string", 120);
const CONFIGURE: Group = Group::new("configure", "set the eviction policy", 120);
const PERSIST: Group = Group::new("persist", "set what goes to disk", 300);
const MAINTAIN: Group = Group::new("maintain", "set the maintenance window", 60);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(REGION, "a cache stays in its region"),
    Attribute::fixed(NETWORK, FOR_LIFE),
    Attribute::fixed(CONNECT_MODE, FOR_LIFE),
    Attribute::fixed(TLS, FOR_LIFE),
    Attribute::in_place(MANAGED, &ADOPT),
    Attribute::noticed(
        VERSION,
        &UPGRADE,
        Effect::ConnectionsDrop,
        "the nodes start anew, one after the other",
    ),
    Attribute::noticed(
        NODE_TYPE,
        &RESIZE,
        Effect::ConnectionsDrop,
        "Google documents a break of up to minutes",
    ),
    Attribute::noticed(
        SIGN_IN,
        &AUTH,
        Effect::ConnectionsDrop,
        "clients that do not give the string are refused from then on",
    ),
    Attribute::in_place(EVICTION, &CONFIGURE),
    Attribute::in_place(PERSISTENCE, &PERSIST),
    Attribute::in_place(WINDOW, &MAINTAIN),
    Attribute::TAGS,
];

/// The instance.
#[derive(Debug)]
pub struct Classic;

/// Tier and size of `STANDARD_HA-5`.
pub fn tier_and_size(node_type: &str) -> Option<(&str, i64)> {
    let (tier, gib) = node_type.rsplit_once('-')?;
    Some((tier, gib.parse().ok()?))
}

fn tier(value: Option<&Value>) -> Option<&str> {
    Some(tier_and_size(value?.as_text()?)?.0)
}

fn is_durable(wanted: &Wanted<'_, Gcp>) -> bool {
    wanted.profile.dataset.iter().any(|family| family.role.value != Role::Cache)
}

impl Kind<Gcp> for Classic {
    fn name(&self) -> &'static str {
        REDIS.kind
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual {
            create: 600,
            update: 600,
            delete: 300,
            holds_data: true,
            mendable: false,
            on_delete: Some("its snapshot goes with it"),
        }
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        if deployment.service != REDIS.service {
            return Vec::new();
        }
        let persistence = match (is_durable(wanted), deployment.backup_retention_days) {
            (true, _) => PERIODS[0].0,
            (false, 1..) => PERIODS[3].0,
            (false, 0) => "off",
        };
        let network = connection_policy::network(wanted);
        let shared = network.as_deref().is_some_and(|network| connection_policy::is_shared(wanted, network));
        // What runs keeps the way in which it was connected: both reach the same network.
        let connected = current::attribute(wanted.observed, CONNECT_MODE);
        let connect = connected.unwrap_or(if shared { SERVICE_ACCESS } else { PEERED });
        let mut resource = Resource::new(address(REDIS.kind, profile.name.as_str()))
            .with(REGION, deployment.region.as_str())
            .with(CONNECT_MODE, connect)
            .with(TLS, deployment.tls)
            .with(MANAGED, true)
            .with(VERSION, deployment.version.as_str())
            .with(NODE_TYPE, deployment.node_type.as_deref().unwrap_or_default())
            .with(SIGN_IN, if profile.security.users.is_empty() { "none" } else { AUTH_STRING })
            .with(EVICTION, deployment.eviction_policy.as_str())
            .with(PERSISTENCE, persistence);
        if let Some(network) = network {
            resource = resource.with(NETWORK, network);
        }
        if let Some(window) = window(profile) {
            resource = resource.with(WINDOW, window);
        }
        if !profile.tags.is_empty() {
            resource = resource.with(TAGS, labels::tags(&profile.tags));
        }
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::one(cloud).await?.into_iter().collect()) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(calls::create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(calls::update(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(super::cache::delete(&REDIS, work))
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let (before, after) = (difference.before.as_ref(), difference.after.as_ref());
        match difference.name.as_str() {
            NODE_TYPE if tier(before) != tier(after) => {
                Some(Rule::replace(600).because("an instance keeps its tier for life"))
            }
            VERSION if !version_at_least(after?.as_text()?, before?.as_text()?) => {
                Some(Rule::replace(600).because("a version goes up only"))
            }
            _ => None,
        }
    }

    fn rollout(&self, change: &Change, world: &World<'_>, cloud: &Gcp) -> Option<Vec<PlannedStep>> {
        super::cache::rollout(self, &REDIS, change, world, cloud)
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Gcp) -> Option<String> {
        match verb {
            "create" => Some(format!("create the instance {}", wanted?.attributes.get(NODE_TYPE)?)),
            "delete" => Some("delete the instance with all its data".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["redis.instances.get", "redis.operations.get", "monitoring.timeSeries.list"]),
            (Verb::Create, &["redis.instances.create", "compute.networks.get"]),
            (Verb::Update, &["redis.instances.update", "redis.instances.upgrade"]),
            (Verb::Delete, &["redis.instances.delete"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        // The price of a size is that of the whole instance, with its replica.
        monthly(&REDIS, resource, Some(1))
    }
}

/// The command that shows the AUTH string to who may see it.
pub fn auth_command(cloud: &Gcp) -> String {
    format!(
        "`gcloud redis instances get-auth-string {} --region={} --project={}`",
        cloud.profile, cloud.region, cloud.project
    )
}

/// What people should know about one.
pub fn notes(wanted: &Wanted<'_, Gcp>, cloud: &Gcp) -> Vec<String> {
    let mut all = Vec::new();
    let single = tier_and_size(wanted.deployment.node_type.as_deref().unwrap_or_default())
        .is_some_and(|(tier, _)| tier == "BASIC");
    if single {
        let after = if is_durable(wanted) || wanted.deployment.backup_retention_days > 0 {
            "as old as its snapshot"
        } else {
            "empty"
        };
        all.push(format!("a BASIC instance is {after} after maintenance by Google"));
    }
    if is_durable(wanted) {
        all.push(
            "a snapshot is taken every hour: what was written since is lost where all nodes fail".to_owned(),
        );
    }
    let days = wanted.deployment.backup_retention_days;
    if days > 0 {
        all.push(format!(
            "Memorystore for Redis has one snapshot for recovery and no backups of {days} days: keep them by `gcloud redis instances \
             export gs://BUCKET/FILE {} --region={}`, or pin `deployment.service: memorystore-valkey`",
            cloud.profile, cloud.region
        ));
    }
    if !wanted.profile.security.users.is_empty() {
        all.push(format!(
            "all clients sign in with one AUTH string that Google makes and keeps: {} shows it",
            auth_command(cloud)
        ));
        if !wanted.deployment.tls {
            all.push("without TLS the AUTH string is sent in plain text".to_owned());
        }
    }
    all
}
