//! What runs and how it differs, in every form.

mod facts;
mod health;
mod json;

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::document::{Block, Document, Section, Sentence};
use super::json::VERSION;
use super::plan::{attributes, counts, sign};
use super::{Markdown, Report, ReportError, Table};
use crate::observe::Health;
use crate::plan::{Action, Observed, Plan};
use crate::units::{Figure, Provider, Usd};

/// A deployment as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Name of the profile.
    pub profile: String,
    /// Who provides it.
    pub provider: Provider,
    /// How it has done in the last hour, by its metrics; unknown with the reason.
    pub health: Figure<Health>,
    /// The monthly bill of what runs.
    pub monthly: Figure<Usd>,
    /// The alarms that are raised.
    pub alarms: Figure<Vec<String>>,
    /// Days after which the provider forgets that an alarm was raised, though it still is; none where it does not.
    pub alarm_days: Option<u32>,
    /// What goes on, and what is accepted for later.
    pub pending: Vec<String>,
    /// Since when its users may do nothing, in seconds since 1970; none unless `retire` has blocked it.
    pub blocked_since: Option<i64>,
    /// What is there.
    pub resources: Vec<Observed>,
    /// What `apply` would do: drift and changes of the profile.
    pub drift: Plan,
    /// A run that did not end, with what to do.
    pub unfinished: Option<String>,
}

/// JSON Schema of the report. Resources and the plan have the form of a plan file, which has a version of its own.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let health = generator.subschema_for::<Figure<Health>>().to_value();
    let monthly = generator.subschema_for::<Figure<Usd>>().to_value();
    let alarms = generator.subschema_for::<Figure<Vec<String>>>().to_value();
    let provider = generator.subschema_for::<Provider>().to_value();
    let definitions = generator.take_definitions(true);
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cachefit status",
        "type": "object",
        "required": ["version", "report", "results"],
        "properties": {
            "version": { "const": VERSION },
            "report": { "const": "status" },
            "results": {
                "type": "object",
                "required": [
                    "profile", "provider", "health", "monthly", "alarms", "alarm_days", "pending", "blocked_since",
                    "resources", "drift", "unfinished"
                ],
                "properties": {
                    "profile": { "type": "string" },
                    "provider": provider,
                    "health": health,
                    "monthly": monthly,
                    "alarms": alarms,
                    "alarm_days": { "type": ["integer", "null"], "minimum": 1 },
                    "pending": { "type": "array", "items": { "type": "string" } },
                    "blocked_since": { "type": ["integer", "null"] },
                    "resources": { "type": "array", "items": { "type": "object" } },
                    "drift": { "type": "object", "required": ["version", "changes", "steps"] },
                    "unfinished": { "type": ["string", "null"] },
                },
            },
        },
        "$defs": definitions,
    })
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
    let blocked = status.blocked_since.map(|at| {
        let day = jiff::Timestamp::from_second(at).map(|at| at.to_string()).unwrap_or_default();
        Sentence::alarm(format!("blocked since {day}:"), "its users may do nothing")
    });
    let answer = match (status.resources.is_empty(), status.drift.is_empty()) {
        (true, _) => Sentence::answer("nothing exists yet"),
        (_, true) => Sentence::answer("runs as the profile says"),
        (_, false) => Sentence::answer(counts(&status.drift)),
    };
    let unfinished = status.unfinished.iter().map(|text| Block::Text(Sentence::alarm(text, "")));
    let mut sections = vec![Section::default().with(unfinished)];
    if !status.resources.is_empty() {
        sections.push(health::section(status));
        let items = status.resources.iter().map(facts::item).collect();
        sections.push(Section::new("Resources").with([Block::Items(items)]));
    }
    sections.extend(differs(&status.drift));
    Document {
        name: status.profile.clone(),
        answer: blocked.unwrap_or(answer),
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
