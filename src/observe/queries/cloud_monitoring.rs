//! Cloud Monitoring of Google, by its REST interface: its command-line tool lists no points.

use super::{Ask, file, quoted};
use crate::units::Service;

/// Levels and counts of a minute, of which the maximum is taken.
const VALKEY: &[&str] = &[
    "memory/total_used_memory",
    "memory/maximum_utilization",
    "keyspace/total_keys",
    "stats/total_keyspace_hits_count",
    "stats/total_keyspace_misses_count",
    "stats/total_connections_received_count",
    "stats/total_rejected_connections_count",
    "clients/maximum_connected_clients",
    "commandstats/total_calls_count",
    "cpu/maximum_utilization",
    "node/stats/evicted_keys_count",
];
const REDIS_LEVELS: &[&str] = &[
    "stats/memory/usage",
    "stats/memory/maxmemory",
    "stats/memory/usage_ratio",
    "clients/connected",
    "keyspace/keys",
    "keyspace/keys_with_expiration",
    "keyspace/avg_ttl",
];
/// Counts between two times, which are added up.
const REDIS_COUNTS: &[&str] = &[
    "commands/calls",
    "stats/keyspace_hits",
    "stats/keyspace_misses",
    "stats/evicted_keys",
    "stats/expired_keys",
    "stats/network_traffic",
    "stats/cpu_utilization_main_thread",
];

pub(super) fn print(ask: &Ask) -> String {
    let (levels, counts, prefix, label) = match ask.service {
        Service::MemorystoreRedis => (REDIS_LEVELS, REDIS_COUNTS, "redis.googleapis.com", "instance_id"),
        Service::MemorystoreRedisCluster => (VALKEY, &[][..], "redis.googleapis.com/cluster", "cluster_id"),
        _ => (VALKEY, &[][..], "memorystore.googleapis.com/instance", "instance_id"),
    };
    let (from, to) = ask.times();
    let (step, answer) = (ask.step(), file(ask, "google.json"));
    let project = ask.project.as_deref().map_or_else(|| "\"$PROJECT\"".to_owned(), quoted);
    // A label holds the whole path of the cache; a name of a regular expression's own signs is none of theirs.
    let name: String = ask.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let call = |metrics: &[&str], aligner: &str| {
        format!(
            "for metric in {}; do\n  \
             curl -sS -G -H \"Authorization: Bearer $token\" \\\n    \
             \"https://monitoring.googleapis.com/v3/projects/$project/timeSeries\" \\\n    \
             --data-urlencode \"filter=metric.type=\\\"{prefix}/$metric\\\" AND \
             resource.labels.{label}=monitoring.regex.full_match(\\\"(.*/)?{name}\\\")\" \\\n    \
             --data-urlencode interval.startTime={from} --data-urlencode interval.endTime={to} \\\n    \
             --data-urlencode aggregation.alignmentPeriod={step}s \\\n    \
             --data-urlencode aggregation.perSeriesAligner={aligner} --data-urlencode pageSize=100000\n\
             done",
            metrics.join(" ")
        )
    };
    let mut calls = vec![call(levels, "ALIGN_MAX")];
    if !counts.is_empty() {
        calls.push(call(counts, "ALIGN_DELTA"));
    }
    format!(
        "project={project}; token=$(gcloud auth print-access-token)\n{{\n{}\n}} > {answer}\n\
         cachefit observe --from {answer}\n",
        calls.join("\n")
    )
}
