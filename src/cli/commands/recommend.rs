//! `cachefit recommend`

use crate::cli::answers::{Answers, answers, note_gates};
use crate::cli::args::{Format, RecommendArgs};
use crate::cli::error::Failure;
use crate::cli::inputs::Input;
use crate::cli::printer::Printer;
use crate::cli::{Exit, inputs, pin};
use crate::recommend::Recommendation;
use crate::report::{Csv, Explained, Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &RecommendArgs) -> Result<Exit, Failure> {
    if args.pin {
        pin::check(&args.profiles)?;
    }
    let options = inputs::options(&args.scope, args.all);
    let Answers { answered, errors } = answers(printer, &args.profiles, &options);
    let (inputs, outcome): (Vec<Input>, Vec<Recommendation>) = answered.into_iter().unzip();
    if !outcome.is_empty() {
        let report = match args.format {
            Format::Table if args.explain => Explained { color: printer.color() }.render(outcome.as_slice()),
            Format::Table => Table { color: printer.color() }.render(outcome.as_slice()),
            Format::Json => Json.render(outcome.as_slice()),
            Format::Markdown => Markdown.render(outcome.as_slice()),
            Format::Csv => Csv.render(outcome.as_slice()),
        }?;
        printer.data(&report)?;
    }
    if args.format == Format::Csv {
        for answer in &outcome {
            note_gates(printer, &answer.profile, &answer.gates);
        }
    }
    let mut failures: Vec<Failure> = Vec::new();
    if args.pin {
        let pinned = inputs.iter().zip(&outcome).map(|(input, answer)| pin::pin(printer, input, answer));
        failures.extend(pinned.filter_map(Result::err));
    }
    if !errors.is_empty() {
        failures.push(Failure::Profiles(errors));
    }
    if !failures.is_empty() {
        return Err(Failure::Several(failures));
    }
    let breached = outcome.iter().any(|r| !r.gates.is_empty());
    Ok(if breached { Exit::Gate } else { Exit::Done })
}
