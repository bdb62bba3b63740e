//! A finding while a profile is read, before its source line is added.

use super::error::{Code, Location, ProfileError, Severity};
use super::tree::Mark;

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
