//! Work that goes on at Google: its name goes on record, and says why it failed where the resource does not.

use serde_json::Value;

use super::Gcp;
use super::api::{Service, text};
use super::error;
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::kind::Work;
use crate::provider::{Operation, Outcome};

/// An operation was begun, or is done already.
pub fn begun(work: &Work<'_, Gcp>, answer: &Value, what: &str) -> Result<Outcome, CallError> {
    if let Some(error) = answer.get("error") {
        return Err(error::failed(&work.task.step.address.to_string(), error));
    }
    let name = text(answer, "/name");
    if name.is_empty() {
        return Err(CallError::refused("the answer names no operation, which Google's documents say it has")
            .with_hint(
                "look whether a newer cachefit reads it, and report it with the command that was run",
            ));
    }
    let operation = Operation { id: name.to_owned(), keep: true };
    let what = format!("{}: {what}", work.task.step.address);
    Ok(Outcome::Working { what, look_after: None, operation: Some(operation) })
}

/// How an operation stands that was begun earlier.
#[derive(Debug, PartialEq, Eq)]
pub enum Stands {
    /// It goes on.
    Goes,
    /// It is done, or nobody knows of it any more.
    Ended,
}

/// Looks at the operation that this step has begun; an error where it failed.
pub async fn stands(work: &Work<'_, Gcp>, service: Service) -> Result<Stands, CallError> {
    let Some(operation) = &work.task.operation else { return Ok(Stands::Ended) };
    if !operation.id.contains("/operations/") {
        return Ok(Stands::Ended);
    }
    let answer = absent_is_none(work.cloud.api.get(service, &format!("/{}", operation.id)).await)?;
    let Some(answer) = answer else { return Ok(Stands::Ended) };
    match (answer.get("error"), answer.get("done").and_then(Value::as_bool)) {
        (Some(error), _) => Err(error::failed(&work.task.step.address.to_string(), error)),
        (None, Some(true)) => Ok(Stands::Ended),
        (None, _) => Ok(Stands::Goes),
    }
}
