//! A report before it has a form: headed sections of sentences, lists and rows. Every form is made from it, so that no
//! form says less than another.

mod html;
mod markdown;
mod table;

pub(super) use super::text::Align;

/// What a reader needs at once, and what explains it.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// What it is about.
    pub name: String,
    /// The answer, in a few words.
    pub answer: Sentence,
    /// The sections, in the order of their weight.
    pub sections: Vec<Section>,
    /// What holds for all of it: dates, where to read more.
    pub foot: Vec<String>,
    /// Where the explanation is read, for forms that leave it out.
    pub more: Option<String>,
}

/// A subject of a report.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// The heading; none for what follows the answer at once.
    pub title: Option<String>,
    /// What stands in for the explanation in the short form.
    pub brief: Vec<Block>,
    /// What everybody reads.
    pub summary: Vec<Block>,
    /// What explains it.
    pub detail: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub(super) enum Block {
    /// A paragraph.
    Text(Sentence),
    /// Items of a list, each with what it is about.
    Items(Vec<(String, String)>),
    /// What to know beside it.
    Note(String),
    /// Labels with their texts.
    Facts(Vec<(&'static str, String)>),
    /// Rows in columns.
    Rows(Rows),
}

/// Rows in columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// A heading for each column.
    pub header: Vec<&'static str>,
    /// Whether a person needs the headings.
    pub headed: bool,
    /// How each column is set.
    pub aligns: Vec<Align>,
    /// The cells.
    pub cells: Vec<Vec<String>>,
    /// Whether the last row is the sum of the others.
    pub sum: bool,
}

/// A text with a part that is seen first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    /// The part that is seen first.
    pub marked: String,
    /// Why it is marked.
    pub tone: Tone,
    /// The rest.
    pub rest: String,
}

/// How a part of a text is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// What the reader looks for.
    #[default]
    Answer,
    /// Something that is wrong.
    Alarm,
}

impl Sentence {
    /// The answer.
    pub fn answer(marked: impl Into<String>) -> Self {
        Self { marked: marked.into(), tone: Tone::Answer, rest: String::new() }
    }

    /// Something that is wrong, and what.
    pub fn alarm(marked: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { marked: marked.into(), tone: Tone::Alarm, rest: rest.into() }
    }

    /// A plain text.
    pub fn plain(rest: impl Into<String>) -> Self {
        Self { rest: rest.into(), ..Self::default() }
    }

    /// Both parts, the first as `mark` shows it.
    fn show(&self, mark: impl Fn(&str, Tone) -> String) -> String {
        match (self.marked.is_empty(), self.rest.is_empty()) {
            (true, _) => self.rest.clone(),
            (_, true) => mark(&self.marked, self.tone),
            _ => format!("{} {}", mark(&self.marked, self.tone), self.rest),
        }
    }
}

impl Block {
    /// A plain paragraph.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Sentence::plain(text))
    }
}

impl Section {
    /// A section under a heading.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..Self::default() }
    }

    /// With blocks that the explanation says at more length.
    #[must_use]
    pub fn in_brief(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.brief.extend(blocks);
        self
    }

    /// With blocks for everybody.
    #[must_use]
    pub fn with(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.summary.extend(blocks);
        self
    }

    /// With blocks that explain.
    #[must_use]
    pub fn explained(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.detail.extend(blocks);
        self
    }
}
