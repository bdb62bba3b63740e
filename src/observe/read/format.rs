//! Which format a file has, by its first bytes.

use std::fmt;

use super::monitor;

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

    /// The format of a file that begins so, or why there is none.
    pub(super) fn of(head: &[u8]) -> Result<Self, String> {
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err("is UTF-16, as PowerShell writes it: save it as UTF-8".to_owned());
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
            return Err("is empty".to_owned());
        }
        if head.contains(&0) {
            return Err("is no text".to_owned());
        }
        match text.chars().next() {
            Some('{' | '[') => {
                json(first_document(text)).ok_or_else(|| "is JSON of a kind that is not known".to_owned())
            }
            _ => plain(text).ok_or_else(|| "is of a format that is not known".to_owned()),
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
fn first_document(text: &str) -> &str {
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
