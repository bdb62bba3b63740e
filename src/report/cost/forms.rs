//! Bills for a person, short or explained, and for tickets.

use super::Bill;
use crate::report::document::{Block, Document, Section, Sentence};
use crate::report::recommend::bill;
use crate::report::{Explained, Markdown, Report, ReportError, Table, dates};

impl Report<[Bill]> for Table {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        Ok(outcome.iter().map(|b| self.document(&document(b), false)).collect::<Vec<_>>().join("\n"))
    }
}

impl Report<[Bill]> for Explained {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        let table = Table { color: self.color };
        Ok(outcome.iter().map(|b| table.document(&document(b), true)).collect::<Vec<_>>().join("\n"))
    }
}

impl Report<[Bill]> for Markdown {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        Ok(outcome.iter().map(|b| document(b).markdown()).collect::<Vec<_>>().join("\n"))
    }
}

fn document(bill: &Bill) -> Document {
    let answer = match &bill.shape {
        Some(shape) => Sentence::answer(shape.clone()),
        None => Sentence::alarm("nothing fits", "(`cachefit recommend` says why)"),
    };
    let gates = bill.gates.iter().map(|g| Block::Text(Sentence::alarm("gate breached:", g.text.clone())));
    let mut sections = vec![Section::default().with(gates)];
    sections.extend(bill.cost.as_ref().map(|cost| bill::section("Bill", cost)));
    Document {
        name: bill.profile.clone(),
        answer,
        sections,
        foot: vec![dates(&bill.snapshot, bill.oldest_price.as_deref(), &bill.as_of)],
        more: bill
            .cost
            .as_ref()
            .map(|_| "--explain adds where each price comes from and what is not included.".into()),
    }
}
