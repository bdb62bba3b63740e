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

/// On demand, for one year, for three years; both engines.
const PER_REGION: &[(&str, usize, usize, usize)] = &[
    ("af-south-1", 30, 90, 90),
    ("ap-east-1", 64, 192, 192),
    ("ap-northeast-1", 132, 312, 312),
    ("ap-northeast-2", 120, 276, 276),
    ("ap-northeast-3", 48, 90, 90),
    ("ap-south-1", 132, 312, 312),
    ("ap-south-2", 92, 276, 0),
    ("ap-southeast-1", 132, 312, 312),
    ("ap-southeast-2", 132, 312, 312),
    ("ap-southeast-3", 30, 90, 90),
    ("ap-southeast-4", 30, 90, 0),
    ("ap-southeast-5", 40, 120, 0),
    ("ap-southeast-7", 68, 0, 0),
    ("ca-central-1", 132, 310, 312),
    ("ca-west-1", 40, 118, 0),
    ("eu-central-1", 132, 312, 312),
    ("eu-central-2", 30, 90, 0),
    ("eu-north-1", 104, 310, 312),
    ("eu-south-1", 64, 192, 192),
    ("eu-south-2", 58, 174, 0),
    ("eu-west-1", 146, 354, 354),
    ("eu-west-2", 122, 274, 276),
    ("eu-west-3", 108, 270, 270),
    ("il-central-1", 64, 192, 0),
    ("me-central-1", 33, 90, 0),
    ("me-south-1", 30, 90, 90),
    ("mx-central-1", 68, 0, 0),
    ("sa-east-1", 132, 312, 312),
    ("us-east-1", 167, 417, 417),
    ("us-east-2", 146, 354, 354),
    ("us-gov-east-1", 64, 172, 174),
    ("us-gov-west-1", 76, 172, 174),
    ("us-west-1", 132, 312, 312),
    ("us-west-2", 167, 354, 354),
];

#[test]
fn every_region_has_the_prices_of_its_list() {
    let prices = elasticache_prices();
    let count = |region: &str, years: Option<u32>| {
        prices.keys().filter(|key| key.0 == region && key.3.years() == years).count()
    };
    for &(region, on_demand, one_year, three_years) in PER_REGION {
        let counts = (count(region, None), count(region, Some(1)), count(region, Some(3)));
        assert_eq!(counts, (on_demand, one_year, three_years), "{region}");
    }
    // 16,694 rows without 75 for Memcached and 12 outliers; 7,580 real ones without 26 and 5, and without two that are disputed.
    assert_eq!(prices.len(), 16_607);
    assert_eq!(prices.values().filter(|p| !p.is_estimate()).count(), 7_547);
    for region in ["ap-east-2", "ap-southeast-6", "cn-north-1", "cn-northwest-1"] {
        assert!(catalog().regions(Service::ElastiCache).contains(&region));
        assert!(prices.keys().all(|key| key.0 != region), "{region}");
    }
}

#[test]
fn elasticache_prices_are_complete_in_the_reference_region() {
    for node in catalog().node_types(Service::ElastiCache) {
        for engine in &node.engines {
            let price = elasticache("us-east-1", node.name, engine.engine, Commitment::OnDemand).unwrap();
            assert!(!price.is_estimate(), "{}", node.name);
        }
    }
}

#[test]
fn the_newest_nodes_have_no_price_where_none_was_read() {
    for (key, price) in elasticache_prices() {
        if ["cache.r8g.", "cache.m8g.", "cache.c8gn."].iter().any(|family| key.1.starts_with(family)) {
            assert!(["us-east-1", "us-west-2"].contains(&key.0), "{key:?}");
            assert!(key.0 == "us-east-1" || price.is_estimate() || key.1 == "cache.r8g.large", "{key:?}");
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
            let share = redis.usd * usd("0.8");
            // One quotation is rounded to four decimals.
            let expected = if (*region, *name) == ("me-central-1", "cache.r7g.large") {
                share.round_dp(4)
            } else {
                share
            };
            assert_eq!(valkey.usd, expected, "{name} in {region}, {term}");
            pairs += 1;
        }
        assert!(valkey.usd > redis.usd * usd("0.6"), "{name} in {region}, {term}");
    }
    // 1,511 on demand, 11 reservations.
    assert_eq!(pairs, 1_522);
}

#[test]
fn a_reservation_of_valkey_is_computed_from_that_of_redis() {
    let prices = elasticache_prices();
    let mut computed = 0;
    for ((region, name, engine, term), redis) in &prices {
        if *engine == Engine::Valkey || *term == Commitment::OnDemand {
            continue;
        }
        let valkey = &prices[&(*region, *name, Engine::Valkey, *term)];
        let why = valkey.estimate.as_deref().unwrap_or_default();
        if why.starts_with("0.8 x ") {
            assert_eq!(valkey.usd, redis.usd * usd("0.8"), "{name} in {region}, {term}");
            assert_eq!(valkey.upfront, redis.upfront.map(|usd| usd * Decimal::new(8, 1)));
            let key = PriceKey {
                engine: Some(Engine::Valkey),
                term: *term,
                ..key(Service::ElastiCache, region, name)
            };
            assert_eq!(catalog().usd(&key), Some((valkey.usd, true)));
            computed += 1;
        }
    }
    assert_eq!(computed, 6_691);
    // Without the engine it is two prices, as on demand.
    let any = PriceKey {
        term: Commitment::OneYearAllUpfront,
        ..key(Service::ElastiCache, "eu-west-1", "cache.m5.large")
    };
    assert!(matches!(catalog().price(&any), Err(PriceError::Ambiguous { rows: 2, .. })));
}

#[test]
fn published_outliers_are_no_prices() {
    let regions = ["ca-central-1", "ca-west-1", "eu-north-1", "eu-west-2", "us-gov-east-1", "us-gov-west-1"];
    for region in regions {
        for &engine in Engine::ALL {
            let price = |term| elasticache(region, "cache.r6g.16xlarge", engine, term);
            let outlier = price(Commitment::OneYearAllUpfront);
            assert!(matches!(outlier, Err(PriceError::NotFound { .. })), "{region}");
            assert!(price(Commitment::OneYearPartialUpfront).is_ok(), "{region}");
        }
    }
}

#[test]
fn reservations_have_the_ratio_of_their_own_region() {
    let ratio = |region, term| {
        let of = |term| elasticache(region, "cache.m6g.large", Engine::Redis, term).unwrap().usd;
        (of(term) / of(Commitment::OnDemand)).round_dp(2)
    };
    assert_eq!(ratio("ca-west-1", Commitment::OneYearNoUpfront), usd("0.79"));
    assert_eq!(ratio("us-east-1", Commitment::OneYearNoUpfront), usd("0.68"));
    // No three-year term is sold there, and no reservation at all in the newest regions.
    let reserved = |region, term| elasticache(region, "cache.m6g.large", Engine::Redis, term);
    assert!(reserved("ca-west-1", Commitment::ThreeYearsAllUpfront).is_err());
    assert!(reserved("mx-central-1", Commitment::OneYearAllUpfront).is_err());
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
    assert!(catalog().extended_support("ap-east-2", "cache.m7g.large", SupportYear::Third).is_err());

    assert!(ExtendedSupport::of(Engine::Valkey, "7.2").is_none());
    assert!(ExtendedSupport::of(Engine::Redis, "7.1").is_none());
    let redis6 = ExtendedSupport::of(Engine::Redis, "6.2").unwrap();
    assert_eq!(redis6.on(date(2027, 1, 31)), None);
    assert_eq!(redis6.on(date(2027, 2, 1)), Some(SupportYear::FirstAndSecond));
    let redis5 = ExtendedSupport::of(Engine::Redis, "5.0.6").unwrap();
    assert_eq!(redis5.on(date(2028, 2, 1)), Some(SupportYear::Third));
}
