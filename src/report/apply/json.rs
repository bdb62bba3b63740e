//! Results for programs.

use crate::apply::Applied;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<Applied> for Json {
    fn render(&self, applied: &Applied) -> Result<String, ReportError> {
        envelope("apply", applied)
    }
}
