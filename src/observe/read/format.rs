//! Which format a file has, by its first bytes.

use std::fmt;

use super::monitor;
use super::unknown::Unknown;

/// What to do with a file that nobody knows.
pub(super) const HINT: &str =
    "`cachefit observe --help` lists the formats, `--print-queries` prints queries whose answers can be read";

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The answer of INFO, once or several times.
    Info,
    /// What MONITOR printed.
    Monitor,
    /// `aws cloudwatch get-metric-data`.
    CloudWatchData,
    /// `aws cloudwatch get-metric-statistics`.
    CloudWatchStatistics,
    /// What was asked of `get-metric-data`.
    CloudWatchQueries,
    /// The answer of `query_range`.
    PrometheusRange,
    /// A scrape.
    PrometheusText,
    /// `az monitor metrics list`.
    AzureMonitor,
    /// `projects.timeSeries.list`.
    CloudMonitoring,
    /// The statistics of a database at Upstash.
    Upstash,
    /// `aws elasticache describe-…`.
    AwsInventory,
    /// `az redisenterprise list`, `gcloud memorystore instances list`.
    OtherInventory,
    /// The assessment of the AWS samples.
    Assessment,
    /// Series of Datadog.
    Datadog,
    /// Rows with named columns.
    Table,
}

impl Format {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Info => "INFO text",
            Self::Monitor => "output of MONITOR",
            Self::CloudWatchData => "CloudWatch GetMetricData JSON",
            Self::CloudWatchStatistics => "CloudWatch GetMetricStatistics JSON",
            Self::CloudWatchQueries => "CloudWatch metric data queries",
            Self::PrometheusRange => "Prometheus query JSON",
            Self::PrometheusText => "Prometheus text",
            Self::AzureMonitor => "Azure Monitor JSON",
            Self::CloudMonitoring => "Cloud Monitoring JSON",
            Self::Upstash => "Upstash statistics",
            Self::AwsInventory => "an ElastiCache inventory",
            Self::OtherInventory => "an inventory of Azure or Google Cloud",
            Self::Assessment => "an assessment of INFO and commandstats",
            Self::Datadog => "Datadog series",
            Self::Table => "a table with named columns",
        }
    }

    /// Whether its files tell nothing of a cache but its metrics.
    pub(super) fn holds_metrics_alone(self) -> bool {
        matches!(
            self,
            Self::CloudWatchData
                | Self::CloudWatchStatistics
                | Self::AzureMonitor
                | Self::Datadog
                | Self::Table
        )
    }

    /// Whether its answers have something by this name beside what they list, of which the list says more.
    pub(super) fn tells_beside(self, key: &str) -> bool {
        match self {
            Self::CloudWatchData => matches!(key, "NextToken" | "Messages" | "ResponseMetadata"),
            Self::PrometheusRange => matches!(key, "status" | "warnings" | "infos" | "resultType" | "stats"),
            Self::CloudMonitoring => {
                matches!(key, "nextPageToken" | "unit" | "unreachable" | "executionErrors")
            }
            Self::AwsInventory => matches!(key, "Marker" | "NextToken" | "ResponseMetadata"),
            Self::OtherInventory => matches!(key, "nextPageToken" | "nextLink" | "unreachable"),
            Self::AzureMonitor => {
                matches!(key, "cost" | "timespan" | "interval" | "namespace" | "resourceregion" | "nextLink")
            }
            _ => false,
        }
    }

    /// What to do where a file of it holds nothing.
    pub(super) fn hint_if_empty(self) -> &'static str {
        match self {
            Self::AwsInventory | Self::OtherInventory => {
                "was the right account, project or region asked? another one may hold caches"
            }
            Self::AzureMonitor => {
                "were the right cache and time asked? `cachefit observe --print-queries` prints calls with the aggregations that \
                 are read"
            }
            Self::PrometheusRange | Self::PrometheusText => {
                "ask for the metrics of redis_exporter themselves: `cachefit observe --print-queries` prints such a query"
            }
            Self::Table => "name metrics as here, such as memory, reads and writes, or as CloudWatch does",
            _ => {
                "were the right cache, region and time asked? `cachefit observe --print-queries` prints queries whose answers \
                 can be read"
            }
        }
    }

    /// The format of a file that begins so, or why there is none.
    pub(super) fn of(head: &[u8]) -> Result<Self, Unknown> {
        if let Some(found) = Unknown::encoded(head) {
            return Err(found);
        }
        // What is told by its first bytes needs no look at the others; of many files that is the larger part of the work.
        if head.len() > FIRST && !head.contains(&0) {
            let first = String::from_utf8_lossy(&head[..FIRST]);
            let first = first.trim_start_matches('\u{feff}').trim_start();
            if first.starts_with(['{', '[']) && has(first_document(first), SURE) {
                return Ok(Self::CloudWatchData);
            }
        }
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.is_empty() {
            return Err(Unknown::new(
                "is empty",
                "the command that was to write it may have failed: run it again",
            ));
        }
        if head.contains(&0) {
            return Err(Unknown::new("is no text", HINT));
        }
        match text.chars().next() {
            Some('{' | '[') => {
                let document = first_document(text);
                json(document).ok_or_else(|| Unknown::json(document))
            }
            _ => plain(text).ok_or_else(|| Unknown::new("is of a format that is not known", HINT)),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// First bytes that may tell enough.
const FIRST: usize = 1024;
/// The key that tells its format, whatever else there is.
const SURE: &str = "MetricDataResults";

/// The first of several JSON documents, or what there is of it.
pub(super) fn first_document(text: &str) -> &str {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[..=at];
                }
            }
            _ => {}
        }
    }
    text
}

/// Whether a key stands in a text.
fn has(text: &str, key: &str) -> bool {
    text.contains(&format!("\"{key}\""))
}

fn json(text: &str) -> Option<Format> {
    let has = |key: &str| has(text, key);
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    Some(match () {
        () if has(SURE) => Format::CloudWatchData,
        () if any(&["MetricDataQueries", "MetricStat"]) || (has("Expression") && has("ReturnData")) => {
            Format::CloudWatchQueries
        }
        () if has("Datapoints") => Format::CloudWatchStatistics,
        () if has("resultType") => Format::PrometheusRange,
        () if any(&["pointlist", "group_tags"]) => Format::Datadog,
        () if any(&["timeSeries", "metricKind"]) => Format::CloudMonitoring,
        () if has("timespan") || (has("timeseries") && has("timeStamp")) => Format::AzureMonitor,
        () if any(&[
            "ReplicationGroups",
            "CacheClusters",
            "ServerlessCaches",
            "ReservedCacheNodes",
            "ReplicationGroup",
        ]) =>
        {
            Format::AwsInventory
        }
        () if any(&["total_monthly_requests", "connection_count", "diskusage"]) => Format::Upstash,
        () if any(&["commandstats", "cmdstat", "infoDeltas", "info_before"]) => Format::Assessment,
        () if any(&[
            "Microsoft.Cache/redisEnterprise",
            "Microsoft.Cache/Redis",
            "shardCount",
            "redisVersion",
        ]) || text.contains("/locations/") =>
        {
            Format::OtherInventory
        }
        () => return None,
    })
}

fn plain(text: &str) -> Option<Format> {
    let begins = |what: &str| text.lines().take(400).any(|line| line.starts_with(what));
    if begins("redis_version:")
        || begins("used_memory:")
        || begins("cmdstat_")
        || begins("uptime_in_seconds:")
        || begins("db0:keys=")
        || begins("total_commands_processed:")
    {
        return Some(Format::Info);
    }
    // Its first line is often an answer to something else, or cut.
    if text.lines().take(20).any(monitor::fits) {
        return Some(Format::Monitor);
    }
    if begins("# TYPE ") || begins("redis_") {
        return Some(Format::PrometheusText);
    }
    let first = text.lines().find(|line| !line.trim().is_empty())?.to_ascii_lowercase();
    let named = ["time", "value", "bytesusedforcache", "cmdstat", "currconnections"];
    let separated = [',', '\t', ';'].iter().any(|separator| first.contains(*separator));
    let known = separated && named.iter().any(|name| first.contains(name));
    known.then_some(Format::Table)
}
