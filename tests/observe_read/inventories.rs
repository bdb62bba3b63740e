//! What inventories say, and how nodes are joined to their group by it.

use cachefit::observe::{CacheInfo, Metric, Observations, groups};
use cachefit::units::{Engine, Provider, Service};

use crate::{fixtures, input, read_all, says};

fn cache<'a>(all: &'a Observations, id: &str) -> &'a CacheInfo {
    all.caches.iter().find(|cache| cache.id == id).unwrap()
}

/// The group tells shape and roles, the clusters their version: the order of the files is nobody's business.
#[test]
fn groups_and_clusters_of_elasticache_are_one_cache_in_any_order() {
    let one = fixtures(&["aws_groups.json", "aws_clusters.json"]);
    let other = fixtures(&["aws_clusters.json", "aws_groups.json"]);
    assert_eq!(cache(&one, "web"), cache(&other, "web"));
    let web = cache(&one, "web");
    assert_eq!((web.shards, web.replicas, web.version.as_deref()), (Some(1), Some(1), Some("8.1.0")));
    assert_eq!((web.engine, web.region.as_deref()), (Some(Engine::Valkey), Some("eu-west-1")));
    assert_eq!((web.multi_az, web.tls, web.cluster_mode), (Some(true), Some(true), Some(false)));
    assert_eq!((web.backup_days, web.created), (Some(7), Some(1_714_979_289)));
    assert_eq!(web.members.iter().map(|m| m.primary).collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert!(web.pending[0].contains("cache.r7g.large"), "{:?}", web.pending);
    assert_eq!(cache(&one, "lonely").replicas, Some(0));
    assert!(says(&one, "next one that is missing"), "a Marker is left");
}

#[test]
fn nodes_are_joined_by_their_id_and_not_by_their_name() {
    let labels = r#"{"MetricDataResults":[
        {"Id":"a","Label":"CurrItems|odd-a|Maximum|60","Timestamps":["2026-11-20T12:00:00Z"],"Values":[5],"StatusCode":"Complete"},
        {"Id":"b","Label":"CurrItems|odd-b|Maximum|60","Timestamps":["2026-11-20T12:00:00Z"],"Values":[5],"StatusCode":"Complete"}]}"#;
    let inputs = || vec![input("groups", crate::bytes("aws_groups.json")), input("metrics", labels)];
    let all = read_all(inputs()).unwrap();
    let joined = groups(&all);
    assert_eq!((joined.len(), joined[0].id.as_str(), joined[0].nodes.len()), (1, "web", 2));
    let alone = read_all(vec![input("metrics", labels)]).unwrap();
    assert_eq!(groups(&alone).len(), 2, "without the inventory nobody knows");
    assert_eq!(all.series.iter().filter(|s| s.metric == Metric::Keys).count(), 2);
}

#[test]
fn serverless_caches_and_reservations_are_read() {
    let all = fixtures(&["aws_serverless.json", "aws_reserved.json"]);
    let burst = cache(&all, "burst");
    assert_eq!((burst.service, burst.autoscaled), (Some(Service::ElastiCacheServerless), Some(true)));
    let one = &all.reservations[0];
    assert_eq!((one.count, one.years, one.active, one.node_type.as_str()), (4, 1, true, "cache.m7g.large"));
    assert_eq!(
        (one.engine.as_str(), one.offer.as_str(), one.region.as_deref()),
        ("valkey", "No Upfront", Some("eu-west-1"))
    );
}

/// What is sized as Redis and Valkey must not be another engine.
#[test]
fn caches_of_memcached_are_left_out_and_named() {
    let clusters = r#"{"CacheClusters":[
        {"CacheClusterId":"sessions","Engine":"memcached","EngineVersion":"1.6.22","CacheNodeType":"cache.t4g.small"},
        {"CacheClusterId":"lonely","Engine":"redis","EngineVersion":"7.1.0","CacheNodeType":"cache.t4g.small"}],
        "ServerlessCaches":[{"ServerlessCacheName":"pages","Engine":"memcached"},
        {"ServerlessCacheName":"burst","Engine":"valkey"}]}"#;
    let all = read_all(vec![input("clusters", clusters)]).unwrap();
    let names: Vec<&str> = all.caches.iter().map(|cache| cache.id.as_str()).collect();
    assert_eq!(names, ["burst", "lonely"]);
    assert!(says(&all, "2 caches of Memcached are left out"), "{:?}", all.caveats);
    assert!(says(&all, "pages, sessions"), "{:?}", all.caveats);
    let google = r#"[{"name":"projects/p/locations/europe-west1/instances/pages","nodeCount":1,
        "memcacheVersion":"MEMCACHE_1_5","memcacheFullVersion":"memcached-1.5.16"}]"#;
    let nothing = read_all(vec![input("google", google)]).unwrap_err();
    let told = format!("{nothing} {:?}", nothing.details);
    assert!(told.contains("1 cache of Memcached is left out") && told.contains(": pages"), "{told}");
}

#[test]
fn azure_and_google_lists_are_read() {
    let all = fixtures(&["azure_list.json"]);
    let shop = cache(&all, "shop");
    assert_eq!(
        (shop.service, shop.node_type.as_deref()),
        (Some(Service::AzureManagedRedis), Some("Balanced_B10"))
    );
    assert_eq!((shop.replicas, shop.region.as_deref()), (Some(1), Some("uksouth")));
    let old = cache(&all, "old");
    assert_eq!(
        (old.service, old.node_type.as_deref(), old.shards, old.replicas),
        (Some(Service::AzureCacheForRedis), Some("Premium_P1"), Some(3), Some(1))
    );
    let all = fixtures(&["google_list.json"]);
    let shop = cache(&all, "shop");
    assert_eq!(
        (shop.service, shop.shards, shop.replicas),
        (Some(Service::MemorystoreValkey), Some(3), Some(1))
    );
    assert_eq!((shop.engine, shop.version.as_deref()), (Some(Engine::Valkey), Some("8.0")));
    let old = cache(&all, "old");
    assert_eq!(
        (old.service, old.memory_limit),
        (Some(Service::MemorystoreRedis), Some(5.0 * 1024.0 * 1024.0 * 1024.0))
    );
    assert_eq!(
        (old.node_type.as_deref(), old.version.as_deref(), old.shards, old.replicas),
        (Some("STANDARD_HA-5"), Some("7.0"), Some(1), Some(1))
    );
    assert_eq!(cache(&all, "big").service, Some(Service::MemorystoreRedisCluster));
    assert!(all.caches.iter().all(|cache| cache.provider == Some(Provider::Gcp)));
}

#[test]
fn a_group_has_replicas_where_all_of_it_is_told() {
    let clusters = r#"{"CacheClusters":[
        {"CacheClusterId":"alpha-001","ReplicationGroupId":"alpha","CacheNodeType":"cache.t4g.medium"},
        {"CacheClusterId":"alpha-002","ReplicationGroupId":"alpha","CacheNodeType":"cache.t4g.medium"}]}"#;
    let all = read_all(vec![input("clusters", clusters)]).unwrap();
    let alpha = cache(&all, "alpha");
    assert_eq!((alpha.shards, alpha.replicas, alpha.members.len()), (None, None, 2));
    let group = r#"{"ReplicationGroups":[{"ReplicationGroupId":"alpha","NodeGroups":[{"NodeGroupId":"0001",
        "NodeGroupMembers":[{"CacheClusterId":"alpha-001"},{"CacheClusterId":"alpha-002"},{"CacheClusterId":"alpha-003"}]}]}]}"#;
    let all = read_all(vec![input("clusters", clusters), input("group", group)]).unwrap();
    assert_eq!((cache(&all, "alpha").shards, cache(&all, "alpha").replicas), (Some(1), Some(2)));
    // Shards with different numbers of replicas have no number that holds for each.
    let uneven = group.replace(
        r#""NodeGroups":["#,
        r#""NodeGroups":[{"NodeGroupId":"0002","NodeGroupMembers":[{"CacheClusterId":"alpha-004"}]},"#,
    );
    let all = read_all(vec![input("group", uneven)]).unwrap();
    assert_eq!((cache(&all, "alpha").shards, cache(&all, "alpha").replicas), (Some(2), None));
}

#[test]
fn basic_tiers_have_no_replica() {
    let azure = r#"[{"id":"x","name":"small","type":"Microsoft.Cache/Redis","location":"uksouth","redisVersion":"6",
        "sku":{"name":"Basic","family":"C","capacity":1}}]"#;
    let google = r#"[{"name":"projects/p/locations/europe-west1/instances/tiny","memorySizeGb":1,"tier":"BASIC",
        "redisVersion":"REDIS_6_X"}]"#;
    let all = read_all(vec![input("azure", azure), input("google", google)]).unwrap();
    let of = |id: &str| {
        let cache = cache(&all, id);
        let node_type = cache.node_type.clone().unwrap();
        (node_type, cache.version.clone().unwrap(), cache.shards, cache.replicas)
    };
    assert_eq!(of("small"), ("Basic_C1".to_owned(), "6.0".to_owned(), Some(1), Some(0)));
    assert_eq!(of("tiny"), ("BASIC-1".to_owned(), "6.x".to_owned(), Some(1), Some(0)));
}

/// The name says nothing where clouds or regions differ: what one cache is and does is never said of another.
#[test]
fn caches_of_one_name_in_two_clouds_or_regions_are_two() {
    let aws = |region: &str| {
        let text = r#"{"ReplicationGroups":[{"ReplicationGroupId":"shop","CacheNodeType":"cache.t4g.small",
            "ARN":"arn:aws:elasticache:REGION:1:replicationgroup:shop"}]}"#;
        input("aws", text.replace("REGION", region))
    };
    let azure =
        r#"[{"id":"x","name":"shop","type":"Microsoft.Cache/redisEnterprise","sku":{"name":"Balanced_B1"}}]"#;
    let azure = || input("azure", azure);
    let told = |all: &Observations| {
        let all = all.caches.iter();
        all.map(|cache| (cache.provider, cache.region.clone(), cache.node_type.clone())).collect::<Vec<_>>()
    };
    // One of them tells no region: the clouds differ all the same.
    let both = read_all(vec![azure(), aws("us-east-1")]).unwrap();
    let of_aws = (Some(Provider::Aws), Some("us-east-1".to_owned()), Some("cache.t4g.small".to_owned()));
    assert_eq!(told(&both), [(Some(Provider::Azure), None, Some("Balanced_B1".to_owned())), of_aws]);
    // What tells no place could be any of several, and is none of them.
    let info = input("shop", "redis_version:7.2.4\nused_memory:5\nmaxmemory_policy:allkeys-lru\n");
    let all = read_all(vec![aws("us-east-1"), aws("eu-west-1"), info]).unwrap();
    assert!(all.caches.iter().filter(|cache| cache.region.is_some()).all(|cache| cache.policy.is_none()));
    let info = input("shop", "redis_version:7.2.4\nused_memory:5\nmaxmemory_policy:allkeys-lru\n");
    let all = read_all(vec![aws("us-east-1"), info]).unwrap();
    assert!(all.caches.len() == 1 && all.caches[0].policy.is_some(), "{:?}", all.caches);
    // Nodes of two groups of one name, in two regions.
    let node = |region: &str, version: &str| {
        format!(
            r#"{{"CacheClusterId":"shop-001","ReplicationGroupId":"shop","Engine":"redis","EngineVersion":"{version}",
                "ARN":"arn:aws:elasticache:{region}:1:cluster:shop-001"}}"#
        )
    };
    let nodes =
        format!(r#"{{"CacheClusters":[{},{}]}}"#, node("us-east-1", "6.2.6"), node("eu-west-1", "7.1.0"));
    let all = read_all(vec![input("clusters", nodes)]).unwrap();
    let versions: Vec<Option<&str>> = all.caches.iter().map(|cache| cache.version.as_deref()).collect();
    assert_eq!(versions, [Some("6.2.6"), Some("7.1.0")]);
}

#[test]
fn metrics_of_one_cloud_are_not_those_of_a_cache_of_another() {
    let metrics = r#"{"MetricDataResults":[{"Id":"a","Label":"CurrItems|shop|Maximum|60",
        "Timestamps":["2026-11-20T12:00:00Z"],"Values":[5],"StatusCode":"Complete"}]}"#;
    let of = |kind: &str| {
        let inventory =
            format!(r#"[{{"id":"x","name":"shop","type":"Microsoft.Cache/{kind}","location":"uksouth"}}]"#);
        read_all(vec![input("list", inventory), input("metrics", metrics)]).unwrap()
    };
    let all = of("redisEnterprise");
    assert!(all.series.is_empty() && all.caches.len() == 1);
    assert!(says(&all, "the metrics of shop are of a cache at aws"), "{:?}", all.caveats);
    assert!(says(&all, "runs at azure: they are left out"), "{:?}", all.caveats);
    let aws = r#"{"ReplicationGroups":[{"ReplicationGroupId":"shop"}]}"#;
    let all = read_all(vec![input("groups", aws), input("metrics", metrics)]).unwrap();
    assert!(all.series.len() == 1 && all.caveats.is_empty(), "{:?}", all.caveats);
}

#[test]
fn a_cache_that_metrics_and_an_inventory_name_is_one() {
    for files in [["google.json", "google_list.json"], ["google_list.json", "google.json"]] {
        let all = fixtures(&files);
        let old: Vec<&CacheInfo> = all.caches.iter().filter(|cache| cache.id == "old").collect();
        assert_eq!(
            (old.len(), old[0].members.len(), old[0].service),
            (1, 2, Some(Service::MemorystoreRedis))
        );
    }
}

#[test]
fn a_page_that_is_missing_is_said_whatever_stands_behind_it() {
    let page = |id: &str, marker: &str| {
        format!(r#"{{"ReplicationGroups":[{{"ReplicationGroupId":"{id}"}}]{marker}}}"#)
    };
    let clusters = r#"{"CacheClusters":[{"CacheClusterId":"other-001","Engine":"valkey"}]}"#;
    let of = |pages: &[&str]| read_all(vec![input("inventory", pages.join("\n"))]).unwrap();
    let first = page("a", r#","Marker":"2""#);
    for (pages, is_missing) in [
        (vec![first.as_str()], true),
        (vec![first.as_str(), clusters], true),
        (vec![first.as_str(), &page("b", "")], false),
        (vec![first.as_str(), &page("b", ""), clusters], false),
        (vec![first.as_str(), r#"{"ReplicationGroups":[]}"#], false),
    ] {
        let said = says(&of(&pages), "the last page of replication groups names a next one that is missing");
        assert_eq!(said, is_missing, "{pages:?}");
    }
}
