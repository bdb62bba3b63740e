//! GitHub Actions: annotations on the lines of profiles, and the page of the run.

use super::forms;
use crate::report::escape::{command, property};
use crate::review::{Finding, Review, Severity};

/// So many annotations of a kind are shown for a step.
const SHOWN: usize = 10;
/// More bytes on the page of a run are refused.
const MOST: usize = 1_000_000;

/// Workflow commands, a line each; those that block first, since only the first ones are shown.
pub fn annotations(review: &Review) -> String {
    let mut findings: Vec<&Finding> = review.findings.iter().collect();
    findings.sort_by_key(|finding| !finding.blocks());
    let mut text: String = findings.iter().map(|finding| annotation(review, finding)).collect();
    let blocking = review.findings.iter().filter(|finding| finding.blocks()).count();
    if blocking > SHOWN {
        let more = format!("{blocking} gates are breached; the page of the run lists all");
        text.push_str(&format!("::notice title=cachefit cost::{}\n", command(&more)));
    }
    text
}

fn annotation(review: &Review, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error if finding.blocks() => "error",
        Severity::Error | Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    format!(
        "::{level} file={},line={},col={},title={}::{}\n",
        property(review.place(&finding.file)),
        finding.line,
        finding.column,
        property(&format!("cachefit {}", finding.rule)),
        command(&finding.said())
    )
}

/// Markdown, cut where the page takes no more.
pub fn summary(review: &Review) -> String {
    let mut text = forms::markdown(review);
    if text.len() > MOST {
        text.truncate(text.floor_char_boundary(MOST));
        text.push_str("\n\nThe rest is left out: the page of a run takes no more.\n");
    }
    text
}
