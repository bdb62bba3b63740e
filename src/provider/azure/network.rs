//! The private way from the functions to the cache: whether there can be one, and where it begins.

use std::collections::BTreeSet;

use super::callers::{Hosting, VirtualNetwork};
use super::scope::{plain, same_id};
use super::{Azure, names};
use crate::catalog::Service;
use crate::plan::{Observed, Ownership};
use crate::profile::{Network, Profile};
use crate::provider::cloud::Wanted;

/// The zone of Azure Managed Redis, and that of Azure Cache for Redis.
pub const ZONES: [&str; 2] = ["privatelink.redis.azure.net", "privatelink.redis.cache.windows.net"];

/// Subnets that belong to a service by their name.
const TAKEN: [&str; 5] = [
    "GatewaySubnet",
    "AzureFirewallSubnet",
    "AzureFirewallManagementSubnet",
    "AzureBastionSubnet",
    "RouteServerSubnet",
];

/// One private way to the cache: an endpoint in a network of the functions, and the zone that names it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The name of the endpoint and of the link: profile and network.
    pub name: String,
    /// The network.
    pub network: String,
    /// Its region, which is the endpoint's.
    pub region: String,
    /// The subnet of the endpoint.
    pub subnet: String,
    /// The zone that the endpoint is named in.
    pub zone: String,
    /// Whether the zone is the profile's own.
    pub makes_zone: bool,
    /// Whether the zone's link to the network is.
    pub makes_link: bool,
}

/// Whether the cache is reached through private endpoints only.
pub fn is_private(profile: &Profile) -> bool {
    profile.security.network.value == Network::Private
}

/// The zone and the group of the private link of a service.
pub fn link_of(service: Service) -> (&'static str, &'static str) {
    let [managed, classic] = ZONES;
    if service == Service::AzureCacheForRedis {
        (classic, "redisCache")
    } else {
        (managed, "redisEnterprise")
    }
}

/// The private ways to the cache, one a network; those that cannot be are left out, which [`refused`] says.
pub fn ways(wanted: &Wanted<'_, Azure>) -> Vec<Way> {
    if !is_private(wanted.profile) {
        return Vec::new();
    }
    let networks = &wanted.callers.networks;
    let twice = |name: &str| networks.iter().filter(|n| n.name.eq_ignore_ascii_case(name)).count() > 1;
    let mut all: Vec<Way> = networks
        .iter()
        .filter_map(|network| {
            let group = network.id.split('/').nth(4).unwrap_or_default();
            let label =
                if twice(&network.name) { format!("{group}-{}", network.name) } else { network.name.clone() };
            way(wanted, network, &format!("{}-{label}", wanted.profile.name))
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn way(wanted: &Wanted<'_, Azure>, network: &VirtualNetwork, name: &str) -> Option<Way> {
    let ours = |kind: &str, name: &str| {
        let is = |o: &&Observed| o.resource.address == names::address(kind, name);
        wanted.observed.iter().find(is).is_some_and(|o| o.ownership == Ownership::Ours)
    };
    let (zone, _) = link_of(wanted.deployment.service);
    let of_name = || wanted.callers.zones.iter().filter(|known| known.name == zone);
    let own_zone = ours(names::PRIVATE_DNS_ZONE, &wanted.profile.name);
    let own_link = ours(names::ZONE_LINK, name);
    // A network has one zone of a name: the one that is linked already is the one that functions ask.
    let linked = of_name().find(|known| known.is_linked(&network.id));
    let here = own_zone_id(wanted);
    let in_group = of_name().find(|known| same_id(&known.id, &here));
    let (zone, makes_zone, makes_link) = match (linked, in_group) {
        (Some(known), _) => (known.id.clone(), own_zone && same_id(&known.id, &here), own_link),
        (None, Some(_)) => (here, own_zone, true),
        (None, None) => (here, true, true),
    };
    Some(Way {
        name: name.to_owned(),
        network: network.id.to_ascii_lowercase(),
        region: network.region.clone(),
        subnet: subnet(wanted, network, name)?,
        zone: zone.to_ascii_lowercase(),
        makes_zone,
        makes_link,
    })
}

/// The id of the zone that the profile would make in its group.
fn own_zone_id(wanted: &Wanted<'_, Azure>) -> String {
    let (zone, _) = link_of(wanted.deployment.service);
    format!("{}/providers/Microsoft.Network/privateDnsZones/{zone}", wanted.callers.group)
}

/// The subnet for an endpoint: that of the endpoint that is there, the one that the profile names, or a free one, those first
/// that are called after endpoints.
fn subnet(wanted: &Wanted<'_, Azure>, network: &VirtualNetwork, name: &str) -> Option<String> {
    let address = names::address(names::PRIVATE_ENDPOINT, name);
    let is = wanted.observed.iter().find(|o| o.resource.address == address && o.ownership == Ownership::Ours);
    let named = wanted.profile.placement.subnet_group.as_deref();
    if let (Some(is), None) = (is.and_then(|o| o.resource.attributes.get("subnet")?.as_text()), named) {
        return Some(is.to_owned());
    }
    let mut free: Vec<_> = network.subnets.iter().flatten().filter(|s| !s.delegated).collect();
    free.retain(|s| !TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(&s.name)));
    if let Some(named) = named {
        free.retain(|s| s.name.eq_ignore_ascii_case(named));
    }
    let rank = |name: &str| {
        let name = name.to_ascii_lowercase();
        u8::from(!(name.contains("endpoint") || name.contains("privatelink")))
    };
    free.sort_by(|a, b| (rank(&a.name), &a.name).cmp(&(rank(&b.name), &b.name)));
    free.first().map(|subnet| subnet.id.to_ascii_lowercase())
}

/// Why there can be no way from the functions to the cache; every reason.
pub fn refused(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    if !is_private(wanted.profile) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for app in &wanted.callers.apps {
        let name = &app.name;
        match (&app.hosting, &app.subnet) {
            (Hosting::Consumption, _) => all.push(format!(
                "{name} runs on a Consumption plan, which has no way into a network, and the cache is private: move it to a \
                 Flex Consumption plan (`az functionapp create --flexconsumption-location`) or a Premium plan, or set \
                 `security.network: any` for a public endpoint that lets in Entra identities only"
            )),
            (_, None) => all.push(format!(
                "{name} is in no network, and the cache is private: `az functionapp vnet-integration add --name {name} \
                 --resource-group GROUP --vnet NETWORK --subnet SUBNET` integrates it with one in {}, or set \
                 `security.network: any`",
                app.region
            )),
            _ => {}
        }
    }
    let ways = ways(wanted);
    for network in &wanted.callers.networks {
        if ways.iter().any(|way| same_id(&way.network, &network.id)) {
            continue;
        }
        let (name, group) = (&network.name, network.id.split('/').nth(4).unwrap_or("GROUP"));
        all.push(match (&network.subnets, wanted.profile.placement.subnet_group.as_deref()) {
            (None, _) => format!(
                "the network {name} cannot be read, so that no subnet for a private endpoint is known: allow \
                 Microsoft.Network/virtualNetworks/read on {}",
                network.id
            ),
            (_, Some(subnet)) => format!(
                "the network {name} has no subnet {subnet} (`placement.subnet_group`) that a private endpoint can be in: it \
                 has to be there and not delegated to a service"
            ),
            _ => format!(
                "the network {name} has no subnet for a private endpoint, since all are delegated to services: `az network \
                 vnet subnet create --resource-group {group} --vnet-name {name} --name private-endpoints --address-prefixes \
                 RANGE` makes one, a /28 is enough"
            ),
        });
    }
    all
}

/// What people should know of the way.
pub fn notes(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let mut all = Vec::new();
    let here = plain(&wanted.deployment.region);
    for app in wanted.callers.apps.iter().filter(|app| app.region != here) {
        all.push(format!(
            "{} runs in {}, and the cache is in {here}: every call goes from region to region, which takes its time and is \
             billed as traffic between regions (no price of it is known)",
            app.name, app.region
        ));
    }
    if !is_private(wanted.profile) {
        all.push(
            "the endpoint is public, and Azure Managed Redis has no firewall for it: TLS and an identity of Entra are all that \
             stands before the data; `security.network: private` closes it"
                .to_owned(),
        );
        return all;
    }
    let ways = ways(wanted);
    if wanted.callers.apps.is_empty() {
        all.push(
            "no function app is named under `placement.functions`: no private endpoint is made, and what cannot reach the \
             cache yet has no way to it"
                .to_owned(),
        );
    }
    if ways.len() > 1 {
        let networks: BTreeSet<&str> = ways.iter().map(|way| last(&way.network)).collect();
        let networks: Vec<&str> = networks.into_iter().collect();
        all.push(format!(
            "the functions are in {} networks ({}): each gets a private endpoint of its own, and each is billed by the hour",
            ways.len(),
            networks.join(", ")
        ));
    }
    for way in &ways {
        let subnet = last(&way.subnet);
        all.push(format!(
            "the private endpoint {} goes into the subnet {subnet} of {}",
            way.name,
            last(&way.network)
        ));
        if !way.makes_link {
            let zone = &way.zone;
            all.push(format!(
                "the network {} has the zone {zone} already, and it is used",
                last(&way.network)
            ));
        }
    }
    all
}

/// The last part of an id.
fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::azure::callers::Zone;

    #[test]
    fn each_service_has_a_zone_and_a_group_of_its_own() {
        assert_eq!(link_of(Service::AzureManagedRedis), ("privatelink.redis.azure.net", "redisEnterprise"));
        assert_eq!(
            link_of(Service::AzureCacheForRedis),
            ("privatelink.redis.cache.windows.net", "redisCache")
        );
    }

    #[test]
    fn a_zone_is_linked_whatever_the_letters_of_the_id() {
        let zone = Zone {
            id: "/z".to_owned(),
            name: ZONES[0].to_owned(),
            networks: vec!["/Subscriptions/S/Net".to_owned()],
        };
        assert!(zone.is_linked("/subscriptions/s/net") && !zone.is_linked("/subscriptions/s/other"));
    }
}
