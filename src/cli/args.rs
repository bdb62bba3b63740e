//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::catalog::Service;
use crate::memory::Allocator;
use crate::recommend::RegionChoice;
use crate::units::{Bytes, Count, FromText, Percent, Policy, Provider, Range};

/// Sizes, prices and explains the Redis or Valkey cache that a workload needs.
#[derive(Parser)]
#[command(name = "cachefit", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Say what to buy, at which eviction policy, for how much, and what was rejected and why
    Recommend(RecommendArgs),
    /// Print the monthly bill of the recommended or pinned cache
    Cost(CostArgs),
    /// Print what the workload needs: memory by key family, operations, bandwidth, connections
    Demand(DemandArgs),
    /// Say what hit ratio which memory and eviction policy would really give for an access trace
    Simulate(SimulateArgs),
    /// Show all that is known of one offer: data sheet, prices with source and date, regions
    Prices(PricesArgs),
    /// Print the JSON Schema of a profile or of a report
    Schema(SchemaArgs),
    /// Write a commented profile to start from
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

impl Command {
    /// Whether errors are read by a program.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Recommend(args) => args.format == Format::Json,
            Self::Cost(args) => args.format == Format::Json,
            Self::Demand(args) => args.format == DataFormat::Json,
            Self::Simulate(args) => args.format == TableFormat::Json,
            Self::Prices(args) => args.format == DataFormat::Json,
            Self::Schema(_) | Self::Init(_) | Self::Completions(_) | Self::Man => false,
        }
    }
}

/// Form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person
    Table,
    /// For a program
    Json,
    /// For a ticket or a pull request
    Markdown,
    /// For a spreadsheet
    Csv,
}

/// Form of a report without prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For a person
    Table,
    /// For a program
    Json,
}

/// Form of a report of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For a person, with a chart
    Table,
    /// For a program
    Json,
    /// For a spreadsheet
    Csv,
}

/// Where to look and when.
#[derive(Args)]
pub struct ScopeArgs {
    /// Compare this provider instead of the profile's; repeat it, or say `all`
    #[arg(long, value_name = "PROVIDER", value_parser = provider)]
    pub provider: Vec<ProviderChoice>,
    /// Compare this region instead of the profile's, or `all` of the catalogue
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<RegionChoice>,
    /// Day of the estimate, for surcharges and gates with a date [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Breach a gate (exit code 3) when a price is older than this many days
    #[arg(long, value_name = "DAYS")]
    pub max_price_age: Option<u32>,
}

#[derive(Args)]
pub struct RecommendArgs {
    /// Workload profiles; `-` reads one from standard input
    #[arg(required = true, value_name = "PROFILE")]
    pub profiles: Vec<PathBuf>,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// List every shape that fits and every shape that is out, with all its excuses
    #[arg(long)]
    pub all: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Write the choice into the profile's `deployment:` section
    #[arg(long, conflicts_with_all = ["provider", "region"])]
    pub pin: bool,
}

#[derive(Args)]
pub struct CostArgs {
    /// Workload profiles; `-` reads one from standard input
    #[arg(required = true, value_name = "PROFILE")]
    pub profiles: Vec<PathBuf>,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Args)]
pub struct DemandArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Server whose memory is computed, such as redis-7.0, redis-8.2, valkey-8.0, valkey-8.1
    #[arg(long, default_value = "valkey-8.1", value_name = "ENGINE-VERSION")]
    pub server: String,
    /// Allocator of the server build: jemalloc-8 (upstream), jemalloc-16 (Debian, Ubuntu), libc
    #[arg(long, value_parser = text::<Allocator>)]
    pub allocator: Option<Allocator>,
    /// Shards of a cluster; without it, one server without cluster mode
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub shards: Option<u32>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
}

#[derive(Args)]
pub struct SimulateArgs {
    /// Access trace; `-` reads standard input. Its format is found by its content: MONITOR output, CSV or TSV with
    /// named columns (time, key, op, size, ttl), Twitter cache trace, libCacheSim oracleGeneral or CSV; plain, gzip
    /// or zstd
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Server that is emulated, such as redis-7.0, redis-8.2, valkey-8.0, valkey-8.1
    #[arg(long, default_value = "valkey-8.1", value_name = "ENGINE-VERSION")]
    pub server: String,
    /// Allocator of the server build: jemalloc-8 (upstream), jemalloc-16 (Debian, Ubuntu), libc
    #[arg(long, value_parser = text::<Allocator>)]
    pub allocator: Option<Allocator>,
    /// Eviction policy; repeat it for several [default: allkeys-lru, -lfu, -random, and with TTLs volatile-lru, -ttl]
    #[arg(long, value_name = "POLICY", value_parser = text::<Policy>)]
    pub policy: Vec<Policy>,
    /// Value of maxmemory, or a range of which several sizes are taken; repeat it for several [default: from 1/128
    /// of what all keys need]
    #[arg(long, value_name = "SIZE|LOW..HIGH", value_parser = text::<Range<Bytes>>)]
    pub memory: Vec<Range<Bytes>>,
    /// Sizes in a range
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=200))]
    pub points: u32,
    /// Emulate all keys instead of a sample
    #[arg(long, conflicts_with = "sample")]
    pub exact: bool,
    /// Share of the keys that is emulated, a power of two [default: all below 100,000 keys, then 1/8, then 1/16, and
    /// more of them where a cache would hold few of the sampled keys]
    #[arg(long, value_name = "1/N", value_parser = share)]
    pub sample: Option<u32>,
    /// How much work is done
    #[arg(long, value_enum, default_value_t = Method::Full)]
    pub method: Method,
    /// What follows a read that misses: a write (fill), or only what the trace has (skip) [default: skip if the trace
    /// has writes]
    #[arg(long, value_enum)]
    pub on_miss: Option<OnMiss>,
    /// Size of values that the trace does not tell
    #[arg(long, default_value = "100B", value_parser = text::<Bytes>)]
    pub value_size: Bytes,
    /// The server's maxmemory-samples
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub maxmemory_samples: u32,
    /// Emulations behind each figure, for the error bar
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub runs: u32,
    /// Share of lines that may be unreadable
    #[arg(long, default_value = "1%", value_parser = text::<Percent>)]
    pub max_bad: Percent,
    /// Stop reading after so many requests
    #[arg(long, value_name = "COUNT", value_parser = text::<Count>)]
    pub requests: Option<Count>,
    /// Workload profile whose traffic, prices and `miss_cost` turn hit ratios into money
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<PathBuf>,
    /// Write a new profile with the demand that the trace shows: keys, sizes, rates, time to live, skew
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Day of the estimate, with --profile [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// How much work a simulation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Exact LRU on all keys corrects what is emulated on samples of them
    Full,
    /// Only what is emulated on samples
    Fast,
    /// Only exact LRU, on samples: the fastest
    Curve,
}

/// What follows a read that misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnMiss {
    /// The value is written
    Fill,
    /// Nothing that is not in the trace
    Skip,
}

#[derive(Args)]
pub struct PricesArgs {
    /// Node type, size or plan, such as `cache.r7g.large`, `Balanced_B10`, `fixed_1gb` or `serverless`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Service, where the name alone does not say it
    #[arg(long, value_parser = text::<Service>)]
    pub service: Option<Service>,
    /// Region of the prices [default: the provider's reference region]
    #[arg(long)]
    pub region: Option<String>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
}

#[derive(Args)]
pub struct SchemaArgs {
    /// Which document
    #[arg(value_enum, default_value_t = SchemaOf::Profile)]
    pub of: SchemaOf,
}

/// Documents with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The workload profile
    Profile,
    /// The JSON report of `recommend`
    Recommend,
}

#[derive(Args)]
pub struct InitArgs {
    /// File to write; `-` writes to standard output
    #[arg(default_value = "cachefit.yaml")]
    pub file: PathBuf,
    /// Start from a shipped profile, such as web-sessions or rate-limiter
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// A provider by name, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderChoice {
    /// This one.
    One(Provider),
    /// All clouds of the catalogue.
    All,
}

fn provider(text: &str) -> Result<ProviderChoice, String> {
    if text == "all" {
        return Ok(ProviderChoice::All);
    }
    self::text::<Provider>(text).map(ProviderChoice::One)
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a Result")]
fn region(text: &str) -> Result<RegionChoice, String> {
    Ok(if text == "all" { RegionChoice::All } else { RegionChoice::Named(text.to_owned()) })
}

/// `1/16` as the number of halvings.
fn share(text: &str) -> Result<u32, String> {
    let parts: Option<u32> = text.strip_prefix("1/").and_then(|n| n.parse().ok());
    match parts.filter(|n| n.is_power_of_two() && *n <= 4096) {
        Some(parts) => Ok(parts.trailing_zeros()),
        None => Err("expected a share such as 1/8 or 1/16, a power of two down to 1/4096".to_owned()),
    }
}

/// A day in the years for which prices can mean anything.
fn day(text: &str) -> Result<Date, String> {
    let wrong = || "expected a day as YYYY-MM-DD, from 2020 to 2099".to_owned();
    let written = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day: Date = if written { text.parse().map_err(|_| wrong())? } else { return Err(wrong()) };
    if (2020..2100).contains(&day.year()) { Ok(day) } else { Err(wrong()) }
}

fn text<T: FromText>(text: &str) -> Result<T, String> {
    T::from_text(text).map_err(|error| match error.suggestion {
        Some(suggestion) => format!("{}; did you mean `{suggestion}`?", error.message),
        None => error.message,
    })
}
