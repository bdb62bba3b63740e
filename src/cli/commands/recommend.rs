//! `cachefit recommend`

use std::num::NonZero;
use std::thread;

use crate::catalog::Catalog;
use crate::cli::Exit;
use crate::cli::args::{Format, RecommendArgs};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input};
use crate::cli::printer::Printer;
use crate::profile::{edit, load};
use crate::recommend::{Gate, Options, RecommendError, Recommendation, recommend};
use crate::report::{Csv, Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &RecommendArgs) -> Result<Exit, Failure> {
    let options = inputs::options(&args.scope, args.all);
    let (inputs, errors) = inputs::profiles(printer, &args.profiles);
    let outcome = all(&inputs, &options)?;
    if !outcome.is_empty() {
        let report = match args.format {
            Format::Table => Table { color: printer.color() }.render(outcome.as_slice()),
            Format::Json => Json.render(outcome.as_slice()),
            Format::Markdown => Markdown.render(outcome.as_slice()),
            Format::Csv => Csv.render(outcome.as_slice()),
        }?;
        printer.data(&report)?;
    }
    if matches!(args.format, Format::Json | Format::Csv) {
        for recommendation in &outcome {
            note_gates(printer, &recommendation.profile, &recommendation.gates);
        }
    }
    if args.pin {
        for recommendation in &outcome {
            pin(printer, recommendation)?;
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Profiles(errors));
    }
    let breached = outcome.iter().any(|r| !r.gates.is_empty());
    Ok(if breached { Exit::Gate } else { Exit::Done })
}

/// Every profile, on all cores, in the order of the command line.
pub fn all(inputs: &[Input], options: &Options) -> Result<Vec<Recommendation>, RecommendError> {
    let catalog = Catalog::embedded();
    let one = |input: &Input| recommend(&input.profile, &input.file, catalog, options);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = inputs.len().div_ceil(cores).max(1);
    if inputs.len() < 2 {
        return inputs.iter().map(one).collect();
    }
    thread::scope(|scope| {
        let workers: Vec<_> = inputs
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(one).collect::<Vec<_>>()))
            .collect();
        let done = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    })
}

/// Says on stderr why the exit code is 3, for forms that people do not read.
pub fn note_gates(printer: &Printer, profile: &str, gates: &[Gate]) {
    for gate in gates {
        printer.note(&format!("{profile}: gate breached: {}", gate.text));
    }
}

/// Writes the choice into the profile, and nothing else.
fn pin(printer: &Printer, recommendation: &Recommendation) -> Result<(), Failure> {
    let file = &recommendation.file;
    let Some(choice) = &recommendation.choice else {
        printer.note(&format!("{file}: nothing fits, so nothing is pinned"));
        return Ok(());
    };
    if file == "-" {
        let hint = "name the profile's file".to_owned();
        return Err(Failure::new("pin", "a profile from standard input cannot be pinned", Some(hint)));
    }
    let unwritable = |error: std::io::Error| Failure::new("pin", format!("cannot pin {file}: {error}"), None);
    let before = std::fs::read_to_string(file).map_err(unwritable)?;
    let after = edit::pin(&before, &choice.deployment)
        .map_err(|error| Failure::new("pin", format!("cannot pin {file}: {error}"), None))?;
    if after == before {
        printer.note(&format!("{file}: the choice is pinned already"));
        return Ok(());
    }
    // A reader never sees half a file: write beside it, read it back, then rename.
    let beside = format!("{file}.new");
    std::fs::write(&beside, &after).map_err(unwritable)?;
    if let Err(errors) = load(std::path::Path::new(&beside)) {
        let _ = std::fs::remove_file(&beside);
        return Err(Failure::Profiles(vec![errors]));
    }
    std::fs::rename(&beside, file).map_err(unwritable)?;
    printer.note(&format!("{file}: pinned {}", choice.shape));
    Ok(())
}
