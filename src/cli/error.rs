//! What went wrong, for the person who must act. The only place that turns errors into text.

use serde::Serialize;

use crate::catalog::UnknownName;
use crate::profile::ProfileErrors;
use crate::recommend::{RecommendError, SiteError};
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
        match (self, json) {
            (Self::Profiles(all), false) => {
                all.iter().map(|e| e.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n\n")
            }
            (Self::Profiles(all), true) => {
                let errors: Vec<_> = all.iter().flat_map(|e| &e.errors).collect();
                serde_json::json!({ "errors": errors }).to_string()
            }
            (Self::Plain(plain), false) => match &plain.hint {
                Some(hint) => format!("error: {}\nhint: {hint}", plain.message),
                None => format!("error: {}", plain.message),
            },
            (Self::Plain(plain), true) => serde_json::json!({ "errors": [plain] }).to_string(),
        }
    }
}

impl From<RecommendError> for Failure {
    fn from(error: RecommendError) -> Self {
        match error {
            RecommendError::Pin(name) => unknown_name("unknown-pin", &name),
            RecommendError::Site(SiteError::UnknownRegion(name)) => unknown_name("unknown-region", &name),
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
