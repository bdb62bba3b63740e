//! Findings while a profile is read, before their source lines are added.

use std::fmt::Write as _;

use super::error::{Code, Location, ProfileError, ProfileErrors, Severity};

/// Reading stops after so many errors.
const MAX_ERRORS: usize = 200;

/// Characters of the source line that are kept on each side of a place.
const CONTEXT: usize = 200;

/// A finding before the source line is added.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    mark: Mark,
    path: Option<String>,
    message: String,
    label: Option<String>,
    help: Option<String>,
}

impl Problem {
    pub fn new(code: Code, mark: Mark, message: impl Into<String>) -> Self {
        Self { code, mark, path: None, message: message.into(), label: None, help: None }
    }

    /// A finding about a value that was read.
    pub fn at(code: Code, spot: &Spot, message: impl Into<String>) -> Self {
        let mut problem = Self::new(code, spot.mark, message);
        problem.path = Some(spot.path.clone());
        problem
    }

    /// What is said beside the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Asks whether the nearest right text was meant.
    pub fn suggest(mut self, suggestion: Option<&str>) -> Self {
        if let Some(text) = suggestion {
            self.help = Some(format!("did you mean `{text}`?"));
        }
        self
    }

    /// Gives a path to a finding that has none.
    pub fn place(&mut self, path: &str) {
        self.path.get_or_insert_with(|| path.to_owned());
    }

    /// Adds the source line.
    pub fn complete(self, kind: Severity, file: &str, text: &str) -> ProfileError {
        let mark = self.mark;
        let offset = text.floor_char_boundary(mark.offset);
        let before = |c: &char| !matches!(c, '\n' | '\r');
        let head: Vec<char> = text[..offset].chars().rev().take_while(before).take(CONTEXT).collect();
        let tail = text[offset..].chars().take_while(before).take(CONTEXT);
        ProfileError {
            code: self.code,
            kind,
            message: self.message,
            file: file.to_owned(),
            path: self.path.unwrap_or_default(),
            location: Some(Location {
                line: mark.line,
                column: mark.column,
                width: mark.width,
                text_column: mark.column.saturating_sub(head.len() as u32).max(1),
                text: head.iter().rev().copied().chain(tail).collect(),
            }),
            expected: self.label,
            hint: self.help,
        }
    }
}

/// The place of a value: its key and its position.
#[derive(Clone, Debug, Default)]
pub(super) struct Spot {
    pub path: String,
    pub mark: Mark,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub line: u32,
    pub column: u32,
    pub width: u32,
    /// Bytes from the start of the text.
    pub offset: usize,
}

/// What has been found while a profile is read.
#[derive(Debug, Default)]
pub(super) struct Cx {
    pub(super) path: String,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
    pub(super) stopped: bool,
}

impl Cx {
    /// Adds an error.
    pub fn report(&mut self, mut problem: Problem) {
        if self.errors.len() >= MAX_ERRORS {
            self.stopped = true;
            return;
        }
        problem.place(&self.path);
        self.errors.push(problem);
    }

    /// Whether nothing was wrong so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds a warning.
    pub fn warn(&mut self, problem: Problem) {
        if self.warnings.len() < MAX_ERRORS {
            self.warnings.push(problem);
        }
    }

    /// Reports a key that this record needs although others of its kind do not.
    pub fn missing(&mut self, here: &Spot, key: &str, why: &str) {
        let separator = if here.path.is_empty() { "" } else { "." };
        let spot = Spot { path: format!("{}{separator}{key}", here.path), mark: here.mark };
        self.report(Problem::at(Code::MissingKey, &spot, format!("the key `{key}` is missing")).label(why));
    }

    /// Runs `f` with the path extended by a step.
    pub fn below<T>(&mut self, step: std::fmt::Arguments<'_>, f: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        let _ = self.path.write_fmt(step);
        let result = f(self);
        self.path.truncate(length);
        result
    }

    /// Findings with their source lines, sorted by place.
    pub fn finish(self, file: &str, text: &str) -> (Option<ProfileErrors>, Vec<ProfileError>) {
        let complete = |problems: Vec<Problem>, kind| {
            let mut found: Vec<ProfileError> =
                problems.into_iter().map(|problem| problem.complete(kind, file, text)).collect();
            found.sort_by_key(|e| e.location.as_ref().map(|l| (l.line, l.column)));
            found
        };
        let stopped = self.stopped;
        let errors = complete(self.errors, Severity::Error);
        let warnings = complete(self.warnings, Severity::Warning);
        let errors = (!errors.is_empty()).then(|| ProfileErrors { file: file.to_owned(), errors, stopped });
        (errors, warnings)
    }
}

/// Cuts a name that is too long to be quoted in a message.
pub(super) fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
