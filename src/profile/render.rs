//! Findings as text: the source line with a caret, safe on any terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::error::{Location, ProfileError, ProfileErrors, Severity};

/// More findings than this are counted, not shown.
const SHOWN: usize = 50;
/// Terminal columns of a source line that are shown.
const COLUMNS: usize = 96;
/// Terminal columns before the caret that are kept when a line is clipped.
const BEFORE: usize = 40;

/// All findings, the first fifty in full.
pub(super) fn findings(errors: &ProfileErrors) -> String {
    let mut blocks: Vec<String> = errors.errors.iter().take(SHOWN).map(finding).collect();
    let more = errors.errors.len().saturating_sub(SHOWN);
    if more > 0 {
        let at_least = if errors.stopped { "at least " } else { "" };
        blocks.push(format!("error: {at_least}{more} more errors are not shown\n"));
    }
    blocks.join("\n")
}

/// One finding, with a line end.
pub(super) fn finding(error: &ProfileError) -> String {
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

/// A text without control characters: what it says, and nothing that it does to a terminal.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}
