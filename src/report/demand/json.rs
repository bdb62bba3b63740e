//! Demand for programs.

use super::DemandReport;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<DemandReport<'_>> for Json {
    fn render(&self, outcome: &DemandReport<'_>) -> Result<String, ReportError> {
        envelope("demand", &[outcome])
    }
}
