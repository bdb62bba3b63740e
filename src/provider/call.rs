//! A call that a cloud did not carry out, and what that means for the work.

use std::future::Future;
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
            // What a call has made whose answer was lost may not show yet: the engine looks again for a while.
            Refusal::Exists => Self::Exists { message: error.message, hint: error.hint },
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

/// How patiently something is looked at while a person waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often it is tried again.
    pub retries: u32,
    /// The wait before that; each is twice as long as the one before.
    pub first: Duration,
    /// The longest wait that a service may ask for; for a longer one the engine waits.
    pub longest: Duration,
}

/// Looks, and looks again where the service has a bad moment. Only for what changes nothing: a call may have been carried out
/// whose answer was lost.
pub async fn patiently<T, F>(patience: Patience, mut look: impl FnMut() -> F) -> Result<T, CallError>
where
    F: Future<Output = Result<T, CallError>>,
{
    let mut wait = patience.first;
    for _ in 0..patience.retries {
        match look().await {
            Err(error)
                if error.is_passing() && error.retry_after.is_none_or(|asked| asked <= patience.longest) =>
            {
                tokio::time::sleep(wait.max(error.retry_after.unwrap_or_default())).await;
                wait *= 2;
            }
            result => return result,
        }
    }
    look().await
}

/// An error with its causes, in one line, and not all of what a server may have written.
#[cfg(any(feature = "azure", feature = "gcp"))]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often something was looked at that always answers the same, and whether that was an error.
    fn looks(refusal: Option<Refusal>, retry_after: Option<Duration>) -> (u32, bool) {
        let patience =
            Patience { retries: 2, first: Duration::from_millis(1), longest: Duration::from_millis(5) };
        let mut count = 0;
        let look = || {
            count += 1;
            let error = refusal.map(|refusal| CallError { retry_after, ..CallError::new(refusal, "no") });
            async move { error.map_or(Ok(()), Err) }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let result = runtime.block_on(patiently(patience, look));
        (count, result.is_err())
    }

    #[test]
    fn only_a_bad_moment_is_waited_for_and_not_for_long() {
        assert_eq!(looks(None, None), (1, false));
        assert_eq!(looks(Some(Refusal::Later), None), (3, true));
        assert_eq!(looks(Some(Refusal::Lost), Some(Duration::from_millis(5))), (3, true));
        assert_eq!(looks(Some(Refusal::Later), Some(Duration::from_millis(6))), (1, true));
        assert_eq!(looks(Some(Refusal::Denied), None), (1, true));
    }
}
