//! Prices of all providers.

use cachefit::catalog::{Confidence, PriceError, PriceKey, Service, ServiceInfo, Unit, items};
use cachefit::units::{Commitment, Engine};
use rust_decimal::Decimal;

use super::{TABLES, catalog, elasticache, key, usd};

#[test]
fn a_missing_price_is_not_found_and_never_zero() {
    let missing = [
        elasticache("eu-central-1", "cache.r7g.large", Engine::Valkey, Commitment::OnDemand),
        elasticache("us-east-1", "cache.r8g.large", Engine::Redis, Commitment::OnDemand),
        elasticache("us-east-1", "cache.m5.large", Engine::Valkey, Commitment::OneYearNoUpfront),
        catalog().price(&key(Service::AzureManagedRedis, "westeurope", "Balanced_B10")),
        catalog().price(&key(Service::UpstashFixed, "eu-west-3", "fixed_1gb")),
        catalog().price(&key(Service::ElastiCacheServerless, "us-east-1", items::BACKUP)),
        catalog().price(&key(Service::Local, "local", "anything")),
    ];
    for result in missing {
        assert!(matches!(result, Err(PriceError::NotFound { .. })), "{result:?}");
    }
    for line in TABLES[3].1.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        assert!(usd(fields[6]) > Decimal::ZERO || fields[2] == "free", "{line}");
    }
}

#[test]
fn estimates_say_why() {
    let estimate = elasticache("us-west-2", "cache.m7g.large", Engine::Redis, Commitment::OnDemand).unwrap();
    assert!(estimate.estimate.unwrap().contains("1 x us-east-1 ondemand same node"));
    let low = catalog().price(&key(Service::MemorystoreValkey, "us-east5", "HIGHMEM_XLARGE")).unwrap();
    assert_eq!(low.confidence, Confidence::Low);
    assert!(low.estimate.unwrap().contains("two public lists disagree"));
    let enterprise = catalog()
        .price(&PriceKey {
            term: Commitment::OneYearNoUpfront,
            ..key(Service::AzureCacheForRedis, "eastus", "Enterprise_E10")
        })
        .unwrap();
    assert!(enterprise.is_estimate());
    assert!(catalog().node_type(Service::AzureCacheForRedis, "Enterprise_E10").is_err());
}

#[test]
fn azure_prices_say_whether_they_are_for_a_node_or_for_the_cache() {
    let price = |service, name| catalog().price(&key(service, "eastus", name)).unwrap();
    let standard = price(Service::AzureCacheForRedis, "Standard_C3");
    assert_eq!((standard.usd, standard.unit), (usd("0.45"), Unit::CacheHour));
    let premium = price(Service::AzureCacheForRedis, "Premium_P2");
    assert_eq!((premium.usd, premium.unit), (usd("0.555"), Unit::NodeHour));
    let managed = price(Service::AzureManagedRedis, "Balanced_B3");
    assert_eq!((managed.usd, managed.unit), (usd("0.065"), Unit::NodeHour));
    for service in [Service::AzureCacheForRedis, Service::AzureManagedRedis] {
        for node in catalog().node_types(service) {
            for region in catalog().regions(service) {
                if let Ok(price) = catalog().price(&key(service, region, node.name)) {
                    let whole = price.unit == Unit::CacheHour;
                    assert_eq!(whole, node.replicas.in_price, "{} in {region}", node.name);
                }
            }
        }
    }
}

#[test]
fn google_prices_follow_size_and_commitment() {
    let ask = |service, item, term| catalog().price(&PriceKey { term, ..key(service, "us-central1", item) });
    let five = ask(Service::MemorystoreRedis, "STANDARD_HA-5", Commitment::OnDemand).unwrap();
    assert_eq!((five.usd, five.unit), (usd("0.27"), Unit::CacheHour));
    assert_eq!(five.note.as_deref(), Some("0.054 USD per GiB-hour x 5 GiB"));
    // Each size is priced at its own band: five GiB cost less than four would at the first band.
    let four = ask(Service::MemorystoreRedis, "BASIC-4", Commitment::OnDemand).unwrap();
    let five = ask(Service::MemorystoreRedis, "BASIC-5", Commitment::OnDemand).unwrap();
    assert_eq!((four.usd, five.usd), (usd("0.196"), usd("0.135")));
    let year = ask(Service::MemorystoreValkey, "HIGHMEM_MEDIUM", Commitment::OneYearNoUpfront).unwrap();
    assert_eq!(year.usd, usd("0.1923") * usd("0.8"));
    assert!(year.is_estimate());
    let three = ask(Service::MemorystoreValkey, "HIGHMEM_MEDIUM", Commitment::ThreeYearsNoUpfront).unwrap();
    assert_eq!(three.usd, usd("0.1923") * usd("0.6"));
    for (service, item) in
        [(Service::MemorystoreValkey, "CUSTOM_PICO"), (Service::MemorystoreRedis, "BASIC-4")]
    {
        let result = ask(service, item, Commitment::OneYearNoUpfront);
        assert!(matches!(result, Err(PriceError::NotFound { .. })), "{item}");
    }
}

#[test]
fn upstash_asks_the_same_everywhere() {
    let price =
        |region: &str, item: &str| catalog().price(&key(Service::UpstashFixed, region, item)).unwrap();
    assert_eq!(price("us-east-1", "fixed_1gb"), price("eu-west-1", "fixed_1gb"));
    assert_eq!(price("us-central1", "fixed_1gb").usd, usd("20"));
    let read_region = items::for_node(items::READ_REGION, "fixed_1gb");
    assert_eq!(price("us-east-1", &read_region).usd, usd("10"));
    let pack = ServiceInfo::of(Service::UpstashFixed).sla_item.unwrap();
    assert_eq!(price("us-east-1", pack).usd, usd("200"));
    let commands = key(Service::UpstashPayg, "eu-west-1", items::COMMANDS_100K);
    let commands = catalog().price(&commands).unwrap();
    assert_eq!((commands.usd, commands.unit), (usd("0.2"), Unit::Per100kCommands));
}

#[test]
fn an_offer_holds_all_prices_of_a_node_with_what_is_billed_beside_it() {
    let offer = catalog().offer(Service::ElastiCache, "cache.r7g.large", "us-east-1").unwrap();
    // Two engines, seven terms each.
    assert_eq!(offer.prices.len(), 14);
    assert!(offer.prices.iter().all(|l| !l.price.source.is_empty() && l.price.as_of.len() >= 4));
    let extras: Vec<&str> = offer.extras.iter().map(|l| l.item.as_str()).collect();
    assert!(extras.contains(&items::BACKUP) && extras.contains(&items::CROSS_AZ_GB), "{extras:?}");
    let ireland = catalog().offer(Service::ElastiCache, "cache.r7g.large", "eu-west-1").unwrap();
    assert!(ireland.extras.iter().any(|l| l.item == "sync-durability:cache.r7g.large"));
    assert!(ireland.extras.iter().all(|l| !l.item.contains("t4g")));

    let standard = catalog().offer(Service::AzureCacheForRedis, "Standard_C1", "uksouth").unwrap();
    assert_eq!(standard.prices.len(), 1);
    assert!(standard.extras.iter().any(|l| l.item == "Standard_C1 (node meter)"));

    let enterprise = catalog().offer(Service::AzureCacheForRedis, "Enterprise_E10", "eastus").unwrap();
    assert!(enterprise.node.is_none() && enterprise.prices.len() == 2);
    let serverless = catalog().offer(Service::ElastiCacheServerless, "serverless", "us-east-1").unwrap();
    assert_eq!(serverless.extras.iter().filter(|l| l.engine == Some(Engine::Valkey)).count(), 2);
    assert!(catalog().offer(Service::ElastiCache, "cache.z9.large", "us-east-1").is_err());
}
