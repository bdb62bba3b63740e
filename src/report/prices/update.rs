//! What an update of the prices did.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::catalog::{LeftOut, PriceChange};
use crate::price_lists::ListRead;
use crate::report::json::envelope;
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Json, Report, ReportError, Table};

use Align::{Left, Right};

/// Lines of each kind that a table shows; JSON has them all.
const SHOWN: usize = 20;

/// An update of the prices.
#[derive(Clone, Debug, Serialize)]
pub struct PricesUpdate {
    /// What was read.
    pub lists: Vec<ListRead>,
    /// The day of the snapshot that it is compared with.
    pub base: String,
    /// The day of the new snapshot.
    pub date: String,
    /// SHA-256 of its tables.
    pub sha256: String,
    /// Where it was written; none where nothing was.
    pub file: Option<String>,
    /// Prices that stayed as they were.
    pub same: usize,
    /// Estimates whose price a list now has.
    pub confirmed: usize,
    /// Prices that are new, gone or another.
    pub changes: Vec<PriceChange>,
    /// Records that were not taken.
    pub left_out: Vec<LeftOut>,
}

impl PricesUpdate {
    /// Changes too large to be taken without a look.
    pub fn jumps(&self) -> impl Iterator<Item = &PriceChange> {
        self.changes.iter().filter(|change| change.jump)
    }

    fn count(&self, is: impl Fn(&PriceChange) -> bool) -> usize {
        self.changes.iter().filter(|change| is(change)).count()
    }
}

impl Report<PricesUpdate> for Json {
    fn render(&self, update: &PricesUpdate) -> Result<String, ReportError> {
        envelope("prices-update", update)
    }
}

impl Report<PricesUpdate> for Table {
    fn render(&self, update: &PricesUpdate) -> Result<String, ReportError> {
        let added = update.count(|c| c.before.is_none());
        let removed = update.count(|c| c.after.is_none());
        let changed = update.changes.len() - added - removed;
        let mut text = format!(
            "{}\n",
            self.strong(&format!(
                "{added} prices added, {removed} removed, {changed} changed, {} as before",
                update.same
            ))
        );
        let (confirmed, jumps) = (update.confirmed, update.jumps().next().is_some());
        text.push_str(&match &update.file {
            Some(file) => paragraph(
                "",
                "",
                &format!("Written: {file}, snapshot of {}, SHA-256 {}. {confirmed} estimates now have a listed price.", update.date, update.sha256),
            ),
            None if jumps => paragraph("", "", &self.alarm("Nothing was written: look at the jumps below.")),
            None => paragraph("", "", "--dry-run: nothing was written."),
        });
        text.push_str(&self.heading("Lists"));
        for list in &update.lists {
            let prices = list.prices;
            text.push_str(&paragraph(
                "  ",
                "    ",
                &format!("{}: {prices} prices on {} pages", list.list, list.pages),
            ));
            for (why, count) in &list.skipped {
                text.push_str(&paragraph("    - ", "      ", &format!("{count} records skipped: {why}")));
            }
        }
        if jumps {
            text.push_str(&self.heading("Jumps by more than 25 %: another meter, or a new price?"));
            text.push_str(&table(update.jumps()));
        }
        if !update.changes.is_empty() {
            text.push_str(&self.heading(&format!("Changes against the snapshot of {}, USD", update.base)));
            let mut largest: Vec<&PriceChange> = update.changes.iter().filter(|c| !c.jump).collect();
            largest.sort_by_key(|c| std::cmp::Reverse(c.percent.map(|p| p.abs())));
            text.push_str(&table(largest.into_iter()));
        }
        if !update.left_out.is_empty() {
            text.push_str(&self.heading("Left out, so unknown or as before"));
            for record in update.left_out.iter().take(SHOWN) {
                text.push_str(&paragraph("  - ", "    ", &format!("{}: {}", record.what, record.why)));
            }
            text.push_str(&more(update.left_out.len()));
        }
        Ok(text)
    }
}

fn table<'a>(changes: impl Iterator<Item = &'a PriceChange>) -> String {
    let all: Vec<&PriceChange> = changes.collect();
    let amount =
        |usd: Option<Decimal>, otherwise: &str| usd.map_or(otherwise.to_owned(), |usd| usd.to_string());
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(SHOWN)
        .map(|c| {
            let before = amount(c.before, "new");
            let tilde = if c.was_estimate { "~" } else { "" };
            let percent = c.percent.map_or_else(String::new, |p| format!("{p:+} %"));
            let now = if c.derived { "~" } else { "" };
            let after = amount(c.after, "not listed");
            vec![c.what(), format!("{tilde}{before}"), format!("{now}{after}"), percent]
        })
        .collect();
    let mut text = columns(&["price", "before", "now", ""], &[Left, Right, Right, Right], &rows);
    text.push_str(&more(all.len()));
    text
}

/// How many lines are not shown.
fn more(all: usize) -> String {
    if all <= SHOWN {
        String::new()
    } else {
        format!("  … and {} more; --format json has them all\n", all - SHOWN)
    }
}
