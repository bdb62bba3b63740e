//! `cachefit show`

use std::path::Path;

use super::plan::render;
use crate::cli::Exit;
use crate::cli::args::ShowArgs;
use crate::cli::error::Failure;
use crate::cli::inputs::{is_standard_input, standard_input};
use crate::cli::printer::Printer;
use crate::plan::Plan;

pub fn run(printer: &Printer, args: &ShowArgs) -> Result<Exit, Failure> {
    let plan = read(&args.file)?;
    printer.data(&render(printer, &plan, args.format, args.explain)?)?;
    Ok(Exit::Done)
}

/// Reads a plan file; `-` is standard input.
pub fn read(file: &Path) -> Result<Plan, Failure> {
    if is_standard_input(file) {
        return parse(&standard_input()?);
    }
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::new("plan-file", format!("cannot read {}: {error}", file.display()), None)
    })?;
    parse(&bytes)
}

/// A plan from the content of its file.
pub fn parse(bytes: &[u8]) -> Result<Plan, Failure> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Failure::new("plan-file", format!("this is no plan file: {error}"), None))?;
    Ok(Plan::from_json(text)?)
}

/// Whether a file is a plan and no profile: plans are JSON objects, and no profile begins with a brace.
pub fn is_plan(file: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 64];
    let read = std::fs::File::open(file).and_then(|mut f| f.read(&mut head)).unwrap_or(0);
    head[..read].trim_ascii_start().starts_with(b"{")
}
