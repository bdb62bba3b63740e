//! A baseline that is an earlier `cachefit cost --format json`: its amounts at the prices of its day.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use thiserror::Error;

use super::before::Before;
use super::finding::Finding;
use super::payment::Payment;
use crate::cost::{LineKind, LineSide, left_out};
use crate::recommend::Cliff;
use crate::units::{Figure, Usd};

/// Why a report is no baseline.
#[derive(Debug, Error)]
pub enum SavedError {
    /// It is no report of `cost`.
    #[error("it is no report of `cachefit cost --format json`: {0}")]
    NotAReport(#[from] serde_json::Error),
    /// It is a report of another command.
    #[error("it is a report of `cachefit {0}`, not of `cachefit cost`")]
    OfAnother(String),
}

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "report")]
    command: String,
    results: Vec<Saved>,
    #[serde(default)]
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Saved {
    profile: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    sha256: String,
    shape: Option<String>,
    cost: Option<SavedCost>,
    #[serde(default)]
    unreadable: Option<String>,
    #[serde(default)]
    payment: Option<Payment>,
    #[serde(default)]
    cliffs: Vec<Cliff>,
    as_of: String,
    snapshot: String,
}

#[derive(Deserialize)]
struct SavedCost {
    lines: Vec<SavedLine>,
    total: Figure<Usd>,
    known: Usd,
    #[serde(default)]
    not_included: Vec<String>,
}

#[derive(Deserialize)]
struct SavedLine {
    kind: LineKind,
    sku: String,
    what: String,
    quantity: Decimal,
    formula: String,
    rate: Figure<SavedRate>,
    amount: Figure<Usd>,
}

#[derive(Deserialize)]
struct SavedRate {
    usd: Decimal,
}

/// Reads the deployments and the findings of a report.
pub fn saved(text: &str) -> Result<(Vec<Before<'static>>, Vec<Finding>), SavedError> {
    let report: Report = serde_json::from_str(text)?;
    if report.command != "cost" {
        return Err(SavedError::OfAnother(report.command));
    }
    // A deployment that was gone then is none now.
    let there = report.results.into_iter().filter(|saved| !saved.as_of.is_empty());
    Ok((there.map(before).collect(), report.findings))
}

fn before(saved: Saved) -> Before<'static> {
    let none = || match &saved.unreadable {
        Some(why) => format!("the profile of the baseline cannot be read: {why}"),
        None => "nothing fitted".to_owned(),
    };
    let left_out = saved.cost.as_ref().map(|cost| left_out(&cost.not_included)).unwrap_or_default();
    let (total, known) = saved
        .cost
        .as_ref()
        .map_or_else(|| (Figure::unknown(none()), Usd::ZERO), |cost| (cost.total.clone(), cost.known));
    let lines = saved.cost.map(|cost| cost.lines.into_iter().map(line).collect());
    Before {
        profile: saved.profile,
        file: saved.file,
        environment: saved.environment,
        provider: saved.provider,
        labels: saved.labels,
        sha256: saved.sha256,
        shape: saved.shape,
        lines,
        left_out,
        unreadable: saved.unreadable,
        payment: saved.payment,
        cliffs: saved.cliffs,
        total,
        known,
        dates: Some((saved.snapshot, saved.as_of)),
        answer: None,
        without_growth: None,
    }
}

fn line(line: SavedLine) -> (LineKind, LineSide) {
    let side = LineSide {
        sku: line.sku,
        what: line.what,
        quantity: line.quantity,
        formula: line.formula,
        usd_per_unit: line.rate.known().map(|rate| rate.usd),
        amount: line.amount,
    };
    (line.kind, side)
}
