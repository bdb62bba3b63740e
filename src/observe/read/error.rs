//! Why an export cannot be read, and what to do.

use std::fmt;
use std::io;

use super::format::Format;

/// What to do with a file that holds several formats.
pub(super) const APART: &str = "several formats in one file are not told apart: give each its own file";

/// What to do with a file that was cut.
const CUT: &str = "the file ends in the middle: export it again";

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
    /// Whether it is an answer in which there is nothing: beside others that hold something, that is only worth knowing.
    pub nothing: bool,
}

impl ReadError {
    /// Something that is wrong with a file.
    pub(super) fn new(file: &str, what: &str) -> Self {
        let what = what.to_owned();
        Self { file: file.to_owned(), format: None, what, details: Vec::new(), hint: None, nothing: false }
    }

    /// A file in which there is nothing.
    pub(super) fn nothing(file: &str, what: &str) -> Self {
        Self { nothing: true, ..Self::new(file, what) }
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

    /// What a file or stream says that gives no more bytes.
    pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
        let unread = Self::new(file, &format!("cannot be read: {error}"));
        match error.kind() {
            io::ErrorKind::UnexpectedEof => unread.hint(CUT),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                unread.hint("the file is damaged: copy or export it again")
            }
            _ => unread,
        }
    }

    /// What a reader of JSON says.
    pub(super) fn json(file: &str, format: Format, document: usize, error: &serde_json::Error) -> Self {
        let place = if document > 0 { format!(" in document {}", document + 1) } else { String::new() };
        let what = format!("cannot be read as {format}{place}: {error}");
        let cut = error.is_eof() || error.io_error_kind() == Some(io::ErrorKind::UnexpectedEof);
        let hint = if cut {
            CUT
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
