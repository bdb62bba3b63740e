//! Status for tickets.

use super::Status;
use super::table::{facts, state};
use crate::report::markdown::table;
use crate::report::{Markdown, Report, ReportError};

impl Report<Status> for Markdown {
    fn render(&self, status: &Status) -> Result<String, ReportError> {
        let mut text = format!("## {}: status\n\n", status.profile);
        if let Some(unfinished) = &status.unfinished {
            text.push_str(&format!("{unfinished}\n\n"));
        }
        let rows: Vec<Vec<String>> = status
            .resources
            .iter()
            .map(|r| vec![format!("`{}`", r.resource.address), state(r), facts(r)])
            .collect();
        text.push_str(&table(&["resource", "state", "facts"], &rows));
        text.push('\n');
        text.push_str(&Markdown.render(&status.drift)?);
        Ok(text)
    }
}
