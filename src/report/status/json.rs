//! Status for programs.

use super::Status;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<Status> for Json {
    fn render(&self, status: &Status) -> Result<String, ReportError> {
        envelope("status", status)
    }
}
