//! Arguments of the commands about caches that run: many of them, or one that should go.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{ProviderChoice, RunArgs, TargetArgs, day, provider, region};
use crate::fleet::WAIT_DAYS;
use crate::recommend::RegionChoice;
use crate::report::fleet::Form;

#[derive(Args)]
pub struct FleetArgs {
    /// Profiles, folders with them, and inventories as the clouds' own tools print them (describe-replication-groups,
    /// describe-reserved-cache-nodes, `az redisenterprise list`, `gcloud memorystore instances list`)
    #[arg(required = true, value_name = "DIR|PROFILE|INVENTORY")]
    pub paths: Vec<PathBuf>,
    /// Exports of metrics, recognised by their content; repeat it for several files
    #[arg(long, value_name = "METRICS", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Only caches of this provider; repeat it, or say `all` [default: all]
    #[arg(long, value_name = "PROVIDER", value_parser = provider)]
    pub provider: Vec<ProviderChoice>,
    /// Only caches of this region, or `all` [default: all]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<RegionChoice>,
    /// Day of the estimate [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Write a profile into this folder for every cache that has none
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// Say why each target is large enough, and why nothing should be reserved
    #[arg(long)]
    pub explain: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Form::Table)]
    pub format: Form,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "one flag a thing to do")]
pub struct RetireArgs {
    /// Workload profile
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Exports of its metrics, recognised by their content; repeat it for several files
    #[arg(long, value_name = "METRICS", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// The cache of --from that is the profile's [default: the one of its name]; repeat it to take several as the shards of one
    #[arg(long, value_name = "NAME", requires = "from")]
    pub cache: Vec<String>,
    /// Block it: its users stay and may do nothing, so that who needs it is heard of
    #[arg(long, conflicts_with_all = ["undo", "delete"])]
    pub quarantine: bool,
    /// Give it back as it was
    #[arg(long, conflicts_with = "delete")]
    pub undo: bool,
    /// Delete it, once it was blocked for the waiting time and nobody came
    #[arg(long)]
    pub delete: bool,
    /// Days between blocking and deleting
    #[arg(long, value_name = "DAYS", default_value_t = WAIT_DAYS, value_parser = clap::value_parser!(u32).range(0..=365))]
    pub wait_days: u32,
    /// Its data may go without a last snapshot
    #[arg(long)]
    pub no_final_snapshot: bool,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub run: RunArgs,
}
