//! The bill: lines that add up, their sum, what to know beside it; where each price comes from.

use crate::catalog::copies;
use crate::cost::{CostLine, Estimate};
use crate::recommend::Recommendation;
use crate::report::document::{Align, Block, Rows, Section};
use crate::report::recommend::amounts::{amounts, total};
use crate::units::Figure;

use Align::{Left, Right};

/// The bill of the choice.
pub fn sections(r: &Recommendation) -> Option<Section> {
    let choice = r.choice.as_ref()?;
    let mut section = section("Bill", &choice.cost);
    if choice.cost.total.known().is_none() {
        let list =
            choice.ranked_in.map_or_else(String::new, |region| format!(", with the price list of {region}"));
        let text = format!("Ranked by {} USD a month{list} for what has no price here.", choice.ranked_by);
        section.summary.push(Block::Note(text));
    }
    Some(section)
}

/// A bill under its name.
pub fn section(name: &str, cost: &Estimate) -> Section {
    let tilde = if cost.is_estimate() { " (~ is estimated)" } else { "" };
    let rows = cost.lines.iter().zip(amounts(&cost.lines));
    let mut rows: Vec<Vec<String>> =
        rows.map(|(line, usd)| vec![line.what.clone(), line.formula.clone(), usd]).collect();
    rows.push(vec!["total".into(), String::new(), total(cost)]);
    let table = Block::Rows(Rows {
        header: vec!["line", "quantity", "USD a month"],
        headed: false,
        aligns: vec![Left, Left, Right],
        cells: rows,
        sum: true,
    });
    Section::new(format!("{name}, USD a month before tax{tilde}"))
        .with([table])
        .with(cost.notes.iter().cloned().map(Block::Note))
        .explained([Block::Items(cost.lines.iter().map(origin).collect())])
        .explained(copies(cost.lines.iter().filter_map(copied)).map(Block::text))
        .explained([Block::text(format!("Not included: {}.", cost.not_included.join("; ")))])
}

fn copied(line: &CostLine) -> Option<&str> {
    line.rate.known()?.copy.as_deref()
}

/// Rate, source and date of a line, or why there is none.
fn origin(line: &CostLine) -> (String, String) {
    let text = match &line.rate {
        Figure::Known(rate) => {
            let estimate = rate.estimate.as_ref().map_or_else(String::new, |e| format!("; ~ {e}"));
            let date = if rate.as_of.is_empty() { String::new() } else { format!(" ({})", rate.as_of) };
            format!("{} USD {}, {}{date}{estimate}", rate.usd, rate.unit, rate.source)
        }
        Figure::Unknown { why } => {
            let ranked = line.stand_in.as_ref();
            let ranked =
                ranked.map_or_else(String::new, |s| format!("; ranked by {} USD ({})", s.amount, s.rate));
            format!("{why}{ranked}")
        }
    };
    (line.what.clone(), text)
}
