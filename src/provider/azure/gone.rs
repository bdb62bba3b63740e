//! Taking a resource away.

use super::Azure;
use crate::provider::Outcome;
use crate::provider::call::CallError;
use crate::provider::kind::Work;

/// Deletes what is there; what has gone already is done.
pub async fn delete(work: &Work<'_, Azure>, path: &str, version: &str) -> Result<Outcome, CallError> {
    if work.is.is_none() {
        return Ok(Outcome::Done);
    }
    work.cloud.arm.delete(path, version).await?;
    Ok(work.working("it is being deleted"))
}
