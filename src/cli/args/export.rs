//! Arguments of `export`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::day;
use crate::export::Target;

#[derive(Args)]
pub struct ExportArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// The other tool
    #[arg(long, value_enum)]
    pub to: Target,
    /// Write to a file that must not be there yet [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Day of the choice [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
}
