//! Taking a resource away.

use std::future::Future;

use super::Azure;
use crate::provider::Outcome;
use crate::provider::call::CallError;
use crate::provider::kind::Work;

/// Deletes what is there; what has gone already is done.
pub async fn delete(work: &Work<'_, Azure>, path: &str, version: &str) -> Result<Outcome, CallError> {
    by(work, work.cloud.arm.delete(path, version)).await
}

/// The same by another request, which is not sent where nothing is there.
pub async fn by(
    work: &Work<'_, Azure>,
    request: impl Future<Output = Result<(), CallError>> + Send,
) -> Result<Outcome, CallError> {
    if work.is.is_none() {
        return Ok(Outcome::Done);
    }
    request.await?;
    Ok(work.working("it is being deleted"))
}
