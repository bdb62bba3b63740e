//! Bills for spreadsheets: a row a line.

use crate::cost::{CostLine, Rate};
use crate::report::{ReportError, csv_text};
use crate::review::{DeploymentCost, Review, ReviewedLine};
use crate::units::{Figure, Usd};

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
    "file",
    "environment",
    "provider",
    "region",
    "kind",
    "sku",
    "status",
    "usd_month_before",
    "difference",
    "reason",
];

/// Every line of every bill; those that are gone, too.
pub fn render(review: &Review) -> Result<String, ReportError> {
    let rows = review.results.iter().flat_map(|deployment| {
        let lines = deployment.cost.iter().flat_map(|cost| &cost.lines);
        let now = lines.map(|line| {
            let change = deployment.lines.iter().find(|c| {
                c.change.kind == line.kind && c.change.after.as_ref().is_some_and(|side| side.sku == line.sku)
            });
            now(deployment, line, change)
        });
        let gone = deployment.lines.iter().filter(|line| line.change.after.is_none());
        now.chain(gone.map(|line| gone_row(deployment, line))).collect::<Vec<_>>()
    });
    csv_text(HEADER, rows)
}

fn cells(figure: Option<&Figure<Usd>>) -> (String, String) {
    match figure {
        Some(Figure::Known(usd)) => (usd.0.to_string(), String::new()),
        Some(Figure::Unknown { why }) => (String::new(), why.clone()),
        None => (String::new(), String::new()),
    }
}

fn place(deployment: &DeploymentCost) -> [String; 4] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        deployment.file.clone(),
        deployment.environment.clone(),
        text(&deployment.provider),
        text(&deployment.region),
    ]
}

fn now(deployment: &DeploymentCost, line: &CostLine, change: Option<&ReviewedLine>) -> Vec<String> {
    let rate = line.rate.known();
    let text = |of: &dyn Fn(&Rate) -> String| rate.map(of).unwrap_or_default();
    let (amount, unknown) = cells(Some(&line.amount));
    let mut row = vec![
        deployment.profile.clone(),
        deployment.shape.clone().unwrap_or_default(),
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
    ];
    row.extend(place(deployment));
    row.extend([line.kind.id().to_owned(), line.sku.clone()]);
    row.extend(changes(change));
    row
}

fn changes(change: Option<&ReviewedLine>) -> [String; 4] {
    let Some(line) = change else { return Default::default() };
    let status = serde_json::to_value(line.change.status).ok();
    let status = status.as_ref().and_then(|s| s.as_str()).unwrap_or_default().to_owned();
    let before = cells(line.change.before.as_ref().map(|side| &side.amount)).0;
    [status, before, cells(Some(&line.change.difference)).0, line.because()]
}

/// A line that is billed no more.
fn gone_row(deployment: &DeploymentCost, line: &ReviewedLine) -> Vec<String> {
    let mut row = vec![String::new(); 12];
    row[0].clone_from(&deployment.profile);
    let side = line.change.before.as_ref();
    row[2] = side.map(|side| side.what.clone()).unwrap_or_default();
    row.extend(place(deployment));
    row.extend([line.change.kind.id().to_owned(), side.map(|side| side.sku.clone()).unwrap_or_default()]);
    row.extend(changes(Some(line)));
    row
}
