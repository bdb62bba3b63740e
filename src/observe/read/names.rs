//! The metrics that each source has, by its own names.

use super::error::first_of;
use super::{Source, time};
use crate::observe::{Metric, Statistic};

/// A metric of a source: its name, what it is here, and the factor to its unit.
type Row = (&'static str, Metric, f64);

/// Amazon `CloudWatch`, namespace `AWS/ElastiCache`.
pub(in crate::observe) const CLOUDWATCH: &[Row] = &[
    ("BytesUsedForCache", Metric::Memory, 1.0),
    ("CurrItems", Metric::Keys, 1.0),
    ("CurrVolatileItems", Metric::VolatileKeys, 1.0),
    ("DB0AverageTTL", Metric::MeanTtl, 0.001),
    ("DatabaseMemoryUsagePercentage", Metric::MemoryShare, 0.01),
    ("GetTypeCmds", Metric::Reads, 1.0),
    ("SetTypeCmds", Metric::Writes, 1.0),
    ("TotalCmdsCount", Metric::Commands, 1.0),
    ("CacheHits", Metric::Hits, 1.0),
    ("CacheMisses", Metric::Misses, 1.0),
    ("Evictions", Metric::Evictions, 1.0),
    ("Reclaimed", Metric::Expired, 1.0),
    ("CurrConnections", Metric::Connections, 1.0),
    ("NewConnections", Metric::NewConnections, 1.0),
    ("NetworkBytesIn", Metric::Inbound, 1.0),
    ("NetworkBytesOut", Metric::Outbound, 1.0),
    ("EngineCPUUtilization", Metric::EngineCpu, 0.01),
    ("CPUUtilization", Metric::HostCpu, 0.01),
    ("ThrottledCmds", Metric::Throttled, 1.0),
    ("ElastiCacheProcessingUnits", Metric::UnitsOfWork, 1.0),
    ("TrafficManagementActive", Metric::TrafficManaged, 1.0),
    ("NetworkBandwidthInAllowanceExceeded", Metric::AllowanceExceeded, 1.0),
    ("NetworkBandwidthOutAllowanceExceeded", Metric::AllowanceExceeded, 1.0),
    ("NetworkPacketsPerSecondAllowanceExceeded", Metric::AllowanceExceeded, 1.0),
    ("NetworkConntrackAllowanceExceeded", Metric::AllowanceExceeded, 1.0),
    ("IsMaster", Metric::Primary, 1.0),
];

/// Counts of `CloudWatch` that tell which commands are called: what they begin with. EVAL and EVALSHA are summed by the one,
/// all commands of JSON by the other. Others are no proof of the application: PUBSUB and FT.INFO are among them.
const CLOUDWATCH_COMMANDS: &[(&str, &str)] = &[("EvalBasedCmds", "eval"), ("JsonBasedCmds", "json.")];

/// `redis_exporter`: gauges. Without its prefix `redis_`.
pub(in crate::observe) const EXPORTER_GAUGES: &[Row] = &[
    ("memory_used_bytes", Metric::Memory, 1.0),
    ("memory_max_bytes", Metric::MemoryLimit, 1.0),
    ("db_keys", Metric::Keys, 1.0),
    ("db_keys_expiring", Metric::VolatileKeys, 1.0),
    ("db_avg_ttl_seconds", Metric::MeanTtl, 1.0),
    ("connected_clients", Metric::Connections, 1.0),
    ("config_maxclients", Metric::ConnectionsLimit, 1.0),
    ("max_clients", Metric::ConnectionsLimit, 1.0),
    ("uptime_in_seconds", Metric::Uptime, 1.0),
];

/// `redis_exporter`: counters.
pub(in crate::observe) const EXPORTER_COUNTERS: &[Row] = &[
    ("commands_processed_total", Metric::Commands, 1.0),
    ("keyspace_hits_total", Metric::Hits, 1.0),
    ("keyspace_misses_total", Metric::Misses, 1.0),
    ("evicted_keys_total", Metric::Evictions, 1.0),
    ("expired_keys_total", Metric::Expired, 1.0),
    ("rejected_connections_total", Metric::RejectedConnections, 1.0),
    ("connections_received_total", Metric::NewConnections, 1.0),
    ("net_input_bytes_total", Metric::Inbound, 1.0),
    ("net_output_bytes_total", Metric::Outbound, 1.0),
    ("cpu_sys_main_thread_seconds_total", Metric::EngineCpu, 1.0),
    ("cpu_user_main_thread_seconds_total", Metric::EngineCpu, 1.0),
];

/// Azure Monitor, both services. Names are compared without regard to case.
pub(in crate::observe) const AZURE: &[Row] = &[
    ("usedmemory", Metric::Memory, 1.0),
    ("usedmemorypercentage", Metric::MemoryShare, 0.01),
    ("connectedclients", Metric::Connections, 1.0),
    ("operationspersecond", Metric::Commands, 1.0),
    ("cachehits", Metric::Hits, 1.0),
    ("cachemisses", Metric::Misses, 1.0),
    ("getcommands", Metric::Reads, 1.0),
    ("setcommands", Metric::Writes, 1.0),
    ("evictedkeys", Metric::Evictions, 1.0),
    ("expiredkeys", Metric::Expired, 1.0),
    ("totalkeys", Metric::Keys, 1.0),
    ("totalcommandsprocessed", Metric::Commands, 1.0),
    ("percentprocessortime", Metric::HostCpu, 0.01),
    ("serverload", Metric::EngineCpu, 0.01),
    ("cacheread", Metric::Outbound, 1.0),
    ("cachewrite", Metric::Inbound, 1.0),
];

/// Cloud Monitoring: `memorystore.googleapis.com/`, `redis.googleapis.com/` (without its host).
pub(in crate::observe) const GOOGLE: &[Row] = &[
    ("instance/memory/total_used_memory", Metric::Memory, 1.0),
    ("instance/node/memory/usage", Metric::Memory, 1.0),
    ("instance/memory/maximum_utilization", Metric::MemoryShare, 1.0),
    ("instance/node/memory/utilization", Metric::MemoryShare, 1.0),
    ("instance/keyspace/total_keys", Metric::Keys, 1.0),
    ("instance/stats/total_keyspace_hits_count", Metric::Hits, 1.0),
    ("instance/stats/total_keyspace_misses_count", Metric::Misses, 1.0),
    ("instance/stats/total_connections_received_count", Metric::NewConnections, 1.0),
    ("instance/stats/total_rejected_connections_count", Metric::RejectedConnections, 1.0),
    ("instance/stats/total_evicted_keys_count", Metric::Evictions, 1.0),
    ("instance/stats/total_expired_keys_count", Metric::Expired, 1.0),
    ("instance/node/stats/evicted_keys_count", Metric::Evictions, 1.0),
    ("instance/node/stats/expired_keys_count", Metric::Expired, 1.0),
    ("instance/node/stats/rejected_connections_count", Metric::RejectedConnections, 1.0),
    ("instance/clients/maximum_connected_clients", Metric::Connections, 1.0),
    ("instance/node/clients/connected_clients", Metric::Connections, 1.0),
    ("instance/commandstats/total_calls_count", Metric::Commands, 1.0),
    ("instance/cpu/maximum_utilization", Metric::EngineCpu, 1.0),
    ("stats/memory/usage", Metric::Memory, 1.0),
    ("stats/memory/usage_ratio", Metric::MemoryShare, 1.0),
    ("stats/memory/maxmemory", Metric::MemoryLimit, 1.0),
    ("stats/keyspace_hits", Metric::Hits, 1.0),
    ("stats/keyspace_misses", Metric::Misses, 1.0),
    ("stats/evicted_keys", Metric::Evictions, 1.0),
    ("stats/expired_keys", Metric::Expired, 1.0),
    ("stats/reject_connections_count", Metric::RejectedConnections, 1.0),
    ("stats/network_traffic", Metric::Inbound, 1.0),
    ("stats/cpu_utilization_main_thread", Metric::EngineCpu, 1.0),
    ("clients/connected", Metric::Connections, 1.0),
    ("commands/calls", Metric::Commands, 1.0),
    ("keyspace/keys", Metric::Keys, 1.0),
    ("keyspace/keys_with_expiration", Metric::VolatileKeys, 1.0),
    ("keyspace/avg_ttl", Metric::MeanTtl, 0.001),
];

/// The agent of Datadog, behind `redis.`: levels, and counts that it turns into rates
/// ([metadata](https://github.com/DataDog/integrations-core/blob/master/redisdb/metadata.csv)).
pub(in crate::observe) const DATADOG: &[Row] = &[
    ("mem.used", Metric::Memory, 1.0),
    ("mem.maxmemory", Metric::MemoryLimit, 1.0),
    ("keys", Metric::Keys, 1.0),
    ("expires", Metric::VolatileKeys, 1.0),
    ("net.clients", Metric::Connections, 1.0),
    ("net.maxclients", Metric::ConnectionsLimit, 1.0),
    ("net.commands", Metric::Commands, 1.0),
    ("net.commands.instantaneous_ops_per_sec", Metric::Commands, 1.0),
    ("net.instantaneous_ops_per_sec", Metric::Commands, 1.0),
    ("stats.keyspace_hits", Metric::Hits, 1.0),
    ("stats.keyspace_misses", Metric::Misses, 1.0),
];

/// The agent of Datadog sends these counts as INFO has them: since the start of the server.
pub(in crate::observe) const DATADOG_COUNTERS: &[Row] = &[
    ("keys.evicted", Metric::Evictions, 1.0),
    ("keys.expired", Metric::Expired, 1.0),
    ("net.rejected", Metric::RejectedConnections, 1.0),
    ("net.total_connections_received", Metric::NewConnections, 1.0),
    ("net.total_input_bytes", Metric::Inbound, 1.0),
    ("net.total_output_bytes", Metric::Outbound, 1.0),
];

/// What Datadog calls otherwise than Azure Monitor, behind `azure.cache_redis.`, without `_instance_based`
/// ([list](https://docs.datadoghq.com/integrations/azure_redis_cache/)).
pub(in crate::observe) const DATADOG_AZURE: &[Row] = &[
    ("gets", Metric::Reads, 1.0),
    ("sets", Metric::Writes, 1.0),
    ("total_operations", Metric::Commands, 1.0),
    ("cpu", Metric::HostCpu, 0.01),
];

/// What `cacheRead` and `cacheWrite` are. Azure Cache for Redis tells them from the client's side ("read from the cache"),
/// Azure Managed Redis from the node's ("incoming network traffic to the cache node").
pub(super) fn of_azure(metric: Metric, managed: bool) -> Metric {
    match metric {
        Metric::Outbound if managed => Metric::Inbound,
        Metric::Inbound if managed => Metric::Outbound,
        metric => metric,
    }
}

/// The row of a name, without regard to case.
pub(in crate::observe) fn find(rows: &[Row], name: &str) -> Option<(Metric, f64)> {
    rows.iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(name))
        .map(|(_, metric, factor)| (*metric, *factor))
}

/// What the commands begin with that a metric of `CloudWatch` counts.
pub(super) fn commands_of(metric: &str) -> Option<&'static str> {
    CLOUDWATCH_COMMANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(metric)).map(|(_, begin)| *begin)
}

/// A statistic by the names that sources have for it.
pub(super) fn statistic(name: &str) -> Option<Statistic> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "maximum" | "max" => Statistic::Maximum,
        "minimum" | "min" => Statistic::Minimum,
        "average" | "avg" | "mean" => Statistic::Average,
        "sum" | "total" => Statistic::Sum,
        "p99" | "p99.0" => Statistic::P99,
        "p95" | "p95.0" => Statistic::P95,
        "sample" | "last" | "gauge" | "level" | "value" => Statistic::Sample,
        "counter" | "cumulative" => Statistic::Counter,
        _ => return None,
    })
}

/// What one value of `CloudWatch` is to be multiplied with, or why it says nothing. Counts come once a minute, so that a
/// maximum or a mean is one of minutes.
pub(super) fn cloudwatch_factor(
    metric: Metric,
    statistic: Statistic,
    period: u32,
) -> Result<f64, &'static str> {
    match (metric.is_rate(), statistic) {
        (true, Statistic::Sum) if period > 0 => Ok(1.0 / f64::from(period)),
        // That there were some is known, if not in which time.
        (true, Statistic::Sum) if metric.tells_a_limit() => Ok(1.0 / 60.0),
        (false, Statistic::Sum) if metric.tells_a_limit() => Ok(1.0),
        (true, Statistic::Sum) => Err("a sum without its period is no rate"),
        (true, _) => Ok(1.0 / 60.0),
        (false, Statistic::Sum) => Err("a sum of levels says nothing: ask for Maximum"),
        (false, _) => Ok(1.0),
    }
}

/// What to say of points that stand there twice.
pub(super) fn contradict(file: &str, twice: usize, metric: &str) -> String {
    format!(
        "{file}: {twice} points of {metric} are there twice with different values: the higher ones are taken"
    )
}

/// Whether a metric of `CloudWatch` is one of several parts of what it is here.
pub(super) fn is_part(name: &str) -> bool {
    name.ends_with("AllowanceExceeded")
}

/// What to say of caches of Memcached, which is another engine: none of them is sized.
pub(super) fn memcached(source: &Source<'_>, names: &[String]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| time::clip(name)).collect();
    let left = match names.len() {
        0 => return None,
        1 => "1 cache of Memcached is left out".to_owned(),
        many => format!("{many} caches of Memcached are left out"),
    };
    let names = first_of(&names).join(", ");
    Some(format!("{}: {left}, since only Redis and Valkey are sized here: {names}", source.name))
}
