//! Upstash passes the contract of a provider.

use std::path::PathBuf;

use crate::cloud::contract::{Forgets, Tenant};
use crate::cloud::machine::Machine;
use crate::upstash::World;

/// A database on a fixed plan with all that goes with it.
pub const PROFILE: &str = r#"name: shop
environment: production
placement:
  provider: upstash
  region: us-east-1
  read_regions: [eu-west-1]
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
  backup_retention: 1d
  budget: 600 USD per month
security:
  network: any
  allow_from: [203.0.113.0/24]
  users:
    - name: web
      can: [read, write]
      keys: ["sess:*"]
    - name: worker
      can: [read]
      keys: ["sess:*"]
deployment:
  service: upstash-fixed
  node_type: fixed_1gb
  eviction_policy: optimistic-volatile
"#;

pub struct Upstash;

/// Where the program writes down which database is its own.
fn record(machine: &Machine<World>) -> PathBuf {
    machine.path("state/upstash/shop.json")
}

impl Tenant for Upstash {
    type Api = World;

    const PROFILE: &'static str = PROFILE;
    const CACHE: &'static str = "upstash.database.shop";
    const CREATE: &'static str = "createDatabase";
    const ENDED: &'static str = "Unauthorized";
    const MARKS_ITS_OWN: bool = false;

    /// A larger plan, other regions and callers, no backups, a user that goes and one with more rights.
    fn changed() -> String {
        PROFILE
            .replace("fixed_1gb", "fixed_5gb")
            .replace("read_regions: [eu-west-1]", "read_regions: [us-west-2]")
            .replace("203.0.113.0/24", "198.51.100.7")
            .replace("  backup_retention: 1d\n", "")
            .replace("    - name: web\n      can: [read, write]\n      keys: [\"sess:*\"]\n", "")
            .replace("can: [read]", "can: [read, write]")
    }

    fn check(world: &World) {
        let database = world.databases.values().find(|database| database.name == "shop").unwrap();
        assert_eq!((database.plan.name, database.region.as_str()), ("fixed_1gb", "us-east-1"));
        assert_eq!(
            (&database.read_regions[..], &database.allowed[..]),
            (&["eu-west-1".to_owned()][..], &["203.0.113.0/24".to_owned()][..])
        );
        assert!(database.tls && database.eviction && database.prod_pack && database.daily_backup);
        assert!(!database.auto_upgrade);
        assert_eq!(world.data.as_ref().unwrap().users().len(), 2);
    }

    fn slow(world: &mut World, looks: u32) {
        world.create += looks;
    }

    fn drift(world: &mut World) -> &'static str {
        world.named("shop").unwrap().eviction = false;
        "eviction"
    }

    fn take_the_name(world: &mut World) {
        world.add("shop", "payg").budget = 77;
    }

    fn is_untouched(world: &World) -> bool {
        let theirs = world.databases.values().find(|database| database.budget == 77);
        theirs.is_some_and(|d| {
            (d.name.as_str(), d.plan.name, d.eviction, d.prod_pack) == ("shop", "payg", false, false)
        })
    }

    fn hide_owner(machine: &Machine<World>) {
        let record = record(machine);
        std::fs::rename(&record, machine.path("kept.json")).unwrap();
        std::fs::write(record, "{ half of a rec").unwrap();
    }

    fn show_owner(machine: &Machine<World>) {
        std::fs::rename(machine.path("kept.json"), record(machine)).unwrap();
    }

    fn denials() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            ("createDatabase", vec!["read only", "upstash.database.shop", "UPSTASH_API_KEY"]),
            ("updateAllowlist", vec!["read only", "upstash.database.shop"]),
            ("listDatabases", vec!["/redis/databases", "403", "UPSTASH_API_KEY"]),
        ]
    }

    fn exhaust(world: &mut World) -> Vec<&'static str> {
        world.most = 0;
        vec!["maximum number of databases", "upstash.database.shop"]
    }

    fn relieve(world: &mut World) {
        world.most = 100;
    }

    fn forgetful() -> Vec<Forgets<World>> {
        vec![
            (|world| world.dropped.extend(["allowed_ips".to_owned()]), "allowed_addresses"),
            (|world| world.dropped.extend(["eviction".to_owned()]), "eviction"),
            (|world| world.dropped.extend(["read_regions".to_owned()]), "read_regions"),
            (|world| world.dropped.extend(["prod_pack".to_owned()]), "prod_pack"),
        ]
    }
}

contract!(crate::tenant::Upstash);
