//! What is wrong with a profile, where, and what to do about it.

use std::fmt;

use serde::Serialize;

use super::render;

/// The kind of a finding; its spelling is the code of the machine-readable form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The file cannot be read.
    Unreadable,
    /// The text is not YAML, or uses more of YAML than a profile may.
    Syntax,
    /// The text is longer or deeper than any profile needs.
    Limit,
    /// A key that means nothing here.
    UnknownKey,
    /// A key that stands twice in one record.
    DuplicateKey,
    /// A key that must be given.
    MissingKey,
    /// A list where a value belongs, or the like.
    WrongKind,
    /// A value that cannot be read or is out of its limits.
    BadValue,
    /// Two parts of the profile contradict each other.
    Conflict,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The profile cannot be used.
    Error,
    /// The profile can be used, but says something that its author may not mean.
    Warning,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters are meant, at least 1.
    pub width: u32,
    /// The text of the line; of a very long line, what stands near the place.
    pub text: String,
    /// The column of the text's first character, 1 unless the line is very long.
    pub text_column: u32,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileError {
    /// Its kind.
    pub code: Code,
    /// How much it matters.
    pub kind: Severity,
    /// What is wrong.
    pub message: String,
    /// The file, as it was named on the command line.
    pub file: String,
    /// The key, for example `dataset[0].count`; empty for the whole file.
    pub path: String,
    /// Where in the file; none if the file could not be read.
    #[serde(rename = "where")]
    pub location: Option<Location>,
    /// What belongs there, or what is said beside the caret.
    pub expected: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// All that is wrong with one profile, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileErrors {
    /// The file, as it was named on the command line.
    pub file: String,
    /// The findings; never empty. A file with very many keeps the first ones.
    pub errors: Vec<ProfileError>,
    /// Whether reading stopped because there were too many.
    pub stopped: bool,
}

/// Bytes of a line that is shown as it is.
const LONGEST: usize = 400;

impl ProfileErrors {
    /// A profile that cannot be read at all.
    pub fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::of_file(file, Code::Unreadable, format!("cannot read the profile: {error}"), None)
    }

    /// A name in the profile that does not exist.
    pub fn of_name(file: &str, path: &str, message: &str, hint: Option<&str>) -> Self {
        let mut errors = Self::of_file(file, Code::BadValue, format!("{path}: {message}"), hint);
        path.clone_into(&mut errors.errors[0].path);
        errors
    }

    /// Shows where `value` stands on the line that it was read from.
    #[must_use]
    pub fn at(mut self, line: u32, text: &str, value: &str) -> Self {
        // A line that long is no place to point at.
        let short = text.len() <= LONGEST;
        if let (Some(error), Some(start)) = (self.errors.first_mut(), text.find(value).filter(|_| short)) {
            let column = 1 + text[..start].chars().count() as u32;
            let width = value.chars().count().max(1) as u32;
            error.location = Some(Location { line, column, width, text: text.to_owned(), text_column: 1 });
        }
        self
    }

    /// One finding about the file as a whole.
    pub(super) fn of_file(file: &str, code: Code, message: String, hint: Option<&str>) -> Self {
        Self {
            file: file.to_owned(),
            errors: vec![ProfileError {
                code,
                kind: Severity::Error,
                message,
                file: file.to_owned(),
                path: String::new(),
                location: None,
                expected: None,
                hint: hint.map(str::to_owned),
            }],
            stopped: false,
        }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::finding(self))
    }
}

impl fmt::Display for ProfileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::findings(self))
    }
}

impl std::error::Error for ProfileError {}
impl std::error::Error for ProfileErrors {}
