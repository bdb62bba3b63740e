//! What was proven, a line a check.

use serde::Serialize;

use super::json::envelope;
use super::{Json, Report, ReportError, Table};
use crate::provider::{Finding, Verdict};

/// Findings about one deployment.
#[derive(Clone, Debug)]
pub struct VerifyReport {
    /// Name of the profile.
    pub profile: String,
    /// All checks.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// How many checks failed.
    pub fn failed(&self) -> usize {
        Finding::count(&self.findings, Verdict::Fails)
    }

    /// How many could not be checked.
    pub fn not_checked(&self) -> usize {
        Finding::count(&self.findings, Verdict::NotChecked)
    }
}

impl Report<VerifyReport> for Table {
    fn render(&self, report: &VerifyReport) -> Result<String, ReportError> {
        let mut text = String::new();
        for finding in &report.findings {
            let subject = finding.address.as_ref().map_or(report.profile.clone(), ToString::to_string);
            let (mark, detail) = match finding.verdict {
                Verdict::Holds => ("ok  ", finding.actual.clone()),
                Verdict::Fails => ("FAIL", format!("{}, should be {}", finding.actual, finding.expected)),
                Verdict::NotChecked => ("?   ", format!("not checked: {}", finding.actual)),
            };
            text.push_str(&format!("{mark} {subject}  {}: {detail}\n", finding.check));
        }
        let (all, failed, open) = (report.findings.len(), report.failed(), report.not_checked());
        let mut verdict = if failed == 0 {
            format!("{} of {all} checks passed", all - open)
        } else {
            format!("{failed} of {all} checks failed")
        };
        if open > 0 {
            verdict.push_str(&format!(", {open} could not be checked"));
        }
        text.push_str(&format!("{}: {verdict}\n", self.strong(&report.profile)));
        Ok(text)
    }
}

impl Report<VerifyReport> for Json {
    fn render(&self, report: &VerifyReport) -> Result<String, ReportError> {
        #[derive(Serialize)]
        struct Form<'a> {
            profile: &'a str,
            failed: usize,
            not_checked: usize,
            findings: &'a [Finding],
        }
        let VerifyReport { profile, findings } = report;
        let form = Form { profile, failed: report.failed(), not_checked: report.not_checked(), findings };
        envelope("verify", &form)
    }
}
