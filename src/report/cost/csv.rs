//! Bills for spreadsheets: a row a line.

use super::Bill;
use crate::report::{Csv, Report, ReportError, csv_text};
use crate::units::Figure;

const HEADER: &[&str] = &[
    "profile",
    "shape",
    "line",
    "quantity",
    "formula",
    "usd_per_unit",
    "unit",
    "usd_month",
    "estimate",
    "source",
    "as_of",
    "unknown",
];

impl Report<[Bill]> for Csv {
    fn render(&self, outcome: &[Bill]) -> Result<String, ReportError> {
        let rows = outcome.iter().flat_map(|bill| {
            let lines = bill.cost.iter().flat_map(|c| &c.lines);
            lines.map(|line| {
                let rate = line.rate.known();
                let text = |of: &dyn Fn(&crate::cost::Rate) -> String| rate.map(of).unwrap_or_default();
                let (amount, unknown) = match &line.amount {
                    Figure::Known(amount) => (amount.0.to_string(), String::new()),
                    Figure::Unknown { why } => (String::new(), why.clone()),
                };
                vec![
                    bill.profile.clone(),
                    bill.shape.clone().unwrap_or_default(),
                    line.what.clone(),
                    line.quantity.to_string(),
                    line.formula.clone(),
                    text(&|r| r.usd.to_string()),
                    text(&|r| r.unit.clone()),
                    amount,
                    line.is_estimate().to_string(),
                    text(&|r| r.source.clone()),
                    text(&|r| r.as_of.clone()),
                    unknown,
                ]
            })
        });
        csv_text(HEADER, rows)
    }
}
