//! GitLab's Code Quality report: findings beside the lines of a merge request.

use serde_json::{Value, json};

use crate::review::{Finding, Review, Severity};

/// The issues; an empty list without findings.
pub fn issues(review: &Review) -> Value {
    review.findings.iter().map(|finding| issue(review, finding)).collect()
}

fn issue(review: &Review, finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Error if finding.blocks() => "major",
        Severity::Error | Severity::Warning => "minor",
        Severity::Note => "info",
    };
    json!({
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": severity,
        "location": { "path": review.place(&finding.file), "lines": { "begin": finding.line } },
    })
}
