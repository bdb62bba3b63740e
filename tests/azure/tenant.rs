//! Azure passes the contract of a provider, with Azure Managed Redis in the network of two function apps.

use serde_json::json;

use crate::azure::World;
use crate::cloud::contract::{Forgets, Tenant};
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::{Fault, On, Trouble};

/// A cache with all that goes with it.
pub const PROFILE: &str = r#"name: shop
environment: production
placement:
  provider: azure
  region: eastus
  functions:
    - function_app: web
      peak_concurrency: 40
      connections_per_instance: 2
    - function_app: worker
      peak_concurrency: 10
      connections_per_instance: 2
dataset:
  - keys: "sess:*"
    type: string
    count: 20k
    key_size: 30B
    value_size: 200B
    ttl: 30m
    role: cache
traffic:
  peak: { reads: 200/s, writes: 50/s }
  average: { reads: 50/s, writes: 10/s }
requirements:
  alerts:
    - /subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/shop-rg/providers/Microsoft.Insights/actionGroups/ops
security:
  network: private
  users:
    - name: web
      identities: [web]
      can: [read, write]
      keys: ["sess:*"]
    - name: worker
      identities: [worker]
      can: [read]
      keys: ["sess:*"]
deployment:
  service: azure-managed-redis
  node_type: Balanced_B10
  replicas: 1
  eviction_policy: allkeys-lru
"#;

pub struct Azure;

/// Somebody else's cluster of the name, at rest.
pub fn theirs(world: &mut World) {
    let body = json!({"location": "East US", "kind": "v2", "sku": {"name": "Balanced_B1"}, "tags": {"owner": "them"},
        "identity": {"type": "None"}, "properties": {"highAvailability": "Disabled", "redundancyMode": "None",
        "minimumTlsVersion": "1.2", "publicNetworkAccess": "Enabled", "hostName": "shop.eastus.redis.azure.net",
        "privateEndpointConnections": []}});
    world.add("Microsoft.Cache", "redisEnterprise", "shop", body);
}

impl Tenant for Azure {
    type Api = World;

    const PROFILE: &'static str = PROFILE;
    const CACHE: &'static str = "azure.redis_enterprise.shop";
    const CREATE: &'static str = "PUT redisEnterprise";
    const ENDED: &'static str = "sign in again";

    /// A larger size, another policy, one user with more rights and one that goes, and nobody who is told.
    fn changed() -> String {
        let users = PROFILE.find("    - name: web\n").unwrap()..PROFILE.find("    - name: worker\n").unwrap();
        let mut changed = PROFILE.to_owned();
        changed.replace_range(users, "");
        let alerts = changed.find("  alerts:\n").unwrap()..changed.find("security:\n").unwrap();
        changed.replace_range(alerts, "");
        changed
            .replace("Balanced_B10", "Balanced_B20")
            .replace("allkeys-lru", "allkeys-lfu")
            .replace("can: [read]", "can: [read, write]")
    }

    fn check(world: &World) {
        let all = |kind: &str| world.all(kind).len();
        let cluster = world.all("redisEnterprise")[0];
        assert_eq!(cluster.body["sku"]["name"], "Balanced_B10");
        assert_eq!(cluster.property("publicNetworkAccess"), "Disabled");
        assert_eq!(cluster.property("privateEndpointConnections").as_array().unwrap().len(), 1);
        assert_eq!(world.all("redisEnterprise/databases")[0].property("evictionPolicy"), "AllKeysLRU");
        assert_eq!(all("redisEnterprise/databases/accessPolicyAssignments"), 2);
        assert_eq!((all("privateDnsZones"), all("privateDnsZones/virtualNetworkLinks")), (1, 1));
        let group = world.all("privateEndpoints/privateDnsZoneGroups")[0];
        let records = &group.property("privateDnsZoneConfigs")[0]["properties"]["recordSets"];
        assert_eq!(records.as_array().unwrap().len(), 1, "the endpoint has no name");
        assert!(all("metricAlerts") >= 4);
        assert!(world.overwritten.is_empty(), "{:?}", world.overwritten);
    }

    fn slow(world: &mut World, looks: u32) {
        world.create += looks;
    }

    fn drift(world: &mut World) -> &'static str {
        world
            .named("redisEnterprise/databases", "shop/default")
            .unwrap()
            .set("evictionPolicy", json!("NoEviction"));
        "eviction_policy"
    }

    /// It is being made, which takes minutes: a `PUT` on it is refused until it is at rest.
    fn take_the_name(world: &mut World) {
        theirs(world);
        world.named("redisEnterprise", "shop").unwrap().begins("Creating", 4);
    }

    fn is_untouched(world: &World) -> bool {
        let theirs = world.all("redisEnterprise");
        theirs.len() == 1
            && theirs[0].body["tags"] == json!({"owner": "them"})
            && theirs[0].body["sku"]["name"] == "Balanced_B1"
            && world.overwritten.is_empty()
    }

    fn hide_owner(machine: &Machine<World>) {
        machine.double.fail(On::Action("GET redisEnterprise"), Fault::Before(Trouble::Denied), u32::MAX);
    }

    fn show_owner(machine: &Machine<World>) {
        machine.double.heal();
    }

    fn denials() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            (
                "PUT redisEnterprise",
                vec!["Microsoft.Cache/redisEnterprise/write", "azure.redis_enterprise.shop"],
            ),
            (
                "PUT redisEnterprise/databases",
                vec!["Microsoft.Cache/redisEnterprise/databases/write", "azure.database.shop"],
            ),
            (
                "PUT privateEndpoints",
                vec!["Microsoft.Network/privateEndpoints/write", "azure.private_endpoint.shop-shop-net"],
            ),
            (
                "PUT privateDnsZones/virtualNetworkLinks",
                vec!["virtualNetworkLinks/write", "azure.zone_link.shop-shop-net"],
            ),
            ("PUT metricAlerts", vec!["Microsoft.Insights/metricAlerts/write", "azure.metric_alert.shop-"]),
            // A look that is not allowed: no step yet, but the permission.
            ("GET redisEnterprise", vec!["Microsoft.Cache/redisEnterprise/read"]),
        ]
    }

    fn exhaust(world: &mut World) -> Vec<&'static str> {
        world.most = 0;
        vec!["limit", "azure.redis_enterprise.shop"]
    }

    fn relieve(world: &mut World) {
        world.most = 20;
    }

    fn forgetful() -> Vec<Forgets<World>> {
        vec![
            (|world| world.dropped.extend(["evictionPolicy".to_owned()]), "eviction_policy"),
            (|world| world.dropped.extend(["publicNetworkAccess".to_owned()]), "public_network_access"),
            (|world| world.dropped.extend(["accessString".to_owned()]), "access"),
        ]
    }
}

contract!(crate::tenant::Azure);

/// A host name that somebody has elsewhere is refused by the service, and said with what to do.
#[test]
fn a_name_that_is_taken_elsewhere_is_said() {
    let machine = Machine::<World>::new(PROFILE);
    machine.double.world().taken.insert("shop".to_owned());
    let output = machine.apply();
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(said(&output).contains("another name"), "{}", said(&output));
    assert!(machine.double.world().all("redisEnterprise").is_empty());
}
