//! One key of a profile set or taken away, by its place in the text: comments, order, quotes, unknown keys and line ends
//! of all others stay as people wrote them.

use std::ops::Range;

use thiserror::Error;

pub(in crate::profile) mod flow;
mod insert;

use super::draft::{Draft, Value};
use crate::profile::problem::Cx;
use crate::profile::tree::{self, Key, Kind, Node};
use flow::{Flow, with_comment_above};

/// Begins a comment of this tool, which the next edit of the key replaces. Comments of people stay.
pub(in crate::profile) const OWN: &str = "# cachefit: ";

/// Why a key cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The text is no document that a profile could be.
    #[error("its YAML cannot be read")]
    Unreadable,
    /// Something else stands where the path leads through.
    #[error("`{path}` leads through {found}")]
    Blocked {
        /// The whole path.
        path: String,
        /// What stands there.
        found: &'static str,
    },
    /// The key cannot be taken away alone.
    #[error("`{path}` cannot be taken away from the line that it stands in")]
    Entangled {
        /// The whole path.
        path: String,
    },
}

/// One step of a path: `dataset[0].count` has three.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// The text with `value` at `path`; records on the way are made. The comment goes behind the value, beside what people
/// wrote there, where the value is on a line of its own, and on a line above the braces where it is in braces.
pub fn set(text: &str, path: &str, value: &Value, comment: Option<&str>) -> Result<String, EditError> {
    let page = Page::read(text)?;
    let steps = steps(path);
    let found = page.find(path, &steps)?;
    let comment = comment.map(|comment| comment.split(char::is_control).collect::<Vec<_>>().join(" "));
    let comment = comment.map(|comment| format!("{OWN}{comment}"));
    let flow = page.flow_of(&found, steps.len());
    let edited = page.apply(match found {
        Found::Whole { key, node, flow } => {
            page.replace(key, node, flow.is_some(), value, comment.as_deref())
        }
        Found::Part { record, key, flow, rest } => {
            let blocked = || EditError::Blocked { path: path.to_owned(), found: "an item that is not there" };
            let (first, below) = rest.split_first().ok_or_else(blocked)?;
            let Step::Key(first) = first else { return Err(blocked()) };
            let mut value = value.clone();
            for step in below.iter().rev() {
                let Step::Key(key) = step else { return Err(blocked()) };
                value = Value::Record(Draft::default().with(key, value));
            }
            page.insert(record, key, flow.is_some(), first, &value, comment.as_deref())
        }
    });
    Ok(match (flow, comment) {
        (Some(flow), Some(comment)) => with_comment_above(&edited, flow, &steps, &comment, page.newline),
        _ => edited,
    })
}

/// The text without the key at `path`, if it is there. Comments beside and below it stay.
pub fn remove(text: &str, path: &str) -> Result<String, EditError> {
    let page = Page::read(text)?;
    let steps = steps(path);
    let entangled = || EditError::Entangled { path: path.to_owned() };
    let Found::Whole { key: Some(key), node, flow } = page.find(path, &steps)? else {
        return Ok(text.to_owned());
    };
    let end = page.end(Some(key), node);
    let start = key.span.start;
    if flow.is_some() {
        return Ok(page.apply(page.cut_from_braces(start, end)));
    }
    let line = page.line_start(start);
    if !page.text[line..start].trim().is_empty() {
        return Err(entangled());
    }
    let comments: String = page
        .comments(start..page.line_end(end))
        .into_iter()
        .map(|comment| format!("{}{comment}{}", &page.text[line..start], page.newline))
        .collect();
    let behind = (page.line_end(end) + page.newline.len()).min(page.text.len());
    Ok(page.apply(Splice { range: line..behind, text: comments }))
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        steps.extend(pieces.next().filter(|key| !key.is_empty()).map(|key| Step::Key(key.to_owned())));
        steps.extend(pieces.filter_map(|index| index.strip_suffix(']')?.parse().ok()).map(Step::Index));
    }
    steps
}

/// Where a path leads.
enum Found<'p> {
    /// To a value, behind a key or as an item.
    Whole { key: Option<&'p Key>, node: &'p Node, flow: Option<Flow> },
    /// To a record, or to nothing, in which the rest of the path is missing.
    Part { record: &'p Node, key: Option<&'p Key>, flow: Option<Flow>, rest: Vec<Step> },
}

/// A piece of text in place of another.
struct Splice {
    range: Range<usize>,
    text: String,
}

struct Page<'a> {
    text: &'a str,
    root: Node,
    newline: &'static str,
}

impl<'a> Page<'a> {
    fn read(text: &'a str) -> Result<Self, EditError> {
        let mut cx = Cx::default();
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let root = tree::read(&text[start..], &mut cx).ok_or(EditError::Unreadable)?;
        // A byte order mark would shift every place; a key that stands twice has no place.
        if start > 0 || !cx.is_clean() {
            return Err(EditError::Unreadable);
        }
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(Self { text, root, newline })
    }

    fn apply(&self, splice: Splice) -> String {
        let Splice { range, text } = splice;
        format!("{}{text}{}", &self.text[..range.start], &self.text[range.end..])
    }

    fn find(&self, path: &str, steps: &[Step]) -> Result<Found<'_>, EditError> {
        let (mut node, mut key, mut flow) = (&self.root, None, None);
        for (i, step) in steps.iter().enumerate() {
            let begins = self.has_braces(node).then_some(Flow { start: node.span.start, depth: i });
            let inside = flow.or(begins);
            let next = match (step, &node.kind) {
                (Step::Key(name), Kind::Map(entries)) => {
                    entries.iter().find(|(key, _)| key.name == *name).map(|(key, node)| (Some(key), node))
                }
                (Step::Key(_), Kind::Null) => None,
                (Step::Index(at), Kind::Seq(items)) => items.get(*at).map(|node| (None, node)),
                (_, kind) => {
                    return Err(EditError::Blocked { path: path.to_owned(), found: kind.noun() });
                }
            };
            match next {
                Some(next) => (key, node, flow) = (next.0, next.1, inside),
                None => return Ok(Found::Part { record: node, key, flow, rest: steps[i..].to_vec() }),
            }
        }
        Ok(Found::Whole { key, node, flow })
    }

    /// The braces around a value of a path with so many steps, those around a new one among them.
    fn flow_of(&self, found: &Found<'_>, steps: usize) -> Option<Flow> {
        match found {
            Found::Whole { flow, .. } => *flow,
            Found::Part { record, flow, rest, .. } => {
                let filled = matches!(&record.kind, Kind::Map(entries) if !entries.is_empty());
                let own = filled && self.has_braces(record);
                let own = own.then_some(Flow { start: record.span.start, depth: steps - rest.len() });
                flow.or(own)
            }
        }
    }

    fn has_braces(&self, node: &Node) -> bool {
        let begins = |c: char| self.text[node.span.start..].starts_with(c);
        match node.kind {
            Kind::Map(_) => begins('{'),
            Kind::Seq(_) => begins('['),
            _ => false,
        }
    }

    /// Behind the colon of a key.
    fn colon(&self, key: &Key) -> usize {
        self.text[key.span.end..].find(':').map_or(key.span.end, |at| key.span.end + at + 1)
    }

    /// The text of a value, without blanks around it.
    fn written(&self, node: &Node) -> Range<usize> {
        let text = &self.text[node.span.clone()];
        node.span.start..node.span.start + text.trim_end().len()
    }

    /// Behind the last byte of a value.
    fn end(&self, key: Option<&Key>, node: &Node) -> usize {
        match &node.kind {
            _ if self.has_braces(node) => node.span.end,
            Kind::Map(entries) if !entries.is_empty() => {
                entries.iter().map(|(key, node)| self.end(Some(key), node)).max().unwrap_or(node.span.end)
            }
            Kind::Seq(items) if !items.is_empty() => {
                items.iter().map(|node| self.end(None, node)).max().unwrap_or(node.span.end)
            }
            Kind::Null => {
                let written = self.written(node);
                let named = matches!(&self.text[written.clone()], "~" | "null");
                if named { written.end } else { key.map_or(written.start, |key| self.colon(key)) }
            }
            _ => self.written(node).end,
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The end of a line, before its line end.
    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |to| at + to);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The comments that begin within a range.
    fn comments(&self, range: Range<usize>) -> Vec<&'a str> {
        let mut scalars = Vec::new();
        collect(&self.root, &mut scalars);
        let text: &'a str = self.text;
        let begins = |at: usize| {
            text[..at].chars().next_back().is_none_or(char::is_whitespace)
                && !scalars.iter().any(|scalar| scalar.contains(&at))
        };
        let mut found = Vec::new();
        let mut from = range.start;
        while let Some(at) = text[from..range.end].find('#').map(|at| from + at) {
            from = at + 1;
            if begins(at) {
                from = self.line_end(at);
                found.push(text[at..from].trim_end());
            }
            from = from.min(range.end);
        }
        found
    }

    /// A value in place of another.
    fn replace(
        &self,
        key: Option<&Key>,
        node: &Node,
        braces: bool,
        value: &Value,
        comment: Option<&str>,
    ) -> Splice {
        let end = self.end(key, node);
        let indent = key.map_or(0, |key| key.span.start - self.line_start(key.span.start));
        let start = match (key, &node.kind) {
            (Some(key), Kind::Null | Kind::Map(_) | Kind::Seq(_)) => self.colon(key),
            _ => node.span.start,
        };
        let blank = if start == node.span.start { "" } else { " " };
        if braces {
            return Splice { range: start..end, text: format!("{blank}{}", value.inline()) };
        }
        let below = value.behind(indent);
        let same = value.is(node);
        if same && below.starts_with('\n') {
            let colon = key.map_or(start, |key| self.colon(key));
            let range = colon..self.line_end(colon);
            let (rest, own) = (&self.text[range.clone()], comment.map(|comment| format!("  {comment}")));
            let people = rest.split(OWN).next().unwrap_or_default().trim_end();
            let text = own.map_or_else(|| rest.to_owned(), |own| format!("{people}{own}"));
            return Splice { range, text };
        }
        if let Some(key) = key.filter(|_| below.starts_with('\n')) {
            // What people said about the old items stays above the new ones.
            let space = format!("{}{}  ", self.newline, " ".repeat(indent));
            let (colon, end) = (self.colon(key), self.line_end(end));
            let comments = self.comments(colon..end).into_iter().filter(|c| !c.starts_with(OWN));
            let kept: String = comments.map(|comment| format!("{space}{comment}")).collect();
            let own = comment.map_or_else(String::new, |comment| format!("  {comment}"));
            let text = format!("{own}{kept}{}", below.replace('\n', self.newline));
            return Splice { range: colon..end, text };
        }
        let written =
            if same { self.text[start..end].to_owned() } else { format!("{blank}{}", value.inline()) };
        // Only where the value ends its line can a comment follow.
        let line_end = self.line_end(end);
        let rest = &self.text[end..line_end];
        let alone = rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
        if !alone || (same && comment.is_none()) {
            return Splice { range: start..end, text: written };
        }
        let people = rest.split(OWN).next().unwrap_or_default().trim_end();
        let own = comment.map_or_else(String::new, |comment| format!("  {comment}"));
        // What people said inside of the old value stays below the new one.
        let space = format!("{}{}  ", self.newline, " ".repeat(indent));
        let inside = self.comments(start..end).into_iter().filter(|c| !same && !c.starts_with(OWN));
        let below: String = inside.map(|comment| format!("{space}{comment}")).collect();
        Splice { range: start..line_end, text: format!("{written}{people}{own}{below}") }
    }
}

/// Where keys and single values stand.
fn collect(node: &Node, scalars: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Scalar(_) => scalars.push(node.span.clone()),
        Kind::Seq(items) => items.iter().for_each(|item| collect(item, scalars)),
        Kind::Map(entries) => {
            for (key, value) in entries {
                scalars.push(key.span.clone());
                collect(value, scalars);
            }
        }
        Kind::Null => {}
    }
}

#[cfg(test)]
mod tests;
