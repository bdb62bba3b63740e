//! Results for a person.

use crate::apply::{Applied, Stop};
use crate::plan::Purpose;
use crate::provider::{Connection, Endpoint, Finding, Verdict};
use crate::report::text::paragraph;
use crate::report::{Report, ReportError, Table};

impl Report<Applied> for Table {
    fn render(&self, applied: &Applied) -> Result<String, ReportError> {
        let head = match (applied.complete, applied.purpose) {
            (true, Purpose::Apply) => self.strong("Apply complete"),
            (true, Purpose::Destroy) => self.strong("Destroy complete"),
            (false, _) => self.alarm("Stopped part-way"),
        };
        let mut text = paragraph("", "  ", &format!("{}: {head}: {}.", applied.profile, counts(applied)));
        for pending in &applied.pending {
            text.push_str(&paragraph("  ", "    ", &format!("{}: in force {}", pending.step, pending.until)));
        }
        for stop in &applied.stops {
            text.push_str(&self.stop(stop));
        }
        for change in &applied.differs {
            let names: Vec<&str> = change.attributes.iter().map(|a| a.name.as_str()).collect();
            let what = if names.is_empty() { change.reason.clone() } else { names.join(", ") };
            let line = format!("{} {}: {what}", self.alarm("still differs:"), change.address);
            text.push_str(&paragraph("  ", "    ", &line));
        }
        for finding in applied.findings.iter().filter(|f| f.verdict == Verdict::Fails) {
            let of = finding.address.as_ref().map_or_else(String::new, |a| format!("{a}: "));
            let line = format!(
                "{} {of}{}: should be {}, but is {}",
                self.alarm("check failed:"),
                finding.check,
                finding.expected,
                finding.actual
            );
            text.push_str(&paragraph("  ", "    ", &line));
        }
        if let Some(connection) = &applied.connection {
            text.push_str(&self.connection(connection));
        }
        Ok(text)
    }
}

/// `6 steps done, 14 of 14 checks passed`.
fn counts(applied: &Applied) -> String {
    let plural = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let passed = Finding::count(&applied.findings, Verdict::Holds);
    let open = Finding::count(&applied.findings, Verdict::NotChecked);
    let checks = applied.findings.len();
    let parts = [
        (true, format!("{} done", plural(applied.done.len(), "step"))),
        (!applied.pending.is_empty(), format!("{} accepted for later", applied.pending.len())),
        (!applied.left.is_empty(), format!("{} not done", applied.left.len())),
        (checks > 0, format!("{passed} of {} passed", plural(checks, "check"))),
        (open > 0, format!("{open} could not be checked")),
    ];
    parts.into_iter().filter(|(told, _)| *told).map(|(_, text)| text).collect::<Vec<_>>().join(", ")
}

impl Table {
    fn stop(&self, stop: &Stop) -> String {
        match stop {
            Stop::Interrupted => {
                paragraph("  ", "    ", "stopped on request, after the steps that were running")
            }
            Stop::Failed { step, error, hint } => {
                let mut text = paragraph("  ", "    ", &format!("{} {step}: {error}", self.alarm("failed:")));
                if let Some(hint) = hint {
                    text.push_str(&paragraph("  hint: ", "    ", hint));
                }
                text
            }
            Stop::Waiting { step, gate } => {
                let mut text = paragraph("  ", "    ", &format!("{step} waits for you: {}", gate.what));
                text.push_str(&paragraph("    ", "    ", &format!("to see that it is done: {}", gate.check)));
                text.push_str(&format!("    then continue with: --confirm {step}\n"));
                text
            }
        }
    }

    /// How to connect, without passwords.
    pub(in crate::report) fn connection(&self, connection: &Connection) -> String {
        let list = |all: &[Endpoint]| {
            all.iter().map(|e| format!("{}:{}", e.host, e.port)).collect::<Vec<_>>().join(", ")
        };
        let mut text = self.heading("Connect");
        let protocol = if connection.cluster_mode { ", cluster protocol" } else { "" };
        let tls = if connection.tls { "TLS" } else { "no TLS" };
        let first = format!("{} ({tls}{protocol})", list(&connection.endpoints));
        text.push_str(&paragraph("  ", "    ", &first));
        if !connection.readers.is_empty() {
            text.push_str(&paragraph("  ", "    ", &format!("replicas: {}", list(&connection.readers))));
        }
        if let Some(ca) = &connection.ca_file {
            text.push_str(&format!("  certificate authority: {ca}\n"));
        }
        for user in &connection.users {
            text.push_str(&format!("  user {}: password in {}\n", user.user, user.secret));
        }
        text
    }
}
