//! A recommendation, or several, in every form.

mod amounts;
mod csv;
mod json;
mod memory;
mod sections;

pub use json::schema;

pub(in crate::report) use amounts::{months, usd};
pub(in crate::report) use sections::bill;

use super::document::Document;
use super::{Explained, Markdown, Report, ReportError, Table};
use crate::parallel;
use crate::recommend::Recommendation;
use sections::alternatives::SHOWN as ALTERNATIVES;

/// Lines of a screen on which a recommendation fits.
const SCREEN: usize = 45;

/// What everybody reads: it fits on a screen.
impl Report<[Recommendation]> for Table {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        Ok(parallel::map(outcome, |r| self.screen(r)).join("\n"))
    }
}

impl Table {
    /// With as many alternatives as fit beside the rest.
    fn screen(&self, r: &Recommendation) -> String {
        let with = |shown| self.document(&document(r, shown), false);
        let most = r.alternatives.len().min(ALTERNATIVES);
        let fits = |text: &String| text.lines().count() <= SCREEN;
        (1..=most).rev().map(with).find(fits).unwrap_or_else(|| with(most.min(1)))
    }
}

impl Report<[Recommendation]> for Explained {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        let table = Table { color: self.color };
        Ok(parallel::map(outcome, |r| table.document(&document(r, ALTERNATIVES), true)).join("\n"))
    }
}

impl Report<[Recommendation]> for Markdown {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        Ok(parallel::map(outcome, |r| document(r, ALTERNATIVES).markdown()).join("\n"))
    }
}

/// The recommendation in sections, one file each.
fn document(r: &Recommendation, alternatives: usize) -> Document {
    let mut all = sections::choice::sections(r);
    all.extend(sections::headroom::section(r));
    all.extend(sections::bill::sections(r));
    all.extend(sections::policy::section(r));
    all.extend(memory::section(r));
    all.extend(sections::misfit::sections(r));
    all.extend(sections::application::section(r));
    all.extend(sections::contradicted::section(r));
    all.extend(sections::ways_out::section(r));
    all.extend(sections::what_if::section(r));
    all.extend(sections::advice::section(r));
    all.extend(sections::alternatives::section(r, alternatives));
    all.extend(sections::rejected::section(r));
    all.extend(sections::assumptions::section(r));
    Document {
        name: r.profile.clone(),
        answer: sections::choice::answer(r),
        sections: all,
        foot: vec![super::dates(&r.snapshot, r.oldest_price.as_deref(), &r.as_of)],
        more: Some(sections::MORE.into()),
    }
}
