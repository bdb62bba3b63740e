//! Bills for programs.

use super::Bill;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<[Bill]> for Json {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        envelope("cost", outcome)
    }
}
