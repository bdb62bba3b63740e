//! Which class of commands runs where, each with its source. What no row tells is unknown.

use super::class::Class;
use super::place::Place;
use super::verdict::Verdict;

/// What a source says of a class of commands in some places.
pub struct Row {
    pub class: Class,
    pub places: &'static [Place],
    pub verdict: Verdict,
    /// On what it depends, or why not; for people.
    pub why: &'static str,
    pub source: &'static str,
}

use Place::{
    AzureEnterprise, AzureOss, AzureSingle, Cluster, ElastiCacheCluster, ElastiCacheSingle, RedisCluster,
    RedisSingle, Serverless, Single, Upstash, ValkeyCluster, ValkeySingle,
};
use Verdict::{Depends, DoesNotRun, Runs};

const SINGLE: &[Place] = &[Single, ElastiCacheSingle, ValkeySingle, RedisSingle, AzureSingle];
const SLOTS: &[Place] =
    &[Cluster, ElastiCacheCluster, ValkeyCluster, RedisCluster, Serverless, AzureOss, AzureEnterprise];
const VALKEY: &[Place] = &[ValkeySingle, ValkeyCluster];
const ELASTICACHE: &[Place] = &[ElastiCacheSingle, ElastiCacheCluster, Serverless];
const AZURE: &[Place] = &[AzureOss, AzureEnterprise, AzureSingle];
const OWN: &[Place] = &[Single, Cluster];

const SELECT: &str = "valkey.io/commands/select";
const MULTI_KEY: &str = "redis.io/docs: develop/using-commands/multi-key-operations";
const CLUSTER: &str = "redis.io/docs: reference/cluster-spec, \"Implemented subset\"";
pub(super) const MEMORYSTORE: &str = "Memorystore for Valkey: supported and blocked commands";
const MEMORYSTORE_MODES: &str = "Memorystore for Valkey: cluster mode enabled and disabled";
const MEMORYSTORE_REDIS: &str = "Memorystore for Redis: supported and blocked commands";
const MEMORYSTORE_CLUSTER: &str = "Memorystore for Redis Cluster: supported and blocked commands";
const MANAGED_REDIS: &str = "Azure Managed Redis: migrate-basic-standard-premium-understand";
const SOFTWARE: &str = "redis.io/docs: operate/rs/references/compatibility/commands";
const UPSTASH: &str = "Upstash: Redis API compatibility";
const ELASTICACHE_LIMITS: &str = "ElastiCache User Guide: RedisConfiguration";
pub(super) const ELASTICACHE_COMMANDS: &str = "ElastiCache User Guide: SupportedCommands";

const ONE_DATABASE: &str = "a cluster has one database unless Valkey 9 is given more by `cluster-databases`, which cachefit leaves at its default";
const ONE_SLOT: &str = "all keys of one command must lie in one hash slot: give them a common {tag}";
const SCRIPT: &str =
    "a script must declare its keys, and they must lie in one hash slot: give them a common {tag}";
const LIBRARY: &str =
    "a library must be loaded on every primary, and the keys of a call must lie in one hash slot";
const SUPPORTED: &str = "they are supported";
const TRANSACTION: &str = "all keys of one transaction must lie in one hash slot: give them a common {tag}";
const NO_MODULE: &str =
    "modules are chosen when the database is created, and cachefit creates it without any";
const OWN_MODULE: &str = "the server must have it: Redis 8 has it built in, others must load a module, which cachefit does not install";

const fn row(
    class: Class,
    places: &'static [Place],
    verdict: Verdict,
    why: &'static str,
    source: &'static str,
) -> Row {
    Row { class, places, verdict, why, source }
}

/// At most one row tells of a class in a place.
pub const ROWS: &[Row] = &[
    row(Class::Databases, &[Single, ElastiCacheSingle], Runs, "16 databases by default", SELECT),
    row(Class::Databases, &[Cluster], DoesNotRun, ONE_DATABASE, SELECT),
    row(
        Class::Databases,
        &[ElastiCacheCluster],
        DoesNotRun,
        ONE_DATABASE,
        "ElastiCache User Guide: modify-cluster-mode",
    ),
    row(Class::Databases, &[ValkeySingle], Runs, "16 databases by default, 100 at most", MEMORYSTORE_MODES),
    row(Class::Databases, &[RedisSingle], Runs, "16 databases", "Memorystore for Redis: quotas"),
    row(Class::Databases, &[ValkeyCluster], DoesNotRun, "a cluster has one database", MEMORYSTORE_MODES),
    row(
        Class::Databases,
        &[RedisCluster],
        DoesNotRun,
        "a cluster has one database",
        "Memorystore for Redis Cluster: quotas",
    ),
    row(
        Class::Databases,
        &[Serverless],
        DoesNotRun,
        "a serverless cache has one database",
        ELASTICACHE_COMMANDS,
    ),
    row(Class::Databases, AZURE, DoesNotRun, "there is only database 0", MANAGED_REDIS),
    row(Class::Databases, &[Upstash], DoesNotRun, "there is only database 0", "Upstash: commands, SELECT"),
    row(Class::MultiKey, SINGLE, Runs, "all keys are on one server", MULTI_KEY),
    row(Class::MultiKey, SLOTS, Depends, ONE_SLOT, MULTI_KEY),
    row(Class::MultiKey, &[Upstash], Runs, "its keys need no common slot", UPSTASH),
    row(Class::Scripts, SINGLE, Runs, "all keys are on one server", MULTI_KEY),
    row(
        Class::Scripts,
        &[Cluster, ElastiCacheCluster, ValkeyCluster, RedisCluster],
        Depends,
        SCRIPT,
        CLUSTER,
    ),
    row(
        Class::Scripts,
        &[Serverless],
        Depends,
        "a script must declare its keys, and they must lie in one hash slot; it may have 4 MiB and run for 5 s",
        ELASTICACHE_LIMITS,
    ),
    row(Class::Scripts, &[AzureOss, AzureEnterprise], Depends, SCRIPT, SOFTWARE),
    row(Class::Scripts, &[Upstash], Runs, "EVAL, EVALSHA and SCRIPT are supported", UPSTASH),
    row(Class::Functions, &[Single], Runs, "from Redis 7 on", "redis.io/docs: functions-intro"),
    row(Class::Functions, &[Cluster], Depends, LIBRARY, "redis.io/docs: functions-intro"),
    row(
        Class::Functions,
        &[ElastiCacheSingle],
        Runs,
        "from Redis 7 on",
        "ElastiCache User Guide: supported-engine-versions",
    ),
    row(
        Class::Functions,
        &[ElastiCacheCluster],
        Depends,
        "from Redis 7 on; a library must be loaded on every primary, and the keys of a call must lie in one hash slot",
        "ElastiCache User Guide: supported-engine-versions",
    ),
    row(
        Class::Functions,
        &[Serverless],
        DoesNotRun,
        "a serverless cache has no FCALL and no FUNCTION",
        ELASTICACHE_COMMANDS,
    ),
    row(Class::Functions, &[ValkeySingle], Runs, "FCALL and FUNCTION are supported", MEMORYSTORE),
    row(Class::Functions, &[RedisSingle], Runs, "from Redis 7 on", MEMORYSTORE_REDIS),
    row(Class::Functions, &[ValkeyCluster], Depends, LIBRARY, MEMORYSTORE),
    row(Class::Functions, &[RedisCluster], Depends, LIBRARY, MEMORYSTORE_CLUSTER),
    row(Class::Functions, &[AzureSingle], Runs, SUPPORTED, SOFTWARE),
    row(
        Class::Functions,
        &[AzureOss, AzureEnterprise],
        Depends,
        "the keys of a call must lie in one hash slot: give them a common {tag}",
        SOFTWARE,
    ),
    row(
        Class::Functions,
        &[Upstash],
        Runs,
        "FCALL and FUNCTION LOAD are supported since December 2025",
        "Upstash: changelog of Redis",
    ),
    row(Class::Blocking, &[Single, ElastiCacheSingle], Runs, "the connection waits", CLUSTER),
    row(
        Class::Blocking,
        &[Cluster, ElastiCacheCluster],
        Runs,
        "the connection waits at the shard of the key",
        CLUSTER,
    ),
    row(Class::Blocking, &[Serverless], Runs, SUPPORTED, ELASTICACHE_COMMANDS),
    row(Class::Blocking, VALKEY, Runs, SUPPORTED, MEMORYSTORE),
    row(Class::Blocking, &[RedisSingle], Runs, SUPPORTED, MEMORYSTORE_REDIS),
    row(Class::Blocking, &[RedisCluster], Runs, SUPPORTED, MEMORYSTORE_CLUSTER),
    row(Class::Blocking, AZURE, Runs, SUPPORTED, SOFTWARE),
    row(
        Class::Blocking,
        &[Upstash],
        Runs,
        "over TCP, where a connection waits; over REST nothing waits",
        UPSTASH,
    ),
    row(Class::Transactions, SINGLE, Runs, "all keys are on one server", MULTI_KEY),
    row(Class::Transactions, SLOTS, Depends, TRANSACTION, MULTI_KEY),
    row(Class::Transactions, &[Upstash], Runs, "MULTI, EXEC and WATCH are supported", UPSTASH),
    row(Class::PubSub, &[Single, ElastiCacheSingle], Runs, "one server tells all subscribers", CLUSTER),
    row(
        Class::PubSub,
        &[Cluster, ElastiCacheCluster],
        Runs,
        "every message goes to all nodes; SPUBLISH stays in its shard",
        CLUSTER,
    ),
    row(Class::PubSub, &[Serverless], Runs, "32 MB wait for a slow subscriber at most", ELASTICACHE_LIMITS),
    row(Class::PubSub, VALKEY, Runs, SUPPORTED, MEMORYSTORE),
    row(Class::PubSub, &[RedisSingle], Runs, SUPPORTED, MEMORYSTORE_REDIS),
    row(Class::PubSub, &[RedisCluster], Runs, SUPPORTED, MEMORYSTORE_CLUSTER),
    row(Class::PubSub, AZURE, Runs, SUPPORTED, SOFTWARE),
    row(Class::PubSub, &[Upstash], Runs, "messages are billed as commands", UPSTASH),
    row(
        Class::Json,
        ELASTICACHE,
        Runs,
        "with Valkey, or with Redis from 6.2 on",
        "ElastiCache User Guide: json-list-commands",
    ),
    row(Class::Json, VALKEY, Depends, "from Valkey 8.0 on", "Memorystore for Valkey: about-json"),
    row(Class::Json, AZURE, Depends, NO_MODULE, "Azure Managed Redis: redis-modules"),
    row(Class::Json, OWN, Depends, OWN_MODULE, "redis.io/docs: Redis 8 release notes"),
    row(Class::Json, &[Upstash], Runs, "JSON commands are supported", UPSTASH),
    row(
        Class::Search,
        &[ElastiCacheSingle, ElastiCacheCluster],
        Depends,
        "from Valkey 8.2 on",
        "ElastiCache User Guide: vector-search",
    ),
    row(
        Class::Search,
        &[Serverless],
        DoesNotRun,
        "a serverless cache has no search",
        "ElastiCache User Guide: vector-search",
    ),
    row(
        Class::Search,
        &[AzureOss],
        DoesNotRun,
        "search needs the Enterprise cluster policy (requirements.clustering: enterprise)",
        "Azure Managed Redis: redis-modules",
    ),
    row(
        Class::Search,
        &[AzureSingle],
        DoesNotRun,
        "search needs the Enterprise cluster policy (requirements.clustering: enterprise)",
        "Azure Managed Redis: choose-clustering-policy",
    ),
    row(
        Class::Search,
        VALKEY,
        Depends,
        "FT.CREATE, FT.SEARCH, FT.INFO, FT._LIST and FT.DROPINDEX, which search vectors",
        "Memorystore for Valkey: vector-commands",
    ),
    row(
        Class::Search,
        &[RedisSingle],
        Depends,
        "search of vectors, from Redis 7.2 on",
        "Memorystore for Redis: supported-versions",
    ),
    row(
        Class::Search,
        &[RedisCluster],
        Depends,
        "search of vectors",
        "Memorystore for Redis Cluster: about-vector-search",
    ),
    row(
        Class::Search,
        &[Upstash],
        DoesNotRun,
        "its own SEARCH commands are not those of FT",
        "Upstash: commands, Search",
    ),
    row(Class::Search, &[AzureEnterprise], Depends, NO_MODULE, "Azure Managed Redis: redis-modules"),
    row(Class::Search, OWN, Depends, OWN_MODULE, "redis.io/docs: Redis 8 release notes"),
    row(Class::Bloom, ELASTICACHE, Depends, "from Valkey 8.1 on", "ElastiCache User Guide: BloomFilters"),
    row(Class::Bloom, AZURE, Depends, NO_MODULE, "Azure Managed Redis: redis-modules"),
    row(Class::Bloom, OWN, Depends, OWN_MODULE, "redis.io/docs: Redis 8 release notes"),
    row(Class::Module, AZURE, Depends, NO_MODULE, "Azure Managed Redis: redis-modules"),
    row(Class::Module, VALKEY, DoesNotRun, "MODULE LOAD is blocked", MEMORYSTORE),
    row(Class::Module, OWN, Depends, OWN_MODULE, "redis.io/docs: Redis 8 release notes"),
];

/// Commands that the Enterprise cluster policy runs over several slots.
pub const ACROSS_BY_ENTERPRISE: &[&str] = &["del", "exists", "mget", "mset", "touch", "unlink"];
/// Who says so.
pub const ACROSS_SOURCE: &str = "Azure Managed Redis: choose-clustering-policy";
/// Who says that a cluster refuses keys of several slots.
pub const SLOTS_SOURCE: &str = MULTI_KEY;

/// The row of a class in a place.
pub fn find(class: Class, place: Place) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.class == class && row.places.contains(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_tell_of_the_same_and_each_has_its_source() {
        for class in Class::ALL {
            for place in Place::ALL {
                let rows = ROWS.iter().filter(|row| row.class == *class && row.places.contains(place));
                assert!(rows.count() <= 1, "{class} {place}");
            }
        }
        assert!(ROWS.iter().all(|row| !row.why.is_empty() && !row.source.is_empty()));
    }

    /// Whoever adds a place, a class or a row says here what no source tells.
    #[test]
    fn what_is_unknown_is_named() {
        let memorystore: &[Place] = &[ValkeySingle, RedisSingle, ValkeyCluster, RedisCluster];
        let unknown = |class: Class| -> Vec<Place> {
            Place::ALL.iter().copied().filter(|place| find(class, *place).is_none()).collect()
        };
        for class in Class::ALL {
            let mut expected: Vec<Place> = match class {
                Class::Json => vec![RedisSingle, RedisCluster],
                Class::Bloom => [memorystore, &[Upstash]].concat(),
                Class::Module => [ELASTICACHE, &[RedisSingle, RedisCluster, Upstash]].concat(),
                _ => Vec::new(),
            };
            expected.sort_by_key(|place| Place::ALL.iter().position(|one| one == place));
            assert_eq!(unknown(*class), expected, "{class}");
        }
    }
}
