//! All that the subscription holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::alerts::Fired;
use super::operation::Operation;
use super::thing::Thing;
use super::wire::Call;

pub const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";
pub const TENANT: &str = "22222222-2222-4333-8444-555555555555";
pub const CLIENT: &str = "33333333-2222-4333-8444-555555555555";
pub const SECRET: &str = "the-secret-of-the-caller";
pub const TOKEN: &str = "the-token-of-the-caller";
pub const GROUP: &str = "shop-rg";

/// The subscription.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit that a test switches")]
pub struct World {
    /// By id in small letters.
    pub things: BTreeMap<String, Thing>,
    pub operations: BTreeMap<String, Operation>,
    /// Namespaces that are registered.
    pub registered: BTreeSet<String>,
    /// Whether Managed Redis has its version 2026-09-01 here.
    pub serves_access_strings: bool,
    /// Looks until something new is at rest, and something changed.
    pub create: u32,
    pub change: u32,
    /// Looks at an operation until it has ended.
    pub operation_looks: u32,
    /// Private endpoints are approved by themselves.
    pub approves: bool,
    /// Nobody can make classic caches any more.
    pub retiring: bool,
    /// Caches and private endpoints that the subscription may have in a region.
    pub most: usize,
    pub most_endpoints: usize,
    /// Resources in one answer of a list.
    pub page: usize,
    /// Caches with high availability are accepted and fail.
    pub has_no_capacity: bool,
    /// Host names that others have.
    pub taken: BTreeSet<String>,
    /// Fields of a request that are accepted and then not set.
    pub dropped: BTreeSet<String>,
    /// What metrics say, by name.
    pub metrics: BTreeMap<String, f64>,
    /// Points of a metric by its name, and the code of its error.
    pub series: BTreeMap<String, Vec<(i64, f64)>>,
    pub failed: BTreeMap<String, &'static str>,
    /// Alerts, the last one first.
    pub fired: Vec<Fired>,
    /// Seconds that a token is good for.
    pub expires_in: u32,
    pub tokens: usize,
    pub made: Vec<(String, String)>,
    pub secrets: Vec<(String, String)>,
    /// What was written over by a `PUT` although it was there.
    pub overwritten: Vec<String>,
    pub serial: u32,
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            things: BTreeMap::new(),
            operations: BTreeMap::new(),
            registered: ["Cache", "Network", "Insights", "Web", "ManagedIdentity"]
                .map(|name| format!("microsoft.{}", name.to_lowercase()))
                .into(),
            serves_access_strings: true,
            create: 2,
            change: 1,
            operation_looks: 1,
            approves: true,
            retiring: true,
            most: 20,
            most_endpoints: 1000,
            page: 3,
            has_no_capacity: false,
            taken: BTreeSet::new(),
            dropped: BTreeSet::new(),
            metrics: BTreeMap::new(),
            series: BTreeMap::new(),
            failed: BTreeMap::new(),
            fired: Vec::new(),
            expires_in: 3599,
            tokens: 0,
            made: Vec::new(),
            secrets: vec![
                ("the client".to_owned(), SECRET.to_owned()),
                ("the token".to_owned(), TOKEN.to_owned()),
            ],
            overwritten: Vec::new(),
            serial: 0,
        };
        world.network("shop-net", "eastus");
        let (web, worker) = (function_app("web", "eastus", "FC1"), function_app("worker", "eastus", "EP1"));
        world.function(&web, Some(("shop-net", "functions")));
        world.function(&worker, Some(("shop-net", "workers")));
        world.add(
            "Microsoft.Insights",
            "actionGroups",
            "ops",
            json!({"location": "Global", "properties": {"groupShortName": "ops", "enabled": true}}),
        );
        world
    }
}

/// A UUID that follows from a name.
pub fn guid(name: &str) -> String {
    let hash = name.to_lowercase().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let other = hash.rotate_left(29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        hash >> 32,
        hash >> 16 & 0xffff,
        hash & 0xfff,
        other >> 52,
        other & 0xffff_ffff_ffff
    )
}

/// A function app on a plan: its name, where it is, `FC1`, `EP1`, `Y1`.
pub fn function_app<'a>(name: &'a str, region: &'a str, plan: &'a str) -> (&'a str, &'a str, &'a str) {
    (name, region, plan)
}

/// The path of a resource in the usual group.
pub fn path(namespace: &str, kind: &str, name: &str) -> String {
    let mut id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{namespace}");
    for (kind, name) in kind.split('/').zip(name.split('/')) {
        id.push_str(&format!("/{kind}/{name}"));
    }
    id
}

impl World {
    /// Puts a resource there, as somebody else would: `privateDnsZones/virtualNetworkLinks`, `zone/link`.
    pub fn add(&mut self, namespace: &str, kind: &str, name: &str, body: Value) -> &mut Thing {
        self.add_at(&path(namespace, kind, name), namespace, kind, body)
    }

    /// The same at a path.
    pub fn add_at(&mut self, id: &str, namespace: &str, kind: &str, mut body: Value) -> &mut Thing {
        let (namespace, kind) = super::wire::kind(namespace, kind).unwrap();
        body["id"] = json!(id);
        body["name"] = json!(id.rsplit('/').next());
        body["type"] = json!(format!("{namespace}/{kind}"));
        let thing = Thing::new(id, kind, body);
        self.things.insert(thing.key(), thing.clone());
        self.things.get_mut(&thing.key()).unwrap()
    }

    /// A network with a subnet for each kind of plan, which are delegated, and one for endpoints.
    pub fn network(&mut self, name: &str, region: &str) {
        let subnets = [
            ("functions", Some("Microsoft.App/environments")),
            ("workers", Some("Microsoft.Web/serverFarms")),
            ("endpoints", None),
        ];
        let mut all = Vec::new();
        for (at, (subnet, delegated)) in subnets.into_iter().enumerate() {
            let delegations: Vec<Value> = delegated
                .iter()
                .map(|to| json!({"name": "delegation", "properties": {"serviceName": to}}))
                .collect();
            let body = json!({"properties": {"addressPrefix": format!("10.0.{at}.0/26"),
                "delegations": delegations, "provisioningState": "Succeeded",
                "privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"}});
            let name = format!("{name}/{subnet}");
            all.push(self.add("Microsoft.Network", "virtualNetworks/subnets", &name, body).body.clone());
        }
        let body = json!({"location": region, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": all, "provisioningState": "Succeeded"}});
        self.add("Microsoft.Network", "virtualNetworks", name, body);
    }

    /// A function app with a plan, and perhaps a subnet of a network. The apps on `EP1` have an identity of their own,
    /// which was given to them; the others have one of the system.
    pub fn function(&mut self, (name, region, plan): &(&str, &str, &str), subnet: Option<(&str, &str)>) {
        let farm = format!("{name}-plan");
        let (tier, kind) = match *plan {
            "FC1" => ("FlexConsumption", "functionapp,linux"),
            "EP1" => ("ElasticPremium", "functionapp,linux"),
            _ => ("Dynamic", "functionapp"),
        };
        let display = super::subscription::display(region);
        let body = json!({"location": display, "kind": kind, "sku": {"name": plan, "tier": tier},
            "properties": {"provisioningState": "Succeeded", "reserved": true}});
        let farm = self.add("Microsoft.Web", "serverfarms", &farm, body).id.clone();
        let identity = if *plan == "EP1" {
            let own = format!("{name}-identity");
            let principal = guid(&own);
            let body = json!({"location": region, "properties": {"tenantId": TENANT, "principalId": principal,
                "clientId": guid(&format!("{own} client"))}});
            let id = self.add("Microsoft.ManagedIdentity", "userAssignedIdentities", &own, body).id.clone();
            json!({"type": "UserAssigned", "userAssignedIdentities": {id: {"principalId": principal,
                "clientId": guid(&format!("{own} client"))}}})
        } else {
            json!({"type": "SystemAssigned", "tenantId": TENANT, "principalId": guid(name)})
        };
        let mut properties = json!({"state": "Running", "enabled": true, "serverFarmId": farm, "sku": tier,
            "defaultHostName": format!("{name}.azurewebsites.net"), "possibleOutboundIpAddresses": "203.0.113.7"});
        if let Some((network, subnet)) = subnet {
            let subnet = path("Microsoft.Network", "virtualNetworks/subnets", &format!("{network}/{subnet}"));
            properties["virtualNetworkSubnetId"] = json!(subnet);
        }
        if *plan == "FC1" {
            properties["functionAppConfig"] = json!({"scaleAndConcurrency": {"maximumInstanceCount": 40,
                "instanceMemoryMB": 2048}});
        }
        let body = json!({"location": display, "kind": kind, "identity": identity, "properties": properties});
        self.add("Microsoft.Web", "sites", name, body);
    }

    /// The resource of a kind and a name in the usual group: `redisEnterprise/databases`, `shop/default`.
    pub fn named(&mut self, kind: &str, name: &str) -> Option<&mut Thing> {
        let namespaces = ["Microsoft.Cache", "Microsoft.Network", "Microsoft.Insights", "Microsoft.Web"];
        let namespace = namespaces.into_iter().find(|n| super::wire::kind(n, kind).is_some())?;
        self.things.get_mut(&path(namespace, kind, name).to_lowercase())
    }

    /// All of a kind.
    pub fn all(&self, kind: &str) -> Vec<&Thing> {
        self.things.values().filter(|thing| thing.kind == kind).collect()
    }

    /// Takes a resource away, with all that lives in it.
    pub fn remove(&mut self, key: &str) {
        let within = format!("{key}/");
        self.things.retain(|id, _| id != key && !id.starts_with(&within));
        self.made.retain(|(_, id)| id != key && !id.starts_with(&within));
    }

    /// The next number, for ids.
    pub fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// The request without what the service forgets.
    pub fn heard(&self, call: &Call) -> Value {
        let mut body = call.body.clone();
        for name in &self.dropped {
            if let Some(fields) = body.as_object_mut() {
                fields.remove(name);
            }
            if let Some(fields) = body.get_mut("properties").and_then(Value::as_object_mut) {
                fields.remove(name);
            }
        }
        body
    }

    /// Every resource, when all work has come to its end.
    pub fn end_state(&self) -> Value {
        let mut settled = self.clone();
        let keys: Vec<String> = settled.things.keys().cloned().collect();
        for key in keys {
            if settled.things.get_mut(&key).is_some_and(Thing::ends) {
                settled.remove(&key);
            }
        }
        super::zones::counted(&mut settled);
        let mut state = serde_json::Map::new();
        for (id, thing) in &settled.things {
            let mut body = thing.shown();
            body.as_object_mut().unwrap().remove("etag");
            state.insert(id.clone(), body);
        }
        Value::Object(state)
    }
}
