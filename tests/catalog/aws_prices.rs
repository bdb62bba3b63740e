//! Prices of AWS.

use std::collections::BTreeMap;

use cachefit::catalog::{ExtendedSupport, Price, PriceError, PriceKey, Service, SupportYear, items};
use cachefit::units::{Commitment, Engine};
use jiff::civil::date;
use rust_decimal::Decimal;

use super::{catalog, elasticache, key, usd};

/// Every price of an ElastiCache node.
fn elasticache_prices() -> BTreeMap<(&'static str, &'static str, Engine, Commitment), Price> {
    let mut prices = BTreeMap::new();
    for node in catalog().node_types(Service::ElastiCache) {
        for region in catalog().regions(Service::ElastiCache) {
            for &engine in Engine::ALL {
                for &term in Commitment::ALL {
                    if let Ok(price) = elasticache(region, node.name, engine, term) {
                        prices.insert((region, node.name, engine, term), price);
                    }
                }
            }
        }
    }
    prices
}

#[test]
fn elasticache_prices_are_complete_in_the_reference_region() {
    let prices = elasticache_prices();
    // 1,055 rows of the price table without 75 for Memcached; 242 real ones without 26 for Memcached.
    assert_eq!(prices.len(), 980);
    assert_eq!(prices.values().filter(|p| !p.is_estimate()).count(), 216);
    for node in catalog().node_types(Service::ElastiCache) {
        for engine in &node.engines {
            let price = &prices[&("us-east-1", node.name, engine.engine, Commitment::OnDemand)];
            assert!(!price.is_estimate(), "{}", node.name);
        }
    }
}

#[test]
fn valkey_costs_four_fifths_of_redis_on_every_real_pair() {
    let prices = elasticache_prices();
    let mut pairs = 0;
    for ((region, name, engine, term), valkey) in &prices {
        let redis = prices.get(&(*region, *name, Engine::Redis, *term));
        let (Engine::Valkey, Some(redis)) = (engine, redis) else {
            continue;
        };
        if !valkey.is_estimate() && !redis.is_estimate() {
            assert_eq!(valkey.usd, redis.usd * usd("0.8"), "{name} in {region}, {term}");
            pairs += 1;
        }
        assert!(valkey.usd > redis.usd * usd("0.6"), "{name} in {region}, {term}");
    }
    assert_eq!(pairs, 85);
}

#[test]
fn wrong_numbers_in_circulation_are_not_in_the_table() {
    for (name, real, wrong) in [
        ("cache.r6g.large", "0.206", &["0.156"][..]),
        ("cache.r7g.large", "0.219", &["0.166", "0.226", "0.25", "0.252"]),
        ("cache.m7g.large", "0.158", &["0.101"]),
    ] {
        let price = elasticache("us-east-1", name, Engine::Redis, Commitment::OnDemand).unwrap();
        assert_eq!(price.usd, usd(real));
        assert!(wrong.iter().all(|w| price.usd != usd(w)), "{name}");
    }
    // The base price, not the add-on for synchronous durability (0.031608).
    let base = elasticache("us-east-1", "cache.r8g.large", Engine::Valkey, Commitment::OnDemand).unwrap();
    assert_eq!(base.usd, usd("0.1756"));
    let serverless = PriceKey {
        engine: Some(Engine::Valkey),
        ..key(Service::ElastiCacheServerless, "us-east-1", items::STORED_GB_HOUR)
    };
    assert_eq!(catalog().price(&serverless).unwrap().usd, usd("0.084"));
    let ecpu = PriceKey { item: items::MILLION_ECPU, ..serverless };
    assert_eq!(catalog().price(&ecpu).unwrap().usd, usd("0.0023"));
}

#[test]
fn reserved_terms_are_effective_prices_with_their_upfront_part() {
    let term = |term| elasticache("us-east-1", "cache.c7gn.large", Engine::Valkey, term).unwrap();
    let partial = term(Commitment::OneYearPartialUpfront);
    let hours = Decimal::from(8760);
    let effective = partial.recurring.unwrap() + partial.upfront.unwrap() / hours;
    assert_eq!(effective.round_dp(4), partial.usd);
    let all = term(Commitment::ThreeYearsAllUpfront);
    assert_eq!(all.recurring, Some(Decimal::ZERO));
    assert_eq!((all.upfront.unwrap() / (hours * Decimal::from(3))).round_dp(4), all.usd);
    assert!(all.usd > Decimal::ZERO);
}

#[test]
fn a_price_that_depends_on_the_engine_needs_the_engine() {
    let error = catalog().price(&key(Service::ElastiCache, "us-east-1", "cache.r7g.large")).unwrap_err();
    assert!(matches!(error, PriceError::Ambiguous { rows: 2, .. }), "{error}");
    let backup =
        PriceKey { engine: Some(Engine::Redis), ..key(Service::ElastiCache, "us-east-1", items::BACKUP) };
    assert_eq!(catalog().price(&backup).unwrap().usd, usd("0.085"));
}

#[test]
fn extended_support_is_added_at_the_published_share() {
    let listed = [
        ("us-east-1", "cache.m6g.large", "0.119", "0.238"),
        ("us-west-2", "cache.t3.medium", "0.054", "0.109"),
        ("eu-west-1", "cache.r7g.large", "0.194", "0.389"),
        ("ap-northeast-2", "cache.t4g.micro", "0.019", "0.038"),
    ];
    for (region, node, first, third) in listed {
        for (year, expected) in [(SupportYear::FirstAndSecond, first), (SupportYear::Third, third)] {
            let price = catalog().extended_support(region, node, year).unwrap();
            assert_eq!(price.usd, usd(expected), "{node} in {region}");
            assert!(!price.is_estimate());
            // The rule that is used elsewhere gives the same.
            let base = elasticache(region, node, Engine::Redis, Commitment::OnDemand).unwrap().usd;
            assert_eq!((base * year.multiplier()).round_dp(3), usd(expected), "{node} in {region}");
        }
    }
    let computed =
        catalog().extended_support("us-east-1", "cache.r7g.large", SupportYear::FirstAndSecond).unwrap();
    assert_eq!(computed.usd, usd("0.175"));
    assert!(computed.is_estimate());
    assert!(catalog().extended_support("eu-central-1", "cache.r7g.large", SupportYear::Third).is_err());

    assert!(ExtendedSupport::of(Engine::Valkey, "7.2").is_none());
    assert!(ExtendedSupport::of(Engine::Redis, "7.1").is_none());
    let redis6 = ExtendedSupport::of(Engine::Redis, "6.2").unwrap();
    assert_eq!(redis6.on(date(2027, 1, 31)), None);
    assert_eq!(redis6.on(date(2027, 2, 1)), Some(SupportYear::FirstAndSecond));
    let redis5 = ExtendedSupport::of(Engine::Redis, "5.0.6").unwrap();
    assert_eq!(redis5.on(date(2028, 2, 1)), Some(SupportYear::Third));
}
