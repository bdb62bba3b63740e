//! `cachefit recommend`

use jiff::civil::Date;

use crate::cli::answers::{Answers, answers, note_gates};
use crate::cli::args::{Format, RecommendArgs};
use crate::cli::error::Failure;
use crate::cli::inputs::Input;
use crate::cli::observed::{exports, judging};
use crate::cli::printer::Printer;
use crate::cli::whose::Metrics;
use crate::cli::{Exit, inputs, pin};
use crate::fleet::{self, contradicted, unnamed_commands};
use crate::recommend::Recommendation;
use crate::report::{Csv, Explained, Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &RecommendArgs) -> Result<Exit, Failure> {
    if args.pin {
        pin::check(&args.profiles)?;
    }
    if !args.cache.is_empty() && args.profiles.len() > 1 {
        let hint =
            "name one profile with --cache, or leave it out: each finds the cache of its own name".to_owned();
        return Err(Failure::new(
            "metrics",
            "--cache says whose metrics those of one profile are",
            Some(hint),
        ));
    }
    let options = inputs::options(&args.scope, args.all);
    let metrics = match args.from.as_slice() {
        [] => None,
        files => Some(Metrics::of(exports(files, "metrics")?)),
    };
    let Answers { answered, errors } = answers(printer, &args.profiles, &options);
    let (inputs, mut outcome): (Vec<Input>, Vec<Recommendation>) = answered.into_iter().unzip();
    if let Some(metrics) = &metrics {
        compare(printer, &args.cache, &inputs, &mut outcome, metrics, options.as_of)?;
    }
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

/// Names the figures that metrics contradict. Their word is newer than what a profile keeps of earlier ones.
fn compare(
    printer: &Printer,
    names: &[String],
    answered: &[Input],
    outcome: &mut [Recommendation],
    metrics: &Metrics,
    as_of: Date,
) -> Result<(), Failure> {
    let alone = answered.len() == 1;
    for (Input { file, profile, .. }, answer) in answered.iter().zip(outcome) {
        let found = match metrics.demand_of(names, profile, alone) {
            Ok(found) => found,
            // One profile of several never keeps the others from their answer.
            Err(failure) if !alone => {
                printer.note(&failure.text(false));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let Some(whose) = found else {
            let next = if alone { "; --cache NAME says which one it is" } else { "" };
            printer.note(&format!(
                "{file}: --from holds no cache {}, so none of its figures is compared; it holds {}{next}",
                profile.name,
                metrics.holds()
            ));
            continue;
        };
        let caveat = whose.caveat(profile);
        if let Some(caveat) = &caveat {
            printer.note(&format!("{file}: {caveat}"));
        }
        let judged = metrics.judge_for(&whose, &judging(Some(profile), Some(as_of)));
        let mut found = contradicted(profile, &judged, file);
        if caveat.is_some() {
            for one in &mut found {
                one.text = format!("{} by the metrics of {}", one.text, whose.cache());
                one.next = one.next.replace("METRICS", &format!("METRICS --cache {}", whose.cache()));
            }
        }
        let compared = fleet::compare(profile, &judged);
        let told = |key: &String| compared.iter().any(|one| one.keys.contains(key));
        answer.contradicted.retain(|one| !one.keys.iter().any(told));
        answer.contradicted.extend(found);
        let unnamed = unnamed_commands(profile, &judged);
        if !unnamed.is_empty() {
            printer.note(&format!(
                "{file}: clients call commands that it does not name: {}; `cachefit observe {file} --from … --write` \
                 adds them, and what does not run somewhere is ruled out",
                unnamed.join(", ")
            ));
        }
    }
    Ok(())
}
