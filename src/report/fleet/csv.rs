//! Fleets for spreadsheets: a row a cache. What is not known is an empty cell, with its reason in the last column.

use crate::fleet::{Entry, Fleet};
use crate::report::{ReportError, csv_text};
use crate::units::{Figure, Usd};

const HEADER: &[&str] = &[
    "cache",
    "file",
    "provider",
    "service",
    "region",
    "environment",
    "state",
    "why",
    "confidence",
    "days",
    "current",
    "current_usd_month",
    "target",
    "target_usd_month",
    "at_stake_usd_month",
    "least_to_spare",
    "reserve",
    "reserve_saves_usd_month",
    "next_cliff",
    "estimate",
    "unknown",
];

/// The rows.
pub fn render(fleet: &Fleet) -> Result<String, ReportError> {
    csv_text(HEADER, fleet.caches.iter().map(row))
}

fn row(entry: &Entry) -> Vec<String> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let usd =
        |figure: Option<&Figure<Usd>>| text(figure.and_then(Figure::known).map(|usd| usd.0.to_string()));
    let (current, target) = (entry.current.as_ref(), entry.target.as_ref());
    let figures = [current.map(|c| &c.monthly), target.map(|t| &t.monthly), Some(&entry.at_stake)];
    let mut unknown: Vec<&str> = figures.into_iter().flatten().filter_map(Figure::why_unknown).collect();
    unknown.dedup();
    let least = target.and_then(|t| t.proof.first());
    vec![
        entry.name.clone(),
        text(entry.file.clone()),
        text(entry.provider.map(|p| p.to_string())),
        text(entry.service.map(|s| s.to_string())),
        text(entry.region.clone()),
        text(entry.environment.clone()),
        entry.state.to_string(),
        entry.why.clone(),
        text(entry.confidence.map(|c| c.to_string())),
        text(entry.days.map(|days| format!("{days:.1}"))),
        text(current.map(|c| c.shape.clone())),
        usd(current.map(|c| &c.monthly)),
        text(target.map(|t| t.shape.clone())),
        usd(target.map(|t| &t.monthly)),
        usd(Some(&entry.at_stake)),
        text(least.map(|p| format!("{}: {} of {}", p.what, p.demand, p.capacity))),
        text(entry.reserve.as_ref().map(|r| r.commitment.to_string())),
        text(entry.reserve.as_ref().map(|r| r.saves.0.to_string())),
        text(entry.cliffs.first().map(|c| format!("{}: {}", c.date, c.text))),
        entry.stake_is_estimated().to_string(),
        unknown.join("; "),
    ]
}
