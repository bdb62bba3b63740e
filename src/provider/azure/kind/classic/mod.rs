//! Azure Cache for Redis, which is being retired: what runs is shown, changed by its rules and deleted; a new one is made
//! where the profile asks for it by `requirements.allow_retiring`.

pub mod assignment;
pub mod policy;
pub mod rules;

use serde_json::{Value as Json, json};

use self::rules::Size;
use crate::catalog::Service;
use crate::plan::{AttributeChange, Effect, Observed, Resource, State, Value};
use crate::provider::azure::arm::CLASSIC_REDIS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::database::has_password_users;
use crate::provider::azure::kind::redis_enterprise;
use crate::provider::azure::kind::zone_group;
use crate::provider::azure::mgmt::models::redis_common_properties::{
    MinimumTlsVersion, PublicNetworkAccess, RedisConfiguration,
};
use crate::provider::azure::mgmt::models::{
    RedisCreateParameters, RedisCreateProperties, RedisUpdateParameters, RedisUpdateProperties,
};
use crate::provider::azure::{Azure, Place, gone, mgmt, names, network, scope, tags};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Figure, Policy, Usd};

/// The type in Resource Manager.
pub const TYPE: &str = "Microsoft.Cache/redis";
/// The attribute with the size: `Premium_P1`.
pub const SKU: &str = "sku";
/// The attribute with the shards, of Premium caches.
pub const SHARDS: &str = "shards";
/// The attribute with the copies of each shard, of Premium caches.
pub const REPLICAS: &str = "replicas";
/// The attribute with what goes when it is full.
pub const EVICTION: &str = "eviction_policy";
/// The attribute with whether the access keys let anybody in.
pub const ACCESS_KEYS: &str = "access_keys";
/// The computed attribute with its host name.
pub const HOST: &str = "host";
/// The computed attribute with its port for TLS.
pub const PORT: &str = "ssl_port";

/// The same word as the new service's.
const PUBLIC_ACCESS: &str = redis_enterprise::PUBLIC_ACCESS;
const REGION: &str = "region";
const MANAGED: &str = "managed";
const ENTRA: &str = "entra_sign_in";
const MINIMUM_TLS: &str = "minimum_tls";
const PLAIN_PORT: &str = "port_without_tls";

const ADOPT: Group = Group::new("adopt", "tag it: it is managed by cachefit from now on", 60);
const SCALE: Group = Group::new("scale", "change the size", 1200);
const RESHARD: Group = Group::new("reshard", "change the number of shards", 1200);
const REPLICATE: Group = Group::new("replicate", "change the number of copies", 1200);
const EVICT: Group = Group::new("set-eviction", "set what goes when memory is full", 300);
const SIGN_IN: Group = Group::new("set-entra", "let identities of Entra sign in", 600);
const KEYS: Group = Group::new("set-access-keys", "set whether access keys let clients in", 600);
const SECURE: Group = Group::new("set-tls", "set the oldest version of TLS", 300);
const ENCRYPT: Group = Group::new("close-plain-port", "close the port without TLS", 300);
const REACH: Group = Group::new("set-public-access", "set whether it is reached over the internet", 300);

// The service refuses most settings together: each has a call of its own.
const SCHEMA: &[Attribute] = &[
    Attribute::fixed(REGION, "a cache stays in its region"),
    Attribute::in_place(MANAGED, &ADOPT),
    Attribute::in_place(SKU, &SCALE),
    Attribute::in_place(SHARDS, &RESHARD),
    Attribute::in_place(REPLICAS, &REPLICATE),
    Attribute::in_place(EVICTION, &EVICT),
    Attribute::in_place(ENTRA, &SIGN_IN),
    Attribute::noticed(ACCESS_KEYS, &KEYS, Effect::ConnectionsDrop, "connections with access keys end"),
    Attribute::noticed(MINIMUM_TLS, &SECURE, Effect::ConnectionsDrop, "connections with an older TLS end"),
    Attribute::noticed(PLAIN_PORT, &ENCRYPT, Effect::ConnectionsDrop, "connections without TLS end"),
    Attribute::noticed(
        PUBLIC_ACCESS,
        &REACH,
        Effect::ConnectionsDrop,
        "clients on the way that closes are cut off",
    ),
    Attribute::TAGS,
];

/// The cache.
#[derive(Debug)]
pub struct Classic;

impl Kind<Azure> for Classic {
    fn name(&self) -> &'static str {
        names::CLASSIC
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 1200, update: 600, delete: 600, holds_data: true, ..Usual::seconds(600) }
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        let size = deployment.node_type.as_deref().and_then(Size::of);
        let (Service::AzureCacheForRedis, Some(size)) = (deployment.service, size) else { return Vec::new() };
        let mut resource = Resource::new(names::address(names::CLASSIC, profile.name.as_str()))
            .with(REGION, scope::plain(&deployment.region))
            .with(MANAGED, true)
            .with(SKU, size.name())
            .with(EVICTION, policy(deployment.eviction_policy))
            .with(ENTRA, true)
            .with(ACCESS_KEYS, has_password_users(profile) && profile.security.access_keys)
            .with(MINIMUM_TLS, "1.2")
            .with(PLAIN_PORT, false);
        if size.tier == "Premium" {
            // A single shard is no cluster, and a cluster never becomes one again.
            let shards = if deployment.shards > 1 { deployment.shards } else { 0 };
            resource = resource.with(SHARDS, shards).with(REPLICAS, deployment.replicas.max(1));
        }
        if !network::is_private(profile) {
            resource = resource.with(PUBLIC_ACCESS, "Enabled");
        } else if !zone_group::closes(wanted, names::CLASSIC) {
            resource = resource.with(PUBLIC_ACCESS, "Disabled");
        }
        vec![tags::asked(wanted, resource)]
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(self.read(cloud, cloud.name()).await?.into_iter().collect()) })
    }

    fn read<'a>(&'a self, cloud: &'a Azure, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move {
            let answer = absent_is_none(cloud.arm.get(&path(cloud, name), CLASSIC_REDIS).await)?;
            cloud.showed(&names::address(names::CLASSIC, name), answer.is_some());
            Ok(answer.map(|answer| observed(cloud, name, &answer)))
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            cloud.may_create(&work.task.step.address)?;
            let size =
                Size::of(work.text(SKU)).ok_or_else(|| work.refused("its size is none of the service's"))?;
            let mut properties = RedisCreateProperties::new(size.sku());
            let common = &mut properties.redis_common_properties;
            // All values of this object are texts.
            common.redis_configuration = Some(RedisConfiguration {
                aad_enabled: Some("true".to_owned()),
                maxmemory_policy: Some(work.text(EVICTION).to_owned()),
                ..RedisConfiguration::new()
            });
            common.enable_non_ssl_port = Some(work.flag(PLAIN_PORT));
            common.minimum_tls_version = Some(oldest_tls(work)?);
            // What is made anew is never open by accident.
            common.public_network_access = Some(public_access(work));
            common.disable_access_key_authentication = Some(!work.flag(ACCESS_KEYS));
            if size.tier == "Premium" {
                common.replicas_per_primary = Some(work.number::<i32>(REPLICAS)?);
                common.shard_count = Some(work.number::<i32>(SHARDS)?).filter(|shards| *shards > 0);
            }
            let mut body = RedisCreateParameters::new(properties, work.text(REGION).to_owned());
            body.tags = Some(json!(tags::of_new(cloud)));
            let Place { subscription, resource_group, .. } = &cloud.place;
            mgmt::send(&cloud.arm, |client| {
                client.redis_client().create(resource_group, work.name(), body, subscription).send()
            })
            .await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let Some(name) = work.set.keys().next() else { return Ok(Outcome::Done) };
            let mut properties = RedisUpdateProperties::new();
            let common = &mut properties.redis_common_properties;
            match name.as_str() {
                MANAGED => {
                    // Tags go the way of all kinds: they are read, and set as a whole.
                    tags::adopt(work, CLASSIC_REDIS).await?;
                    return Ok(Outcome::Done);
                }
                SKU => {
                    let size = Size::of(work.text(SKU));
                    let size = size.ok_or_else(|| work.refused("its size is none of the service's"))?;
                    properties.sku = Some(size.sku());
                }
                SHARDS => common.shard_count = Some(work.number::<i32>(SHARDS)?),
                REPLICAS => common.replicas_per_primary = Some(work.number::<i32>(REPLICAS)?),
                EVICTION => {
                    let maxmemory_policy = Some(work.text(EVICTION).to_owned());
                    common.redis_configuration =
                        Some(RedisConfiguration { maxmemory_policy, ..RedisConfiguration::new() });
                }
                ENTRA => {
                    let aad_enabled = Some(work.flag(ENTRA).to_string());
                    common.redis_configuration =
                        Some(RedisConfiguration { aad_enabled, ..RedisConfiguration::new() });
                }
                ACCESS_KEYS => common.disable_access_key_authentication = Some(!work.flag(ACCESS_KEYS)),
                MINIMUM_TLS => common.minimum_tls_version = Some(oldest_tls(work)?),
                PLAIN_PORT => common.enable_non_ssl_port = Some(work.flag(PLAIN_PORT)),
                PUBLIC_ACCESS => common.public_network_access = Some(public_access(work)),
                other => return Err(work.refused(&format!("nothing sets {other}"))),
            }
            let body = RedisUpdateParameters { properties: Some(properties), ..RedisUpdateParameters::new() };
            let Place { subscription, resource_group, .. } = &work.cloud.place;
            mgmt::send(&work.cloud.arm, |client| {
                client.redis_client().update(resource_group, work.name(), body, subscription).send()
            })
            .await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let Place { subscription, resource_group, .. } = &work.cloud.place;
            let request = mgmt::send(&work.cloud.arm, |client| {
                client.redis_client().delete(resource_group, work.name(), subscription).send()
            });
            gone::by(work, request).await
        })
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let size = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).and_then(Size::of);
        if difference.name != SKU {
            return None;
        }
        rules::scaled(&size(&difference.before)?, &size(&difference.after)?)
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let text = |name: &str| wanted?.attributes.get(name)?.as_text();
        match verb {
            "create" => Some(format!(
                "create Azure Cache for Redis {} in {}, which is retired on {}",
                text(SKU)?,
                text(REGION)?,
                rules::RETIRES
            )),
            "delete" => Some("delete the cache with all its data".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["Microsoft.Cache/redis/read"]),
            (Verb::Create, &["Microsoft.Cache/redis/write"]),
            (Verb::Update, &["Microsoft.Cache/redis/write"]),
            (Verb::Delete, &["Microsoft.Cache/redis/delete"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let number =
            |name: &str| resource.attributes.get(name).and_then(Value::as_number).unwrap_or(1).max(1);
        let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
        rules::monthly(text(SKU), text(REGION), number(SHARDS), number(REPLICAS))
    }
}

/// The path of a cache.
pub fn path(cloud: &Azure, name: &str) -> String {
    cloud.place.path(TYPE, name)
}

/// What the cache has of a collection on our names, such as `accessPolicies`.
async fn parts(
    cloud: &Azure,
    collection: &str,
    observed: fn(&Azure, &Json) -> Observed,
) -> Result<Vec<Observed>, CallError> {
    let path = format!("{}/{collection}", path(cloud, cloud.name()));
    let all = cloud.arm.list_if_there(&path, CLASSIC_REDIS).await?;
    let ours = all.iter().filter(|answer| names::is_our_assignment(text(answer, "/name")));
    Ok(ours.map(|answer| observed(cloud, answer)).collect())
}

/// Takes a part of the cache away.
async fn delete_part(work: &Work<'_, Azure>, collection: &str) -> Result<Outcome, CallError> {
    // Strictly one at a time.
    let _alone = work.cloud.lane.lock().await;
    let path = format!("{}/{collection}/{}", path(work.cloud, work.cloud.name()), work.name());
    gone::delete(work, &path, CLASSIC_REDIS).await
}

/// What the verbs of a collection ask for.
macro_rules! permissions_of {
    ($collection:literal) => {
        &[
            (Verb::Read, &[concat!("Microsoft.Cache/redis/", $collection, "/read")]),
            (Verb::Create, &[concat!("Microsoft.Cache/redis/", $collection, "/write")]),
            (Verb::Update, &[concat!("Microsoft.Cache/redis/", $collection, "/write")]),
            (Verb::Delete, &[concat!("Microsoft.Cache/redis/", $collection, "/delete")]),
        ]
    };
}
use permissions_of;

/// A policy as the server's own setting has it.
fn policy(policy: Policy) -> String {
    policy.as_str().to_owned()
}

fn oldest_tls(work: &Work<'_, Azure>) -> Result<MinimumTlsVersion, CallError> {
    let version = work.text(MINIMUM_TLS);
    version.parse().map_err(|_| work.refused(&format!("{version} is no version of TLS of the service")))
}

fn public_access(work: &Work<'_, Azure>) -> PublicNetworkAccess {
    if work.text(PUBLIC_ACCESS) == "Enabled" {
        PublicNetworkAccess::Enabled
    } else {
        PublicNetworkAccess::Disabled
    }
}

/// Work that goes on has many words here; only `Succeeded` is the end of it.
fn state(answer: &Json) -> State {
    match text(answer, "/properties/provisioningState") {
        "Succeeded" | "" => State::Ready,
        word @ ("Failed" | "Disabled") => State::Broken { why: format!("its state is {word}") },
        word => State::Busy { what: format!("its state is {word}") },
    }
}

fn observed(cloud: &Azure, name: &str, answer: &Json) -> Observed {
    let mut observed = found::tagged(cloud, names::CLASSIC, name, answer);
    let adopts = found::adopt(cloud, &mut observed, answer);
    observed.state = state(answer);
    let flag = |at: &str| answer.pointer(at).and_then(Json::as_bool).unwrap_or(false);
    let number = |at: &str| answer.pointer(at).and_then(Json::as_i64);
    let setting = |name: &str| text(answer, &format!("/properties/redisConfiguration/{name}")).to_owned();
    // The default is not shown.
    let eviction = match setting("maxmemory-policy") {
        shown if shown.is_empty() => policy(Policy::VolatileLru),
        shown => shown,
    };
    let replicas =
        number("/properties/replicasPerPrimary").or_else(|| number("/properties/replicasPerMaster"));
    let attributes = [
        (REGION, Value::from(scope::plain(text(answer, "/location")))),
        (MANAGED, Value::from(!adopts)),
        (SKU, Value::from(Size::read(answer))),
        (SHARDS, Value::from(number("/properties/shardCount").unwrap_or(0))),
        (REPLICAS, Value::from(replicas.unwrap_or(1))),
        (EVICTION, Value::from(eviction)),
        (ENTRA, Value::from(setting("aad-enabled").eq_ignore_ascii_case("true"))),
        (ACCESS_KEYS, Value::from(!flag("/properties/disableAccessKeyAuthentication"))),
        (MINIMUM_TLS, Value::from(text(answer, "/properties/minimumTlsVersion"))),
        (PLAIN_PORT, Value::from(flag("/properties/enableNonSslPort"))),
        (PUBLIC_ACCESS, Value::from(text(answer, "/properties/publicNetworkAccess"))),
    ];
    observed.resource.attributes.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    let computed = [
        (HOST, text(answer, "/properties/hostName").to_owned()),
        (PORT, number("/properties/sslPort").unwrap_or(6380).to_string()),
        ("redis_version", text(answer, "/properties/redisVersion").to_owned()),
    ];
    observed.computed.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    observed
}
