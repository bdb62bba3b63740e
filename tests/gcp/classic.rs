//! The classic Memorystore for Redis passes the same contract, with fewer things around it.

use serde_json::{Value, json};

use crate::client::call;
use crate::cloud::contract::{Forgets, Tenant};
use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::Kind;
use crate::cloud::{Fault, On, Trouble};
use crate::google::{Google, World, classic};
use crate::kills::after_every_change;

/// An instance with a replica.
pub const PROFILE: &str = r#"name: shop
environment: production
placement:
  provider: gcp
  region: us-central1
  functions:
    - cloud_run: api
      peak_concurrency: 20
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
  backup_retention: none
  maintenance_window: sun 03:00-05:00
  alerts: [projects/shop-prod/notificationChannels/42]
security:
  users:
    - name: app
      auth: password
      can: [read, write]
tags: { team: shop }
deployment:
  service: memorystore-redis
  version: "7.0"
  node_type: STANDARD_HA-5
  shards: 1
  replicas: 1
  eviction_policy: volatile-lfu
"#;

pub struct Classic;

fn instance(world: &mut World) -> &mut Value {
    world.classic.values_mut().next().unwrap()
}

impl Tenant for Classic {
    type Api = World;

    const PROFILE: &'static str = PROFILE;
    const CACHE: &'static str = "gcp.redis.shop";
    const CREATE: &'static str = "CreateRedisInstance";
    const ENDED: &'static str = "UNAUTHENTICATED";

    /// Larger, of a newer version, with another policy, window, persistence, channel and tag.
    fn changed() -> String {
        PROFILE
            .replace("STANDARD_HA-5", "STANDARD_HA-7")
            .replace("version: \"7.0\"", "version: \"7.2\"")
            .replace("volatile-lfu", "allkeys-lru")
            .replace("sun 03:00-05:00", "mon 04:30-06:00")
            .replace("notificationChannels/42", "notificationChannels/43")
            .replace("team: shop", "team: checkout")
    }

    fn check(world: &World) {
        let mut world = world.clone();
        let shown = instance(&mut world).clone();
        for (field, value) in [
            ("state", json!("READY")),
            ("tier", json!("STANDARD_HA")),
            ("memorySizeGb", json!(5)),
            ("redisVersion", json!("REDIS_7_0")),
            ("authEnabled", json!(true)),
            ("transitEncryptionMode", json!("SERVER_AUTHENTICATION")),
            ("connectMode", json!("DIRECT_PEERING")),
            ("authorizedNetwork", json!("projects/shop-prod/global/networks/main")),
            ("redisConfigs", json!({ "maxmemory-policy": "volatile-lfu" })),
            ("persistenceConfig", json!({ "persistenceMode": "DISABLED" })),
            ("labels", json!({ "cachefit-managed": "true", "cachefit-profile": "shop", "team": "shop" })),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert_eq!(shown["maintenancePolicy"]["weeklyMaintenanceWindow"][0]["day"], "SUNDAY");
        // It lies in a peered network: nothing lets it in, and nobody signs in by IAM.
        assert_eq!((world.policies.len(), world.bindings.len(), world.alerts.len()), (0, 1, 1));
        let alert = world.alerts.values().next().unwrap().to_string();
        for metric in ["stats/memory/usage_ratio", "stats/evicted_keys", "replication/master/slaves/lag"] {
            assert!(alert.contains(&format!("redis.googleapis.com/{metric}")), "{metric} is not in {alert}");
        }
    }

    fn slow(world: &mut World, looks: u32) {
        world.create += looks;
    }

    fn drift(world: &mut World) -> &'static str {
        instance(world)["redisConfigs"] = json!({ "maxmemory-policy": "noeviction" });
        "eviction_policy"
    }

    fn take_the_name(world: &mut World) {
        classic::of_others(world, "shop");
    }

    fn is_untouched(world: &World) -> bool {
        let mut world = world.clone();
        let theirs = instance(&mut world);
        theirs["labels"] == json!({ "team": "others" })
            && theirs["memorySizeGb"] == 50
            && theirs["state"] == "READY"
    }

    fn hide_owner(machine: &Machine<World>) {
        machine.double.fail(On::Action("GetRedisInstance"), Fault::Before(Trouble::Denied), u32::MAX);
    }

    fn show_owner(machine: &Machine<World>) {
        machine.double.heal();
    }

    fn denials() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            ("CreateRedisInstance", vec!["PERMISSION_DENIED", "gcp.redis.shop", "cachefit permissions"]),
            ("CreateAlertPolicy", vec!["PERMISSION_DENIED", "gcp.alert_policy.shop"]),
        ]
    }

    fn exhaust(world: &mut World) -> Vec<&'static str> {
        world.classic_gib = 3;
        vec!["TotalMemoryGbPerRegion", "gcp.redis.shop", "Quotas"]
    }

    fn relieve(world: &mut World) {
        world.classic_gib = 1000;
    }

    fn forgetful() -> Vec<Forgets<World>> {
        vec![
            (|world| world.dropped.extend(["redisConfigs".to_owned()]), "eviction_policy"),
            (|world| world.dropped.extend(["maintenancePolicy".to_owned()]), "maintenance_window"),
        ]
    }
}

// What is left out proves the engine alone, which Valkey's run does.
contract!(@ crate::classic::Classic: create, no_op, drift, destroy,
    a_create_that_was_lost_and_shows_late, what_is_not_done_is_no_success, silent_drops, a_name_of_somebody_else,
    a_name_taken_between_two_calls, an_owner_that_cannot_be_read, what_is_not_permitted, a_limit_of_the_account,
    credentials_that_end_in_a_poll, no_secret_anywhere);

#[test]
fn it_survives_a_kill_after_every_change() {
    assert!(after_every_change(PROFILE, Kind::Up) >= 2);
    assert!(after_every_change(PROFILE, Kind::Change(&Classic::changed())) >= 3);
    assert!(after_every_change(PROFILE, Kind::Down) >= 2);
}

fn applied() -> Machine<World> {
    let machine = Machine::new(PROFILE);
    machine.applies();
    machine
}

fn refused(profile: &str, words: &[&str]) {
    let machine = Machine::<World>::new(profile);
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    for word in words {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
}

/// One AUTH string for all, which Google keeps: whoever asks for more is told which product has it.
#[test]
fn what_one_auth_string_cannot_do_is_refused_with_the_product_that_can() {
    let by_iam = PROFILE.replace("auth: password", "auth: iam");
    refused(&by_iam, &["sign-in with the cloud's identity"]);
    refused(&PROFILE.replace("replicas: 1", "replicas: 3"), &["replicas"]);
}

/// Each field has a call of its own, and a version another verb; what grows comes first.
#[test]
fn each_change_is_a_call_of_its_own() {
    let machine = applied();
    let calls = machine.double.calls();
    machine.write(&Classic::changed());
    machine.applies();
    let changes =
        machine.changes_since(calls).into_iter().filter(|call| call.action.ends_with("RedisInstance"));
    let mut all: Vec<String> = changes
        .map(|call| call.params["query"]["updateMask"].as_str().map_or(call.action, str::to_owned))
        .collect();
    all.sort();
    let masks = ["UpgradeRedisInstance", "labels", "maintenancePolicy", "memorySizeGb", "redisConfigs"];
    assert_eq!(all, masks);
}

/// A tier, TLS and a lower version are set once: they are made anew, with consent.
#[test]
fn a_tier_is_for_life() {
    let machine = applied();
    let single = PROFILE.replace("STANDARD_HA-5", "BASIC-5").replace("replicas: 1", "replicas: 0");
    machine.write(&single.replace("environment: production", "environment: development"));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("an instance keeps its tier for life"), "{}", said(&plan));
    machine.write(&PROFILE.replace("version: \"7.0\"", "version: \"6.x\""));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("a version goes up only"), "{}", said(&plan));
}

/// One snapshot for recovery is what it has: of days of backups people are told that they keep them themselves.
#[test]
fn snapshots_stand_in_for_backups_and_say_so() {
    let machine = Machine::<World>::new(&PROFILE.replace("backup_retention: none", "backup_retention: 3d"));
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}", said(&output));
    for word in ["no backups of 3 days", "gcloud redis instances export"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
    let shown = instance(&mut machine.double.world())["persistenceConfig"].clone();
    assert_eq!(shown, json!({ "persistenceMode": "RDB", "rdbSnapshotPeriod": "TWENTY_FOUR_HOURS" }));
}

/// A smaller size must hold half as much again as was used.
#[test]
fn it_shrinks_only_where_the_data_fits() {
    let machine = applied();
    machine.double.world().used = Some(1_500_000_000);
    let smaller = |to: &str| machine.write(&PROFILE.replace("STANDARD_HA-5", to));
    smaller("STANDARD_HA-2");
    let output = machine.apply();
    assert_ne!(code(&output), 0, "{}", said(&output));
    assert!(said(&output).contains("1.5"), "{}", said(&output));
    smaller("STANDARD_HA-4");
    machine.applies();
    assert_eq!(instance(&mut machine.double.world())["memorySizeGb"], 4);
}

/// The string is never asked for; how to fetch it is said.
#[test]
fn connect_says_how_to_fetch_the_auth_string() {
    let machine = applied();
    let output = machine.run(&["connect", "PROFILE", "--format", "env"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{}", said(&output));
    for word in
        ["10.1.", ":6378", "CACHE_TLS=\"true\"", ".pem", "gcloud redis instances get-auth-string shop"]
    {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert!(!machine.double.recorded().iter().any(|call| call.request.path.contains("authString")));
}

/// A network of another project: its owner has given Google a range, and the plan has the command.
#[test]
fn a_shared_network_is_reached_by_private_service_access() {
    let mut world = World::default();
    let network = "projects/host/global/networks/main";
    world.services.insert(
        "api".to_owned(),
        json!({ "template": { "vpcAccess": { "networkInterfaces": [{ "network": network,
            "subnetwork": "projects/host/regions/us-central1/subnetworks/apps" }] } } }),
    );
    let machine = Machine::with(PROFILE, world);
    let plan = machine.run(&["plan", "PROFILE"]);
    for word in ["gcloud services vpc-peerings connect --project=host"] {
        assert!(said(&plan).contains(word), "{word} is not in: {}", said(&plan));
    }
    machine.applies();
    assert_eq!(instance(&mut machine.double.world())["connectMode"], "PRIVATE_SERVICE_ACCESS");
}

/// The habits of the service: no request ids, one field a PATCH, sizes and replicas within the rules.
#[test]
fn the_fake_keeps_the_rules_of_the_service() {
    let fake = Google::start();
    let place = "/redis/v1/projects/shop-prod/locations/us-central1/instances";
    let new = json!({ "tier": "STANDARD_HA", "memorySizeGb": 2 });
    let made = call(&fake, "POST", &format!("{place}?instanceId=shop"), Some(&new));
    assert_eq!((made.0, &made.1["done"]), (200, &json!(false)), "{}", made.1);
    assert_eq!(call(&fake, "POST", &format!("{place}?instanceId=shop"), Some(&new)).0, 409);
    let patch = |mask: &str, body: Value| {
        call(&fake, "PATCH", &format!("{place}/shop?updateMask={mask}"), Some(&body))
    };
    assert_eq!(
        patch("memorySizeGb", json!({ "memorySizeGb": 3 })).1["error"]["status"],
        "FAILED_PRECONDITION"
    );
    for _ in 0..3 {
        call(&fake, "GET", &format!("{place}/shop"), None);
    }
    for (mask, body, word) in [
        ("memorySizeGb,labels", json!({ "memorySizeGb": 3, "labels": {} }), "exactly 1 update_mask field"),
        ("tier", json!({ "tier": "BASIC" }), "cannot be updated"),
        ("memorySizeGb", json!({ "memorySizeGb": 301 }), "from 1 to 300"),
        ("replicaCount", json!({ "replicaCount": 2 }), "Read Replicas mode must be enabled"),
    ] {
        let (status, error) = patch(mask, body);
        assert!(status == 400 && error.to_string().contains(word), "{mask}: {error}");
    }
    let down =
        call(&fake, "POST", &format!("{place}/shop:upgrade"), Some(&json!({ "redisVersion": "REDIS_6_X" })));
    assert_eq!(down.0, 400);
}
