//! A document on a terminal of 80 columns.

use super::{Block, Document, Rows, Section, Sentence, Tone};
use crate::report::Table;
use crate::report::text::{columns, paragraph};

impl Table {
    /// The document; with `explain` everything, without it what everybody reads.
    pub(in crate::report) fn document(&self, document: &Document, explain: bool) -> String {
        let answer = self.sentence(&document.answer);
        let mut text = paragraph("", "  ", &format!("{}: {answer}", document.name));
        for section in &document.sections {
            text.push_str(&self.section(section, explain));
        }
        let more = document.more.iter().filter(|_| !explain);
        let foot: String = document.foot.iter().chain(more).map(|line| paragraph("", "  ", line)).collect();
        if !foot.is_empty() {
            text.push('\n');
            text.push_str(&foot);
        }
        text
    }

    fn section(&self, section: &Section, explain: bool) -> String {
        let (brief, detail) =
            if explain { (&[][..], &section.detail[..]) } else { (&section.brief[..], &[][..]) };
        let blocks: Vec<&Block> = brief.iter().chain(&section.summary).chain(detail).collect();
        let labels =
            blocks.iter().filter_map(|b| if let Block::Facts(facts) = b { Some(facts) } else { None });
        let label = labels.flatten().map(|(label, _)| label.len()).max().unwrap_or(0);
        let body: String = blocks.into_iter().map(|block| self.block(block, label)).collect();
        match &section.title {
            Some(title) if !body.is_empty() => format!("{}{body}", self.heading(title)),
            _ => body,
        }
    }

    fn block(&self, block: &Block, label: usize) -> String {
        match block {
            Block::Text(sentence) => paragraph("  ", "  ", &self.sentence(sentence)),
            Block::Note(note) => paragraph("  ! ", "    ", note),
            Block::Items(items) => items
                .iter()
                .map(|(what, text)| if what.is_empty() { text.clone() } else { format!("{what}: {text}") })
                .map(|item| paragraph("  - ", "    ", &item))
                .collect(),
            Block::Facts(facts) => {
                let rest = " ".repeat(label + 4);
                let one =
                    |(name, text): &(&str, String)| paragraph(&format!("  {name:<label$}  "), &rest, text);
                facts.iter().map(one).collect()
            }
            Block::Rows(Rows { header, headed, aligns, cells, .. }) => {
                columns(if *headed { header } else { &[] }, aligns, cells)
            }
        }
    }

    fn sentence(&self, sentence: &Sentence) -> String {
        sentence.show(|marked, tone| match tone {
            Tone::Answer => self.strong(marked),
            Tone::Alarm => self.alarm(marked),
        })
    }
}
