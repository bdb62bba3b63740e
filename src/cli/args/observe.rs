//! Arguments of `observe`.

use std::path::PathBuf;

use clap::Args;

use super::{PlanFormat, TargetArgs, text};
use crate::units::{Duration, Service};

#[derive(Args)]
#[allow(clippy::doc_markdown, reason = "help for people, who know these names without marks")]
pub struct ObserveArgs {
    /// The workload profile of the cache: what it declares is compared with what the metrics show. Without --from and
    /// --url, the cloud that runs its deployment is asked for them: CloudWatch, Azure Monitor, Cloud Monitoring, Upstash,
    /// or INFO of the servers on this machine; what that costs is said before
    #[arg(value_name = "PROFILE")]
    pub profile: Option<PathBuf>,
    /// Exports to read; `-` reads standard input. The format is found by the content: INFO text, output of MONITOR (commands only), CloudWatch
    /// GetMetricData or GetMetricStatistics JSON, Prometheus JSON or text (redis_exporter), Azure Monitor, Cloud
    /// Monitoring, Upstash statistics, Datadog, describe-… inventories, or a table with named columns; plain or gzip
    #[arg(long, required_unless_present_any = ["profile", "url", "print_queries"], num_args = 1.., value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// A live server, redis:// or rediss://, that is asked for INFO twice, and for nothing else; repeat it for several.
    /// `CACHEFIT_PASSWORD` keeps the password out of the command line
    #[arg(long, value_name = "URL")]
    pub url: Vec<String>,
    /// Time between the two questions to a live server, or to those on this machine: 1 second to 1 day
    #[arg(long, default_value = "10s", value_parser = pause)]
    pub pause: Duration,
    /// File with the certificate of the authority that a rediss:// server is checked against
    #[arg(long, value_name = "CERTIFICATE")]
    pub ca: Option<PathBuf>,
    /// Print what to ask the monitoring system for, so that its answer can be read with --from: for the cache of the
    /// profile, for --cache with --service, or for all caches of an inventory that --from names
    #[arg(long)]
    pub print_queries: bool,
    /// Service of the cache for --print-queries, where neither profile nor inventory tells it
    #[arg(long, requires = "print_queries", value_parser = text::<Service>)]
    pub service: Option<Service>,
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
    #[command(flatten)]
    pub target: TargetArgs,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub format: PlanFormat,
}

/// Shorter than a second tells no rate, and nobody waits for more than a day.
fn pause(value: &str) -> Result<Duration, String> {
    let pause: Duration = text(value)?;
    if (1.0..=86_400.0).contains(&pause.0) { Ok(pause) } else { Err("a pause is 1s to 1d".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_has_limits() {
        for (text, ok) in
            [("0s", false), ("999ms", false), ("1s", true), ("1d", true), ("25h", false), ("999d", false)]
        {
            assert_eq!(pause(text).is_ok(), ok, "{text}");
        }
    }
}
