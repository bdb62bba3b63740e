//! What went wrong, for the person who must act. The only place that turns errors into text.

use serde::Serialize;

use crate::catalog::UnknownName;
use crate::profile::ProfileErrors;
use crate::report::ReportError;
use crate::simulate::{SimulateError, TraceError};
use crate::units::TextError;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// Profiles that cannot be used.
    Profiles(Vec<ProfileErrors>),
    /// Anything else.
    Plain(Plain),
    /// More than one of these.
    Several(Vec<Failure>),
}

/// An error without a place in a profile.
#[derive(Debug, Serialize)]
pub struct Plain {
    /// A stable word for programs.
    pub code: &'static str,
    /// What and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// An error with something to do about it.
    pub fn new(code: &'static str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Plain(Plain { code, message: message.into(), hint })
    }

    /// The error as people or programs read it.
    pub fn text(&self, json: bool) -> String {
        if json {
            let mut errors = Vec::new();
            self.collect(&mut errors);
            return serde_json::json!({ "errors": errors }).to_string();
        }
        match self {
            Self::Profiles(all) => {
                all.iter().map(|e| e.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n\n")
            }
            Self::Plain(plain) => match &plain.hint {
                Some(hint) => format!("error: {}\nhint: {hint}", plain.message),
                None => format!("error: {}", plain.message),
            },
            Self::Several(all) => all.iter().map(|f| f.text(false)).collect::<Vec<_>>().join("\n\n"),
        }
    }

    fn collect(&self, errors: &mut Vec<serde_json::Value>) {
        match self {
            Self::Profiles(all) => {
                errors.extend(all.iter().flat_map(|e| &e.errors).map(|e| serde_json::json!(e)));
            }
            Self::Plain(plain) => errors.push(serde_json::json!(plain)),
            Self::Several(all) => all.iter().for_each(|f| f.collect(errors)),
        }
    }
}

/// A name that the catalogue does not have, with the nearest that it has.
pub fn unknown_name(code: &'static str, error: &UnknownName) -> Failure {
    Failure::new(code, error.message.clone(), error.suggestion.map(|s| format!("did you mean `{s}`?")))
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        let hint = match &error {
            SimulateError::Trace(TraceError::Bad { .. }) => Some("--max-bad 5% allows more bad lines"),
            SimulateError::Trace(TraceError::Unknown { .. }) => {
                Some("a header such as `time,key,op,size,ttl` makes any CSV or TSV file readable")
            }
            SimulateError::NoReads { .. } => Some("record reads too: MONITOR does"),
            SimulateError::NoSuchPolicy { .. } => Some(
                "least-recently-modified policies need redis-8.6; take allkeys-random for a hosted random one",
            ),
            _ => None,
        };
        Self::new("simulate", error.to_string(), hint.map(str::to_owned))
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Self::new("bad-value", error.message, error.suggestion.map(|s| format!("did you mean `{s}`?")))
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::new("report", error.to_string(), None)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new("output", format!("cannot write the output: {error}"), None)
    }
}
