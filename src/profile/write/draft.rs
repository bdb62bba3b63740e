//! Keys with values and notes, and their text.

use super::edit::{self, EditError};
use crate::profile::tree::{Key, Kind, Node};

/// Spaces of one level.
const STEP: usize = 2;

/// Some keys of a profile, or all, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Comment lines at the top of a new file.
    about: Vec<String>,
    keys: Vec<Entry>,
}

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    key: String,
    value: Value,
    /// A line of comment above it.
    above: Option<String>,
    /// A comment behind it.
    beside: Option<String>,
}

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number or a keyword, which needs no quotes.
    Plain(String),
    /// A text, quoted where it must be.
    Text(String),
    /// Keys below.
    Record(Draft),
    /// Keys in braces, on one line.
    Inline(Draft),
    /// Items below, one a line or more.
    List(Vec<Value>),
    /// Nothing: an edit takes the key away, a new file has the comment alone.
    Absent,
}

impl Value {
    /// A number or a keyword.
    #[allow(clippy::needless_pass_by_value, reason = "numbers and keywords are small, and calls read better")]
    pub fn plain(value: impl ToString) -> Self {
        Self::Plain(value.to_string())
    }

    /// A text in quotes, whether it needs them or not.
    pub fn quoted(value: &str) -> Self {
        Self::Plain(quoted(value))
    }

    /// A text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }
}

impl Entry {
    /// Puts a line of comment above the key of a new file.
    pub fn above(&mut self, note: impl Into<String>) -> &mut Self {
        self.above = Some(note.into());
        self
    }

    /// Says behind the value where it is from.
    pub fn beside(&mut self, note: impl Into<String>) -> &mut Self {
        self.beside = Some(note.into());
        self
    }
}

impl Draft {
    /// A draft with lines of comment at the top of a new file.
    pub fn new(about: &[&str]) -> Self {
        Self { about: about.iter().map(|line| (*line).to_owned()).collect(), keys: Vec::new() }
    }

    /// Adds a key; its notes can be added to what is returned.
    pub fn put(&mut self, key: impl Into<String>, value: Value) -> &mut Entry {
        let at = self.keys.len();
        self.keys.push(Entry { key: key.into(), value, above: None, beside: None });
        &mut self.keys[at]
    }

    /// Adds a key with the keys that `fill` puts below it.
    pub fn record(&mut self, key: impl Into<String>, fill: impl FnOnce(&mut Self)) -> &mut Entry {
        let mut below = Self::default();
        fill(&mut below);
        self.put(key, Value::Record(below))
    }

    /// The draft with one more key; for short records.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: Value) -> Self {
        self.put(key, value);
        self
    }

    /// Adds the keys of another draft.
    pub fn append(&mut self, other: Self) {
        self.keys.extend(other.keys);
    }

    /// The text of a new file.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.about.iter().map(|line| format!("# {}", one_line(line))).collect();
        for entry in &self.keys {
            if matches!(entry.value, Value::Record(_) | Value::List(_)) && !lines.is_empty() {
                lines.push(String::new());
            }
            entry.lines(0, &mut lines);
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// A profile's text with these keys set, and everything else as it is.
    pub fn write_into(&self, text: &str) -> Result<String, EditError> {
        let mut text = text.to_owned();
        self.each("", &mut |path, entry| {
            text = match &entry.value {
                Value::Absent => edit::remove(&text, path)?,
                value => edit::set(&text, path, value, entry.beside.as_deref())?,
            };
            Ok(())
        })?;
        Ok(text)
    }

    /// Every key that has no keys below, with its path.
    fn each(
        &self,
        above: &str,
        f: &mut dyn FnMut(&str, &Entry) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        for entry in &self.keys {
            let path = if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
            match &entry.value {
                Value::Record(below) => below.each(&path, f)?,
                _ => f(&path, entry)?,
            }
        }
        Ok(())
    }

    /// The keys that have a value.
    fn present(&self) -> impl Iterator<Item = &Entry> {
        self.keys.iter().filter(|entry| entry.value != Value::Absent)
    }

    fn lines(&self, indent: usize, lines: &mut Vec<String>) {
        for entry in &self.keys {
            entry.lines(indent, lines);
        }
    }

    fn inline(&self) -> String {
        let keys = self.present().map(|e| format!("{}: {}", word(&e.key), e.value.inline()));
        let keys: Vec<String> = keys.collect();
        if keys.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", keys.join(", ")) }
    }
}

impl Entry {
    fn lines(&self, indent: usize, lines: &mut Vec<String>) {
        let space = " ".repeat(indent);
        lines.extend(self.above.iter().map(|note| format!("{space}# {}", one_line(note))));
        let note = self.beside.as_deref().map(one_line);
        if self.value == Value::Absent {
            lines.extend(note.map(|note| format!("{space}# {note}")));
            return;
        }
        let behind = note.map_or_else(String::new, |note| format!("  # {note}"));
        let mut text = self.value.behind(indent);
        // A note of what goes over several lines stands behind the key.
        let at = text.find('\n').unwrap_or(text.len());
        text.insert_str(at, &behind);
        lines.extend(format!("{space}{}:{text}", word(&self.key)).split('\n').map(str::to_owned));
    }
}

impl Value {
    /// What stands behind the colon of a key at `indent`.
    pub(super) fn behind(&self, indent: usize) -> String {
        let mut lines = Vec::new();
        match self {
            Self::Record(keys) if !keys.keys.is_empty() => keys.lines(indent + STEP, &mut lines),
            Self::List(items) if !items.is_empty() => {
                for item in items {
                    item.item(indent + STEP, &mut lines);
                }
            }
            other => return format!(" {}", other.inline()),
        }
        lines.iter().map(|line| format!("\n{line}")).collect()
    }

    /// Whether a node says the same.
    pub(super) fn is(&self, node: &Node) -> bool {
        match (self, &node.kind) {
            (Self::Plain(new) | Self::Text(new), Kind::Scalar(old)) => new == old,
            (Self::Absent, Kind::Null) => true,
            (Self::Record(keys) | Self::Inline(keys), Kind::Map(old)) => {
                let same =
                    |(new, (key, node)): (&Entry, &(Key, Node))| new.key == key.name && new.value.is(node);
                keys.present().count() == old.len() && keys.present().zip(old).all(same)
            }
            (Self::List(items), Kind::Seq(old)) => {
                items.len() == old.len() && items.iter().zip(old).all(|(new, old)| new.is(old))
            }
            _ => false,
        }
    }

    /// An item of a list, behind its dash.
    fn item(&self, indent: usize, lines: &mut Vec<String>) {
        let space = " ".repeat(indent);
        match self {
            Self::Record(keys) if !keys.keys.is_empty() => {
                let from = lines.len();
                keys.lines(indent + STEP, lines);
                // The dash takes the place of the first key's spaces; comments stay above it.
                let first = lines.iter().skip(from).position(|line| !line.trim_start().starts_with('#'));
                if let Some(line) = first.and_then(|at| lines.get_mut(from + at)) {
                    line.replace_range(indent..=indent, "-");
                }
            }
            other => lines.push(format!("{space}- {}", other.inline())),
        }
    }

    /// The value on one line.
    pub(super) fn inline(&self) -> String {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Text(value) => word(value),
            Self::Record(keys) | Self::Inline(keys) => keys.inline(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Absent => "null".to_owned(),
        }
    }
}

/// A comment may not end its line.
fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// A text as YAML: quoted where another reader could take it for something else.
pub(super) fn word(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+% ".contains(c);
    let safe = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && text.parse::<f64>().is_err();
    if safe { text.to_owned() } else { quoted(text) }
}

/// A JSON string is a YAML string, once no control characters are left in it.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || "\u{feff}\u{2028}\u{2029}\u{fffe}\u{ffff}".contains(c) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
