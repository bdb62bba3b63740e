//! What was proven, a line a check.

use serde::Serialize;

use super::json::envelope;
use super::{Json, Report, ReportError, Table};
use crate::provider::Finding;

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
        self.findings.iter().filter(|f| !f.holds).count()
    }
}

impl Report<VerifyReport> for Table {
    fn render(&self, report: &VerifyReport) -> Result<String, ReportError> {
        let mut text = String::new();
        for finding in &report.findings {
            let subject = finding.address.as_ref().map_or(report.profile.clone(), ToString::to_string);
            let mark = if finding.holds { "ok  " } else { "FAIL" };
            let detail = if finding.holds {
                finding.actual.clone()
            } else {
                format!("{}, should be {}", finding.actual, finding.expected)
            };
            text.push_str(&format!("{mark} {subject}  {}: {detail}\n", finding.check));
        }
        let (all, failed) = (report.findings.len(), report.failed());
        let verdict = if failed == 0 {
            format!("{all} of {all} checks passed")
        } else {
            format!("{failed} of {all} checks failed")
        };
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
            findings: &'a [Finding],
        }
        let VerifyReport { profile, findings } = report;
        envelope("verify", &Form { profile, failed: report.failed(), findings })
    }
}
