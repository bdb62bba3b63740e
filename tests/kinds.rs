//! What holds for the kinds of every cloud: one name, one row, one answer. A new cloud is a line at the end.

#![cfg(feature = "cloud")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};

use cachefit::catalog::Catalog;
use cachefit::deployment::Configuration;
use cachefit::plan::{Address, Resource};
use cachefit::profile::{Profile, parse};
use cachefit::provider::cloud::{Cloud, desired_anew};
use cachefit::provider::kind::{ANY, Attribute, Verb};
use cachefit::provider::permissions::{Asked, Purpose, needed};
use cachefit::recommend::{Options, RegionChoice, recommend};

const PROFILE: &str = "name: shop
environment: production
tags: { team: shop }
dataset:
  - { keys: \"a:*\", type: string, count: 100k, value_size: 500B, ttl: 1h, role: cache }
traffic:
  peak: { reads: 50/s, writes: 5/s }
  shape: office-hours
requirements:
  backup_retention: 1d
  logs: { slow: 7d }
security:
  network: any
  users:
    - { name: web, auth: password, can: [read, write], keys: [\"a:*\"] }
";

fn chosen(provider: &str, pin: &str) -> (Profile, Configuration) {
    let profile = match provider {
        "azure" | "gcp" => PROFILE
            .replace("auth: password", "auth: iam")
            .replace("network: any", "network: private")
            .replace("requirements:\n", "requirements:\n  allow_preview: true\n")
            .replace("  logs: { slow: 7d }\n", ""),
        _ => PROFILE.to_owned(),
    };
    // Valkey at Google lets everybody who signs in do everything.
    let profile = match profile.split_once("  users:") {
        Some((others, _)) if pin.contains("memorystore-valkey") => others.to_owned(),
        _ => profile,
    };
    let text = format!("{profile}placement:\n  provider: {provider}\n{pin}");
    let profile = parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    let choice = recommend(&profile, "shop.yaml", Catalog::embedded(), &options).unwrap().choice;
    let choice = choice.unwrap_or_else(|| panic!("nothing fits at {provider}: {pin}"));
    (profile, choice.deployment)
}

/// Attributes that a resource has and its kind's table does not.
fn unknown<C: Cloud>(resource: &Resource) -> Vec<String> {
    let kind = C::kinds().iter().find(|kind| kind.name() == resource.address.kind);
    let schema = kind.unwrap_or_else(|| panic!("{} is of no kind", resource.address)).schema();
    let names = resource.attributes.keys();
    names.filter(|name| Attribute::of(schema, name).is_none()).cloned().collect()
}

/// Every rule, for one cloud: `pins` are deployments that together are made of all its kinds but for those `elsewhere`.
fn holds<C: Cloud>(provider: &str, pins: &[&str], elsewhere: &[&str]) {
    let mut kinds = BTreeSet::new();
    for kind in C::kinds() {
        let name = kind.name();
        assert!(kinds.insert(name), "two kinds are named {name}");
        let (mut rows, mut groups) = (BTreeSet::new(), BTreeMap::new());
        for row in kind.schema() {
            assert!(rows.insert(row.name), "{name} has two rows for {}", row.name);
            let group = *groups.entry(row.group.verb).or_insert(*row.group);
            assert_eq!(group, *row.group, "{name}: two groups have the verb {}", row.group.verb);
        }
        let takes_any = rows.contains(ANY);
        let misspelt = Resource::new(Address { kind: name.to_owned(), ..address::<C>(provider, pins) })
            .with("a_name_that_nobody_has", true);
        assert_eq!(unknown::<C>(&misspelt).is_empty(), takes_any, "{name} takes a misspelt name");
        for verb in [Verb::Read, Verb::Create, Verb::Delete] {
            let asks = kind.permissions().iter().any(|(of, all)| *of == verb && !all.is_empty());
            assert!(asks, "{name} does not say what it takes to {verb:?} it");
        }
        for other in kind.read_with().iter().copied().chain(kind.lives_in()) {
            assert!(
                C::kinds().iter().any(|kind| kind.name() == other),
                "{name} names {other}, which is no kind"
            );
        }
    }
    let mut made = BTreeSet::new();
    for pin in pins {
        let (profile, deployment) = chosen(provider, pin);
        let all = desired_anew::<C>(&deployment, &profile);
        for resource in &all {
            assert_eq!(unknown::<C>(resource), Vec::<String>::new(), "{}", resource.address);
            made.insert(resource.address.kind.clone());
            for other in &resource.depends_on {
                assert!(all.iter().any(|r| &r.address == other), "{} needs {other}", resource.address);
            }
        }
        let of = |purpose| {
            needed::<C>(&Asked { purpose, deployment: &deployment, profile: &profile, restore: None })
        };
        let [plan, apply, destroy] = [Purpose::Plan, Purpose::Apply, Purpose::Destroy].map(of);
        assert!(
            plan.len() < apply.len() && plan != destroy,
            "{provider}: rights to look are rights to change"
        );
        for kind in C::kinds() {
            let has = |verb: Verb, rights: &BTreeSet<&str>| {
                let mut of = kind.permissions().iter().filter(|(v, _)| *v == verb).flat_map(|(_, all)| *all);
                of.all(|right| rights.contains(right))
            };
            let name = kind.name();
            assert!(
                has(Verb::Read, &plan) && has(Verb::Read, &destroy),
                "{name} is looked at without the right to"
            );
            if all.iter().any(|resource| resource.address.kind == name) {
                assert!(
                    has(Verb::Create, &apply) && has(Verb::Update, &apply),
                    "{name}: made without the right to"
                );
                assert!(has(Verb::Delete, &destroy), "{name}: deleted without the right to");
            }
        }
    }
    let never: Vec<&&str> =
        kinds.iter().filter(|kind| !made.contains(**kind) && !elsewhere.contains(kind)).collect();
    assert_eq!(never, Vec::<&&str>::new(), "no profile of this test asks for these kinds");
}

/// Any address of the cloud.
fn address<C: Cloud>(provider: &str, pins: &[&str]) -> Address {
    let (profile, deployment) = chosen(provider, pins[0]);
    desired_anew::<C>(&deployment, &profile)[0].address.clone()
}

#[cfg(feature = "upstash")]
#[test]
fn kinds_of_upstash() {
    holds::<cachefit::provider::upstash::Upstash>(
        "upstash",
        &["deployment:\n  service: upstash-fixed\n  node_type: fixed_1gb\n"],
        &[],
    );
}

#[cfg(feature = "aws")]
#[test]
fn kinds_of_aws() {
    holds::<cachefit::provider::aws::Session>(
        "aws",
        &[
            "deployment:\n  service: elasticache\n  engine: valkey\n  node_type: cache.r7g.large\n  shards: 2\n  replicas: 1\n",
            "deployment:\n  service: elasticache-serverless\n  engine: valkey\n",
        ],
        &[],
    );
}

#[cfg(feature = "azure")]
#[test]
fn kinds_of_azure() {
    let functions = "  functions: [{ function_app: web, peak_concurrency: 10 }]\n";
    let managed = "deployment:\n  service: azure-managed-redis\n  node_type: Balanced_B1\n  replicas: 1\n";
    holds::<cachefit::provider::azure::Azure>(
        "azure",
        &[&format!("{functions}{managed}")],
        // Caches of the older service, and alerts for those whom the profile names.
        &["redis", "access_policy", "redis_assignment", "metric_alert"],
    );
}

#[cfg(feature = "gcp")]
#[test]
fn kinds_of_gcp() {
    let functions = "  functions: [{ cloud_run: web, peak_concurrency: 10 }]\n";
    let of = |service: &str, node: &str| {
        format!("{functions}deployment:\n  service: {service}\n  node_type: {node}\n  replicas: 1\n")
    };
    let valkey = of("memorystore-valkey", "STANDARD_SMALL");
    let cluster = of("memorystore-redis-cluster", "REDIS_STANDARD_SMALL");
    // The classic product has no users by IAM, and token users have passwords.
    let elsewhere = ["redis", "token_user", "cluster_token_user"];
    holds::<cachefit::provider::gcp::Gcp>("gcp", &[&valkey, &cluster], &elsewhere);
}
