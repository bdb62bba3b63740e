//! Plans for programs.

use crate::plan::Plan;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<Plan> for Json {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        envelope("plan", plan)
    }
}
