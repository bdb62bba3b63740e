//! Writing a choice into the profile's file, and nothing else.

use std::fs;
use std::path::Path;

use super::error::Failure;
use super::inputs::Input;
use super::output;
use super::printer::Printer;
use crate::deployment::Pin;
use crate::profile::{decided, parse};
use crate::recommend::Recommendation;
use crate::units::Source;

/// Refuses what cannot be pinned before any work is done.
pub fn check(paths: &[std::path::PathBuf]) -> Result<(), Failure> {
    if paths.iter().any(|path| path == Path::new("-")) {
        let hint = "name the profile's file".to_owned();
        return Err(Failure::new("pin", "a profile from standard input cannot be pinned", Some(hint)));
    }
    Ok(())
}

/// Pins one choice. What the profile says below `deployment:` and the choice does not decide stays.
pub fn pin(printer: &Printer, input: &Input, answer: &Recommendation) -> Result<(), Failure> {
    let file = &input.file;
    let Some(choice) = &answer.choice else {
        printer.note(&format!("{file}: nothing fits, so nothing is pinned"));
        return Ok(());
    };
    let failed = |why: String| Failure::new("pin", format!("cannot pin {file}: {why}"), None);
    let before = fs::read_to_string(&input.path).map_err(|error| failed(error.to_string()))?;
    let source = Source::Declared { path: "recommend --pin".into(), line: 0 };
    let pinned = choice.deployment.pinned(&source);
    let section = decided(&Pin { reason: answer.binding.clone(), ..pinned });
    let after = section.write_into(&before).ok();
    let Some(after) = after.filter(|after| parse(after.as_bytes(), file).is_ok()) else {
        let hint = format!(
            "the file is written in a way that cannot be edited; put this into it yourself:\n{}",
            section.text()
        );
        return Err(Failure::new("pin", format!("cannot pin {file}"), Some(hint)));
    };
    if after == before {
        printer.note(&format!("{file}: the choice is pinned already"));
        return Ok(());
    }
    output::replace(&input.path, &after)?;
    printer.note(&format!("{file}: pinned {}", choice.shape));
    Ok(())
}
