//! Results for a person.

use crate::apply::{Applied, Stop};
use crate::plan::Purpose;
use crate::profile::visible;
use crate::provider::{Connection, Endpoint, Finding, Verdict};
use crate::report::text::{Tone, paragraph};
use crate::report::{Report, ReportError, Table};

impl Report<Applied> for Table {
    fn render(&self, applied: &Applied) -> Result<String, ReportError> {
        let (tone, head) = head(applied);
        let mut text = self.paint(tone, &paragraph("", "  ", &format!("{head}: {}.", counts(applied))));
        for pending in &applied.pending {
            text.push_str(&paragraph(
                "  ",
                "    ",
                &format!("{}: in force {}", pending.step, visible(&pending.until)),
            ));
        }
        for stop in &applied.stops {
            text.push_str(&self.stop(stop));
        }
        for held in &applied.held {
            text.push_str(&paragraph("  ", "    ", held));
        }
        for change in &applied.differs {
            let names: Vec<String> = change.attributes.iter().map(|a| visible(&a.name)).collect();
            let what = if names.is_empty() { visible(&change.reason) } else { names.join(", ") };
            let line = format!("{} {}: {what}", self.alarm("still differs:"), change.address);
            text.push_str(&paragraph("  ", "    ", &line));
        }
        for finding in applied.findings.iter().filter(|f| f.verdict == Verdict::Fails) {
            let of = finding.address.as_ref().map_or_else(String::new, |a| format!("{a}: "));
            let line = format!(
                "{} {of}{}: should be {}, but is {}",
                self.alarm("check failed:"),
                visible(&finding.check),
                visible(&finding.expected),
                visible(&finding.actual)
            );
            text.push_str(&paragraph("  ", "    ", &line));
        }
        if let Some(connection) = &applied.connection {
            text.push_str(&self.connection(connection));
        }
        Ok(text)
    }
}

/// What is only accepted for later is not complete.
fn head(applied: &Applied) -> (Tone, &'static str) {
    let scheduled = !applied.pending.is_empty();
    match (applied.complete, scheduled, applied.purpose) {
        (false, ..) if applied.left.is_empty() && applied.stops.is_empty() => {
            (Tone::Danger, "Every step is done, but not all of it holds")
        }
        (false, ..) => (Tone::Danger, "Stopped part-way"),
        (true, false, Purpose::Apply) => (Tone::Good, "Apply complete"),
        (true, false, Purpose::Destroy) => (Tone::Good, "Destroy complete"),
        (true, true, Purpose::Apply) => (Tone::Caution, "Apply accepted, not all of it in force yet"),
        (true, true, Purpose::Destroy) => (Tone::Caution, "Destroy accepted, not all of it in force yet"),
    }
}

/// `13 steps, 96 of 96 checks passed`.
fn counts(applied: &Applied) -> String {
    let plural = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let passed = Finding::count(&applied.findings, Verdict::Holds);
    let open = Finding::count(&applied.findings, Verdict::NotChecked);
    let checks = applied.findings.len();
    let done = applied.done.len();
    let all = applied.complete && applied.pending.is_empty();
    let parts = [
        (done > 0 && all, plural(done, "step")),
        (done > 0 && !all, format!("{} done", plural(done, "step"))),
        (!applied.pending.is_empty(), format!("{} scheduled", applied.pending.len())),
        (!applied.left.is_empty(), format!("{} not done", applied.left.len())),
        (checks > 0, format!("{passed} of {} passed", plural(checks, "check"))),
        (open > 0, format!("{open} could not be checked")),
    ];
    let told: Vec<String> = parts.into_iter().filter(|(told, _)| *told).map(|(_, text)| text).collect();
    match told.as_slice() {
        [] if applied.complete => "nothing to do".to_owned(),
        [] => "no step done".to_owned(),
        told => told.join(", "),
    }
}

/// A text whose lines stay lines, and nothing else that moves a cursor.
fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

impl Table {
    fn stop(&self, stop: &Stop) -> String {
        match stop {
            Stop::Interrupted => {
                paragraph("  ", "    ", "stopped on request, after the steps that were running")
            }
            Stop::Failed { step, error, hint } => {
                let mut text =
                    paragraph("  ", "    ", &format!("{} {step}: {}", self.alarm("failed:"), lines(error)));
                if let Some(hint) = hint {
                    text.push_str(&paragraph("  hint: ", "    ", &lines(hint)));
                }
                text
            }
            Stop::Waiting { step, gate } => {
                let mut text =
                    paragraph("  ", "    ", &format!("{step} waits for you: {}", visible(&gate.what)));
                text.push_str(&paragraph(
                    "    ",
                    "    ",
                    &format!("to see that it is done: {}", visible(&gate.check)),
                ));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::ScheduledStep;
    use crate::plan::StepId;
    use crate::provider::Finding;
    use crate::units::Provider;

    fn applied(done: usize, checks: usize) -> Applied {
        let finding = Finding {
            address: None,
            check: "TLS".to_owned(),
            expected: "on".to_owned(),
            actual: "on".to_owned(),
            verdict: Verdict::Holds,
        };
        Applied {
            profile: "shop".to_owned(),
            provider: Provider::Local,
            purpose: Purpose::Apply,
            complete: true,
            done: (0..done).map(|n| StepId(format!("local.server.shop:{n}"))).collect(),
            pending: Vec::new(),
            left: Vec::new(),
            stops: Vec::new(),
            differs: Vec::new(),
            held: Vec::new(),
            findings: vec![finding; checks],
            connection: None,
        }
    }

    fn text(applied: &Applied) -> String {
        Table { color: false }.render(applied).unwrap()
    }

    #[test]
    fn one_line_says_how_it_ended() {
        assert_eq!(text(&applied(13, 96)), "Apply complete: 13 steps, 96 of 96 checks passed.\n");
        assert_eq!(text(&applied(0, 0)), "Apply complete: nothing to do.\n");
        let mut stopped = applied(2, 0);
        stopped.complete = false;
        stopped.left = vec![StepId("local.server.shop:3".to_owned())];
        assert_eq!(text(&stopped), "Stopped part-way: 2 steps done, 1 not done.\n");
        let mut failed = applied(1, 2);
        failed.complete = false;
        failed.findings[1].verdict = Verdict::Fails;
        let text = text(&failed).replace("\n  ", " ");
        assert!(
            text.starts_with("Every step is done, but not all of it holds: 1 step done, 1 of 2 checks"),
            "{text}"
        );
        assert!(text.contains("check failed: TLS: should be on"), "{text}");
    }

    #[test]
    fn what_is_scheduled_is_not_complete() {
        let mut later = applied(1, 1);
        later.pending = vec![ScheduledStep {
            step: StepId("aws.x.shop:type".to_owned()),
            until: "Sunday 03:00\u{1b}".to_owned(),
        }];
        let text = text(&later).replace("\n  ", " ");
        assert!(!text.contains("complete"), "{text}");
        assert!(text.contains("1 step done, 1 scheduled, 1 of 1 check passed"), "{text}");
        assert!(text.contains("in force Sunday 03:00\\u{1b}"), "{text}");
    }
}
