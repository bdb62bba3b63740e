//! `cachefit cost`

use crate::cli::answers::{Answers, answers, note_gates};
use crate::cli::args::{CostArgs, Format};
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::cli::{Exit, inputs};
use crate::report::cost::Bill;
use crate::report::{Csv, Explained, Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &CostArgs) -> Result<Exit, Failure> {
    let options = inputs::options(&args.scope, false);
    let Answers { answered, errors } = answers(printer, &args.profiles, &options);
    let bills: Vec<Bill> = answered.into_iter().map(|(_, answer)| Bill::from(answer)).collect();
    if !bills.is_empty() {
        let report = match args.format {
            Format::Table if args.explain => Explained { color: printer.color() }.render(bills.as_slice()),
            Format::Table => Table { color: printer.color() }.render(bills.as_slice()),
            Format::Json => Json.render(bills.as_slice()),
            Format::Markdown => Markdown.render(bills.as_slice()),
            Format::Csv => Csv.render(bills.as_slice()),
        }?;
        printer.data(&report)?;
    }
    if args.format == Format::Csv {
        for bill in &bills {
            note_gates(printer, &bill.profile, &bill.gates);
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Profiles(errors));
    }
    let breached = bills.iter().any(|b| !b.gates.is_empty());
    Ok(if breached { Exit::Gate } else { Exit::Done })
}
