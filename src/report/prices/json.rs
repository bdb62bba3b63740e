//! An offer for programs.

use crate::catalog::Offer;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError};

impl Report<Offer<'_>> for Json {
    fn render(&self, outcome: &Offer<'_>) -> Result<String, ReportError> {
        envelope("prices", &[outcome])
    }
}
