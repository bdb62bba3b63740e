//! A private endpoint of the cache in a subnet of the functions' network.

use serde_json::{Value as Json, json};

use crate::catalog::{Service, items};
use crate::plan::{AttributeChange, Observed, Resource, State, Value};
use crate::provider::azure::arm::{CLASSIC_REDIS, MANAGED_REDIS, NETWORK};
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::{classic, database, redis_enterprise};
use crate::provider::azure::{Azure, gone, names, network, price, tags};
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Figure, Usd};

/// The type in Resource Manager.
pub const TYPE: &str = "Microsoft.Network/privateEndpoints";
/// What the owner of the cache says to the endpoint.
const APPROVED: &str = "Approved";

/// The attribute with the region of its network.
pub const REGION: &str = "region";
/// The subnet, by its id in small letters.
const SUBNET: &str = "subnet";
/// What it leads to: `redisEnterprise`, `redisCache`.
const LEADS_TO: &str = "group_id";
const CONNECTION: &str = "connection";
/// The computed attribute with the connection's id at the cache.
const CACHE: &str = "cache";

const APPROVE: Group = Group::new("approve", "approve the connection at the cache", 60);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(REGION, "an endpoint stays in its region"),
    Attribute::fixed(SUBNET, "an endpoint stays in its subnet"),
    Attribute::fixed(LEADS_TO, "an endpoint leads to one kind of cache"),
    Attribute::in_place(CONNECTION, &APPROVE),
];

/// A private endpoint.
#[derive(Debug)]
pub struct PrivateEndpoint;

impl Kind<Azure> for PrivateEndpoint {
    fn name(&self) -> &'static str {
        names::PRIVATE_ENDPOINT
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual {
            on_delete: Some("functions in its network lose their way to the cache"),
            ..Usual::seconds(90)
        }
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &[names::REDIS_ENTERPRISE, names::CLASSIC]
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let service = wanted.deployment.service;
        let (_, group) = network::link_of(service);
        let resource = |way: network::Way| {
            let resource = Resource::new(names::address(names::PRIVATE_ENDPOINT, way.name))
                .with(REGION, way.region)
                .with(SUBNET, way.subnet)
                .with(LEADS_TO, group)
                .with(CONNECTION, APPROVED);
            let name = wanted.profile.name.as_str();
            if service == Service::AzureCacheForRedis {
                return resource.after(names::address(names::CLASSIC, name));
            }
            // What is at work at the cluster would hold it up.
            resource.after(names::address(names::REDIS_ENTERPRISE, name)).after(database::address(name))
        };
        network::ways(wanted).into_iter().map(resource).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let path = format!("{}/providers/{TYPE}", cloud.place.group());
            let all = cloud.arm.list_if_there(&path, NETWORK).await?;
            let ours = all.iter().filter(|answer| is_ours(cloud, text(answer, "/name")));
            Ok(ours.map(|answer| observed(cloud, answer)).collect())
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let group = work.text(LEADS_TO);
            let connection = json!({
                "name": work.name(),
                "properties": { "privateLinkServiceId": cache(cloud, group), "groupIds": [group] },
            });
            let body = json!({
                "location": work.text(REGION),
                "tags": tags::of_new(cloud),
                "properties": {
                    "subnet": { "id": work.text(SUBNET) },
                    "privateLinkServiceConnections": [connection],
                },
            });
            let _alone = cloud.lane.lock().await;
            cloud.arm.put(&path(cloud, work.name()), NETWORK, &body).await?;
            Ok(work.working("it is being made"))
        })
    }

    /// Who may approve connections of the cache has his own approved by itself; otherwise somebody has to say so.
    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let group = work.text(LEADS_TO);
            let cache = cache(cloud, group);
            let version = if group == "redisCache" { CLASSIC_REDIS } else { MANAGED_REDIS };
            let list = format!("{cache}/privateEndpointConnections");
            let all = cloud.arm.list_if_there(&list, version).await?;
            let own = path(cloud, work.name());
            let is_own =
                |answer: &&Json| text(answer, "/properties/privateEndpoint/id").eq_ignore_ascii_case(&own);
            let Some(id) = all.iter().find(is_own).map(|answer| text(answer, "/id")) else {
                return Err(CallError::new(Refusal::Busy, "the cache does not know of the endpoint yet"));
            };
            let state = json!({ "status": APPROVED, "description": "approved by cachefit" });
            let body = json!({ "properties": { "privateLinkServiceConnectionState": state } });
            let name = id.rsplit('/').next().unwrap_or_default();
            cloud.arm.put(&format!("{list}/{name}"), version, &body).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let _alone = work.cloud.lane.lock().await;
            gone::delete(work, &path(work.cloud, work.name()), NETWORK).await
        })
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        matches!(is.state, State::Broken { .. })
    }

    /// A connection that waits is approved; one that was refused or cut off never comes back.
    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let waits = difference.before.as_ref().and_then(Value::as_text) == Some("Pending");
        (difference.name == CONNECTION && !waits).then(|| {
            Rule::replace(90)
                .because("a connection that was refused or cut off is made anew with its endpoint")
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let subnet = wanted.and_then(|w| w.attributes.get(SUBNET)?.as_text())?;
        let subnet = subnet.rsplit('/').next().unwrap_or(subnet);
        (verb == "create")
            .then(|| format!("create a private endpoint in the subnet {subnet}, and wait for its approval"))
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &[
                    "Microsoft.Network/privateEndpoints/read",
                    "Microsoft.Network/virtualNetworks/read",
                    "Microsoft.Web/sites/read",
                    "Microsoft.Web/serverfarms/read",
                ],
            ),
            (
                Verb::Create,
                &[
                    "Microsoft.Network/privateEndpoints/write",
                    "Microsoft.Network/virtualNetworks/subnets/join/action",
                    "Microsoft.Cache/redisEnterprise/PrivateEndpointConnectionsApproval/action",
                ],
            ),
            (
                Verb::Update,
                &[
                    "Microsoft.Cache/redisEnterprise/privateEndpointConnections/read",
                    "Microsoft.Cache/redisEnterprise/privateEndpointConnections/write",
                ],
            ),
            (Verb::Delete, &["Microsoft.Network/privateEndpoints/delete"]),
        ]
    }

    /// By the hour; what passes through it is in the estimate of the whole.
    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
        let classic = text(LEADS_TO) == network::link_of(Service::AzureCacheForRedis).1;
        let service = if classic { Service::AzureCacheForRedis } else { Service::AzureManagedRedis };
        price::by_the_hour(service, text(REGION), items::PRIVATE_ENDPOINT, None, 1)
    }
}

/// The path of an endpoint.
pub fn path(cloud: &Azure, name: &str) -> String {
    cloud.place.path(TYPE, name)
}

/// The cache that an endpoint leads to.
fn cache(cloud: &Azure, group: &str) -> String {
    match group {
        "redisCache" => classic::path(cloud, cloud.name()),
        _ => redis_enterprise::path(cloud, cloud.name()),
    }
}

/// Whether a name is one that the profile gives to its endpoints.
pub fn is_ours(cloud: &Azure, name: &str) -> bool {
    name.strip_prefix(cloud.name()).is_some_and(|rest| rest.starts_with('-'))
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let mut observed = found::tagged(cloud, names::PRIVATE_ENDPOINT, text(answer, "/name"), answer);
    let connection = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"]
        .iter()
        .find_map(|field| answer.pointer(&format!("/properties/{field}/0")))
        .unwrap_or(&Json::Null);
    let attributes = [
        (REGION, crate::provider::azure::scope::plain(text(answer, "/location"))),
        (SUBNET, text(answer, "/properties/subnet/id").to_ascii_lowercase()),
        (LEADS_TO, text(connection, "/properties/groupIds/0").to_owned()),
        (CONNECTION, text(connection, "/properties/privateLinkServiceConnectionState/status").to_owned()),
    ];
    for (name, value) in attributes {
        observed.resource.attributes.insert(name.to_owned(), value.into());
    }
    let to = text(connection, "/properties/privateLinkServiceId").to_owned();
    observed.computed.insert(CACHE.to_owned(), to);
    observed.state = found::state(answer);
    // It goes before the cache does; where the cache stays, the other way to it is opened first.
    let caches = names::caches(cloud.name());
    observed.goes_after = caches.to_vec();
    observed.resource.depends_on.extend(caches);
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_paid_by_the_hour() {
        let resource = Resource::new(names::address(names::PRIVATE_ENDPOINT, "shop-net"))
            .with(REGION, "eastus")
            .with(LEADS_TO, "redisEnterprise");
        let Figure::Known(usd) = PrivateEndpoint.monthly(&resource) else { panic!("no price") };
        assert_eq!(usd.0, rust_decimal::Decimal::new(730, 2));
    }
}
