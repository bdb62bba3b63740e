//! The entry of an endpoint in the zone. Once it is there the private way works, and the public one is closed.

use serde_json::{Value as Json, json};

use super::{private_dns_zone, private_endpoint};
use crate::plan::{Effect, Observed, Ownership, Resource, Value};
use crate::provider::Outcome;
use crate::provider::azure::arm::{CLASSIC_REDIS, MANAGED_REDIS, NETWORK};
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::{classic, redis_enterprise};
use crate::provider::azure::{Azure, gone, names, network};
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::owner_tags;
use crate::units::{Figure, Usd};

/// The zone, by its id in small letters.
const ZONE: &str = "zone";
/// Whether the cache is reached in another way than this: the attribute is the cache's, and comes from it.
pub const PUBLIC_ACCESS: &str = "public_network_access";

const NAME: Group = Group::new("set-zone", "name the endpoint in the zone", 60);
const CLOSE: Group =
    Group::new("close-public-access", "close the way over the internet: the private one works", 300);

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(ZONE, &NAME),
    Attribute::noticed(
        PUBLIC_ACCESS,
        &CLOSE,
        Effect::ConnectionsDrop,
        "clients that come over the internet are cut off, and those in the network go on by the endpoint",
    ),
];

/// The entry.
#[derive(Debug)]
pub struct ZoneGroup;

impl Kind<Azure> for ZoneGroup {
    fn name(&self) -> &'static str {
        names::ZONE_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(60)
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(names::PRIVATE_ENDPOINT)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let ways = network::ways(wanted);
        let mut before: Option<Resource> = None;
        let mut all = Vec::new();
        for (at, way) in ways.iter().enumerate() {
            let mut resource = Resource::new(names::address(names::ZONE_GROUP, way.name.as_str()))
                .with(ZONE, way.zone.as_str())
                .after(names::address(names::PRIVATE_ENDPOINT, way.name.as_str()));
            if way.makes_zone {
                resource = resource.after(private_dns_zone::address(&wanted.profile.name));
            }
            if way.makes_link {
                resource = resource.after(names::address(names::ZONE_LINK, way.name.as_str()));
            }
            if let Some(before) = before {
                resource = resource.after(before.address);
            }
            // The last of them closes the public way: all others lead to the cache by then.
            if at + 1 == ways.len() {
                resource = resource.with(PUBLIC_ACCESS, "Disabled");
            }
            before = Some(resource.clone());
            all.push(resource);
        }
        all
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let endpoints = format!("{}/providers/{}", cloud.place.group(), private_endpoint::TYPE);
            let mut all = Vec::new();
            for endpoint in cloud.arm.list_if_there(&endpoints, NETWORK).await? {
                let name = text(&endpoint, "/name");
                if !private_endpoint::is_ours(cloud, name) {
                    continue;
                }
                let path = format!("{}/privateDnsZoneGroups", private_endpoint::path(cloud, name));
                let groups = cloud.arm.list_if_there(&path, NETWORK).await?;
                let ours =
                    groups.iter().find(|group| text(group, "/name").eq_ignore_ascii_case(names::DEFAULT));
                all.extend(ours.map(|group| observed(cloud, &endpoint, name, group)));
            }
            Ok(all)
        })
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::REDIS_ENTERPRISE, names::CLASSIC]
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            set(work).await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            if work.group(SCHEMA) == NAME.verb {
                set(work).await?;
                return Ok(Outcome::Done);
            }
            let cloud = work.cloud;
            let (path, version) = if is_classic(work) {
                (classic::path(cloud, cloud.name()), CLASSIC_REDIS)
            } else {
                (redis_enterprise::path(cloud, cloud.name()), MANAGED_REDIS)
            };
            let body = json!({ "properties": { "publicNetworkAccess": work.text(PUBLIC_ACCESS) } });
            cloud.arm.patch(&path, version, &body).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let _alone = work.cloud.lane.lock().await;
            gone::delete(work, &path(work.cloud, work.name()), NETWORK).await
        })
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Azure) -> Option<String> {
        match verb {
            "create" => Some("name the endpoint in the zone, and keep the cache off the internet".to_owned()),
            "delete" => Some("take the endpoint's name out of the zone".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        const WRITE: &[&str] = &[
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
            "Microsoft.Network/privateDnsZones/join/action",
            "Microsoft.Cache/redisEnterprise/privateLinkResources/read",
        ];
        &[
            (Verb::Read, &["Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read"]),
            (Verb::Create, WRITE),
            (Verb::Update, WRITE),
            (Verb::Delete, &["Microsoft.Network/privateEndpoints/privateDnsZoneGroups/delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

fn path(cloud: &Azure, name: &str) -> String {
    format!("{}/privateDnsZoneGroups/{}", private_endpoint::path(cloud, name), names::DEFAULT)
}

/// Whether the zone is that of the old service.
fn is_classic(work: &Work<'_, Azure>) -> bool {
    work.text(ZONE).ends_with("windows.net")
}

/// Names the endpoint in the zone. A zone of another name would be taken, get no record, and nobody would say so: the cache
/// itself is asked which one it needs.
async fn set(work: &Work<'_, Azure>) -> Result<(), CallError> {
    let cloud = work.cloud;
    let (cache, version) = if is_classic(work) {
        (classic::path(cloud, cloud.name()), CLASSIC_REDIS)
    } else {
        (redis_enterprise::path(cloud, cloud.name()), MANAGED_REDIS)
    };
    let resources = cloud.arm.list(&format!("{cache}/privateLinkResources"), version).await?;
    let zones = resources.iter().filter_map(|of| of.pointer("/properties/requiredZoneNames")?.as_array());
    let needed: Vec<&str> = zones.flatten().filter_map(Json::as_str).collect();
    let zone = work.text(ZONE);
    let name = zone.rsplit('/').next().unwrap_or(zone);
    if !needed.is_empty() && !needed.iter().any(|needed| needed.eq_ignore_ascii_case(name)) {
        let message = format!("the cache is named in the zone {}, and not in {name}", needed.join(", "));
        return Err(work
            .refused(&message)
            .with_hint("this is a defect of cachefit: report it with the region"));
    }
    let config = json!({ "name": "redis", "properties": { "privateDnsZoneId": zone } });
    let body = json!({ "properties": { "privateDnsZoneConfigs": [config] } });
    let _alone = cloud.lane.lock().await;
    cloud.arm.put(&path(cloud, work.name()), NETWORK, &body).await.map(|_| ())
}

fn observed(cloud: &Azure, endpoint: &Json, name: &str, answer: &Json) -> Observed {
    let zone = text(answer, "/properties/privateDnsZoneConfigs/0/properties/privateDnsZoneId");
    let resource = Resource::new(names::address(names::ZONE_GROUP, name))
        .with(ZONE, zone.to_ascii_lowercase())
        .after(names::address(names::PRIVATE_ENDPOINT, name))
        .after(names::address(names::ZONE_LINK, name))
        .after(private_dns_zone::address(cloud.name()));
    let mut observed = Observed::ours(resource);
    observed.goes_after = names::caches(cloud.name()).to_vec();
    // It has no tags, and belongs to whom its endpoint belongs to.
    if let Some(why) = owner_tags::foreign(cloud.name(), &found::tags(endpoint)) {
        observed.ownership = Ownership::Foreign { why };
    }
    observed.state = found::state(answer);
    observed.computed.insert(found::ID.to_owned(), text(answer, "/id").to_owned());
    observed
}

/// An entry shows whether the cache is closed to the internet: that is its last step.
pub fn relate(all: &mut [Observed]) {
    let of = |kind: &str| {
        let cache = all.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours)?;
        cache.resource.attributes.get(redis_enterprise::PUBLIC_ACCESS).cloned()
    };
    let Some(access) = of(names::REDIS_ENTERPRISE).or_else(|| of(names::CLASSIC)) else { return };
    for group in all.iter_mut().filter(|o| o.resource.address.kind == names::ZONE_GROUP) {
        group.resource.attributes.insert(PUBLIC_ACCESS.to_owned(), access.clone());
    }
}

/// Whether the way over the internet is closed by the last entry, since it is open today: then it stays open until the
/// private one works.
pub fn closes(wanted: &Wanted<'_, Azure>, cache: &str) -> bool {
    let is = wanted.observed.iter().find(|o| o.resource.address.kind == cache);
    let open =
        is.and_then(|o| o.resource.attributes.get(redis_enterprise::PUBLIC_ACCESS)).and_then(Value::as_text);
    open == Some("Enabled") && !network::ways(wanted).is_empty()
}
