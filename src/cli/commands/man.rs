//! `cachefit man`

use clap::CommandFactory as _;

use crate::cli::Exit;
use crate::cli::args::Cli;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

/// The main page, then one for each command.
pub fn run(printer: &Printer) -> Result<Exit, Failure> {
    let mut pages = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(&mut pages)?;
    }
    printer.bytes(&pages)?;
    Ok(Exit::Done)
}
