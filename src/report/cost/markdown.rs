//! Bills for tickets and pull requests.

use super::Bill;
use crate::report::markdown::{list, table};
use crate::report::recommend::{amount, total};
use crate::report::{Markdown, Report, ReportError, dates};
use crate::units::Figure;

impl Report<[Bill]> for Markdown {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        Ok(outcome.iter().map(one).collect::<Vec<_>>().join("\n"))
    }
}

fn one(bill: &Bill) -> String {
    let mut text = format!("## {}: {}\n\n", bill.profile, bill.shape.as_deref().unwrap_or("nothing fits"));
    if let Some(cost) = &bill.cost {
        let mut rows: Vec<_> =
            cost.lines.iter().map(|l| vec![l.what.clone(), l.formula.clone(), amount(l)]).collect();
        let shown = match &cost.total {
            Figure::Known(_) => format!("**{}**", total(cost)),
            Figure::Unknown { .. } => total(cost).replacen("unknown", "**unknown**", 1),
        };
        rows.push(vec!["**total**".into(), String::new(), shown]);
        text.push_str(&table(&["line", "quantity", "USD a month"], &rows));
        text.push_str(&format!("\nNot included: {}.\n", cost.not_included.join("; ")));
    }
    if !bill.gates.is_empty() {
        text.push('\n');
        text.push_str(&list(bill.gates.iter().map(|g| format!("**gate breached**: {}", g.text))));
    }
    text.push_str(&dates(&bill.snapshot, bill.oldest_price.as_deref(), &bill.as_of));
    text
}
