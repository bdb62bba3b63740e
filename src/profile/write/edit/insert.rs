//! A key that is not there yet.

use super::super::draft::{Draft, Value, word};
use super::{Page, Splice};
use crate::profile::tree::{Key, Kind, Node};

impl Page<'_> {
    /// A key that is not there yet, behind the last of its record.
    pub(super) fn insert(
        &self,
        record: &Node,
        holder: Option<&Key>,
        braces: bool,
        key: &str,
        value: &Value,
        comment: Option<&str>,
    ) -> Splice {
        let entries = match &record.kind {
            Kind::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        let at_end = self.end(holder, record);
        let has_braces = self.has_braces(record);
        if braces || (has_braces && !entries.is_empty()) {
            let pair = format!("{}: {}", word(key), value.inline());
            #[allow(clippy::single_match_else, reason = "two cases of one weight")]
            return match entries.last() {
                Some((last, node)) => {
                    let end = self.end(Some(last), node);
                    Splice { range: end..end, text: format!(", {pair}") }
                }
                // Nothing, or empty braces.
                None => {
                    let start = if has_braces { record.span.start } else { at_end };
                    let blank = if has_braces { "" } else { " " };
                    Splice { range: start..at_end, text: format!("{blank}{{ {pair} }}") }
                }
            };
        }
        let mut draft = Draft::default();
        let entry = draft.put(key, value.clone());
        if let Some(comment) = comment {
            entry.beside(comment.trim_start_matches("# "));
        }
        let nl = self.newline;
        let top = holder.is_none() && record.span.start == self.root.span.start;
        let indent = match (entries.first(), holder) {
            (Some((first, _)), _) => first.span.start - self.line_start(first.span.start),
            (None, Some(holder)) => holder.span.start - self.line_start(holder.span.start) + 2,
            (None, None) => 0,
        };
        let space = " ".repeat(indent);
        let text = draft.text();
        let lines: Vec<String> = text.lines().map(|line| format!("{space}{line}")).collect();
        let lines = lines.join(nl);
        let marked = self.text.lines().any(|line| line.starts_with("..."));
        if top && !marked {
            // Behind everything else, as a section of its own.
            let ended = self.text.is_empty() || self.text.ends_with('\n');
            let blank = !self.text.trim().is_empty() && matches!(value, Value::Record(_) | Value::List(_));
            let before = format!("{}{}", if ended { "" } else { nl }, if blank { nl } else { "" });
            let end = self.text.len();
            return Splice { range: end..end, text: format!("{before}{lines}{nl}") };
        }
        if entries.is_empty() {
            // `key:`, `key: ~` or `key: {}`, perhaps with a comment behind.
            let colon = holder.map_or(record.span.start, |holder| self.colon(holder));
            let line_end = self.line_end(at_end);
            let rest = self.text[at_end..line_end].trim_end();
            return Splice { range: colon..line_end, text: format!("{rest}{nl}{lines}") };
        }
        let at = self.line_end(at_end);
        Splice { range: at..at, text: format!("{nl}{lines}") }
    }
}
