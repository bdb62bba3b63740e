//! One outcome, many forms. A form is a file that turns an outcome into a `String`.

mod apply;
mod chart;
pub mod connect;
pub mod cost;
pub mod demand;
mod document;
mod escape;
pub mod fleet;
mod json;
mod markdown;
pub mod observe;
mod plan;
pub mod prices;
pub mod recommend;
pub mod retire;
pub mod simulate;
pub mod status;
mod text;
pub mod verify;

pub(crate) use escape::terminal;
pub use json::{Json, VERSION};
pub(crate) use plan::verb;
pub use text::Table;
#[cfg(feature = "local")]
pub(crate) use text::paragraph;

use thiserror::Error;

/// A form of an outcome.
pub trait Report<O: ?Sized> {
    /// The whole report, with a final newline.
    fn render(&self, outcome: &O) -> Result<String, ReportError>;
}

/// Text for people with all that explains it: sources, assumptions, advice, what was ruled out.
pub struct Explained {
    /// Whether to use colour.
    pub color: bool,
}

/// Markdown for tickets and pull requests.
pub struct Markdown;

/// Comma-separated values for spreadsheets.
pub struct Csv;

/// Why an outcome has no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A value that JSON cannot hold.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A row that CSV cannot hold.
    #[error("the report cannot be written as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A value that a line of an environment file cannot hold.
    #[error(
        "the value of {0} has a control character, and a line of an environment file cannot hold that: `--format json` can"
    )]
    Line(&'static str),
}

/// Rows with a header as CSV.
fn csv_text(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<String, ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| escape::csv(cell)).map(std::borrow::Cow::into_owned))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `a, b and c`.
fn enumerated(parts: &[String]) -> String {
    match parts {
        [] => "nothing".into(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How old the prices of a report are.
fn dates(snapshot: &str, oldest: Option<&str>, as_of: &str) -> String {
    let oldest = oldest.map_or_else(String::new, |day| format!(", oldest of {day}"));
    format!("Prices: snapshot of {snapshot}{oldest}; estimate of {as_of}.")
}
