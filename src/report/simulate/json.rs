//! Simulations for programs.

use super::SimulateReport;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<SimulateReport> for Json {
    fn render(&self, outcome: &SimulateReport) -> Result<String, ReportError> {
        envelope("simulate", &[outcome])
    }
}
