//! Arguments of `prices`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{DataFormat, day, text};
use crate::catalog::Service;
use crate::units::Provider;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct PricesArgs {
    /// Node type, size or plan, such as `cache.r7g.large`, `Balanced_B10`, `fixed_1gb` or `serverless`
    #[arg(value_name = "NAME", required = true)]
    pub name: Option<String>,
    /// Service, where the name alone does not say it
    #[arg(long, value_parser = text::<Service>)]
    pub service: Option<Service>,
    /// Region of the prices [default: the provider's reference region]
    #[arg(long)]
    pub region: Option<String>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
    #[command(subcommand)]
    pub command: Option<PricesCommand>,
}

/// What else can be done with prices.
#[derive(Subcommand)]
pub enum PricesCommand {
    /// Read the vendors' price lists, show what changed, and write a snapshot for `--prices-from latest`
    Update(PricesUpdateArgs),
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "one flag a thing to do")]
pub struct PricesUpdateArgs {
    /// Read this provider's list only: aws, azure or gcp; repeat it [default: aws and azure, and gcp where its key is set]
    #[arg(long, value_name = "PROVIDER", value_parser = text::<Provider>)]
    pub provider: Vec<Provider>,
    /// Read files, or all `.json` and `.csv` files of a folder, instead of the vendors' addresses; repeat it
    #[arg(long, value_name = "FILE|DIR")]
    pub from: Vec<PathBuf>,
    /// Fetch the prices of this region only; repeat it
    #[arg(long, value_name = "REGION", conflicts_with = "from")]
    pub region: Vec<String>,
    /// Fetch EC2's prices, too, for servers of one's own: several hundred MB for each region, of which little is kept
    #[arg(long, requires = "region")]
    pub servers: bool,
    /// Day on which the files were fetched; AWS's offers say it themselves
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "from")]
    pub fetched: Option<Date>,
    /// The files are a part of a list: prices that they do not have stay as they are
    #[arg(long)]
    pub part: bool,
    /// Take prices that differ by more than 25 %, too
    #[arg(long)]
    pub accept_jumps: bool,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = DataFormat::Table)]
    pub format: DataFormat,
}

impl PricesArgs {
    /// Whether errors are read by a program.
    pub fn wants_json(&self) -> bool {
        let format = match &self.command {
            Some(PricesCommand::Update(args)) => args.format,
            None => self.format,
        };
        format == DataFormat::Json
    }

    /// The name that is asked for; clap wants it where no command stands.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}
