//! Recommendations for spreadsheets: a row a candidate, the choice first.

use crate::recommend::{Candidate, Recommendation};
use crate::report::{Csv, Report, ReportError, csv_text};
use crate::units::Figure;

const HEADER: &[&str] = &[
    "profile",
    "rank",
    "provider",
    "service",
    "region",
    "engine",
    "version",
    "node_type",
    "shards",
    "replicas",
    "nodes",
    "eviction_policy",
    "commitment",
    "usable_bytes",
    "usd_month",
    "estimate",
    "known_usd_month",
    "oldest_price",
    "unknown",
];

impl Report<[Recommendation]> for Csv {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        let rows = outcome.iter().flat_map(|r| {
            let listed: Vec<&Candidate> = match &r.all_candidates {
                Some(all) => all.iter().collect(),
                None => r.choice.iter().chain(&r.alternatives).collect(),
            };
            if listed.is_empty() {
                return vec![nothing(r)];
            }
            listed.into_iter().enumerate().map(|(i, c)| row(r, i + 1, c)).collect::<Vec<_>>()
        });
        csv_text(HEADER, rows)
    }
}

/// A profile that nothing fits: no rank, and why.
fn nothing(recommendation: &Recommendation) -> Vec<String> {
    let mut cells = vec![String::new(); HEADER.len()];
    cells[0].clone_from(&recommendation.profile);
    if let Some(last) = cells.last_mut() {
        *last = recommendation.gates.iter().map(|g| g.text.as_str()).collect::<Vec<_>>().join("; ");
    }
    cells
}

fn row(recommendation: &Recommendation, rank: usize, candidate: &Candidate) -> Vec<String> {
    let d = &candidate.deployment;
    let (total, unknown) = match &candidate.cost.total {
        Figure::Known(total) => (total.0.to_string(), String::new()),
        Figure::Unknown { why } => (String::new(), why.clone()),
    };
    vec![
        recommendation.profile.clone(),
        rank.to_string(),
        d.provider().to_string(),
        d.service.to_string(),
        d.region.clone(),
        d.engine.to_string(),
        d.version.clone(),
        d.node_type.clone().unwrap_or_default(),
        d.shards.to_string(),
        d.replicas.to_string(),
        d.nodes().to_string(),
        d.eviction_policy.to_string(),
        d.commitment.to_string(),
        format!("{:.0}", candidate.usable_memory),
        total,
        candidate.cost.is_estimate().to_string(),
        candidate.cost.known.0.to_string(),
        candidate.cost.oldest_price().unwrap_or_default().to_owned(),
        unknown,
    ]
}
