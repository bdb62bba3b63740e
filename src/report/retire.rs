//! How the retirement of a cache stands.

use serde::Serialize;

use crate::fleet::{Done, Evidence, Record, RetireStep};
use crate::report::document::{Block, Document, Section, Sentence};
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError, Table};

/// How it stands.
#[derive(Clone, Debug)]
pub struct RetireReport {
    /// Name of the profile.
    pub profile: String,
    /// What has been done.
    pub record: Record,
    /// Whether it is on record as blocked and is not: somebody has applied its profile since.
    pub given_back: bool,
    /// What is known of its use.
    pub evidence: Evidence,
    /// Days between blocking and deleting.
    pub wait_days: u32,
    /// All steps.
    pub steps: Vec<RetireStep>,
    /// Whether people do them by hand.
    pub by_hand: bool,
}

impl RetireReport {
    /// The steps, without the commands that are refused where people do them by hand; of a cache that is in use only what
    /// is looked at, and how it is given back.
    fn steps(&self) -> impl Iterator<Item = RetireStep> + '_ {
        let is_used = matches!(self.evidence, Evidence::Used { .. });
        let is_blocked = self.record.quarantined().is_some();
        let comes = move |step: &&RetireStep| match step.step {
            "evidence" => true,
            "quarantine" => !is_used || is_blocked,
            _ => !is_used,
        };
        self.steps.iter().filter(comes).map(|step| RetireStep {
            command: step.command.clone().filter(|_| !self.by_hand || step.step == "evidence"),
            ..step.clone()
        })
    }
}

/// How it stands, for programs.
#[derive(Serialize)]
struct Retirement<'a> {
    profile: &'a str,
    evidence: Seen<'a>,
    done: &'a [Done],
    given_back: bool,
    wait_days: u32,
    by_hand: bool,
    steps: Vec<RetireStep>,
}

/// What is known of its use.
#[derive(Serialize)]
#[serde(tag = "use", rename_all = "kebab-case")]
enum Seen<'a> {
    Unknown { why: &'a str },
    Used { what: &'a str },
    Idle { from: i64, to: i64, what: &'a str },
}

impl Report<RetireReport> for Json {
    fn render(&self, report: &RetireReport) -> Result<String, ReportError> {
        let evidence = match &report.evidence {
            Evidence::Unknown { why } => Seen::Unknown { why },
            Evidence::Used { what } => Seen::Used { what },
            Evidence::Idle { from, to, what } => Seen::Idle { from: *from, to: *to, what },
        };
        let retirement = Retirement {
            profile: &report.profile,
            evidence,
            done: &report.record.done,
            given_back: report.given_back,
            wait_days: report.wait_days,
            by_hand: report.by_hand,
            steps: report.steps().collect(),
        };
        envelope("retire", &retirement)
    }
}

impl Report<RetireReport> for Table {
    fn render(&self, report: &RetireReport) -> Result<String, ReportError> {
        Ok(self.document(&document(report), true))
    }
}

fn document(report: &RetireReport) -> Document {
    let answer = match (report.record.done.last(), &report.evidence) {
        (Some(Done::Deleted { .. }), _) => Sentence::answer("deleted"),
        (_, Evidence::Used { what }) => Sentence::alarm("in use:", what.clone()),
        (Some(Done::Quarantined { at }), _) if !report.given_back => {
            Sentence::answer(format!("blocked since {}", day(*at)))
        }
        (_, Evidence::Idle { from, to, what }) => {
            let days = (to - from) / 86_400;
            Sentence { rest: format!("for {days} days: {what}"), ..Sentence::answer("idle") }
        }
        (_, Evidence::Unknown { why }) => {
            Sentence::alarm("not known:", format!("{why}; nothing may be retired on that"))
        }
    };
    let step = |step: RetireStep| {
        let command = step.command.map_or_else(String::new, |command| format!(" ({command})"));
        let undo = step.undo.map_or_else(String::new, |undo| format!("; undo: {undo}"));
        (step.step.to_owned(), format!("{}{command}{undo}", step.text))
    };
    let steps = report.steps().map(step).collect();
    let mut sections = vec![Section::new("Steps").with([Block::Items(steps)])];
    if let (Some(Done::Quarantined { at }), true) = (report.record.done.last(), report.given_back) {
        let note = format!(
            "it was blocked on {}, and its users have their permissions again: somebody has applied its profile since. The \
             waiting time begins again with --quarantine",
            day(*at)
        );
        sections.insert(0, Section::default().with([Block::Note(note)]));
    }
    if report.by_hand {
        let note = "cachefit blocks and deletes local servers; at this provider the steps are done by hand"
            .to_owned();
        sections.push(Section::default().with([Block::Note(note)]));
    }
    Document {
        name: report.profile.clone(),
        answer,
        sections,
        foot: vec![format!("The waiting time is {} days.", report.wait_days)],
        more: None,
    }
}

fn day(at: i64) -> String {
    jiff::Timestamp::from_second(at).map(|at| format!("{at:.0}")).unwrap_or_default()
}
