//! What is wrong with a profile, where, and what to do about it.

use std::fmt::{self, Write as _};

use serde::Serialize;

use unicode_width::UnicodeWidthChar as _;

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
        f.write_str(&finding(self))
    }
}

impl fmt::Display for ProfileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&findings(self))
    }
}

impl std::error::Error for ProfileError {}
impl std::error::Error for ProfileErrors {}

/// More findings than this are counted, not shown.
const SHOWN: usize = 50;
/// Terminal columns of a source line that are shown.
const COLUMNS: usize = 96;
/// Terminal columns before the caret that are kept when a line is clipped.
const BEFORE: usize = 40;

/// All findings, the first fifty in full.
fn findings(errors: &ProfileErrors) -> String {
    let mut blocks: Vec<String> = errors.errors.iter().take(SHOWN).map(finding).collect();
    let more = errors.errors.len().saturating_sub(SHOWN);
    if more > 0 {
        let at_least = if errors.stopped { "at least " } else { "" };
        blocks.push(format!("error: {at_least}{more} more errors are not shown\n"));
    }
    blocks.join("\n")
}

/// One finding, with a line end.
fn finding(error: &ProfileError) -> String {
    let severity = match error.kind {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{severity}: {}\n", visible(&error.message));
    let mut gutter = 2;
    if let Some(location) = &error.location {
        gutter = location.line.to_string().len();
        snippet(&mut out, error, location, gutter);
    } else {
        let _ = writeln!(out, "  --> {}", visible(&error.file));
    }
    if let Some(hint) = &error.hint {
        let _ = writeln!(out, "{:gutter$} = help: {}", "", visible(hint));
    }
    out
}

fn snippet(out: &mut String, error: &ProfileError, location: &Location, gutter: usize) {
    let clipped = clip(location);
    let label = error.expected.as_deref().map(visible).unwrap_or_default();
    let _ = writeln!(out, "{:gutter$}--> {}:{}:{}", "", visible(&error.file), location.line, location.column);
    let _ = writeln!(out, "{:gutter$} |", "");
    let _ = writeln!(out, "{} | {}", location.line, clipped.text);
    let carets = format!("{}{} {label}", " ".repeat(clipped.start), "^".repeat(clipped.width));
    let _ = writeln!(out, "{:gutter$} | {}", "", carets.trim_end());
    let _ = writeln!(out, "{:gutter$} |", "");
}

/// A piece of a line as it appears on a terminal.
struct Clipped {
    text: String,
    /// Terminal columns before the caret.
    start: usize,
    /// Terminal columns under which the carets stand.
    width: usize,
}

/// Takes the part of the line around the caret.
fn clip(location: &Location) -> Clipped {
    let caret = location.column.saturating_sub(location.text_column) as usize;
    let skipped =
        if location.text_column > 1 || caret > COLUMNS - BEFORE { caret.saturating_sub(BEFORE) } else { 0 };
    let mut text = String::new();
    let mut columns = 0;
    if skipped > 0 || location.text_column > 1 {
        text.push('…');
        columns = 1;
    }
    let (mut start, mut end) = (None, None);
    for (i, c) in location.text.chars().enumerate().skip(skipped) {
        if i == caret {
            start = Some(columns);
        }
        if i == caret + location.width as usize {
            end = Some(columns);
        }
        if columns >= COLUMNS {
            text.push('…');
            break;
        }
        columns += push(&mut text, c);
    }
    let start = start.unwrap_or(columns);
    Clipped { text, start, width: end.unwrap_or(columns).saturating_sub(start).max(1) }
}

/// Appends one character as a terminal shows it; returns the columns that it takes.
fn push(text: &mut String, c: char) -> usize {
    if c == '\t' {
        text.push_str("    ");
        return 4;
    }
    if is_hidden(c) {
        let escaped: String = c.escape_unicode().collect();
        text.push_str(&escaped);
        return escaped.len();
    }
    text.push(c);
    c.width().unwrap_or(1)
}

/// Control characters, and those that reorder or hide text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text without control characters.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}
