//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::catalog::Service;
use crate::memory::Allocator;
use crate::plan::Address;
use crate::recommend::RegionChoice;
use crate::report::connect::Client;
use crate::units::{FromText, Provider};

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
    /// Show all that is known of one offer: data sheet, prices with source and date, regions
    Prices(PricesArgs),
    /// Show what `apply` would do: every change, its reason, its effect on the service and on the bill
    Plan(PlanArgs),
    /// Make the deployment what its profile, or a plan file, says
    Apply(ApplyArgs),
    /// Take the deployment of a profile down, with its data
    Destroy(DestroyArgs),
    /// Show what runs, how it differs from the profile and what is pending
    Status(StatusArgs),
    /// Change node type, shards or replicas: plan, apply, and pin the result in the profile
    Scale(ScaleArgs),
    /// Write a profile, with its pin, of a cache that runs already at AWS; the next apply takes it over
    Import(ImportArgs),
    /// Print the least IAM policy for what a command does at AWS
    Permissions(PermissionsArgs),
    /// Print a plan file
    Show(ShowArgs),
    /// Prove from outside that the deployment does what its profile says
    Verify(VerifyArgs),
    /// Print how clients reach the deployment: endpoint, settings, code, connections against the limit
    Connect(ConnectArgs),
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
            Self::Prices(args) => args.format == DataFormat::Json,
            Self::Plan(args) => args.format == PlanFormat::Json,
            Self::Apply(args) => args.run.format == DataFormat::Json,
            Self::Destroy(args) => args.run.format == DataFormat::Json,
            Self::Status(args) => args.format == PlanFormat::Json,
            Self::Scale(args) => args.run.format == DataFormat::Json,
            Self::Show(args) => args.format == PlanFormat::Json,
            Self::Verify(args) => args.format == DataFormat::Json,
            Self::Connect(args) => args.format == ConnectFormat::Json,
            Self::Schema(_)
            | Self::Init(_)
            | Self::Import(_)
            | Self::Permissions(_)
            | Self::Completions(_)
            | Self::Man => false,
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

/// Form of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For a person
    Table,
    /// For a program
    Json,
    /// For a ticket or a pull request
    Markdown,
}

/// Form of a report without prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For a person
    Table,
    /// For a program
    Json,
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

/// Where the deployment is.
#[derive(Args)]
pub struct TargetArgs {
    /// Server program for the provider local [default: valkey-server or redis-server on the PATH]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Day of the estimate [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
}

#[derive(Args)]
pub struct PlanArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Write the plan to a file for `apply` and `show`
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Plan to take the deployment down
    #[arg(long)]
    pub destroy: bool,
    /// End with exit code 2 when changes are pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub format: PlanFormat,
}

/// How work is carried out.
#[derive(Args)]
pub struct RunArgs {
    /// Do not ask; needed where nobody can answer
    #[arg(long)]
    pub yes: bool,
    /// Steps at once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub parallel: u8,
    /// Milliseconds between two looks at work that goes on, and before the first retry
    #[arg(long, hide = true, env = "CACHEFIT_POLL_MS", value_name = "MS")]
    pub poll: Option<u64>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
}

#[derive(Args)]
pub struct ApplyArgs {
    /// Workload profile, or a plan file
    #[arg(value_name = "PROFILE|PLAN")]
    pub file: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Replace this resource, or delete it with its data, if the plan says so; repeat it for more
    #[arg(long, value_name = "ADDRESS")]
    pub allow_replace: Vec<Address>,
    /// Say that what this step waits for is done; repeat it for more
    #[arg(long, value_name = "STEP")]
    pub confirm: Vec<String>,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Args)]
pub struct DestroyArgs {
    /// Workload profile
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Keep no last snapshot of a cloud's cache
    #[arg(long)]
    pub no_final_snapshot: bool,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Args)]
pub struct ScaleArgs {
    /// Workload profile
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Node type, size or plan
    #[arg(long, value_name = "NAME")]
    pub node_type: Option<String>,
    /// Shards
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub shards: Option<u32>,
    /// Replicas of each shard
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=5))]
    pub replicas: Option<u32>,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Replace this resource, or delete it with its data, if the plan says so; repeat it for more
    #[arg(long, value_name = "ADDRESS")]
    pub allow_replace: Vec<Address>,
    /// Say that what this step waits for is done; repeat it for more
    #[arg(long, value_name = "STEP")]
    pub confirm: Vec<String>,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Args)]
pub struct ImportArgs {
    /// Profile to write; one that is there keeps everything but its pin
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Id of the replication group, or name of the serverless cache
    #[arg(long)]
    pub id: String,
    /// Its region [default: the profile's, or us-east-1]
    #[arg(long)]
    pub region: Option<String>,
}

#[derive(Args)]
pub struct PermissionsArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// What is to be allowed
    #[arg(long = "for", value_enum, default_value_t = PermissionsFor::Apply)]
    pub purpose: PermissionsFor,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What is to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PermissionsFor {
    /// Looking: plan, status, verify, connect
    Plan,
    /// Making and changing
    Apply,
    /// Taking down
    Destroy,
}

#[derive(Args)]
pub struct StatusArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub format: PlanFormat,
}

#[derive(Args)]
pub struct ShowArgs {
    /// Plan file
    #[arg(value_name = "PLAN")]
    pub file: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub format: PlanFormat,
}

#[derive(Args)]
pub struct VerifyArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
}

#[derive(Args)]
pub struct ConnectArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Print code for this client
    #[arg(long, value_enum)]
    pub client: Option<Client>,
    /// The user that signs in [default: the first]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = ConnectFormat::Table)]
    pub format: ConnectFormat,
    /// Print the password, too
    #[arg(long)]
    pub reveal: bool,
}

/// Form of the connection report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConnectFormat {
    /// For a person
    Table,
    /// An environment file
    Env,
    /// For a program
    Json,
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
