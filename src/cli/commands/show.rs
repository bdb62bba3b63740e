//! `cachefit show`

use std::path::Path;

use super::plan::render;
use crate::cli::Exit;
use crate::cli::args::ShowArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::plan::Plan;

pub fn run(printer: &Printer, args: &ShowArgs) -> Result<Exit, Failure> {
    let plan = read(&args.file)?;
    printer.data(&render(printer, &plan, args.format)?)?;
    Ok(Exit::Done)
}

/// Reads a plan file.
pub fn read(file: &Path) -> Result<Plan, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new("plan-file", format!("cannot read {}: {error}", file.display()), None)
    })?;
    Ok(Plan::from_json(&text)?)
}

/// Whether a file is a plan and no profile: plans are JSON objects, and no profile begins with a brace.
pub fn is_plan(file: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 64];
    let read = std::fs::File::open(file).and_then(|mut f| f.read(&mut head)).unwrap_or(0);
    head[..read].trim_ascii_start().starts_with(b"{")
}
