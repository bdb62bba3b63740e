//! `cachefit schema`

use crate::cli::Exit;
use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::profile;
use crate::report;

pub fn run(printer: &Printer, args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match args.of {
        SchemaOf::Profile => profile::schema(),
        SchemaOf::Recommend => report::recommend::schema(),
        SchemaOf::Cost => report::cost::schema(),
        SchemaOf::Fleet => report::fleet::schema(),
        SchemaOf::Observe => report::observe::schema(),
        SchemaOf::Status => report::status::schema(),
        SchemaOf::Gates => profile::gate_schema(),
    };
    printer.data(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
