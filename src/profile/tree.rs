//! YAML to a tree of texts with positions, within fixed budgets.
//!
//! Scalars stay as they are written (`1_000`, `041`, `yes`): what a text means is decided by the key that it belongs
//! to. Anchors, aliases, tags and several documents are refused, so a small file can never grow into a large tree.

use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};

use super::error::Code;
use super::problem::{Cx, Mark, Problem, clip};

/// Lists and records inside each other.
pub(super) const MAX_DEPTH: usize = 64;
/// Values, lists and records in one file.
pub(super) const MAX_NODES: usize = 20_000;

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    pub mark: Mark,
    /// Its bytes; those of lists and records without braces may reach into what follows.
    pub span: Range<usize>,
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// A text, as it is written or as its quotes say.
    Scalar(String),
    /// A list.
    Seq(Vec<Node>),
    /// A record, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub mark: Mark,
    pub span: Range<usize>,
    pub name: String,
}

impl Kind {
    /// For messages: `a list`.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar(_) => "a value",
            Self::Seq(_) => "a list",
            Self::Map(_) => "keys with values",
        }
    }
}

/// Reads one document. Reports to `cx`, and returns nothing if the text as a whole cannot be used.
pub(super) fn read(text: &str, cx: &mut Cx) -> Option<Node> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut builder = Builder { parser: Parser::new_from_str_with_options(text, options), nodes: 0 };
    match builder.document(cx) {
        Ok(node) => Some(node),
        Err(problem) => {
            cx.report(*problem);
            None
        }
    }
}

/// Boxed, because errors are rare and large.
type Parsed<T> = Result<T, Box<Problem>>;

struct Builder<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn document(&mut self, cx: &mut Cx) -> Parsed<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(Box::new(
                        problem(span, Code::Syntax, "a second document starts here")
                            .help("write one profile per file"),
                    ));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0, cx)?);
                }
                Event::StreamEnd => break,
                _ => {
                    return Err(Box::new(problem(span, Code::Syntax, "this is outside of the document")));
                }
            }
        }
        Ok(root.unwrap_or(Node {
            mark: Mark { line: 1, column: 1, width: 1, offset: 0 },
            span: 0..0,
            kind: Kind::Null,
        }))
    }

    fn next(&mut self) -> Parsed<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(Box::new(syntax(&error))),
            None => Err(Box::new(problem(Span::default(), Code::Syntax, "the text ends too early"))),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize, cx: &mut Cx) -> Parsed<Node> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values: no profile needs as many");
            return Err(Box::new(problem(span, Code::Limit, message)));
        }
        if depth > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} levels of nesting: no profile needs as many");
            return Err(Box::new(problem(span, Code::Limit, message)));
        }
        let (mark, from) = (mark(span), span);
        let kind = match event {
            Event::Scalar(text, style, anchor, tag) => {
                plain_node(span, anchor, tag.as_deref())?;
                let is_null = style == ScalarStyle::Plain && matches!(text.as_ref(), "" | "~" | "null");
                if is_null { Kind::Null } else { Kind::Scalar(text.into_owned()) }
            }
            Event::SequenceStart(_, anchor, tag) => {
                plain_node(span, anchor, tag.as_deref())?;
                return self.list(mark, from, depth, cx);
            }
            Event::MappingStart(_, anchor, tag) => {
                plain_node(span, anchor, tag.as_deref())?;
                return self.record(mark, from, depth, cx);
            }
            Event::Alias(_) => return Err(Box::new(no_aliases(span))),
            _ => return Err(Box::new(problem(span, Code::Syntax, "a value is missing here"))),
        };
        Ok(Node { mark, span: bytes(from, from), kind })
    }

    fn list(&mut self, mark: Mark, from: Span, depth: usize, cx: &mut Cx) -> Parsed<Node> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, to) => {
                    return Ok(Node { mark, span: bytes(from, to), kind: Kind::Seq(items) });
                }
                (event, span) => items.push(self.node(event, span, depth + 1, cx)?),
            }
        }
    }

    fn record(&mut self, mut at: Mark, from: Span, depth: usize, cx: &mut Cx) -> Parsed<Node> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        let to = loop {
            let key = match self.next()? {
                (Event::MappingEnd, to) => break to,
                (event, span) => self.key(event, span, depth, cx)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1, cx)?;
            if let Some(first) = places.insert(key.name.clone(), key.mark.line) {
                cx.report(duplicate(&key, first));
                continue;
            }
            if entries.is_empty() {
                at = key.mark;
            }
            entries.push((key, value));
        };
        Ok(Node { mark: at, span: bytes(from, to), kind: Kind::Map(entries) })
    }

    fn key(&mut self, event: Event<'a>, span: Span, depth: usize, cx: &mut Cx) -> Parsed<Key> {
        let node = self.node(event, span, depth + 1, cx)?;
        match node.kind {
            Kind::Scalar(name) => Ok(Key { mark: node.mark, span: node.span, name }),
            kind => Err(Box::new(problem(
                span,
                Code::Syntax,
                format!("a key must be a word, this is {}", kind.noun()),
            ))),
        }
    }
}

fn syntax(error: &ScanError) -> Problem {
    let info = error.info();
    let code = if info.contains("limit") { Code::Limit } else { Code::Syntax };
    let span = Span::empty(*error.marker());
    let found = problem(span, code, format!("this is not valid YAML: {info}"));
    if info.contains("tab") { found.help("indent with spaces, not with tabs") } else { found }
}

fn duplicate(key: &Key, first: u32) -> Problem {
    let name = clip(&key.name);
    Problem::new(Code::DuplicateKey, key.mark, format!("the key `{name}` stands here a second time"))
        .label("the second one")
        .help(format!("the first one is in line {first}; remove one of them"))
}

/// Refuses anchors and tags.
fn plain_node(span: Span, anchor: usize, tag: Option<&Tag>) -> Parsed<()> {
    if anchor != 0 {
        return Err(Box::new(no_aliases(span)));
    }
    match tag {
        // `!` alone marks a text, which it is anyway.
        Some(tag) if !tag.original().is_empty() => Err(Box::new(
            problem(
                span,
                Code::Syntax,
                format!("tags such as `{}` have no meaning in a profile", clip(&tag.original())),
            )
            .help("remove the tag"),
        )),
        _ => Ok(()),
    }
}

fn no_aliases(span: Span) -> Problem {
    problem(span, Code::Syntax, "anchors and aliases are not supported in a profile")
        .help("write the value out in each place")
}

fn problem(span: Span, code: Code, message: impl Into<String>) -> Problem {
    Problem::new(code, mark(span), message)
}

fn mark(span: Span) -> Mark {
    let (start, end) = (span.start, span.end);
    let width = if start.line() == end.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Mark {
        line: u32::try_from(start.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(start.col()).unwrap_or(u32::MAX).saturating_add(1),
        width: u32::try_from(width).unwrap_or(u32::MAX).max(1),
        offset: start.byte_offset().unwrap_or(0),
    }
}

/// The bytes from the start of one span to the end of another.
fn bytes(from: Span, to: Span) -> Range<usize> {
    let start = from.start.byte_offset().unwrap_or(0);
    start..to.end.byte_offset().unwrap_or(start).max(start)
}
