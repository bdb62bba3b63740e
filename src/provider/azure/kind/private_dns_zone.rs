//! The private zone with the names of caches. A network has one of them; where there is one already, that one is used.

use serde_json::{Value as Json, json};

use crate::catalog::{Service, items};
use crate::plan::{Observed, Resource, Value};
use crate::provider::Outcome;
use crate::provider::azure::arm::PRIVATE_DNS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::{Azure, gone, names, network, price, tags};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Kind, Reading, Usual, Verb, Work};
use crate::provider::owner_tags;
use crate::units::{Figure, Usd};

/// The type in Resource Manager.
pub const TYPE: &str = "Microsoft.Network/privateDnsZones";

const ZONE: &str = "zone";
/// Where zones are sold.
const GLOBAL: &str = "global";

const SCHEMA: &[Attribute] = &[Attribute::fixed(ZONE, "a zone keeps its name"), Attribute::TAGS];

/// The zone.
#[derive(Debug)]
pub struct PrivateDnsZone;

impl Kind<Azure> for PrivateDnsZone {
    fn name(&self) -> &'static str {
        names::PRIVATE_DNS_ZONE
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(60)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        if !network::ways(wanted).iter().any(|way| way.makes_zone) {
            return Vec::new();
        }
        let (zone, _) = network::link_of(wanted.deployment.service);
        let resource = Resource::new(address(&wanted.profile.name)).with(ZONE, zone);
        vec![tags::asked(wanted, resource)]
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let all = of_caches(cloud).await?;
            // Of two, that of the profile.
            let ours = |zone: &&Json| owner_tags::foreign(cloud.name(), &found::tags(zone)).is_none();
            let one = all.iter().find(ours).or_else(|| all.first());
            Ok(one.map(|answer| observed(cloud, answer)).into_iter().collect())
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let body = json!({ "location": "global", "tags": tags::of_new(work.cloud) });
            work.cloud.arm.put(&path(work.cloud, work.text(ZONE)), PRIVATE_DNS, &body).await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async { Err(work.refused("nothing of a zone is set in place but its tags")) })
    }

    /// What others have put into it meanwhile keeps it: then it is no longer ours.
    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let Some(id) = work.fact(found::ID) else { return Ok(Outcome::Done) };
            let Some(zone) = absent_is_none(cloud.arm.get(id, PRIVATE_DNS).await)? else {
                return Ok(Outcome::Done);
            };
            if is_used(&zone) || has_links(cloud, id).await? {
                let rest = tags::without_ours(&found::tags(&zone));
                cloud.arm.patch(id, PRIVATE_DNS, &json!({ "tags": rest })).await?;
                return Ok(Outcome::Done);
            }
            gone::delete(work, id, PRIVATE_DNS).await
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let zone = wanted.and_then(|w| w.attributes.get(ZONE)?.as_text());
        match verb {
            "create" => Some(format!("create the private zone {}", zone?)),
            "delete" => Some("delete the private zone, or leave it to others who use it".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["Microsoft.Network/privateDnsZones/read"]),
            (Verb::Create, &["Microsoft.Network/privateDnsZones/write"]),
            (Verb::Update, &["Microsoft.Network/privateDnsZones/write"]),
            (Verb::Delete, &["Microsoft.Network/privateDnsZones/delete"]),
        ]
    }

    /// By the month; queries are billed beside it, and nobody knows how many there are.
    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let zone = resource.attributes.get(ZONE).and_then(Value::as_text);
        let classic = zone == Some(network::link_of(Service::AzureCacheForRedis).0);
        let service = if classic { Service::AzureCacheForRedis } else { Service::AzureManagedRedis };
        price::by_the_month(service, GLOBAL, items::DNS_ZONE)
    }
}

/// The address of the profile's zone.
pub fn address(profile: &str) -> crate::plan::Address {
    names::address(names::PRIVATE_DNS_ZONE, profile)
}

/// The path of a zone in the group.
pub fn path(cloud: &Azure, zone: &str) -> String {
    cloud.place.path(TYPE, zone)
}

/// Zones of caches' names in the group, whosever they are.
pub async fn of_caches(cloud: &Azure) -> Result<Vec<Json>, CallError> {
    let all =
        cloud.arm.list_if_there(&format!("{}/providers/{TYPE}", cloud.place.group()), PRIVATE_DNS).await?;
    Ok(all.into_iter().filter(|zone| network::ZONES.contains(&text(zone, "/name"))).collect())
}

/// Whether records are in it beside its own.
pub fn is_used(zone: &Json) -> bool {
    zone.pointer("/properties/numberOfRecordSets").and_then(Json::as_u64).is_some_and(|records| records > 1)
}

async fn has_links(cloud: &Azure, id: &str) -> Result<bool, CallError> {
    Ok(!cloud.arm.list_if_there(&format!("{id}/virtualNetworkLinks"), PRIVATE_DNS).await?.is_empty())
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let mut observed = found::tagged(cloud, names::PRIVATE_DNS_ZONE, cloud.name(), answer);
    observed.resource.attributes.insert(ZONE.to_owned(), text(answer, "/name").into());
    observed.state = found::state(answer);
    observed
}
