//! What went wrong, for the person who must act. The only place that turns errors into text.

use serde::Serialize;

use crate::apply::{JournalError, LockError, StateError};
use crate::catalog::UnknownName;
use crate::decide::DecideError;
#[cfg(feature = "local")]
use crate::observe::capture::CaptureError;
use crate::plan::PlanError;
use crate::profile::ProfileErrors;
use crate::provider::{PlanFailure, ProviderError};
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

    /// Why it cannot be said what to deploy for a profile.
    pub fn decide(error: DecideError, file: &str) -> Self {
        let message = error.to_string();
        match error {
            DecideError::Profile(errors) => Self::Profiles(vec![errors]),
            DecideError::Provider(error) => error.into(),
            DecideError::NothingFits { more, .. } => {
                let hint = format!("`cachefit recommend {file} --all` lists {more} more");
                Self::new("nothing-fits", message, (more > 0).then_some(hint))
            }
            DecideError::Running(_) => {
                let hint = "pin the shape that you want under `deployment:` in the profile".to_owned();
                Self::new("running", message, Some(hint))
            }
        }
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

#[cfg(feature = "local")]
impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        let hint = match &error {
            CaptureError::Address(_) => Some("expected redis://HOST:PORT, or rediss://HOST:PORT with TLS"),
            CaptureError::Connect { .. } => Some(
                "check host, port, user and password; rediss:// is for TLS, --ca names an authority of your own",
            ),
            CaptureError::Refused { why, .. } if why.contains("NOAUTH") => Some(
                "it asks for a password: set CACHEFIT_PASSWORD, or sign in by the address, redis://USER:PASSWORD@HOST:PORT",
            ),
            CaptureError::Refused { command: "INFO", .. } => {
                Some("the user needs the command INFO: +info in its access rules")
            }
            CaptureError::Refused { command: "MONITOR", .. } => Some(
                "the user needs the command, INFO and CLIENT; managed services may forbid MONITOR: try --method keys",
            ),
            CaptureError::Refused { .. } => Some("the user needs the command, INFO and CLIENT"),
            CaptureError::Busy { .. } => {
                Some("take a quieter hour, a replica, --method keys, or allow more with --max-cpu")
            }
            CaptureError::Nothing(_) => Some("look at a busier moment, or for longer with --time"),
            CaptureError::Write(_) => None,
        };
        Self::new("capture", error.to_string(), hint.map(str::to_owned))
    }
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        let more;
        let hint = match &error {
            // Where most lines are bad, the file is not what it was taken for.
            SimulateError::Trace(TraceError::Bad { bad, lines, .. }) if bad * 2 > *lines => Some(
                "most lines cannot be read: is it another format? a header such as `time,key,op,size,ttl` helps",
            ),
            SimulateError::Trace(TraceError::Bad { bad, lines, .. }) => {
                more =
                    format!("--max-bad {}% allows so many bad lines", (bad * 100).div_ceil((*lines).max(1)));
                Some(more.as_str())
            }
            SimulateError::Trace(TraceError::Unknown { .. }) => {
                Some("a header such as `time,key,op,size,ttl` makes any CSV or TSV file readable")
            }
            SimulateError::FewSampledKeys { .. } => {
                Some("take a larger share of the keys, or leave out --sampled if this is the whole trace")
            }
            SimulateError::FewerReadsInAll { .. } => {
                Some("--all-reads counts every read of the same days, those of keys outside the sample too")
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

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let hint = match &error {
            ProviderError::Temporary { .. } => Some("try again in a while".to_owned()),
            ProviderError::Exists { hint, .. } | ProviderError::Permanent { hint, .. } => hint.clone(),
        };
        Self::new("provider", error.to_string(), hint)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let (code, hint) = match &error {
            PlanError::Foreign(_) => (
                "foreign-resource",
                Some("give the profile another name, or move what is there out of the way".to_owned()),
            ),
            PlanError::InUse(_) => (
                "in-use",
                Some("make what stays this profile's again, or move it off what is to go; then the same command goes on".to_owned()),
            ),
            PlanError::NotAPlan(_) | PlanError::Version { .. } => {
                ("plan-file", Some("`cachefit plan PROFILE -o FILE` writes one".to_owned()))
            }
            _ => ("plan", Some("this is an error in cachefit; please report it".to_owned())),
        };
        Self::new(code, error.to_string(), hint)
    }
}

impl From<PlanFailure> for Failure {
    fn from(failure: PlanFailure) -> Self {
        match failure {
            PlanFailure::Provider(error) => error.into(),
            PlanFailure::Plan(error) => error.into(),
        }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let hint = match &error {
            LockError::Held { .. } => {
                Some("wait until it has ended; if it hangs, end that process".to_owned())
            }
            LockError::State(_) | LockError::Io { .. } => Some(STATE_HINT.to_owned()),
        };
        Self::new("locked", error.to_string(), hint)
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let hint =
            "without it nobody knows what a run left undone: make it readable, or move it out of the way";
        Self::new("journal", error.to_string(), Some(hint.to_owned()))
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::new("state", error.to_string(), Some(STATE_HINT.to_owned()))
    }
}

const STATE_HINT: &str =
    "set CACHEFIT_STATE_DIR (journal) or CACHEFIT_DATA_DIR (local servers) to a folder of yours";
