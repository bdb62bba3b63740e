//! Why an export cannot be read, and what to do.

use std::fmt;

use super::format::Format;

/// What to do with a file that holds several formats.
pub(super) const APART: &str = "several formats in one file are not told apart: give each its own file";

/// So many of them are told one by one.
const TOLD: usize = 3;

/// The first of many things that are wrong, and how many more there are.
pub(super) fn first_of(all: &[String]) -> Vec<String> {
    let mut told: Vec<String> = all.iter().take(TOLD).cloned().collect();
    if all.len() > TOLD {
        told.push(format!("and {} more", all.len() - TOLD));
    }
    told
}

/// Why an export cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The file or stream.
    pub file: String,
    /// What it was taken for.
    pub format: Option<Format>,
    /// What is wrong.
    pub what: String,
    /// More of it.
    pub details: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl ReadError {
    /// Something that is wrong with a file.
    pub(super) fn new(file: &str, what: &str) -> Self {
        Self { file: file.to_owned(), format: None, what: what.to_owned(), details: Vec::new(), hint: None }
    }

    /// The same with the format that it was taken for.
    #[must_use]
    pub(super) fn of(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// What a reader of JSON says.
    pub(super) fn json(file: &str, format: Format, document: usize, error: &serde_json::Error) -> Self {
        let place = if document > 0 { format!(" in document {}", document + 1) } else { String::new() };
        let what = format!("cannot be read as {format}{place}: {error}");
        let hint = if error.is_eof() {
            "the file ends in the middle: export it again"
        } else if document > 0 {
            APART
        } else {
            "export it again; the format was told by the content of the file"
        };
        Self::new(file, &what).of(format).hint(hint)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file, self.what)?;
        if let Some(format) = self.format.filter(|format| !self.what.contains(format.title())) {
            write!(f, " (it was taken for {format})")?;
        }
        self.details.iter().try_for_each(|detail| write!(f, "; {detail}"))
    }
}

impl std::error::Error for ReadError {}
