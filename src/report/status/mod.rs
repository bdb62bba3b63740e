//! What runs and how it differs, in every form.

mod facts;
mod json;

use serde::Serialize;

use super::document::{Block, Document, Section, Sentence};
use super::plan::{attributes, counts, sign};
use super::{Markdown, Report, ReportError, Table};
use crate::plan::{Action, Observed, Plan};
use crate::units::Provider;

/// A deployment as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Name of the profile.
    pub profile: String,
    /// Who provides it.
    pub provider: Provider,
    /// What is there.
    pub resources: Vec<Observed>,
    /// What `apply` would do: drift and changes of the profile.
    pub drift: Plan,
    /// A run that did not end, with what to do.
    pub unfinished: Option<String>,
}

impl Report<Status> for Table {
    fn render(&self, status: &Status) -> Result<String, ReportError> {
        Ok(self.document(&document(status), false))
    }
}

impl Report<Status> for Markdown {
    fn render(&self, status: &Status) -> Result<String, ReportError> {
        Ok(format!("{}\n{}", document(status).markdown(), Markdown.render(&status.drift)?))
    }
}

fn document(status: &Status) -> Document {
    let answer = match (status.resources.is_empty(), status.drift.is_empty()) {
        (true, _) => Sentence::answer("nothing exists yet"),
        (_, true) => Sentence::answer("runs as the profile says"),
        (_, false) => Sentence::answer(counts(&status.drift)),
    };
    let unfinished = status.unfinished.iter().map(|text| Block::Text(Sentence::alarm(text, "")));
    let mut sections = vec![Section::default().with(unfinished)];
    if !status.resources.is_empty() {
        let items = status.resources.iter().map(facts::item).collect();
        sections.push(Section::new("Resources").with([Block::Items(items)]));
    }
    sections.extend(differs(&status.drift));
    Document {
        name: status.profile.clone(),
        answer,
        sections,
        foot: missing(&status.drift).into_iter().collect(),
        more: None,
    }
}

/// Attributes of what is there that are not as the profile says.
fn differs(drift: &Plan) -> Option<Section> {
    let there = drift.changes.iter().filter(|c| c.action != Action::Create);
    let lines: Vec<(String, String)> = there
        .flat_map(|c| {
            let line = |(name, value)| (format!("{} {} {name}", sign(&c.action), c.address), value);
            attributes(c, false).into_iter().map(line)
        })
        .collect();
    (!lines.is_empty()).then(|| Section::new("Differs from the profile").with([Block::Items(lines)]))
}

/// What the profile asks for and does not exist.
fn missing(drift: &Plan) -> Option<String> {
    let names: Vec<String> = drift
        .changes
        .iter()
        .filter(|c| c.action == Action::Create)
        .map(|c| format!("{} {}", c.address.kind.replace('_', " "), c.address.name))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "Does not exist yet: {}. `cachefit plan` shows what `apply` would do.",
            super::enumerated(&names)
        )
    })
}
