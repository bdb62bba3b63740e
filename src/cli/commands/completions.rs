//! `cachefit completions`

use clap::CommandFactory as _;

use crate::cli::Exit;
use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

pub fn run(printer: &Printer, args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cachefit", &mut script);
    printer.bytes(&script)?;
    Ok(Exit::Done)
}
