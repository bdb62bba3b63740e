//! Prometheus and what answers like it, with the names of `redis_exporter`.

use super::{Ask, file};

/// Points of a series in one answer, by the limit of Prometheus.
const MOST_POINTS: i64 = 11_000;

/// Behind `redis_`.
const METRICS: &[&str] = &[
    "memory_used_bytes",
    "memory_max_bytes",
    "db_keys",
    "db_keys_expiring",
    "db_avg_ttl_seconds",
    "connected_clients",
    "config_maxclients",
    "uptime_in_seconds",
    "instance_info",
    "commands_total",
    "commands_processed_total",
    "keyspace_hits_total",
    "keyspace_misses_total",
    "evicted_keys_total",
    "expired_keys_total",
    "rejected_connections_total",
    "connections_received_total",
    "net_input_bytes_total",
    "net_output_bytes_total",
    "cpu_sys_main_thread_seconds_total",
    "cpu_user_main_thread_seconds_total",
];

/// The expression: metrics themselves, because functions of them lose their names.
fn expression() -> String {
    format!("{{__name__=~\"redis_({})\"}}", METRICS.join("|"))
}

pub(super) fn print(ask: &Ask) -> String {
    let answer = file(ask, "prometheus.json");
    let minutes = ((ask.to - ask.begin()) / MOST_POINTS).div_euclid(60) + 1;
    format!(
        "# Where redis_exporter watches it. Narrow it by a label of yours, such as {{instance=~\"…\"}}.\n\
         curl -sS -G \"$PROMETHEUS_URL/api/v1/query_range\" \\\n  \
         --data-urlencode 'query={}' \\\n  \
         --data-urlencode start={} --data-urlencode end={} --data-urlencode step={} > {answer}\n\
         cachefit observe --from {answer}\n",
        expression(),
        ask.begin(),
        ask.to,
        minutes * 60
    )
}
