//! The link of the zone to a network of the functions.

use serde_json::{Value as Json, json};

use super::private_dns_zone as zone;
use crate::plan::{Observed, Resource, Value};
use crate::provider::Outcome;
use crate::provider::azure::arm::PRIVATE_DNS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::private_endpoint;
use crate::provider::azure::{Azure, gone, names, network, tags};
use crate::provider::call::absent_is_none;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The network, by its id in small letters.
const NETWORK: &str = "network";
/// The zone, by its name.
const ZONE: &str = "zone";
/// Whether machines of the network are registered in the zone: never.
const REGISTERS: &str = "registration";

const SET: Group = Group::new("set-registration", "keep machines of the network out of the zone", 60);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(NETWORK, "a link is of one network"),
    Attribute::fixed(ZONE, "a link is of one zone"),
    Attribute::in_place(REGISTERS, &SET),
];

/// The link.
#[derive(Debug)]
pub struct ZoneLink;

impl Kind<Azure> for ZoneLink {
    fn name(&self) -> &'static str {
        names::ZONE_LINK
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(60)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let (zone, _) = network::link_of(wanted.deployment.service);
        let resource = |way: network::Way| {
            let resource = Resource::new(names::address(names::ZONE_LINK, way.name))
                .with(NETWORK, way.network)
                .with(ZONE, zone)
                .with(REGISTERS, false);
            if way.makes_zone { resource.after(zone::address(&wanted.profile.name)) } else { resource }
        };
        network::ways(wanted).into_iter().filter(|way| way.makes_link).map(resource).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for zone in zone::of_caches(cloud).await? {
                let path = format!("{}/virtualNetworkLinks", text(&zone, "/id"));
                let links = cloud.arm.list_if_there(&path, PRIVATE_DNS).await?;
                let ours = links.iter().filter(|link| private_endpoint::is_ours(cloud, text(link, "/name")));
                all.extend(ours.map(|link| observed(cloud, text(&zone, "/name"), link)));
            }
            Ok(all)
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let path = path(work.cloud, work.text(ZONE), work.name());
            put(work, &path, &json!(tags::of_new(work.cloud))).await?;
            Ok(work.working("it is being made"))
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let path = path(work.cloud, work.text(ZONE), work.name());
            put(work, &path, &json!(tags::of_new(work.cloud))).await?;
            Ok(Outcome::Done)
        })
    }

    /// Where the zone has records of others, they need the link as well: then it is no longer ours.
    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let Some(id) = work.fact(found::ID) else { return Ok(Outcome::Done) };
            let of = id.to_ascii_lowercase().find("/virtualnetworklinks/").and_then(|at| id.get(..at));
            let zone = match of {
                Some(of) => absent_is_none(cloud.arm.get(of, PRIVATE_DNS).await)?,
                None => None,
            };
            if zone.as_ref().is_some_and(zone::is_used) {
                let link = cloud.arm.get(id, PRIVATE_DNS).await?;
                put(work, id, &json!(tags::without_ours(&found::tags(&link)))).await?;
                return Ok(Outcome::Done);
            }
            gone::delete(work, id, PRIVATE_DNS).await
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let text = |name: &str| wanted?.attributes.get(name)?.as_text();
        match verb {
            "create" => {
                let network = text(NETWORK)?;
                Some(format!(
                    "link the zone to the network {}",
                    network.rsplit('/').next().unwrap_or(network)
                ))
            }
            "delete" => Some("take the zone out of the network, unless others need it there".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        const WRITE: &[&str] = &[
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
            "Microsoft.Network/virtualNetworks/join/action",
        ];
        &[
            (Verb::Read, &["Microsoft.Network/privateDnsZones/virtualNetworkLinks/read"]),
            (Verb::Create, WRITE),
            (Verb::Update, WRITE),
            (Verb::Delete, &["Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

fn path(cloud: &Azure, zone: &str, name: &str) -> String {
    format!("{}/virtualNetworkLinks/{name}", zone::path(cloud, zone))
}

async fn put(
    work: &Work<'_, Azure>,
    path: &str,
    tags: &Json,
) -> Result<(), crate::provider::call::CallError> {
    let network = match work.text(NETWORK) {
        "" => work
            .is
            .and_then(|is| is.resource.attributes.get(NETWORK))
            .and_then(Value::as_text)
            .unwrap_or_default(),
        network => network,
    };
    let body = json!({
        "location": "global",
        "tags": tags,
        "properties": { "virtualNetwork": { "id": network }, "registrationEnabled": false },
    });
    work.cloud.arm.put(path, PRIVATE_DNS, &body).await.map(|_| ())
}

fn observed(cloud: &Azure, zone: &str, answer: &Json) -> Observed {
    let mut observed = found::tagged(cloud, names::ZONE_LINK, text(answer, "/name"), answer);
    let registers =
        answer.pointer("/properties/registrationEnabled").and_then(Json::as_bool).unwrap_or(false);
    let attributes = [
        (NETWORK, Value::from(text(answer, "/properties/virtualNetwork/id").to_ascii_lowercase())),
        (ZONE, zone.into()),
        (REGISTERS, registers.into()),
    ];
    observed.resource.attributes.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    observed.state = found::state(answer);
    observed.resource.depends_on.push(zone::address(cloud.name()));
    observed
}
