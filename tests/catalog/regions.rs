//! Regions and names.

use cachefit::catalog::{Service, reference_region};
use cachefit::units::{Figure, FromText, Provider};

use super::catalog;

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
    assert_eq!(sold(Service::AzureManagedRedis, "Balanced_B10", "uksouth"), Figure::Known(true));
    assert!(sold(Service::AzureManagedRedis, "Balanced_B10", "westeurope").known().is_none());
    assert_eq!(sold(Service::MemorystoreRedis, "BASIC-5", "us-central1"), Figure::Known(true));
    assert_eq!(sold(Service::ElastiCacheServerless, "serverless", "us-east-1"), Figure::Known(true));
    assert!(sold(Service::Ec2, "c8g.large", "ap-east-1").known().is_none());
    assert_eq!(sold(Service::UpstashFixed, "fixed_1gb", "eu-west-3"), Figure::Known(false));
}

#[test]
fn regions_with_prices_are_known_and_have_neighbours() {
    for info in catalog().services() {
        let provider = info.service.provider();
        for region in catalog().regions(info.service) {
            assert_eq!(catalog().known_region(provider, region), Ok(region));
        }
        assert!(catalog().known_region(provider, reference_region(provider)).is_ok());
    }
    for (service, count) in [
        (Service::ElastiCache, 38),
        (Service::MemorystoreValkey, 43),
        (Service::MemorystoreRedis, 36),
        (Service::MemorystoreRedisCluster, 18),
        (Service::UpstashFixed, 18),
        (Service::Ec2, 34),
        (Service::ElastiCacheServerless, 34),
        (Service::AzureManagedRedis, 12),
    ] {
        assert_eq!(catalog().regions(service).len(), count, "{service}");
    }
    let near = |from, region, to| catalog().equivalent(from, region, to).unwrap();
    assert_eq!(near(Provider::Aws, "us-east-1", Provider::Azure).region, "eastus");
    assert_eq!(near(Provider::Aws, "us-east-1", Provider::Gcp).region, "us-east4");
    assert_eq!(near(Provider::Gcp, "us-east4", Provider::Upstash).region, "us-east4");
    let ireland = near(Provider::Aws, "eu-west-1", Provider::Gcp);
    assert_eq!((ireland.region, ireland.same_place), ("europe-west1", false));
    assert!(near(Provider::Azure, "northeurope", Provider::Aws).same_place);
    // A government's or another jurisdiction's cloud has no equivalent in a public one.
    assert!(catalog().equivalent(Provider::Aws, "us-gov-west-1", Provider::Gcp).is_none());
}

#[test]
fn every_neighbour_is_a_region_and_every_region_has_one_place() {
    let clouds = [Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash];
    for from in clouds {
        let regions = catalog().regions_of(from);
        assert!(regions.windows(2).all(|pair| pair[0] < pair[1]), "{from}: a region is there twice");
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
    let error = catalog().node_type(Service::ElastiCache, "cache.r7g.larg").unwrap_err();
    assert_eq!(error.suggestion, Some("cache.r7g.large"));
    let error = Service::from_text("elasticach").unwrap_err();
    assert_eq!(error.suggestion.as_deref(), Some("elasticache"));
    for service in Service::ALL {
        assert_eq!(Service::from_text(service.id()), Ok(*service));
    }
}
