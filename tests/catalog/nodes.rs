//! Node types and what services offer.

use cachefit::catalog::{Creation, Service, ServiceInfo, Sharding, Stage};
use cachefit::units::{Engine, Figure, Policy};

use super::catalog;

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
    let redis =
        catalog().node_types(Service::ElastiCache).iter().filter(|n| n.engine(Engine::Redis).is_some());
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
            assert!(node.max_connections.known().is_some_and(|n| *n >= 256.0), "{name}");
            for engine in &node.engines {
                let offer = info.engine(engine.engine).unwrap();
                assert!(offer.versions.contains(&offer.default), "{name}");
            }
            if let Sharding::Inside { shards } = node.sharding {
                assert_eq!(node.engine_threads, Figure::Known(shards), "{name}");
            }
            for why in [node.vcpu.why_unknown(), node.network.why_unknown()].into_iter().flatten() {
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
    let node = catalog().node_type(Service::ElastiCache, "cache.r7g.large").unwrap();
    assert_eq!(node.network, Figure::Known(0.937e9 / 8.0));
    assert_eq!(node.network_burst, Some(12.5e9 / 8.0));
    let same = catalog().node_type(Service::Ec2, "r7g.large").unwrap();
    assert_eq!(same.network, node.network);
    let unpublished = catalog().node_type(Service::Ec2, "c8g.large").unwrap();
    assert!(unpublished.network.known().is_none());
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
        assert_eq!(node.billed_units(shards, replicas), units, "{name}");
    }
}

#[test]
fn policies_are_those_of_the_service() {
    let of = |service, node: Option<&str>, engine, version| {
        let node = node.map(|name| catalog().node_type(service, name).unwrap());
        ServiceInfo::of(service).policies(node, engine, version)
    };
    assert_eq!(of(Service::ElastiCache, Some("cache.r7g.large"), Engine::Valkey, "8.1").len(), 8);
    let tiering = of(Service::ElastiCache, Some("cache.r6gd.xlarge"), Engine::Valkey, "8.1");
    assert_eq!(tiering.len(), 5);
    assert!(!tiering.contains(&Policy::VolatileTtl));
    assert_eq!(of(Service::ElastiCacheServerless, None, Engine::Valkey, "8"), [Policy::VolatileLru]);
    assert!(of(Service::Local, None, Engine::Redis, "8.6").contains(&Policy::AllkeysLrm));
    assert!(!of(Service::Local, None, Engine::Redis, "8.2").contains(&Policy::AllkeysLrm));
    assert!(!of(Service::Local, None, Engine::Valkey, "9.1").contains(&Policy::AllkeysLrm));
    for info in catalog().services() {
        assert!(info.eviction.allowed.contains(&info.eviction.default), "{}", info.service);
    }
}

#[test]
fn retirement_and_preview_are_known() {
    let stage = |service, name| catalog().node_type(service, name).unwrap().stage;
    for node in catalog().node_types(Service::AzureCacheForRedis) {
        assert_eq!(node.stage, Stage::Retiring { date: "2028-09-30" }, "{}", node.name);
    }
    let creation = ServiceInfo::of(Service::AzureCacheForRedis).creation;
    assert!(matches!(creation, Creation::ExistingCustomers { retires: "2028-09-30", .. }));
    assert_eq!(stage(Service::AzureManagedRedis, "Balanced_B500"), Stage::Preview);
    assert_eq!(stage(Service::AzureManagedRedis, "Balanced_B350"), Stage::Ga);
    assert!(!catalog().node_type(Service::MemorystoreValkey, "SHARED_CORE_NANO").unwrap().sla);
}
