//! The function apps that call the cache: where they run, what network they are in, who they are.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde_json::Value as Json;

use super::Azure;
use super::arm::{NETWORK, PRIVATE_DNS, WEB};
use super::found::text;
use super::network::ZONES;
use super::offers::{self, Offers};
use super::scope::{plain, same_id};
use crate::provider::Caller;
use crate::provider::call::{CallError, Refusal, absent_is_none};

/// Where the functions are, and what the subscription offers.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// The function apps of the profile, in its order.
    pub apps: Vec<App>,
    /// The networks that they are integrated with, by id.
    pub networks: Vec<VirtualNetwork>,
    /// Private zones of caches' names in the subscription.
    pub zones: Vec<Zone>,
    /// The path of the deployment's resource group.
    pub group: String,
    /// What the subscription offers; unknown where nobody asked.
    pub offers: Offers,
}

/// A function app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name in the profile.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its region, `westeurope`.
    pub region: String,
    /// What it runs on.
    pub hosting: Hosting,
    /// The id of the subnet that it is integrated with.
    pub subnet: Option<String>,
    /// Object ids of its identities.
    pub identities: Vec<String>,
    /// Instances at most, where the plan says it.
    pub most_instances: Option<u32>,
}

/// What a function app runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosting {
    /// Consumption (Y1): no network of its own.
    Consumption,
    /// Flex Consumption (FC1).
    Flex,
    /// Premium (EP1 to EP3).
    Premium,
    /// An App Service plan of another tier, by its name.
    Dedicated(String),
}

/// A virtual network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualNetwork {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region; empty where it may not be read.
    pub region: String,
    /// Its subnets; none where it may not be read.
    pub subnets: Option<Vec<Subnet>>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it belongs to a service, which lets nothing else in.
    pub delegated: bool,
}

/// A private zone of a cache's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name: `privatelink.redis.azure.net`.
    pub name: String,
    /// Ids of the networks that it is linked to.
    pub networks: Vec<String>,
}

impl App {
    /// The id of the network that its subnet is in.
    pub fn network(&self) -> Option<&str> {
        self.subnet.as_deref().map(network_of)
    }
}

/// The network of a subnet, by their ids.
pub fn network_of(subnet: &str) -> &str {
    let at = subnet.to_ascii_lowercase().find("/subnets/");
    at.and_then(|at| subnet.get(..at)).unwrap_or(subnet)
}

/// Looks at the function apps, their networks, and what the subscription offers.
pub async fn read(cloud: &Azure) -> Result<Callers, CallError> {
    // Nothing depends on where functions are when something is taken down.
    let Some(functions) = &cloud.opening.functions else { return Ok(Callers::default()) };
    let apps = try_join_all(functions.iter().map(|caller| app(cloud, caller))).await?;
    let ids: BTreeMap<String, &str> =
        apps.iter().filter_map(App::network).map(|id| (id.to_ascii_lowercase(), id)).collect();
    let networks = try_join_all(ids.into_values().map(|id| network(cloud, id))).await?;
    let zones = if networks.is_empty() { Vec::new() } else { zones(cloud).await? };
    Ok(Callers { networks, zones, group: cloud.place.group(), offers: offers::read(cloud).await?, apps })
}

/// A function app by its name in the group, by `GROUP/NAME`, or by its id; a name is looked for in the whole subscription.
async fn app(cloud: &Azure, caller: &Caller) -> Result<App, CallError> {
    let path = match caller.name.split('/').collect::<Vec<_>>().as_slice() {
        ["", "subscriptions", ..] => caller.name.clone(),
        [group, name] => {
            let subscription = &cloud.place.subscription;
            format!(
                "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{name}"
            )
        }
        _ => cloud.place.path("Microsoft.Web/sites", &caller.name),
    };
    let answer = match absent_is_none(cloud.arm.get(&path, WEB).await)? {
        Some(answer) => answer,
        None if caller.name.contains('/') => return Err(missing(cloud, caller)),
        None => anywhere(cloud, caller).await?,
    };
    let plan = match text(&answer, "/properties/serverFarmId") {
        "" => None,
        id => match cloud.arm.get(id, WEB).await {
            Err(error) if matches!(error.refusal, Refusal::Absent | Refusal::Denied) => None,
            result => Some(result?),
        },
    };
    Ok(of(caller, &answer, plan.as_ref()))
}

fn missing(cloud: &Azure, caller: &Caller) -> CallError {
    let message =
        format!("the function app {} is not in the subscription {}", caller.name, cloud.place.subscription);
    CallError::refused(message).with_hint(
        "`az functionapp list -o table` lists them; `function_app` takes NAME, GROUP/NAME or the whole id",
    )
}

/// The one app of a name in the subscription.
async fn anywhere(cloud: &Azure, caller: &Caller) -> Result<Json, CallError> {
    let path = format!("/subscriptions/{}/providers/Microsoft.Web/sites", cloud.place.subscription);
    let all = match cloud.arm.list(&path, WEB).await {
        Err(error) if error.refusal == Refusal::Denied => return Err(missing(cloud, caller)),
        result => result?,
    };
    let mut named: Vec<Json> =
        all.into_iter().filter(|app| text(app, "/name").eq_ignore_ascii_case(&caller.name)).collect();
    match (named.pop(), named.len()) {
        (Some(app), 0) => Ok(app),
        (None, _) => Err(missing(cloud, caller)),
        (Some(last), _) => {
            let ids: Vec<&str> = named.iter().chain([&last]).map(|app| text(app, "/id")).collect();
            let message =
                format!("{} function apps are called {}: {}", ids.len(), caller.name, ids.join(", "));
            Err(CallError::refused(message)
                .with_hint("write GROUP/NAME or the whole id under `function_app`"))
        }
    }
}

fn of(caller: &Caller, answer: &Json, plan: Option<&Json>) -> App {
    let tier = match plan.map_or("", |plan| text(plan, "/sku/tier")) {
        "" => text(answer, "/properties/sku"),
        tier => tier,
    };
    let hosting = match tier {
        "Dynamic" => Hosting::Consumption,
        "FlexConsumption" => Hosting::Flex,
        "ElasticPremium" => Hosting::Premium,
        other => Hosting::Dedicated(other.to_owned()),
    };
    let given = answer.pointer("/identity/userAssignedIdentities").and_then(Json::as_object);
    let given = given.into_iter().flatten().map(|(_, identity)| text(identity, "/principalId"));
    // A set: the order of an object's members says nothing.
    let identities: BTreeSet<String> = given
        .chain([text(answer, "/identity/principalId")])
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    let number = |from: &Json, at: &str| from.pointer(at).and_then(Json::as_u64);
    let most = number(answer, "/properties/functionAppConfig/scaleAndConcurrency/maximumInstanceCount")
        .or_else(|| number(plan?, "/properties/maximumElasticWorkerCount"));
    let subnet = text(answer, "/properties/virtualNetworkSubnetId");
    App {
        name: caller.name.clone(),
        id: text(answer, "/id").to_owned(),
        region: plain(text(answer, "/location")),
        hosting,
        subnet: (!subnet.is_empty()).then(|| subnet.to_owned()),
        identities: identities.into_iter().collect(),
        most_instances: most.and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0),
    }
}

async fn network(cloud: &Azure, id: &str) -> Result<VirtualNetwork, CallError> {
    let name = id.rsplit('/').next().unwrap_or(id).to_owned();
    let answer = match cloud.arm.get(id, NETWORK).await {
        // A public cache needs no look into the network: whoever needs one says so.
        Err(error) if matches!(error.refusal, Refusal::Absent | Refusal::Denied) => {
            return Ok(VirtualNetwork { id: id.to_owned(), name, region: String::new(), subnets: None });
        }
        result => result?,
    };
    let subnets = answer.pointer("/properties/subnets").and_then(Json::as_array);
    let subnet = |answer: &Json| Subnet {
        id: text(answer, "/id").to_owned(),
        name: text(answer, "/name").to_owned(),
        delegated: answer
            .pointer("/properties/delegations")
            .and_then(Json::as_array)
            .is_some_and(|all| !all.is_empty()),
    };
    Ok(VirtualNetwork {
        id: id.to_owned(),
        name,
        region: plain(text(&answer, "/location")),
        subnets: Some(subnets.into_iter().flatten().map(subnet).collect()),
    })
}

/// Zones of caches' names, with the networks that they are linked to. Who may not see them makes one in the group.
async fn zones(cloud: &Azure) -> Result<Vec<Zone>, CallError> {
    let path =
        format!("/subscriptions/{}/providers/Microsoft.Network/privateDnsZones", cloud.place.subscription);
    let all = match cloud.arm.list(&path, PRIVATE_DNS).await {
        Err(error) if error.refusal == Refusal::Denied => return Ok(Vec::new()),
        result => result?,
    };
    let ours = all.iter().filter(|zone| ZONES.contains(&text(zone, "/name")));
    let mut zones = try_join_all(ours.map(|zone| async move {
        let id = text(zone, "/id").to_owned();
        let links = cloud.arm.list_if_there(&format!("{id}/virtualNetworkLinks"), PRIVATE_DNS).await?;
        let networks = links.iter().map(|link| text(link, "/properties/virtualNetwork/id").to_owned());
        let (networks, name) = (networks.collect(), text(zone, "/name").to_owned());
        Ok::<_, CallError>(Zone { id, name, networks })
    }))
    .await?;
    zones.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(zones)
}

impl Zone {
    /// Whether it is linked to a network.
    pub fn is_linked(&self, network: &str) -> bool {
        self.networks.iter().any(|id| same_id(id, network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::FunctionKind;
    use serde_json::json;

    fn caller() -> Caller {
        Caller { kind: FunctionKind::FunctionApp, name: "web".to_owned(), region: None }
    }

    #[test]
    fn a_function_app_tells_its_plan_network_and_identities() {
        let answer = json!({
            "id": "/sites/web", "location": "East US",
            "identity": { "principalId": "b", "userAssignedIdentities": { "/x": { "principalId": "a" } } },
            "properties": {
                "virtualNetworkSubnetId": "/net/Subnets/functions",
                "functionAppConfig": { "scaleAndConcurrency": { "maximumInstanceCount": 40 } },
            },
        });
        let app = of(&caller(), &answer, Some(&json!({ "sku": { "tier": "FlexConsumption" } })));
        assert_eq!((app.region.as_str(), app.hosting.clone()), ("eastus", Hosting::Flex));
        assert_eq!((app.network(), app.most_instances), (Some("/net"), Some(40)));
        assert_eq!(app.identities, ["a", "b"]);
    }

    #[test]
    fn the_plan_says_what_an_app_runs_on() {
        for (tier, hosting) in [
            ("Dynamic", Hosting::Consumption),
            ("ElasticPremium", Hosting::Premium),
            ("PremiumV3", Hosting::Dedicated("PremiumV3".to_owned())),
        ] {
            let plan = json!({ "sku": { "tier": tier } });
            assert_eq!(of(&caller(), &json!({}), Some(&plan)).hosting, hosting);
            // Without a look at the plan the app's own word counts.
            assert_eq!(of(&caller(), &json!({ "properties": { "sku": tier } }), None).hosting, hosting);
        }
    }
}
