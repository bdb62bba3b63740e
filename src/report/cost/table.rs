//! Bills for a person.

use super::Bill;
use crate::report::text::paragraph;
use crate::report::{Report, ReportError, Table, dates};

impl Report<[Bill]> for Table {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        Ok(outcome.iter().map(|b| self.bill(b)).collect::<Vec<_>>().join("\n"))
    }
}

impl Table {
    fn bill(&self, bill: &Bill) -> String {
        let shape = match &bill.shape {
            Some(shape) => self.strong(shape),
            None => self.alarm("nothing fits; `cachefit recommend` says why"),
        };
        let mut text = paragraph("", "  ", &format!("{}: {shape}", bill.profile));
        for gate in &bill.gates {
            text.push_str(&paragraph("", "  ", &format!("{} {}", self.alarm("gate breached:"), gate.text)));
        }
        if let Some(cost) = &bill.cost {
            text.push_str(&self.cost(cost));
        }
        text.push_str(&dates(&bill.snapshot, bill.oldest_price.as_deref(), &bill.as_of));
        text
    }
}
