//! Arguments of the commands that reach a deployment.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::{DataFormat, PlanFormat, day};
use crate::plan::Address;
use crate::report::connect::Client;

/// Where the deployment is.
#[derive(Args, Default)]
pub struct TargetArgs {
    /// Server program for the provider local [default: valkey-server or redis-server on the PATH]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Units of systemd that start the servers of the provider local with the machine; without it, those that are
    /// there stay
    #[arg(long, value_enum, value_name = "on|off", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "on")]
    pub systemd: Option<OnOff>,
    /// Day of the estimate [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
}

#[derive(Args)]
pub struct PlanArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Write the plan to a file for `apply` and `show`; `-` writes it to standard output, and the report to stderr
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Make the cache from this snapshot; only where it is not there yet
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "destroy")]
    pub restore: Option<String>,
    /// Plan to take the deployment down
    #[arg(long)]
    pub destroy: bool,
    /// End with exit code 2 when changes are pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Show the access rules of users as the server takes them, and every step by its name
    #[arg(long)]
    pub explain: bool,
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

/// What people say about dangerous and waiting steps.
#[derive(Args)]
pub struct ConsentArgs {
    /// Replace this resource, or delete it with its data, if the plan says so; repeat it for more
    #[arg(long, value_name = "ADDRESS")]
    pub allow_replace: Vec<Address>,
    /// Say that what this step waits for is done; repeat it for more
    #[arg(long, value_name = "STEP")]
    pub confirm: Vec<String>,
}

#[derive(Args)]
pub struct ApplyArgs {
    /// Workload profile, or a plan file; `-` reads either from standard input
    #[arg(value_name = "PROFILE|PLAN")]
    pub file: PathBuf,
    /// Make the cache from this snapshot; only where it is not there yet
    #[arg(long, value_name = "SNAPSHOT")]
    pub restore: Option<String>,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub consent: ConsentArgs,
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
    /// Plan file; `-` reads it from standard input
    #[arg(value_name = "PLAN")]
    pub file: PathBuf,
    /// Show the access rules of users as the server takes them, and every step by its name
    #[arg(long)]
    pub explain: bool,
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
    /// Print code for this client; passwords and other forms are not part of it
    #[arg(long, value_enum, conflicts_with_all = ["reveal", "format"])]
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

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// Wanted
    On,
    /// Not wanted
    Off,
}
