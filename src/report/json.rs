//! JSON with a version, for programs.

use serde::Serialize;

use super::{ReportError, escape};

/// Version of every JSON report; it rises when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// JSON, indented.
pub struct Json;

#[derive(Serialize)]
struct Envelope<'a, T: Serialize + ?Sized> {
    version: u32,
    report: &'static str,
    results: &'a T,
}

/// Results in their envelope.
pub(super) fn envelope<T: Serialize + ?Sized>(
    report: &'static str,
    results: &T,
) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(&Envelope { version: VERSION, report, results })?;
    text.push('\n');
    Ok(escape::json(&text).into_owned())
}
