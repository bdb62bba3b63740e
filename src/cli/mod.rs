//! The command line: arguments, commands, exit codes, printing.

mod account_prices;
mod answers;
mod args;
mod commands;
mod deployment;
mod error;
mod exit;
mod features;
mod inputs;
mod installed;
mod interrupt;
mod observed;
mod output;
mod pin;
mod price_snapshots;
mod printer;
mod progress;
mod reach;
mod resume_command;
mod retirement;
mod reviewed;
mod sources;
mod target;
mod whose;

pub use exit::Exit;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Command};
use error::Failure;
use printer::Printer;

/// Runs the command line of this process.
pub fn run() -> Exit {
    let mut printer = Printer::from_environment();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&printer, &error),
    };
    printer.set_quiet(cli.quiet);
    let json_errors = cli.command.wants_json();
    if let Some(name) = &cli.prices_from
        && let Err(failure) = price_snapshots::select(name)
    {
        printer.error(&failure.text(json_errors));
        return Exit::Error;
    }
    let outcome = match cli.command {
        Command::Recommend(args) => commands::recommend::run(&printer, &args),
        Command::Cost(args) => commands::cost::run(&printer, &args),
        Command::Comment(args) => commands::comment::run(&printer, &args),
        Command::Demand(args) => commands::demand::run(&printer, &args),
        Command::Fleet(args) => commands::fleet::run(&printer, &args),
        Command::Retire(args) => commands::retire::run(&printer, &args),
        Command::Capture(args) => commands::capture::run(&printer, &args),
        Command::Simulate(args) => commands::simulate::run(&printer, &args),
        Command::Observe(args) => commands::observe::run(&printer, &args),
        Command::Prices(args) => commands::prices::run(&printer, &args),
        Command::Plan(args) => commands::plan::run(&printer, &args),
        Command::Apply(args) => commands::apply::run(&printer, &args),
        Command::Destroy(args) => commands::destroy::run(&printer, &args),
        Command::Status(args) => commands::status::run(&printer, &args),
        Command::Scale(args) => commands::scale::run(&printer, &args),
        Command::Import(args) => commands::import::run(&printer, &args),
        Command::Permissions(args) => commands::permissions::run(&printer, &args),
        Command::Show(args) => commands::show::run(&printer, &args),
        Command::Verify(args) => commands::verify::run(&printer, &args),
        Command::Export(args) => commands::export::run(&printer, &args),
        Command::Connect(args) => commands::connect::run(&printer, &args),
        Command::Schema(args) => commands::schema::run(&printer, &args),
        Command::Init(args) => commands::init::run(&printer, &args),
        Command::Completions(args) => commands::completions::run(&printer, &args),
        Command::Man => commands::man::run(&printer),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        printer.error(&failure.text(json_errors));
        Exit::Error
    })
}

/// Help and version go to stdout with 0; a wrong call is an error like any other, so 1 instead of clap's 2.
fn usage(printer: &Printer, error: &clap::Error) -> Exit {
    let text = error.render();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let shown = if printer.color() { text.ansi().to_string() } else { text.to_string() };
        return match printer.data(&shown) {
            Ok(()) => Exit::Done,
            Err(error) => {
                printer.error(&Failure::from(error).text(false));
                Exit::Error
            }
        };
    }
    printer.error(text.to_string().trim_end());
    Exit::Error
}
