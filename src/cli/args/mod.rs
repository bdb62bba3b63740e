//! What can be written on the command line.

mod change;
mod comment;
mod cost;
mod deployment;
mod export;
mod fleet;
mod observe;
mod prices;
mod trace;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::memory::Allocator;
use crate::recommend::RegionChoice;
use crate::report::cost::Form;
use crate::units::{FromText, Percent, Provider};
pub use change::{ImportArgs, PermissionsArgs, PermissionsFor, ScaleArgs};
pub use comment::CommentArgs;
#[cfg(feature = "net")]
pub use comment::CommentBehaviour;
pub use cost::CostArgs;
pub use deployment::{
    ApplyArgs, ConnectArgs, ConnectFormat, ConsentArgs, DestroyArgs, OnOff, PlanArgs, RunArgs, ShowArgs,
    StatusArgs, TargetArgs, VerifyArgs,
};
pub use export::ExportArgs;
pub use fleet::{FleetArgs, RetireArgs};
pub use observe::ObserveArgs;
pub use prices::{PricesArgs, PricesCommand, PricesUpdateArgs};
#[cfg(feature = "local")]
pub use trace::CaptureMethod;
pub use trace::{CaptureArgs, Method, OnMiss, SimulateArgs};

/// Sizes, prices and explains the Redis or Valkey cache that a workload needs.
#[derive(Parser)]
#[command(name = "cachefit", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Tell nothing on stderr but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
    /// Prices to use: `embedded`, `latest` (of `prices update`), or a snapshot by its name or file [default: embedded]
    #[arg(long, global = true, value_name = "SNAPSHOT", env = "CACHEFIT_PRICES", hide_env_values = true)]
    pub prices_from: Option<String>,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Say what to buy, at which eviction policy, for how much, and what was rejected and why
    Recommend(RecommendArgs),
    /// Print the monthly bill of the recommended or pinned cache
    Cost(CostArgs),
    /// Post what `cost --format markdown` wrote as one comment on a pull or merge request
    Comment(CommentArgs),
    /// Print what the workload needs: memory by key family, operations, bandwidth, connections
    Demand(DemandArgs),
    /// Say what hit ratio which memory and eviction policy would really give for an access trace
    Simulate(SimulateArgs),
    /// Say of every cache of an account or a folder what it should be, what that saves, and what to do first
    Fleet(FleetArgs),
    /// Take away a cache that nobody uses: evidence, a block that can be undone, a waiting time, deletion
    Retire(RetireArgs),
    /// Take a bounded sample of the commands or keys of a live server, to simulate or to recommend from
    Capture(CaptureArgs),
    /// Say what exported metrics of running caches tell of their demand, and how sure that is
    Observe(ObserveArgs),
    /// Show all that is known of one offer, or read the vendors' price lists anew: `prices update`
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
    /// Write a profile, with its pin, of a cache that runs already in a cloud; the next apply takes it over
    Import(ImportArgs),
    /// Print the least permissions of a command: an IAM policy for AWS, a custom role for Azure or Google, the key for Upstash
    Permissions(PermissionsArgs),
    /// Print a plan file
    Show(ShowArgs),
    /// Prove from outside that the deployment does what its profile says
    Verify(VerifyArgs),
    /// Write the same deployment for another tool: Terraform, CloudFormation, Bicep, Compose, Kubernetes, Helm
    Export(ExportArgs),
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
            Self::Cost(args) => args.format == Form::Json,
            Self::Fleet(args) => args.format == crate::report::fleet::Form::Json,
            Self::Retire(args) => args.run.format == DataFormat::Json,
            Self::Demand(args) => args.format == DataFormat::Json,
            Self::Simulate(args) => args.format == TableFormat::Json,
            Self::Prices(args) => args.wants_json(),
            Self::Observe(args) => args.format == PlanFormat::Json,
            Self::Plan(args) => args.format == PlanFormat::Json,
            Self::Apply(args) => args.run.format == DataFormat::Json,
            Self::Destroy(args) => args.run.format == DataFormat::Json,
            Self::Status(args) => args.format == PlanFormat::Json,
            Self::Scale(args) => args.run.format == DataFormat::Json,
            Self::Show(args) => args.format == PlanFormat::Json,
            Self::Verify(args) => args.format == DataFormat::Json,
            Self::Connect(args) => args.format == ConnectFormat::Json,
            Self::Capture(_)
            | Self::Comment(_)
            | Self::Export(_)
            | Self::Schema(_)
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
    /// Exports of metrics, in the formats of `observe`: figures of the profiles that they contradict are named
    #[arg(long, value_name = "METRICS", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// The cache of --from that is the profile's [default: the one of its name]; repeat it to take several as the shards of one
    #[arg(long, value_name = "NAME", requires = "from")]
    pub cache: Vec<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// List every shape that fits and every shape that is out, with all its rejections
    #[arg(long)]
    pub all: bool,
    /// Say where every price comes from, and all checks, advice, assumptions and reasons why options are out
    #[arg(long)]
    pub explain: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Write the choice into the profile's `deployment:` section
    #[arg(long, conflicts_with_all = ["provider", "region"])]
    pub pin: bool,
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
    /// The JSON report of `cost`
    Cost,
    /// The JSON report of `fleet`
    Fleet,
    /// The JSON report of `observe`
    Observe,
    /// The JSON report of `status`
    Status,
    /// The file of cost gates
    Gates,
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

/// A part of something: never more than all of it.
fn part(value: &str) -> Result<Percent, String> {
    let share: Percent = text(value)?;
    if share.0 > 1.0 { Err("a part is 100% at most".to_owned()) } else { Ok(share) }
}

fn text<T: FromText>(text: &str) -> Result<T, String> {
    T::from_text(text).map_err(|error| match error.suggestion {
        Some(suggestion) => format!("{}; did you mean `{suggestion}`?", error.message),
        None => error.message,
    })
}
