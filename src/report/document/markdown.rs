//! A document for tickets and pull requests; what explains it is folded.

use super::{Align, Block, Document, Rows, Section, Sentence};
use crate::report::escape::{markdown as safe, markup};
use crate::report::markdown::{list, table};

impl Document {
    /// Everything, in Markdown.
    pub(in crate::report) fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n", safe(&self.name));
        if !self.answer.marked.is_empty() || !self.answer.rest.is_empty() {
            text.push_str(&format!("{}\n\n", sentence(&self.answer)));
        }
        text.extend(self.sections.iter().map(section));
        if !self.foot.is_empty() {
            let foot: Vec<String> = self.foot.iter().map(|line| safe(line)).collect();
            text.push_str(&format!("{}\n", foot.join("  \n")));
        }
        text
    }
}

fn section(section: &Section) -> String {
    let summary = format!("{}{}", blocks(&section.brief), blocks(&section.summary));
    let detail = blocks(&section.detail);
    let mut text = String::new();
    if let Some(title) = section.title.as_ref().filter(|_| !summary.is_empty()) {
        text.push_str(&format!("### {}\n\n", safe(title)));
    }
    text.push_str(&summary);
    if !detail.is_empty() {
        let title = section.title.as_deref().unwrap_or("More");
        let label = if summary.is_empty() { markup(title) } else { "Details".into() };
        text.push_str(&format!("<details><summary>{label}</summary>\n\n{detail}</details>\n\n"));
    }
    text
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(|b| format!("{}\n", block(b))).collect()
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{}\n", sentence(text)),
        Block::Note(note) => format!("> **Note**: {}\n", safe(note)),
        Block::Items(items) => list(items.iter().map(|(what, text)| {
            if what.is_empty() { safe(text) } else { format!("**{}**: {}", safe(what), safe(text)) }
        })),
        Block::Facts(facts) => list(facts.iter().map(|(label, text)| format!("**{label}**: {}", safe(text)))),
        Block::Rows(rows) => set(rows),
    }
}

/// Rows with their sum in bold and their numbers to the right.
fn set(rows: &Rows) -> String {
    let last = rows.cells.len().saturating_sub(1);
    let bold = |cell: &String| if cell.is_empty() { String::new() } else { format!("**{}**", safe(cell)) };
    let cells: Vec<Vec<String>> = rows
        .cells
        .iter()
        .enumerate()
        .map(|(i, row)| {
            if rows.sum && i == last {
                row.iter().map(bold).collect()
            } else {
                row.iter().map(|cell| safe(cell)).collect()
            }
        })
        .collect();
    let text = table(&rows.header, &cells);
    let rules: Vec<&str> = (0..rows.header.len())
        .map(|i| if rows.aligns.get(i) == Some(&Align::Right) { "---:" } else { "---" })
        .collect();
    let plain = format!("| {} |", vec!["---"; rows.header.len()].join(" | "));
    text.replacen(&plain, &format!("| {} |", rules.join(" | ")), 1)
}

fn sentence(text: &Sentence) -> String {
    let text = Sentence { marked: safe(&text.marked), rest: safe(&text.rest), tone: text.tone };
    text.show(|marked, _| format!("**{marked}**"))
}
