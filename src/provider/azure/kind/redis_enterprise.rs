//! Azure Managed Redis: the cluster, which has the size, the copies and the network. Its database is a resource of its own.

use serde_json::{Value as Json, json};

use crate::catalog::Service;
use crate::plan::{AttributeChange, Effect, Observed, Resource, Value};
use crate::provider::azure::arm::MANAGED_REDIS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::zone_group;
use crate::provider::azure::{Azure, gone, names, network, price, scope, tags};
use crate::provider::call::absent_is_none;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Engine, Figure, Usd};

/// The type in Resource Manager.
pub const TYPE: &str = "Microsoft.Cache/redisEnterprise";
/// The attribute with the size.
pub const SKU: &str = "sku";
/// The attribute that says whether it has a copy that takes over.
pub const HIGH_AVAILABILITY: &str = "high_availability";
/// The attribute that says whether it is reached over the internet.
pub const PUBLIC_ACCESS: &str = "public_network_access";
/// The computed attribute with its host name.
pub const HOST: &str = "host";
/// The computed attribute with how its copies are spread: `ZR` over zones, `LR` in one place, `None`.
pub const REDUNDANCY: &str = "redundancy";

const REGION: &str = "region";
const MANAGED: &str = "managed";
const MINIMUM_TLS: &str = "minimum_tls";

const ADOPT: Group = Group::new("adopt", "tag it: it is managed by cachefit from now on", 60);
const AVAILABLE: Group = Group::new("add-replica", "switch high availability on; there is no way back", 900);
const SCALE: Group =
    Group::new("scale", "change the size; keys and host name stay, its address may change", 900);
const SECURE: Group = Group::new("set-tls", "set the oldest version of TLS", 300);
const REACH: Group = Group::new("set-public-access", "set whether it is reached over the internet", 300);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(REGION, "a cache stays in its region"),
    Attribute::in_place(MANAGED, &ADOPT),
    Attribute::in_place(HIGH_AVAILABILITY, &AVAILABLE),
    Attribute::in_place(SKU, &SCALE),
    Attribute::noticed(MINIMUM_TLS, &SECURE, Effect::ConnectionsDrop, "connections with an older TLS end"),
    Attribute::noticed(
        PUBLIC_ACCESS,
        &REACH,
        Effect::ConnectionsDrop,
        "clients on the way that closes are cut off, and come back by the other one",
    ),
    Attribute::TAGS,
];

/// Why a change of size without a copy is what it is.
const WITHOUT_COPY: &str =
    "without high availability, a change of size loses all data, and the cache is offline meanwhile";

/// The cluster.
#[derive(Debug)]
pub struct RedisEnterprise;

impl Kind<Azure> for RedisEnterprise {
    fn name(&self) -> &'static str {
        names::REDIS_ENTERPRISE
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 600, update: 900, delete: 300, holds_data: true, ..Usual::seconds(300) }
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        let Some(sku) = deployment.node_type.as_deref() else { return Vec::new() };
        if deployment.service != Service::AzureManagedRedis {
            return Vec::new();
        }
        let mut resource = Resource::new(names::address(names::REDIS_ENTERPRISE, profile.name.as_str()))
            .with(REGION, scope::plain(&deployment.region))
            .with(MANAGED, true)
            .with(SKU, sku)
            .with(HIGH_AVAILABILITY, deployment.replicas > 0)
            .with(MINIMUM_TLS, "1.2");
        if !network::is_private(profile) {
            resource = resource.with(PUBLIC_ACCESS, "Enabled");
        } else if !zone_group::closes(wanted, names::REDIS_ENTERPRISE) {
            resource = resource.with(PUBLIC_ACCESS, "Disabled");
        }
        vec![tags::asked(wanted, resource)]
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(self.read(cloud, cloud.name()).await?.into_iter().collect()) })
    }

    fn read<'a>(&'a self, cloud: &'a Azure, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move {
            let answer = cloud.arm.get(&path(cloud, name), MANAGED_REDIS).await;
            let answer = absent_is_none(answer)?;
            cloud.showed(&names::address(names::REDIS_ENTERPRISE, name), answer.is_some());
            Ok(answer.map(|answer| observed(cloud, name, &answer)))
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            cloud.may_create(&work.task.step.address)?;
            let body = json!({
                "location": work.text(REGION),
                "tags": tags::of_new(cloud),
                "sku": { "name": work.text(SKU) },
                "properties": {
                    // What the last private way closes was open; what is made anew never is.
                    "publicNetworkAccess": if work.text(PUBLIC_ACCESS) == "Enabled" { "Enabled" } else { "Disabled" },
                    "highAvailability": enabled(work.flag(HIGH_AVAILABILITY)),
                    "minimumTlsVersion": work.text(MINIMUM_TLS),
                },
            });
            cloud.arm.put(&path(cloud, work.name()), MANAGED_REDIS, &body).await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let body = match work.group(SCHEMA) {
                group if group == ADOPT.verb => {
                    tags::adopt(work, MANAGED_REDIS).await?;
                    return Ok(Outcome::Done);
                }
                group if group == SCALE.verb => json!({ "sku": { "name": work.text(SKU) } }),
                group if group == AVAILABLE.verb => {
                    let on = enabled(work.flag(HIGH_AVAILABILITY));
                    json!({ "properties": { "highAvailability": on } })
                }
                group if group == SECURE.verb => {
                    json!({ "properties": { "minimumTlsVersion": work.text(MINIMUM_TLS) } })
                }
                group if group == REACH.verb => {
                    json!({ "properties": { "publicNetworkAccess": work.text(PUBLIC_ACCESS) } })
                }
                other => return Err(work.refused(&format!("nothing sets {other}"))),
            };
            // What is there is never sent back whole: a PUT makes it anew.
            work.cloud.arm.patch(&path(work.cloud, work.name()), MANAGED_REDIS, &body).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move { gone::delete(work, &path(work.cloud, work.name()), MANAGED_REDIS).await })
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        found::was_never_made(is)
    }

    fn rule(&self, difference: &AttributeChange, world: &World<'_>) -> Option<Rule> {
        if difference.name != SKU {
            return None;
        }
        let copy = |o: &Observed| o.resource.attributes.get(HIGH_AVAILABILITY).and_then(Value::as_flag);
        let is = world.observed.iter().find(|o| o.resource.address.kind == names::REDIS_ENTERPRISE)?;
        (copy(is) == Some(false))
            .then(|| Rule::in_place(900).with_effect(Effect::DataLoss).because(WITHOUT_COPY))
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let attribute = |name: &str| wanted?.attributes.get(name);
        match verb {
            "create" => {
                let copies = match attribute(HIGH_AVAILABILITY).and_then(Value::as_flag) {
                    Some(true) => "with high availability",
                    _ => "without high availability",
                };
                let (sku, region) = (attribute(SKU)?.as_text()?, attribute(REGION)?.as_text()?);
                Some(format!("create Azure Managed Redis {sku} in {region}, {copies}"))
            }
            "delete" => Some("delete the cluster with all its data".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &[
                    "Microsoft.Cache/redisEnterprise/read",
                    "Microsoft.Cache/redisEnterprise/listSkusForScaling/action",
                    "Microsoft.Insights/metrics/read",
                ],
            ),
            (Verb::Create, &["Microsoft.Cache/redisEnterprise/write"]),
            (Verb::Update, &["Microsoft.Cache/redisEnterprise/write"]),
            (Verb::Delete, &["Microsoft.Cache/redisEnterprise/delete"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
        let copies = match resource.attributes.get(HIGH_AVAILABILITY).and_then(Value::as_flag) {
            Some(true) => 2,
            Some(false) => 1,
            None => return Figure::unknown("whether it has high availability is not known yet"),
        };
        let engine = Some(Engine::Redis);
        price::by_the_hour(Service::AzureManagedRedis, text(REGION), text(SKU), engine, copies)
    }
}

/// The path of a cluster.
pub fn path(cloud: &Azure, name: &str) -> String {
    cloud.place.path(TYPE, name)
}

/// How Azure writes a switch.
pub fn enabled(on: bool) -> &'static str {
    if on { "Enabled" } else { "Disabled" }
}

fn observed(cloud: &Azure, name: &str, answer: &Json) -> Observed {
    let mut observed = found::tagged(cloud, names::REDIS_ENTERPRISE, name, answer);
    let adopts = found::adopt(cloud, &mut observed, answer);
    observed.state = found::state(answer);
    let of = |pointer: &str| text(answer, pointer).to_owned();
    let attributes = [
        (REGION, Value::from(scope::plain(text(answer, "/location")))),
        (MANAGED, Value::from(!adopts)),
        (SKU, Value::from(of("/sku/name"))),
        // What is left out is on: that is what the service makes.
        (HIGH_AVAILABILITY, Value::from(text(answer, "/properties/highAvailability") != "Disabled")),
        (MINIMUM_TLS, Value::from(of("/properties/minimumTlsVersion"))),
        (PUBLIC_ACCESS, Value::from(of("/properties/publicNetworkAccess"))),
    ];
    for (attribute, value) in attributes {
        observed.resource.attributes.insert(attribute.to_owned(), value);
    }
    let computed = [
        (HOST, of("/properties/hostName")),
        (REDUNDANCY, of("/properties/redundancyMode")),
        ("redis_version", of("/properties/redisVersion")),
        ("kind", of("/kind")),
    ];
    let computed = computed.into_iter().filter(|(_, value)| !value.is_empty());
    observed.computed.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(copy: bool) -> Observed {
        let resource = Resource::new(names::address(names::REDIS_ENTERPRISE, "shop"));
        Observed::ours(resource.with(SKU, "Balanced_B1").with(HIGH_AVAILABILITY, copy).with(REGION, "eastus"))
    }

    #[test]
    fn a_change_of_size_loses_data_where_there_is_no_copy() {
        let change = AttributeChange {
            name: SKU.to_owned(),
            before: Some("Balanced_B1".into()),
            after: Some("Balanced_B3".into()),
            forces: false,
            when: crate::plan::When::Now,
            pending: false,
        };
        for (copy, effect) in [(false, Some(Effect::DataLoss)), (true, None)] {
            let observed = [cluster(copy)];
            let rule = RedisEnterprise.rule(&change, &World { desired: &[], observed: &observed });
            assert_eq!(rule.map(|rule| rule.effect), effect, "{copy}");
        }
    }

    #[test]
    fn a_copy_costs_as_much_again() {
        let cost = |copy: bool| match RedisEnterprise.monthly(&cluster(copy).resource) {
            Figure::Known(usd) => usd.0,
            Figure::Unknown { why } => panic!("{why}"),
        };
        assert_eq!(cost(true), cost(false) * rust_decimal::Decimal::from(2));
    }
}
