//! Google passes the contract of a provider.

use serde_json::{Value, json};

use crate::cloud::contract::{Forgets, Tenant};
use crate::cloud::machine::Machine;
use crate::cloud::{Fault, On, Trouble};
use crate::google::{World, of_others};

/// A cache for Valkey with all that goes with it.
pub const PROFILE: &str = r#"name: shop
environment: production
placement:
  provider: gcp
  region: us-central1
  functions:
    - cloud_run: api
      peak_concurrency: 20
    - cloud_function: worker
      peak_concurrency: 10
dataset:
  - keys: "sess:*"
    type: string
    count: 200k
    key_size: 30B
    value_size: 2KB
    ttl: 30m
    role: cache
traffic:
  peak: { reads: 2k/s, writes: 500/s }
  average: { reads: 500/s, writes: 100/s }
requirements:
  backup_retention: 7d
  backup_window: 01:00-02:00
  maintenance_window: sun 03:00-05:00
  alerts: [projects/shop-prod/notificationChannels/42]
security:
  users:
    - name: app
      auth: iam
      can: [read, write]
tags: { team: shop }
deployment:
  service: memorystore-valkey
  version: 8.0
  node_type: STANDARD_SMALL
  shards: 2
  replicas: 1
  eviction_policy: volatile-lfu
"#;

pub struct Google;

/// The instance of the profile.
pub fn instance(world: &mut World) -> &mut Value {
    world.cache("shop").unwrap()
}

impl Tenant for Google {
    type Api = World;

    const PROFILE: &'static str = PROFILE;
    const CACHE: &'static str = "gcp.instance.shop";
    const CREATE: &'static str = "CreateInstance";
    const ENDED: &'static str = "UNAUTHENTICATED";

    /// More replicas, larger nodes, another policy, other windows and alerts, no backups, one function less.
    fn changed() -> String {
        PROFILE
            .replace("STANDARD_SMALL", "HIGHMEM_MEDIUM")
            .replace("replicas: 1", "replicas: 2")
            .replace("volatile-lfu", "allkeys-lru")
            .replace("sun 03:00-05:00", "mon 04:30-06:00")
            .replace("  backup_retention: 7d\n  backup_window: 01:00-02:00\n", "")
            .replace("notificationChannels/42", "notificationChannels/43")
            .replace("    - cloud_function: worker\n      peak_concurrency: 10\n", "")
            .replace("team: shop", "team: checkout")
    }

    fn check(world: &World) {
        let mut world = world.clone();
        let shown = instance(&mut world).clone();
        for (field, value) in [
            ("state", json!("ACTIVE")),
            ("nodeType", json!("STANDARD_SMALL")),
            ("shardCount", json!(2)),
            ("replicaCount", json!(1)),
            ("mode", json!("CLUSTER")),
            ("authorizationMode", json!("IAM_AUTH")),
            ("transitEncryptionMode", json!("SERVER_AUTHENTICATION")),
            ("engineVersion", json!("VALKEY_8_0")),
            ("engineConfigs", json!({ "maxmemory-policy": "volatile-lfu" })),
            ("deletionProtectionEnabled", json!(true)),
            ("persistenceConfig", json!({ "mode": "DISABLED" })),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert_eq!(shown["automatedBackupConfig"]["retention"], "604800s");
        assert_eq!(shown["maintenancePolicy"]["weeklyMaintenanceWindow"][0]["day"], "SUNDAY");
        assert_eq!(
            shown["labels"],
            json!({ "cachefit-managed": "true", "cachefit-profile": "shop", "team": "shop" })
        );
        assert_eq!((world.policies.len(), world.alerts.len(), world.bindings.len()), (1, 1, 2));
        let binding = &world.bindings[1];
        assert_eq!(binding["role"], "roles/memorystore.dbConnectionUser");
        let accounts =
            ["api", "worker"].map(|id| format!("serviceAccount:{id}@shop-prod.iam.gserviceaccount.com"));
        assert_eq!(binding["members"], json!(accounts));
        let expression = "resource.name == \"projects/shop-prod/locations/us-central1/instances/shop\"";
        assert_eq!(binding["condition"]["expression"], expression);
        let alert = world.alerts.values().next().unwrap();
        assert_eq!(alert["conditions"].as_array().unwrap().len(), 5);
        assert_eq!(alert["notificationChannels"], json!(["projects/shop-prod/notificationChannels/42"]));
    }

    fn slow(world: &mut World, looks: u32) {
        world.create += looks;
    }

    fn drift(world: &mut World) -> &'static str {
        instance(world)["engineConfigs"] = json!({ "maxmemory-policy": "noeviction" });
        "eviction_policy"
    }

    fn take_the_name(world: &mut World) {
        of_others(world, "shop");
    }

    fn is_untouched(world: &World) -> bool {
        let mut world = world.clone();
        let theirs = world.cache("shop").cloned().unwrap_or_default();
        theirs["labels"] == json!({ "team": "others" })
            && theirs["nodeType"] == "HIGHMEM_XLARGE"
            && theirs["state"] == "ACTIVE"
    }

    /// Labels come with the resource: whose it is cannot be told where it cannot be read.
    fn hide_owner(machine: &Machine<World>) {
        machine.double.fail(On::Action("GetInstance"), Fault::Before(Trouble::Denied), u32::MAX);
    }

    fn show_owner(machine: &Machine<World>) {
        machine.double.heal();
    }

    fn denials() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            ("CreateInstance", vec!["PERMISSION_DENIED", "gcp.instance.shop", "cachefit permissions"]),
            ("CreateServiceConnectionPolicy", vec!["PERMISSION_DENIED", "gcp.connection_policy."]),
            ("SetIamPolicy", vec!["PERMISSION_DENIED", "gcp.iam_binding.shop"]),
            ("CreateAlertPolicy", vec!["PERMISSION_DENIED", "gcp.alert_policy.shop"]),
            ("GetService", vec!["PERMISSION_DENIED", "run"]),
        ]
    }

    fn exhaust(world: &mut World) -> Vec<&'static str> {
        world.units = 3;
        vec!["UnitsPerRegion", "gcp.instance.shop", "Quotas"]
    }

    fn relieve(world: &mut World) {
        world.units = 250;
    }

    fn forgetful() -> Vec<Forgets<World>> {
        vec![
            (|world| world.dropped.extend(["automatedBackupConfig".to_owned()]), "backup_days"),
            (|world| world.dropped.extend(["engineConfigs".to_owned()]), "eviction_policy"),
            (|world| world.dropped.extend(["maintenancePolicy".to_owned()]), "maintenance_window"),
            (|world| world.dropped.extend(["notificationChannels".to_owned()]), "notifies"),
        ]
    }
}

contract!(crate::tenant::Google);
