//! Cloud Monitoring of Google, by its REST interface: its command-line tool lists no points.

use rust_decimal::Decimal;

use super::{Ask, file, read_with, word};
use crate::observe::read::names;
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

/// Ten-millionths of a USD for a time series that is returned, since 2025-10-02; a request that finds none counts as one. Told by others
/// who have read Google's list in September and October 2026 (<https://cloud.google.com/products/observability/pricing>).
const PRICE: (i64, &str) = (
    5,
    "0.50 USD per million time series returned is assumed, after the first million of a month, and at least one a metric; \
     cloud.google.com/products/observability/pricing has the price",
);

/// What `projects.timeSeries.list` is asked for about one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeSeries {
    /// The metric and the cache.
    pub filter: String,
    /// The begin and the end, as RFC 3339.
    pub times: (String, String),
    /// Seconds of a point, such as `300s`.
    pub period: String,
    /// How points become one.
    pub aligner: &'static str,
}

/// What the metrics of a service are called, and by which labels they tell cache and place.
struct Product {
    levels: &'static [&'static str],
    counts: &'static [&'static str],
    prefix: &'static str,
    id: &'static str,
    place: &'static str,
}

impl Product {
    fn of(service: Service) -> Self {
        let valkey = Self {
            levels: VALKEY,
            counts: &[],
            prefix: "memorystore.googleapis.com/instance",
            id: "instance_id",
            place: "location",
        };
        match service {
            Service::MemorystoreRedis => Self {
                levels: REDIS_LEVELS,
                counts: REDIS_COUNTS,
                prefix: "redis.googleapis.com",
                place: "region",
                ..valkey
            },
            Service::MemorystoreRedisCluster => {
                Self { prefix: "redis.googleapis.com/cluster", id: "cluster_id", ..valkey }
            }
            _ => valkey,
        }
    }

    /// The filter of a metric. A label holds the whole path of the cache; a name of a regular expression's own signs is none
    /// of theirs.
    fn filter(&self, ask: &Ask, metric: &str) -> String {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
        };
        let mut filter = format!(
            "metric.type=\"{}/{metric}\" AND resource.labels.{}=monitoring.regex.full_match(\"(.*/)?{}\")",
            self.prefix,
            self.id,
            plain(&ask.name)
        );
        // The same name may be taken in another region.
        if let Some(region) = &ask.region {
            filter.push_str(&format!(" AND resource.labels.{}=\"{}\"", self.place, plain(region)));
        }
        filter
    }

    /// The metrics with their aligners: those of levels, then those of counts.
    fn asked(&self, ask: &Ask) -> [(Vec<&'static str>, &'static str); 2] {
        let known = |name: &str| {
            // Redis Cluster has the names of Valkey.
            let newer = format!("instance/{name}");
            let known = if self.counts.is_empty() { &newer } else { name };
            names::find(names::GOOGLE, known).map(|(metric, _)| metric)
        };
        let of = |all: &[&'static str]| -> Vec<&'static str> {
            all.iter().copied().filter(|name| ask.purpose.takes(known(name))).collect()
        };
        [(of(self.levels), "ALIGN_MAX"), (of(self.counts), "ALIGN_DELTA")]
    }
}

/// One request a metric.
pub fn requests(ask: &Ask) -> Vec<TimeSeries> {
    let product = Product::of(ask.service);
    let of = |(metrics, aligner): (Vec<&'static str>, &'static str)| {
        let one = |metric: &str| TimeSeries {
            filter: product.filter(ask, metric),
            times: ask.times(),
            period: format!("{}s", ask.step()),
            aligner,
        };
        metrics.into_iter().map(one).collect::<Vec<TimeSeries>>()
    };
    product.asked(ask).into_iter().flat_map(of).collect()
}

/// What requests cost, in a line. How many time series a metric has, only the answer tells.
pub fn price(requests: &[TimeSeries]) -> String {
    let metrics = requests.len();
    let usd = Decimal::new(PRICE.0 * i64::try_from(metrics).unwrap_or(i64::MAX / PRICE.0), 7).normalize();
    format!("{metrics} metrics of Cloud Monitoring: {usd} USD or more ({})", PRICE.1)
}

pub(super) fn print(ask: &Ask) -> String {
    let product = Product::of(ask.service);
    let (from, to) = ask.times();
    let (step, answer) = (ask.step(), file(ask, "google.json"));
    let project = ask.project.as_deref().map_or_else(|| "\"$PROJECT\"".to_owned(), word);
    let filter = product.filter(ask, "$metric").replace('"', "\\\"");
    // A metric with more points than a page has is told on several.
    let call = |(metrics, aligner): (Vec<&'static str>, &'static str)| {
        format!(
            "for metric in {}; do\n  \
             page=\n  \
             while\n    \
             page=$(curl -sS -G -H \"Authorization: Bearer $token\" \\\n      \
             \"https://monitoring.googleapis.com/v3/projects/$project/timeSeries\" \\\n      \
             --data-urlencode \"filter={filter}\" \\\n      \
             --data-urlencode interval.startTime={from} --data-urlencode interval.endTime={to} \\\n      \
             --data-urlencode aggregation.alignmentPeriod={step}s \\\n      \
             --data-urlencode aggregation.perSeriesAligner={aligner} \\\n      \
             --data-urlencode pageSize=100000 --data-urlencode \"pageToken=$page\" |\n      \
             tee -a {answer} | sed -n 's/.*\"nextPageToken\": *\"\\([^\"]*\\)\".*/\\1/p')\n    \
             [ -n \"$page\" ]\n  \
             do :; done\n\
             done",
            metrics.join(" ")
        )
    };
    let calls = product.asked(ask).into_iter().filter(|(metrics, _)| !metrics.is_empty());
    let calls: Vec<String> = calls.map(call).collect();
    format!(
        "# {}.\n\
         project={project}; token=$(gcloud auth print-access-token)\n\
         : > {answer}\n{}\n{}",
        price(&requests(ask)),
        calls.join("\n"),
        read_with(ask, &answer)
    )
}
