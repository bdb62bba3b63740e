//! The command line of cachefit.

use std::process::ExitCode;

fn main() -> ExitCode {
    cachefit::cli::run().into()
}
