//! Prices of all providers.

use cachefit::catalog::{Confidence, PriceError, PriceKey, Service, ServiceInfo, Unit, copies, items};
use cachefit::units::{Commitment, Engine};
use rust_decimal::Decimal;

use super::{catalog, elasticache, key, usd};

#[test]
fn a_missing_price_is_not_found_and_never_zero() {
    let missing = [
        elasticache("ap-east-2", "cache.r7g.large", Engine::Valkey, Commitment::OnDemand),
        elasticache("eu-central-1", "cache.r8g.large", Engine::Valkey, Commitment::OnDemand),
        elasticache("us-east-1", "cache.r8g.large", Engine::Redis, Commitment::OnDemand),
        elasticache("mx-central-1", "cache.m5.large", Engine::Valkey, Commitment::OneYearNoUpfront),
        catalog().price(&key(Service::AzureManagedRedis, "westeurope", "Balanced_B10")),
        catalog().price(&key(Service::UpstashFixed, "eu-west-3", "fixed_1gb")),
        catalog().price(&key(Service::ElastiCacheServerless, "eu-west-1", items::BACKUP)),
        catalog().price(&key(Service::AzureManagedRedis, "moon", items::PRIVATE_ENDPOINT)),
        catalog().price(&key(Service::MemorystoreRedis, "us-central1", "BASIC-301")),
        catalog().price(&key(Service::Local, "local", "anything")),
    ];
    for result in missing {
        assert!(matches!(result, Err(PriceError::NotFound { .. })), "{result:?}");
    }
}

#[test]
fn estimates_say_why() {
    let estimate = elasticache("us-west-2", "cache.m8g.large", Engine::Valkey, Commitment::OnDemand).unwrap();
    assert!(estimate.estimate.unwrap().contains("taken from us-east-1"));
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
fn traffic_between_zones_is_priced_by_the_way_in() {
    let price = |service, region| catalog().price(&key(service, region, items::CROSS_AZ_GB)).unwrap();
    for region in catalog().regions(Service::ElastiCache) {
        let private = region.starts_with("cn-") || region == "us-gov-west-1";
        let nodes = catalog().usd(&key(Service::ElastiCache, region, items::CROSS_AZ_GB));
        assert_eq!(nodes.map(|n| n.0), (!private).then(|| usd("0.01")), "{region}");
        assert_eq!(nodes, catalog().usd(&key(Service::Ec2, region, items::CROSS_AZ_GB)), "{region}");
        let serverless = price(Service::ElastiCacheServerless, region);
        assert_eq!((serverless.usd, serverless.is_estimate()), (Decimal::ZERO, true), "{region}");
        assert!(serverless.estimate.unwrap().contains("April 2022"));
    }
    let flat = price(Service::ElastiCache, "eu-west-1");
    assert!(flat.estimate.unwrap().contains("flat rate") && flat.unit == Unit::GbPerDirection);
    for service in [Service::AzureManagedRedis, Service::AzureCacheForRedis] {
        let known = price(service, "westeurope");
        assert_eq!((known.usd, known.is_estimate()), (Decimal::ZERO, false), "{service}");
        assert!(known.source.contains("May 2024"));
    }
}

#[test]
fn private_endpoints_of_azure_cost_the_same_everywhere() {
    for region in ["eastus", "westeurope"] {
        for (item, expected, unit) in [
            (items::PRIVATE_ENDPOINT, "0.01", Unit::Hour),
            (items::PRIVATE_ENDPOINT_GB, "0.01", Unit::Gb),
            (items::DNS_ZONE, "0.5", Unit::Month),
        ] {
            let price = catalog().price(&key(Service::AzureManagedRedis, region, item)).unwrap();
            assert_eq!((price.usd, price.unit, price.is_estimate()), (usd(expected), unit, false), "{item}");
        }
    }
    let traffic = catalog().price(&key(Service::AzureManagedRedis, "eastus", items::PRIVATE_ENDPOINT_GB));
    assert!(traffic.unwrap().note.unwrap().contains("beyond 1 PB a month 0.006"));
}

#[test]
fn backups_of_serverless_take_the_rate_of_elasticache() {
    let backup = |service, region| catalog().price(&key(service, region, items::BACKUP));
    for region in ["us-east-1", "ap-northeast-2", "eu-west-1"] {
        let (nodes, serverless) =
            (backup(Service::ElastiCache, region), backup(Service::ElastiCacheServerless, region));
        assert_eq!(nodes.ok(), serverless.ok(), "{region}");
    }
    assert_eq!(backup(Service::ElastiCacheServerless, "us-east-1").unwrap().usd, usd("0.085"));
}

#[test]
fn the_append_only_file_of_memorystore_has_a_price() {
    for service in [Service::MemorystoreValkey, Service::MemorystoreRedisCluster] {
        let price = catalog().price(&key(service, "us-central1", items::AOF)).unwrap();
        assert_eq!((price.usd, price.unit), (usd("0.00054795"), Unit::GbHour), "{service}");
    }
}

#[test]
fn the_dearest_rate_bounds_what_a_region_has_no_price_of() {
    let dearest = |service, item| catalog().dearest(service, item, Some(Engine::Valkey));
    assert_eq!(
        dearest(Service::ElastiCacheServerless, items::BACKUP),
        Some((usd("0.085"), "ap-northeast-2"))
    );
    assert_eq!(dearest(Service::ElastiCache, "cache.z9.large"), None);
    for (service, item) in [
        (Service::ElastiCache, "cache.m7g.large"),
        (Service::MemorystoreRedis, "BASIC-7"),
        (Service::Ec2, "r7g.large"),
        (Service::UpstashFixed, "fixed_1gb"),
    ] {
        let (bound, place) = dearest(service, item).unwrap();
        let mut found = false;
        for region in catalog().regions(service) {
            let ask = PriceKey { engine: Some(Engine::Valkey), ..key(service, region, item) };
            if let Some((known, _)) = catalog().usd(&ask) {
                assert!(known <= bound, "{item} in {region}");
                found |= known == bound && (region == place || place == "global");
            }
        }
        assert!(found, "{item}: {bound} in {place}");
    }
}

#[test]
fn copies_are_named_once_for_a_whole_report() {
    let price = elasticache("eu-west-1", "cache.m5.large", Engine::Redis, Commitment::OnDemand).unwrap();
    assert_eq!((price.source, price.copy), ("AWS price map", Some("ec2.shop")));
    let said = copies([price.copy, price.copy, None, Some("Clarchy")].into_iter().flatten()).unwrap();
    assert!(said.contains("(Clarchy, ec2.shop)"), "{said}");
    assert_eq!(copies([]), None);
    let own = catalog().price(&key(Service::UpstashFixed, "us-east-1", "fixed_1gb")).unwrap();
    assert_eq!(own.copy, None);
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
    // Two terms, each paid monthly or at once at the same price.
    assert!(enterprise.node.is_none() && enterprise.prices.len() == 4);
    let price = |term| enterprise.prices.iter().find(|l| l.term == term).unwrap().price.clone();
    let (monthly, at_once) =
        (price(Commitment::ThreeYearsNoUpfront), price(Commitment::ThreeYearsAllUpfront));
    assert_eq!((at_once.usd, at_once.upfront), (monthly.usd, Some(Decimal::from(5682))));
    assert_eq!((at_once.recurring, monthly.upfront), (Some(Decimal::ZERO), None));
    let serverless = catalog().offer(Service::ElastiCacheServerless, "serverless", "us-east-1").unwrap();
    assert_eq!(serverless.extras.iter().filter(|l| l.engine == Some(Engine::Valkey)).count(), 2);
    assert!(catalog().offer(Service::ElastiCache, "cache.z9.large", "us-east-1").is_err());
}
