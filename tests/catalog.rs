//! The embedded snapshot, held against the facts it was made from.

use std::collections::{BTreeMap, BTreeSet};

use cachefit::catalog::{
    Catalog, Confidence, Creation, ExtendedSupport, Price, PriceError, PriceKey, Service, ServiceInfo,
    Sharding, Stage, SupportYear, Unit, items, reference_region,
};
use cachefit::units::{Commitment, Engine, Figure, FromText, Policy, Provider};
use jiff::civil::date;
use rust_decimal::Decimal;

const TABLES: &[(&str, &str)] = &[
    (
        "node_regions.tsv",
        include_str!("../src/catalog/data/node_regions.tsv"),
    ),
    (
        "node_types.tsv",
        include_str!("../src/catalog/data/node_types.tsv"),
    ),
    ("places.tsv", include_str!("../src/catalog/data/places.tsv")),
    ("prices.tsv", include_str!("../src/catalog/data/prices.tsv")),
    ("texts.tsv", include_str!("../src/catalog/data/texts.tsv")),
];

fn catalog() -> &'static Catalog {
    Catalog::embedded()
}

fn usd(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn key<'a>(service: Service, region: &'a str, item: &'a str) -> PriceKey<'a> {
    PriceKey {
        service,
        region,
        item,
        engine: None,
        term: Commitment::OnDemand,
    }
}

fn elasticache(region: &str, item: &str, engine: Engine, term: Commitment) -> Result<Price, PriceError> {
    catalog().price(&PriceKey {
        engine: Some(engine),
        term,
        ..key(Service::ElastiCache, region, item)
    })
}

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
fn the_manifest_counts_the_rows_of_every_table() {
    let snapshot = catalog().snapshot();
    assert_eq!(snapshot.files.len(), TABLES.len());
    for (name, text) in TABLES {
        let file = snapshot.files.iter().find(|f| f.name == *name).unwrap();
        assert_eq!(text.lines().count() - 1, file.rows, "{name}");
        assert_eq!(file.sha256.len(), 64, "{name}");
    }
    let newest = TABLES[3]
        .1
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(13).unwrap())
        .max();
    assert!(newest.unwrap() <= snapshot.date);
}

#[test]
fn no_key_is_there_twice() {
    for (name, columns) in [
        ("prices.tsv", 5),
        ("node_types.tsv", 2),
        ("texts.tsv", 1),
        ("node_regions.tsv", 1),
    ] {
        let (_, text) = TABLES.iter().find(|(n, _)| *n == name).unwrap();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let start: Vec<&str> = line.split('\t').take(columns).collect();
            assert!(seen.insert(start.clone()), "{name}: {start:?}");
        }
    }
}

#[test]
fn every_service_has_the_types_of_its_data_sheet() {
    let counts = [
        (Service::ElastiCache, 94),
        (Service::ElastiCacheServerless, 1),
        (Service::AzureManagedRedis, 44),
        (Service::AzureCacheForRedis, 19),
        (Service::MemorystoreValkey, 10),
        (Service::MemorystoreRedisCluster, 7),
        // 27 sizes for each of two tiers.
        (Service::MemorystoreRedis, 54),
        (Service::UpstashPayg, 1),
        (Service::UpstashFixed, 8),
        (Service::Ec2, 153),
        (Service::Local, 0),
    ];
    assert_eq!(counts.len(), Service::ALL.len());
    for (service, count) in counts {
        assert_eq!(catalog().node_types(service).len(), count, "{service}");
    }
    let redis = catalog()
        .node_types(Service::ElastiCache)
        .iter()
        .filter(|n| n.engine(Engine::Redis).is_some());
    assert_eq!(redis.count(), 73);
}

#[test]
fn every_node_type_can_be_sized() {
    for info in catalog().services() {
        for node in catalog().node_types(info.service) {
            let name = node.name;
            assert!(node.usable.0 > 0.0 && node.usable.0 <= node.memory.0, "{name}");
            assert!(!node.engines.is_empty(), "{name}");
            assert!(node.replicas.min <= node.replicas.max, "{name}");
            assert!(node.replicas.max <= info.max_replicas, "{name}");
            assert!(node.network.known().is_none_or(|n| *n > 0.0), "{name}");
            assert!(
                node.max_connections.known().is_some_and(|n| *n >= 256.0),
                "{name}"
            );
            for engine in &node.engines {
                let offer = info.engine(engine.engine).unwrap();
                assert!(offer.versions.contains(&offer.default), "{name}");
            }
            if let Sharding::Inside { shards } = node.sharding {
                assert_eq!(node.engine_threads, Figure::Known(shards), "{name}");
            }
            for why in [node.vcpu.why_unknown(), node.network.why_unknown()]
                .into_iter()
                .flatten()
            {
                assert!(why.contains("not published"), "{name}: {why}");
            }
        }
    }
}

#[test]
fn usable_memory_is_what_the_data_sheets_say() {
    let usable = |service, name| catalog().node_type(service, name).unwrap().usable.0;
    // INFO maxmemory of a real m5.large, to within a byte.
    assert_eq!(usable(Service::ElastiCache, "cache.m7g.large"), 5_140_907_059.0);
    assert_eq!(usable(Service::AzureManagedRedis, "Balanced_B150"), 140e9);
    assert_eq!(usable(Service::AzureCacheForRedis, "Standard_C1"), 0.8e9);
    assert_eq!(usable(Service::MemorystoreValkey, "CUSTOM_PICO"), 1.08e9);
    assert_eq!(usable(Service::Ec2, "m7g.large"), 6.0 * 1024.0 * 1024.0 * 1024.0);
    assert_eq!(usable(Service::UpstashFixed, "fixed_250mb"), 0.25e9);
}

#[test]
fn bandwidth_is_the_baseline_and_never_the_burst() {
    let node = catalog()
        .node_type(Service::ElastiCache, "cache.r7g.large")
        .unwrap();
    assert_eq!(node.network, Figure::Known(0.937e9 / 8.0));
    assert_eq!(node.network_burst, Some(12.5e9 / 8.0));
    let same = catalog().node_type(Service::Ec2, "r7g.large").unwrap();
    assert_eq!(same.network, node.network);
    let none = catalog().node_type(Service::Ec2, "c8g.large").unwrap();
    assert!(none.network.known().is_none());
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
    let base = elasticache(
        "us-east-1",
        "cache.r8g.large",
        Engine::Valkey,
        Commitment::OnDemand,
    )
    .unwrap();
    assert_eq!(base.usd, usd("0.1756"));
    let serverless = PriceKey {
        engine: Some(Engine::Valkey),
        ..key(Service::ElastiCacheServerless, "us-east-1", items::STORED_GB_HOUR)
    };
    assert_eq!(catalog().price(&serverless).unwrap().usd, usd("0.084"));
    let ecpu = PriceKey {
        item: items::MILLION_ECPU,
        ..serverless
    };
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
    assert_eq!(
        (all.upfront.unwrap() / (hours * Decimal::from(3))).round_dp(4),
        all.usd
    );
    assert!(all.usd > Decimal::ZERO);
}

#[test]
fn a_missing_price_is_not_found_and_never_zero() {
    let missing = [
        elasticache(
            "eu-central-1",
            "cache.r7g.large",
            Engine::Valkey,
            Commitment::OnDemand,
        ),
        elasticache(
            "us-east-1",
            "cache.r8g.large",
            Engine::Redis,
            Commitment::OnDemand,
        ),
        elasticache(
            "us-east-1",
            "cache.m5.large",
            Engine::Valkey,
            Commitment::OneYearNoUpfront,
        ),
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
fn a_price_that_depends_on_the_engine_needs_the_engine() {
    let error = catalog()
        .price(&key(Service::ElastiCache, "us-east-1", "cache.r7g.large"))
        .unwrap_err();
    assert!(matches!(error, PriceError::Ambiguous { rows: 2, .. }), "{error}");
    let backup = PriceKey {
        engine: Some(Engine::Redis),
        ..key(Service::ElastiCache, "us-east-1", items::BACKUP)
    };
    assert_eq!(catalog().price(&backup).unwrap().usd, usd("0.085"));
}

#[test]
fn estimates_say_why() {
    let estimate = elasticache(
        "us-west-2",
        "cache.m7g.large",
        Engine::Redis,
        Commitment::OnDemand,
    )
    .unwrap();
    assert!(
        estimate
            .estimate
            .unwrap()
            .contains("1 x us-east-1 ondemand same node")
    );
    let low = catalog()
        .price(&key(Service::MemorystoreValkey, "us-east5", "HIGHMEM_XLARGE"))
        .unwrap();
    assert_eq!(low.confidence, Confidence::Low);
    assert!(low.estimate.unwrap().contains("two public lists disagree"));
    let enterprise = catalog()
        .price(&PriceKey {
            term: Commitment::OneYearNoUpfront,
            ..key(Service::AzureCacheForRedis, "eastus", "Enterprise_E10")
        })
        .unwrap();
    assert!(enterprise.is_estimate());
    assert!(
        catalog()
            .node_type(Service::AzureCacheForRedis, "Enterprise_E10")
            .is_err()
    );
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
fn the_number_of_billed_nodes_follows_the_service() {
    for (service, name, shards, replicas, units) in [
        (Service::ElastiCache, "cache.r7g.large", 3, 2, 9),
        (Service::AzureManagedRedis, "Balanced_B20", 1, 1, 2),
        (Service::AzureCacheForRedis, "Premium_P1", 2, 1, 4),
        (Service::AzureCacheForRedis, "Standard_C1", 1, 1, 1),
        (Service::MemorystoreRedis, "STANDARD_HA-5", 1, 1, 1),
        (Service::UpstashFixed, "fixed_1gb", 1, 0, 1),
    ] {
        let node = catalog().node_type(service, name).unwrap();
        assert_eq!(node.billed(shards, replicas).units, units, "{name}");
    }
}

#[test]
fn google_prices_follow_size_and_commitment() {
    let ask = |service, item, term| {
        catalog().price(&PriceKey {
            term,
            ..key(service, "us-central1", item)
        })
    };
    let five = ask(Service::MemorystoreRedis, "STANDARD_HA-5", Commitment::OnDemand).unwrap();
    assert_eq!((five.usd, five.unit), (usd("0.27"), Unit::CacheHour));
    assert_eq!(five.note.as_deref(), Some("0.054 USD per GiB-hour x 5 GiB"));
    // Each size is priced at its own band: five GiB cost less than four would at the first band.
    let four = ask(Service::MemorystoreRedis, "BASIC-4", Commitment::OnDemand).unwrap();
    let five = ask(Service::MemorystoreRedis, "BASIC-5", Commitment::OnDemand).unwrap();
    assert_eq!((four.usd, five.usd), (usd("0.196"), usd("0.135")));
    let year = ask(
        Service::MemorystoreValkey,
        "HIGHMEM_MEDIUM",
        Commitment::OneYearNoUpfront,
    )
    .unwrap();
    assert_eq!(year.usd, usd("0.1923") * usd("0.8"));
    assert!(year.is_estimate());
    let three = ask(
        Service::MemorystoreValkey,
        "HIGHMEM_MEDIUM",
        Commitment::ThreeYearsNoUpfront,
    )
    .unwrap();
    assert_eq!(three.usd, usd("0.1923") * usd("0.6"));
    for (service, item) in [
        (Service::MemorystoreValkey, "CUSTOM_PICO"),
        (Service::MemorystoreRedis, "BASIC-4"),
    ] {
        let result = ask(service, item, Commitment::OneYearNoUpfront);
        assert!(matches!(result, Err(PriceError::NotFound { .. })), "{item}");
    }
}

#[test]
fn upstash_asks_the_same_everywhere() {
    let price = |region, item| {
        catalog()
            .price(&key(Service::UpstashFixed, region, item))
            .unwrap()
    };
    assert_eq!(price("us-east-1", "fixed_1gb"), price("eu-west-1", "fixed_1gb"));
    assert_eq!(price("us-central1", "fixed_1gb").usd, usd("20"));
    assert_eq!(
        price("us-east-1", &items::for_node(items::READ_REGION, "fixed_1gb")).usd,
        usd("10")
    );
    let pack = ServiceInfo::of(Service::UpstashFixed).sla_item.unwrap();
    assert_eq!(price("us-east-1", pack).usd, usd("200"));
    let commands = key(Service::UpstashPayg, "eu-west-1", items::COMMANDS_100K);
    let commands = catalog().price(&commands).unwrap();
    assert_eq!((commands.usd, commands.unit), (usd("0.2"), Unit::Per100kCommands));
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
            let base = elasticache(region, node, Engine::Redis, Commitment::OnDemand)
                .unwrap()
                .usd;
            assert_eq!(
                (base * year.multiplier()).round_dp(3),
                usd(expected),
                "{node} in {region}"
            );
        }
    }
    let computed = catalog()
        .extended_support("us-east-1", "cache.r7g.large", SupportYear::FirstAndSecond)
        .unwrap();
    assert_eq!(computed.usd, usd("0.175"));
    assert!(computed.is_estimate());
    assert!(
        catalog()
            .extended_support("eu-central-1", "cache.r7g.large", SupportYear::Third)
            .is_err()
    );

    assert!(ExtendedSupport::of(Engine::Valkey, "7.2").is_none());
    assert!(ExtendedSupport::of(Engine::Redis, "7.1").is_none());
    let redis6 = ExtendedSupport::of(Engine::Redis, "6.2").unwrap();
    assert_eq!(redis6.on(date(2027, 1, 31)), None);
    assert_eq!(redis6.on(date(2027, 2, 1)), Some(SupportYear::FirstAndSecond));
    let redis5 = ExtendedSupport::of(Engine::Redis, "5.0.6").unwrap();
    assert_eq!(redis5.on(date(2028, 2, 1)), Some(SupportYear::Third));
}

#[test]
fn families_are_sold_where_the_region_table_says() {
    let sold =
        |region, name| catalog().sold_in(catalog().node_type(Service::ElastiCache, name).unwrap(), region);
    assert_eq!(sold("us-west-1", "cache.m8g.large"), Figure::Known(true));
    assert_eq!(sold("ap-east-2", "cache.m8g.large"), Figure::Known(false));
    assert_eq!(sold("us-gov-west-1", "cache.r6gd.xlarge"), Figure::Known(false));
    assert_eq!(sold("me-central-1", "cache.t4g.micro"), Figure::Known(false));
    assert!(sold("mars-north-1", "cache.m8g.large").known().is_none());
    // Regions by family; User Guide and cfn-lint.
    for (name, regions) in [
        ("cache.c7gn.large", 4),
        ("cache.r6gd.xlarge", 14),
        ("cache.t2.micro", 20),
        ("cache.c8gn.large", 30),
        ("cache.m8g.large", 32),
        ("cache.r8g.large", 34),
        ("cache.m6g.large", 38),
    ] {
        let offer = catalog().offer(Service::ElastiCache, name, "us-east-1").unwrap();
        assert_eq!(offer.regions.len(), regions, "{name}");
    }
}

#[test]
fn elsewhere_a_price_proves_that_it_is_sold_and_nothing_proves_that_it_is_not() {
    let sold = |service, name, region| catalog().sold_in(catalog().node_type(service, name).unwrap(), region);
    assert_eq!(
        sold(Service::AzureManagedRedis, "Balanced_B10", "uksouth"),
        Figure::Known(true)
    );
    assert!(
        sold(Service::AzureManagedRedis, "Balanced_B10", "westeurope")
            .known()
            .is_none()
    );
    assert_eq!(
        sold(Service::MemorystoreRedis, "BASIC-5", "us-central1"),
        Figure::Known(true)
    );
    assert_eq!(
        sold(Service::ElastiCacheServerless, "serverless", "us-east-1"),
        Figure::Known(true)
    );
    assert!(sold(Service::Ec2, "c6g.large", "eu-west-1").known().is_none());
    assert_eq!(
        sold(Service::UpstashFixed, "fixed_1gb", "eu-west-3"),
        Figure::Known(false)
    );
}

#[test]
fn regions_with_prices_are_known_and_have_neighbours() {
    for info in catalog().services() {
        let provider = info.service.provider();
        for region in catalog().regions(info.service) {
            assert_eq!(catalog().known_region(provider, region), Ok(region));
        }
        assert!(
            catalog()
                .known_region(provider, reference_region(provider))
                .is_ok()
        );
    }
    assert_eq!(catalog().regions(Service::ElastiCache).len(), 38);
    let near = |from, region, to| catalog().equivalent(from, region, to).unwrap();
    assert_eq!(near(Provider::Aws, "us-east-1", Provider::Azure).region, "eastus");
    assert_eq!(near(Provider::Aws, "us-east-1", Provider::Gcp).region, "us-east4");
    assert_eq!(
        near(Provider::Gcp, "us-east4", Provider::Upstash).region,
        "us-east4"
    );
    let ireland = near(Provider::Aws, "eu-west-1", Provider::Gcp);
    assert_eq!((ireland.region, ireland.same_place), ("europe-west1", false));
    assert!(near(Provider::Azure, "northeurope", Provider::Aws).same_place);
    // A government's or another jurisdiction's cloud has no equivalent in a public one.
    assert!(
        catalog()
            .equivalent(Provider::Aws, "us-gov-west-1", Provider::Gcp)
            .is_none()
    );
}

#[test]
fn every_neighbour_is_a_region_and_every_region_has_one_place() {
    let clouds = [Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash];
    for from in clouds {
        let regions = catalog().regions_of(from);
        assert!(
            regions.windows(2).all(|pair| pair[0] < pair[1]),
            "{from}: a region is there twice"
        );
        for region in regions {
            for to in clouds {
                if let Some(near) = catalog().equivalent(from, region, to) {
                    assert!(catalog().known_region(to, near.region).is_ok(), "{}", near.region);
                }
            }
        }
    }
}

#[test]
fn wrong_names_get_the_nearest_right_one() {
    let error = catalog().known_region(Provider::Aws, "us-est-1").unwrap_err();
    assert_eq!(error.suggestion, Some("us-east-1"));
    let error = catalog()
        .node_type(Service::ElastiCache, "cache.r7g.larg")
        .unwrap_err();
    assert_eq!(error.suggestion, Some("cache.r7g.large"));
    let error = Service::from_text("elasticach").unwrap_err();
    assert_eq!(error.suggestion.as_deref(), Some("elasticache"));
    for service in Service::ALL {
        assert_eq!(Service::from_text(service.id()), Ok(*service));
    }
}

#[test]
fn policies_are_those_of_the_service() {
    let of = |service, node: Option<&str>, engine, version| {
        let node = node.map(|name| catalog().node_type(service, name).unwrap());
        ServiceInfo::of(service).policies(node, engine, version)
    };
    assert_eq!(
        of(
            Service::ElastiCache,
            Some("cache.r7g.large"),
            Engine::Valkey,
            "8.1"
        )
        .len(),
        8
    );
    let tiering = of(
        Service::ElastiCache,
        Some("cache.r6gd.xlarge"),
        Engine::Valkey,
        "8.1",
    );
    assert_eq!(tiering.len(), 5);
    assert!(!tiering.contains(&Policy::VolatileTtl));
    assert_eq!(
        of(Service::ElastiCacheServerless, None, Engine::Valkey, "8"),
        [Policy::VolatileLru]
    );
    assert!(of(Service::Local, None, Engine::Redis, "8.6").contains(&Policy::AllkeysLrm));
    assert!(!of(Service::Local, None, Engine::Redis, "8.2").contains(&Policy::AllkeysLrm));
    assert!(!of(Service::Local, None, Engine::Valkey, "9.1").contains(&Policy::AllkeysLrm));
    for info in catalog().services() {
        assert!(
            info.eviction.allowed.contains(&info.eviction.default),
            "{}",
            info.service
        );
    }
}

#[test]
fn retirement_and_preview_are_known() {
    let stage = |service, name| catalog().node_type(service, name).unwrap().stage;
    for node in catalog().node_types(Service::AzureCacheForRedis) {
        assert_eq!(
            node.stage,
            Stage::Retiring { date: "2028-09-30" },
            "{}",
            node.name
        );
    }
    let creation = ServiceInfo::of(Service::AzureCacheForRedis).creation;
    assert!(matches!(
        creation,
        Creation::ExistingCustomers {
            retires: "2028-09-30",
            ..
        }
    ));
    assert_eq!(stage(Service::AzureManagedRedis, "Balanced_B500"), Stage::Preview);
    assert_eq!(stage(Service::AzureManagedRedis, "Balanced_B350"), Stage::Ga);
    assert!(
        !catalog()
            .node_type(Service::MemorystoreValkey, "SHARED_CORE_NANO")
            .unwrap()
            .sla
    );
}

#[test]
fn an_offer_holds_all_prices_of_a_node_with_what_is_billed_beside_it() {
    let offer = catalog()
        .offer(Service::ElastiCache, "cache.r7g.large", "us-east-1")
        .unwrap();
    // Two engines, seven terms each.
    assert_eq!(offer.prices.len(), 14);
    assert!(
        offer
            .prices
            .iter()
            .all(|l| !l.price.source.is_empty() && l.price.as_of.len() >= 4)
    );
    let extras: Vec<&str> = offer.extras.iter().map(|l| l.item.as_str()).collect();
    assert!(
        extras.contains(&items::BACKUP) && extras.contains(&items::CROSS_AZ_GB),
        "{extras:?}"
    );
    let ireland = catalog()
        .offer(Service::ElastiCache, "cache.r7g.large", "eu-west-1")
        .unwrap();
    assert!(
        ireland
            .extras
            .iter()
            .any(|l| l.item == "sync-durability:cache.r7g.large")
    );
    assert!(ireland.extras.iter().all(|l| !l.item.contains("t4g")));

    let standard = catalog()
        .offer(Service::AzureCacheForRedis, "Standard_C1", "uksouth")
        .unwrap();
    assert_eq!(standard.prices.len(), 1);
    assert!(
        standard
            .extras
            .iter()
            .any(|l| l.item == "Standard_C1 (node meter)")
    );

    let enterprise = catalog()
        .offer(Service::AzureCacheForRedis, "Enterprise_E10", "eastus")
        .unwrap();
    assert!(enterprise.node.is_none() && enterprise.prices.len() == 2);
    let serverless = catalog()
        .offer(Service::ElastiCacheServerless, "serverless", "us-east-1")
        .unwrap();
    assert_eq!(
        serverless
            .extras
            .iter()
            .filter(|l| l.engine == Some(Engine::Valkey))
            .count(),
        2
    );
    assert!(
        catalog()
            .offer(Service::ElastiCache, "cache.z9.large", "us-east-1")
            .is_err()
    );
}
