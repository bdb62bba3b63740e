//! Arguments of `observe`.

use std::path::PathBuf;

use clap::Args;

use super::PlanFormat;

#[derive(Args)]
#[allow(clippy::doc_markdown, reason = "help for people, who know these names without marks")]
pub struct ObserveArgs {
    /// The workload profile of the cache: what it declares is compared with what the metrics show
    #[arg(value_name = "PROFILE")]
    pub profile: Option<PathBuf>,
    /// Exports to read; `-` reads standard input. The format is found by the content: INFO text, CloudWatch
    /// GetMetricData or GetMetricStatistics JSON, Prometheus JSON or text (redis_exporter), Azure Monitor, Cloud
    /// Monitoring, Upstash statistics, Datadog, describe-… inventories, or a table with named columns; plain or gzip
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Only this cache; repeat it to take several as the shards of one [default: all]
    #[arg(long, value_name = "NAME")]
    pub cache: Vec<String>,
    /// Days before the last point that are looked at
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=455))]
    pub days: u32,
    /// Put what the metrics contradict right in the profile, with source and confidence of each figure; nothing becomes
    /// smaller for metrics that do not say enough
    #[arg(long, requires = "profile")]
    pub write: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub format: PlanFormat,
}
