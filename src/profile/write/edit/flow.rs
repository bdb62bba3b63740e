//! Values in braces: they have no line of their own, so that what is said of them stands on a line above all of the braces,
//! with the key that it is about.
//!
//! ```text
//! # cachefit: count: count at least 6000, memory, maximum of …
//! - { keys: "a:*", count: 7000, value_size: 1kB }
//! ```

use super::{Found, OWN, Page, Splice, Step};

/// The outermost braces around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    /// Where they begin.
    pub start: usize,
    /// Steps of the path that lead to them.
    pub depth: usize,
}

/// The lines above braces that begin at a place, and what they say of a key: `about` is the key below the braces.
pub(in crate::profile) fn said_above<'t>(text: &'t str, start: usize, about: &str) -> Option<&'t str> {
    let above = &text[..line_start(text, start)];
    let mut comments = above.lines().rev().take_while(|line| line.trim_start().starts_with('#'));
    comments.find_map(|line| {
        let (key, said) = line.trim_start().strip_prefix(OWN)?.split_once(": ")?;
        let below = about.strip_prefix(key)?;
        (below.is_empty() || below.starts_with(['.', '['])).then_some(said)
    })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// The text with a comment on a line above the braces, in place of an earlier one about the same key. `flow` begins where
/// nothing before it was edited.
pub(super) fn with_comment_above(
    text: &str,
    flow: Flow,
    steps: &[Step],
    comment: &str,
    newline: &str,
) -> String {
    let at = line_start(text, flow.start);
    let line = &text[at..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let key = format!("{OWN}{}: ", named(steps.get(flow.depth..).unwrap_or_default()));
    let mut above: Vec<&str> = text[..at].split_inclusive('\n').collect();
    let comments = above.iter().rev().take_while(|line| line.trim_start().starts_with('#')).count();
    let first = above.len() - comments;
    let (lines, mut own): (Vec<&str>, Vec<&str>) = (above.drain(..first).collect(), above);
    own.retain(|line| !line.trim_start().starts_with(&key));
    let said = comment.strip_prefix(OWN).unwrap_or(comment);
    format!("{}{}{indent}{key}{said}{newline}{line}", lines.concat(), own.concat())
}

/// `peak.reads`, `[0].count`.
fn named(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Index(at) => text.push_str(&format!("[{at}]")),
        }
    }
    text
}

/// Whether a value stands in braces, its own or those around it.
pub fn stands_in_braces(text: &str, path: &str) -> bool {
    let Ok(page) = Page::read(text) else { return false };
    match page.find(path, &super::steps(path)) {
        Ok(Found::Whole { node, flow, .. }) => flow.is_some() || page.has_braces(node),
        _ => false,
    }
}

impl Page<'_> {
    /// A pair of a record in braces, with the comma that it leaves.
    pub(super) fn cut_from_braces(&self, start: usize, end: usize) -> Splice {
        let behind = self.text[end..].trim_start();
        let to = self.text.len() - behind.len();
        if let Some(rest) = behind.strip_prefix(',') {
            let to = self.text.len() - rest.trim_start_matches(' ').len();
            return Splice { range: start..to, text: String::new() };
        }
        let before = self.text[..start].trim_end();
        match before.strip_suffix(',') {
            Some(before) => Splice { range: before.len()..end, text: String::new() },
            None => Splice { range: start..to, text: String::new() },
        }
    }
}
