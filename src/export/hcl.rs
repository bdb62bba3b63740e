//! Writing the language of Terraform, formatted as `terraform fmt` does.

use super::yaml::one_line;

/// A value.
#[derive(Clone, Debug)]
pub enum Hcl {
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<Hcl>),
    /// Pairs in their order; a name is quoted.
    Map(Vec<(String, Hcl)>),
    /// An expression of ours, such as `var.vpc_id`.
    Raw(String),
}

/// What a block holds.
#[derive(Clone, Debug)]
enum Item {
    Attribute(String, Hcl),
    Block(Block),
}

/// A block: `resource "aws_security_group" "cache" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    head: String,
    items: Vec<Item>,
}

impl From<&str> for Hcl {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Hcl {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Hcl {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Hcl {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Hcl {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// An expression.
pub fn raw(text: impl Into<String>) -> Hcl {
    Hcl::Raw(text.into())
}

impl Block {
    /// A block of a kind with labels.
    pub fn new(kind: &str, labels: &[&str]) -> Self {
        let labels: String = labels.iter().map(|label| format!(" {}", quoted(label))).collect();
        Self { head: format!("{kind}{labels}"), items: Vec::new() }
    }

    /// A resource.
    pub fn resource(kind: &str, name: &str) -> Self {
        Self::new("resource", &[kind, name])
    }

    /// A variable.
    pub fn variable(name: &str, kind: &str, description: &str) -> Self {
        Self::new("variable", &[name]).with("description", description).with("type", raw(kind))
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Hcl>) -> Self {
        self.items.push(Item::Attribute(name.to_owned(), value.into()));
        self
    }

    /// With an attribute, if there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<Hcl>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a block in it.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.items.push(Item::Block(block));
        self
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}{} {{\n", self.head));
        let mut index = 0;
        while index < self.items.len() {
            // Attributes that follow each other have their signs below each other.
            let run =
                self.items[index..].iter().take_while(|item| matches!(item, Item::Attribute(..))).count();
            if run == 0 {
                let Item::Block(block) = &self.items[index] else { break };
                if index > 0 {
                    out.push('\n');
                }
                block.write(depth + 1, out);
                index += 1;
                continue;
            }
            attributes(&self.items[index..index + run], depth + 1, out);
            index += run;
        }
        out.push_str(&format!("{indent}}}\n"));
    }
}

/// A run of attributes; a value of several lines begins a run of its own.
fn attributes(items: &[Item], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let pairs: Vec<(&str, String)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Attribute(name, value) => Some((name.as_str(), shown(value, depth))),
            Item::Block(_) => None,
        })
        .collect();
    let mut start = 0;
    while start < pairs.len() {
        let single = pairs[start..].iter().take_while(|(_, text)| !text.contains('\n')).count();
        let width = pairs[start..start + single].iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in &pairs[start..start + single] {
            out.push_str(&format!("{indent}{name:width$} = {text}\n"));
        }
        start += single;
        if let Some((name, text)) = pairs.get(start) {
            out.push_str(&format!("{indent}{name} = {text}\n"));
            start += 1;
        }
    }
}

fn shown(value: &Hcl, depth: usize) -> String {
    match value {
        Hcl::Text(text) => quoted(text),
        Hcl::Number(number) => number.to_string(),
        Hcl::Flag(flag) => flag.to_string(),
        Hcl::Raw(text) => text.clone(),
        Hcl::List(values) => {
            let all: Vec<String> = values.iter().map(|value| shown(value, depth)).collect();
            format!("[{}]", all.join(", "))
        }
        Hcl::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
        Hcl::Map(pairs) => {
            let indent = "  ".repeat(depth + 1);
            let width = pairs.iter().map(|(name, _)| quoted(name).len()).max().unwrap_or(0);
            let lines: String = pairs
                .iter()
                .map(|(name, value)| {
                    format!("{indent}{:width$} = {}\n", quoted(name), shown(value, depth + 1))
                })
                .collect();
            format!("{{\n{lines}{}}}", "  ".repeat(depth))
        }
    }
}

/// A string that is its text and nothing else: no interpolation, no directive, no end before its end.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A file with comments above its blocks.
pub fn file(heading: &[String], blocks: &[Block]) -> String {
    let mut text: String = heading.iter().map(|line| format!("# {}\n", one_line(line))).collect();
    for block in blocks {
        text.push('\n');
        block.write(0, &mut text);
    }
    text
}
