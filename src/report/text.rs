//! Text for a terminal of 80 columns, with or without colour, and when piped.

use comfy_table::{CellAlignment, ContentArrangement, presets};
use owo_colors::OwoColorize as _;

use super::escape::terminal;

/// Columns of a report: it must be readable on the smallest usual terminal and in a ticket.
pub(super) const WIDTH: u16 = 80;

/// Text for people.
pub struct Table {
    /// Whether to use colour.
    pub color: bool,
}

/// How much care something needs, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// None.
    Plain,
    /// Something new.
    Good,
    /// Something changes.
    Caution,
    /// Something goes away.
    Danger,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

impl Table {
    /// A heading.
    pub(super) fn heading(&self, text: &str) -> String {
        if self.color { format!("\n{}\n", text.bold()) } else { format!("\n{text}\n") }
    }

    /// The line that a reader looks for.
    pub(super) fn strong(&self, text: &str) -> String {
        if self.color { text.bold().green().to_string() } else { text.to_owned() }
    }

    /// Lines in the colour of the care that they need.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        let (text, end) = text.strip_suffix('\n').map_or((text, ""), |text| (text, "\n"));
        match tone {
            Tone::Good if self.color => format!("{}{end}", text.green()),
            Tone::Caution if self.color => format!("{}{end}", text.yellow()),
            Tone::Danger if self.color => format!("{}{end}", text.red()),
            _ => format!("{text}{end}"),
        }
    }

    /// Something that is wrong.
    pub(super) fn alarm(&self, text: &str) -> String {
        if self.color { text.bold().red().to_string() } else { text.to_owned() }
    }
}

/// A paragraph with a first and a following indentation.
pub fn paragraph(first: &str, rest: &str, text: &str) -> String {
    let options = textwrap::Options::new(usize::from(WIDTH))
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(true);
    let mut filled = textwrap::fill(&terminal(text), options);
    filled.push('\n');
    filled
}

/// Rows in aligned columns, indented by two, wrapped to the width.
pub fn columns(header: &[&str], aligns: &[Align], rows: &[Vec<String>]) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .force_no_tty()
        .set_width(WIDTH - 1);
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| terminal(cell).into_owned()));
    }
    for (index, align) in aligns.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((if index == 0 { 2 } else { 1 }, 1));
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}
