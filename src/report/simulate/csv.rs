//! Simulations for spreadsheets: a row a policy and size.

use super::SimulateReport;
use crate::report::{Csv, Report, ReportError, csv_text};

const HEADER: &[&str] =
    &["trace", "server", "policy", "memory_bytes", "hit_ratio", "error", "evicted_keys", "rejected_writes"];

impl Report<SimulateReport> for Csv {
    fn render(&self, outcome: &SimulateReport) -> Result<String, ReportError> {
        let r = &outcome.outcome;
        let row = |policy: &str, memory: u64, ratio: f64, rest: [String; 3]| {
            let [error, evicted, rejected] = rest;
            let ratio = format!("{ratio:.6}");
            let (file, server, memory) = (outcome.file.clone(), r.server.clone(), memory.to_string());
            vec![file, server, policy.to_owned(), memory, ratio, error, evicted, rejected]
        };
        let points = r.policies.iter().flat_map(|curve| {
            curve.points.iter().map(|p| {
                let error = p.error.map(|e| format!("{e:.6}")).unwrap_or_default();
                let rest = [error, format!("{:.0}", p.evicted), format!("{:.0}", p.rejected)];
                row(curve.policy.as_str(), p.memory, p.hit_ratio, rest)
            })
        });
        let marks = r.exact_lru.iter().filter(|_| r.exact_lru_holds);
        let exact = marks.enumerate().map(|(i, m)| {
            let error = r.exact_lru_error.as_ref().and_then(|errors| errors.get(i));
            let error = error.map(|e| format!("{e:.6}")).unwrap_or_default();
            row("exact-lru", m.memory, m.hit_ratio, [error, String::new(), String::new()])
        });
        csv_text(HEADER, points.chain(exact))
    }
}
