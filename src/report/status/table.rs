//! Status for a person.

use super::Status;
use crate::plan::{Observed, Ownership, State};
use crate::report::plan::{counts, difference, sign};
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Report, ReportError, Table};

use Align::Left;

/// Whether it works, in words.
pub(super) fn state(observed: &Observed) -> String {
    match (&observed.ownership, &observed.state) {
        (Ownership::Foreign { why }, _) => format!("not ours: {why}"),
        (_, State::Ready) => "ready".to_owned(),
        (_, State::Busy { what }) => format!("busy: {what}"),
        (_, State::Broken { why }) => format!("broken: {why}"),
    }
}

/// `role primary, pid 4711`.
pub(super) fn facts(observed: &Observed) -> String {
    let all: Vec<String> = observed.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
    all.join(", ")
}

impl Report<Status> for Table {
    fn render(&self, status: &Status) -> Result<String, ReportError> {
        let mut text = format!("{}: {}\n", status.profile, self.strong(&counts(&status.drift)));
        if let Some(unfinished) = &status.unfinished {
            text.push_str(&paragraph("  ", "  ", &self.alarm(unfinished)));
        }
        if status.resources.is_empty() {
            text.push_str("  nothing is there\n");
        } else {
            let rows: Vec<Vec<String>> = status
                .resources
                .iter()
                .map(|r| vec![r.resource.address.to_string(), state(r), facts(r)])
                .collect();
            text.push('\n');
            text.push_str(&columns(&["resource", "state", "facts"], &[Left, Left, Left], &rows));
        }
        let different: Vec<_> = status.drift.changes.iter().filter(|c| !c.attributes.is_empty()).collect();
        let existing = |c: &&&crate::plan::Change| c.action != crate::plan::Action::Create;
        if different.iter().any(|c| existing(&c)) {
            text.push_str(&self.heading("Differs from the profile"));
            for change in different.iter().filter(existing) {
                for attribute in &change.attributes {
                    let line = format!(
                        "{} {} {}: {}",
                        sign(&change.action),
                        change.address,
                        attribute.name,
                        difference(attribute)
                    );
                    text.push_str(&paragraph("  ", "      ", &line));
                }
            }
        }
        Ok(text)
    }
}
