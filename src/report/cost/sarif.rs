//! SARIF 2.1.0 for code scanning. Every result has a place: a file with one that has none is refused as a whole.

use serde_json::{Value, json};

use crate::report::escape;
use crate::review::{Finding, RULES, Review, Severity};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log; without findings it says so.
pub fn log(review: &Review) -> Value {
    let rules: Vec<Value> = rules(review)
        .into_iter()
        .map(|(id, text)| {
            json!({
                "id": id,
                "name": id,
                "shortDescription": { "text": text },
                "help": { "text": format!("{text} See docs/cost.md of cachefit.") },
                "defaultConfiguration": { "level": "error" },
            })
        })
        .collect();
    let results: Vec<Value> = review.findings.iter().map(|finding| result(review, finding)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cachefit",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "automationDetails": { "id": "cachefit/cost/" },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// The rules of gates, and those of profiles that occur.
fn rules(review: &Review) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> =
        RULES.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    for finding in &review.findings {
        if rules.iter().all(|(id, _)| *id != finding.rule) {
            rules.push((finding.rule.clone(), "The profile can be read as it is meant.".into()));
        }
    }
    rules
}

fn result(review: &Review, finding: &Finding) -> Value {
    let level = match finding.severity {
        Severity::Error if finding.blocks() => "error",
        Severity::Error | Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level,
        "message": { "text": finding.message },
        "baselineState": if finding.old { "unchanged" } else { "new" },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": escape::uri(review.place(&finding.file)) },
                "region": { "startLine": finding.line, "startColumn": finding.column },
            },
            "logicalLocations": [{ "fullyQualifiedName": finding.address }],
        }],
        "partialFingerprints": { "cachefit/v1": finding.fingerprint },
    });
    if let Some(waived) = &finding.waived {
        let text = format!("{} until {}: {}", waived.owner, waived.until, waived.reason);
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": text }]);
    }
    result
}
