//! What a custom role must allow, as `az role definition create --role-definition FILE` reads it.

use std::collections::BTreeSet;

use serde_json::json;

use super::callers::{App, Callers, Hosting, Subnet, VirtualNetwork};
use super::network;
use super::offers::Offers;
use crate::catalog::Service;
use crate::profile::{Function, FunctionKind, Profile};
use crate::provider::permissions::{Asked, Purpose};

/// Permissions of what belongs to no kind alone: the resource group, and what the subscription offers.
const EVERYBODY: &[&str] = &[
    "Microsoft.Resources/subscriptions/providers/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
];
/// To see where functions are and who they are.
const FUNCTIONS: &[&str] = &["Microsoft.Web/serverfarms/read", "Microsoft.Web/sites/read"];
/// To find the way from them to the cache.
const NETWORKS: &[&str] = &[
    "Microsoft.Network/privateDnsZones/read",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
    "Microsoft.Network/virtualNetworks/read",
];

/// What no kind asks for by itself.
pub fn beside(asked: &Asked<'_>) -> Vec<&'static str> {
    let mut all = EVERYBODY.to_vec();
    if asked.purpose != Purpose::Destroy && !asked.profile.placement.functions.is_empty() {
        all.extend(FUNCTIONS);
        all.extend(NETWORKS);
    }
    if asked.purpose != Purpose::Destroy && network::is_private(asked.profile) {
        all.push("Microsoft.Network/locations/usages/read");
    }
    if asked.purpose != Purpose::Destroy && asked.deployment.service == Service::AzureCacheForRedis {
        all.push("Microsoft.Cache/checknameavailability/action");
    }
    if asked.purpose == Purpose::Plan {
        // `observe` and `status` read them.
        all.extend(["Microsoft.Insights/metrics/read", "Microsoft.AlertsManagement/alerts/read"]);
    }
    if asked.purpose == Purpose::Plan && asked.profile.security.access_keys {
        all.push("Microsoft.Cache/redisEnterprise/databases/listKeys/action");
    }
    all
}

/// A role with what is asked for. Where it may be given is for whoever makes it to say.
pub fn role(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
    let purpose = match asked.purpose {
        Purpose::Plan => "plan",
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let placement = &asked.profile.placement;
    let or =
        |named: &Option<String>, placeholder: &str| named.clone().unwrap_or_else(|| placeholder.to_owned());
    let subscription = or(&placement.subscription, "SUBSCRIPTION");
    // Functions, their network and a zone in use may be in other groups of the subscription.
    let elsewhere = asked.purpose != Purpose::Destroy
        && !placement.functions.is_empty()
        && network::is_private(asked.profile);
    let scope = if elsewhere {
        format!("/subscriptions/{subscription}")
    } else {
        let group = or(&placement.resource_group, "RESOURCE_GROUP");
        format!("/subscriptions/{subscription}/resourceGroups/{group}")
    };
    let name = &asked.profile.name;
    let role = json!({
        "Name": format!("cachefit {name} {purpose}"),
        "IsCustom": true,
        "Description": format!("What `cachefit {purpose}` needs for the profile {name}."),
        "Actions": permissions,
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [scope],
    });
    format!("{role:#}\n")
}

/// Function apps of the profile's in a network with a free subnet, and a subscription that offers everything: what a role is written for
/// before anybody has looked.
pub fn supposed_callers(profile: &Profile) -> Callers {
    let group = "/subscriptions/SUBSCRIPTION/resourceGroups/RESOURCE_GROUP".to_owned();
    let network = format!("{group}/providers/Microsoft.Network/virtualNetworks/NETWORK");
    let subnet = |name: &str, delegated: bool| Subnet {
        id: format!("{network}/subnets/{name}"),
        name: name.to_owned(),
        delegated,
    };
    let apps = profile.placement.functions.iter().filter(|f| f.kind == FunctionKind::FunctionApp);
    let app = |function: &Function| App {
        name: function.name.clone(),
        id: format!("{group}/providers/Microsoft.Web/sites/{}", function.name),
        region: String::new(),
        hosting: Hosting::Flex,
        subnet: Some(subnet("functions", true).id),
        identities: vec!["00000000-0000-0000-0000-000000000000".to_owned()],
        most_instances: None,
    };
    let endpoints = profile.placement.subnet_group.as_deref().unwrap_or("private-endpoints");
    Callers {
        apps: apps.map(app).collect(),
        networks: vec![VirtualNetwork {
            id: network.clone(),
            name: "NETWORK".to_owned(),
            region: String::new(),
            subnets: Some(vec![subnet("functions", true), subnet(endpoints, false)]),
        }],
        zones: Vec::new(),
        group,
        offers: Offers { registration: None, versions: vec![super::arm::WITH_ACCESS.to_owned()] },
    }
}
