//! Recommendations for many profiles at once, on all cores, in the order of the command line.

use std::path::{Path, PathBuf};

use super::inputs::{self, Input};
use super::installed::{self, Installed};
use super::printer::Printer;
use crate::catalog::Catalog;
use crate::parallel;
use crate::profile::{Profile, ProfileErrors};
use crate::recommend::{Gate, Options, RecommendError, Recommendation, SiteError, recommend};
use crate::units::Source;

/// What became of every profile.
pub struct Answers {
    /// The profiles that were answered, with their answers.
    pub answered: Vec<(Input, Recommendation)>,
    /// Those that cannot be used. They never keep the others from their answer.
    pub errors: Vec<ProfileErrors>,
}

/// Reads and answers every profile.
pub fn answers(printer: &Printer, paths: &[PathBuf], options: &Options) -> Answers {
    let installed = Installed::default();
    let done = parallel::map(paths, |path| one(path, options, &installed));
    let mut answers = Answers { answered: Vec::with_capacity(done.len()), errors: Vec::new() };
    for result in done {
        match result {
            Ok((input, answer, server)) => {
                inputs::note_warnings(printer, &input);
                if let Some(server) = server {
                    printer.note(&format!("{}: {server}", input.file));
                }
                answers.answered.push((input, answer));
            }
            Err(errors) => answers.errors.push(errors),
        }
    }
    answers
}

/// An answer, and for which server of this machine it is.
fn one(
    path: &Path,
    options: &Options,
    installed: &Installed,
) -> Result<(Input, Recommendation, Option<String>), ProfileErrors> {
    let input = inputs::read(path)?;
    // Other providers bring their own servers.
    if options.providers.is_some() {
        let answer = answer(&input.profile, &input.file, options)?;
        return Ok((input, answer, None));
    }
    let profile = installed.sized(&input.profile);
    let mut answer = answer(&profile, &input.file, options)?;
    let server = installed::said(&profile, &mut answer);
    Ok((input, answer, server))
}

/// The answer for one profile; names that the catalogue does not have are errors of the file.
pub fn answer(profile: &Profile, file: &str, options: &Options) -> Result<Recommendation, ProfileErrors> {
    recommend(profile, file, Catalog::in_use(), options).map_err(|error| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        located(profile, file, &text, &error)
    })
}

/// The error with the line that it is about.
pub fn located(profile: &Profile, file: &str, text: &str, error: &RecommendError) -> ProfileErrors {
    let errors = errors_of(file, error);
    let message = error.to_string();
    let pin = &profile.pin;
    let texts = [&profile.placement.region, &pin.node_type].into_iter().flatten();
    let texts = texts.map(|name| (name.value.as_str(), &name.source));
    let names = texts.chain(pin.service.as_ref().map(|service| (service.value.as_str(), &service.source)));
    let mut said = names.filter(|(name, _)| message.contains(&format!("`{name}`")));
    let place = said.find_map(|(name, source)| Some((name, line_of(source)?)));
    let Some((name, line)) = place else { return errors };
    match text.lines().nth(line as usize - 1) {
        Some(text) => errors.at(line, text, name),
        None => errors,
    }
}

fn line_of(source: &Source) -> Option<u32> {
    match source {
        Source::Declared { line, .. } => Some(*line).filter(|line| *line > 0),
        _ => None,
    }
}

fn errors_of(file: &str, error: &RecommendError) -> ProfileErrors {
    let (what, name) = match error {
        RecommendError::Curve(unknown) => {
            let hint = unknown.suggestion.as_ref().map(|near| format!("did you mean `{near}`?"));
            let what = "traffic.access.curve.server";
            return ProfileErrors::of_name(file, what, &unknown.message, hint.as_deref());
        }
        RecommendError::Pin(name) => ("deployment", name),
        RecommendError::Site(SiteError::UnknownRegion(name)) => ("placement.region", name),
    };
    let hint = name.suggestion.map(|near| format!("did you mean `{near}`?"));
    ProfileErrors::of_name(file, what, &name.message, hint.as_deref())
}

/// Says on stderr why the exit code is 3, for forms that have no place for it.
pub fn note_gates(printer: &Printer, profile: &str, gates: &[Gate]) {
    for gate in gates {
        printer.note(&format!("{profile}: gate breached: {}", gate.text));
    }
}
