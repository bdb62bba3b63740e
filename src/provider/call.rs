//! A call that a cloud did not carry out, and what that means for the work.

use std::time::Duration;

use super::ProviderError;

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing.
    Absent,
    /// Something of that name is there.
    Exists,
    /// Work on it goes on.
    Busy,
    /// It is that way already.
    NoChange,
    /// Too many calls, or the service has a bad moment.
    Later,
    /// The answer or the call was lost.
    Lost,
    /// No credentials were found.
    NoCredentials,
    /// The credentials have run out or are not known.
    Expired,
    /// The caller may not do this.
    Denied,
    /// A quota is used up.
    Quota,
    /// No machine of the type is left.
    Capacity,
    /// The operation is not known at the endpoint.
    NotOffered,
    /// Anything else: only the message tells.
    Other,
}

/// A call that did not do what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// What kind.
    pub refusal: Refusal,
    /// What the cloud says, with the call and its code.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// How long the cloud asks to wait.
    pub retry_after: Option<Duration>,
}

impl CallError {
    /// A refusal of a kind.
    pub fn new(refusal: Refusal, message: impl Into<String>) -> Self {
        Self { refusal, message: message.into(), hint: None, retry_after: None }
    }

    /// Something that we refuse ourselves.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Refusal::Other, message)
    }

    /// With something to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Whether the same call may work in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self.refusal, Refusal::Later | Refusal::Lost)
    }
}

impl From<CallError> for ProviderError {
    fn from(error: CallError) -> Self {
        match error.refusal {
            Refusal::Later | Refusal::Lost | Refusal::Busy => {
                Self::Temporary { message: error.message, retry_after: error.retry_after }
            }
            _ => Self::Permanent { message: error.message, hint: error.hint },
        }
    }
}

/// The answer, or nothing where there is no such thing.
pub fn absent_is_none<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.refusal == Refusal::Absent => Ok(None),
        Err(error) => Err(error),
    }
}
