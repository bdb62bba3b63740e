//! What profiles cost, what a change does to it, and the gates: one value in every form, one file each.

mod change;
mod code_quality;
mod csv;
mod focus;
mod forms;
mod github;
mod html;
mod infracost;
mod json;
mod junit;
mod sarif;

use clap::ValueEnum;

pub use focus::unpriced;
pub use json::schema;

use super::ReportError;
use crate::review::Review;
use crate::units::{Figure, Usd};

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a person
    Table,
    /// For a program
    Json,
    /// For a ticket or a pull request
    Markdown,
    /// For a spreadsheet
    Csv,
    /// A page with pictures, in one file
    Html,
    /// Findings for code scanning (SARIF 2.1.0)
    Sarif,
    /// Findings for test tabs (`JUnit`)
    Junit,
    /// Findings for GitLab (Code Quality)
    CodeQuality,
    /// Findings as annotations of GitHub Actions; the page of the run gets the summary, too
    Github,
    /// The page of a run of GitHub Actions
    GithubSummary,
    /// Costs for `FinOps` tools (FOCUS 1.4, CSV)
    Focus,
    /// Costs that merge into a report of infracost (JSON)
    Infracost,
}

impl Form {
    /// Every form.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Json,
        Self::Markdown,
        Self::Csv,
        Self::Html,
        Self::Sarif,
        Self::Junit,
        Self::CodeQuality,
        Self::Github,
        Self::GithubSummary,
        Self::Focus,
        Self::Infracost,
    ];

    /// Whether it lists findings and no bills; then it is written even if no profile can be used.
    pub fn is_for_findings(self) -> bool {
        matches!(self, Self::Sarif | Self::Junit | Self::CodeQuality | Self::Github)
    }

    /// Whether breached gates stand in it.
    pub fn tells_gates(self) -> bool {
        !matches!(self, Self::Csv | Self::Focus | Self::Infracost)
    }
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to use colour.
    pub color: bool,
    /// Whether to say where every price comes from.
    pub explain: bool,
}

/// The review in a form.
pub fn emit(review: &Review, form: Form, style: &Style) -> Result<String, ReportError> {
    match form {
        Form::Table => Ok(forms::table(review, *style)),
        Form::Markdown => Ok(forms::markdown(review)),
        Form::Json => json::render(review),
        Form::Csv => csv::render(review),
        Form::Html => Ok(html::render(review)),
        Form::Sarif => json::pretty(&sarif::log(review)),
        Form::Junit => Ok(junit::render(review)),
        Form::CodeQuality => json::pretty(&code_quality::issues(review)),
        Form::Github => Ok(github::annotations(review)),
        Form::GithubSummary => Ok(github::summary(review)),
        Form::Focus => focus::render(review),
        Form::Infracost => json::pretty(&infracost::output(review)),
    }
}

/// `12.30`, `at least 12.30`, `not known`.
fn amount(known: Usd, total: &Figure<Usd>) -> String {
    match total {
        Figure::Known(usd) => usd.to_string(),
        Figure::Unknown { .. } if known > Usd::ZERO => format!("at least {known}"),
        Figure::Unknown { .. } => "not known".into(),
    }
}

/// `+12.30`, `-3.40`, `0.00`, `not known`.
fn signed(figure: &Figure<Usd>) -> String {
    match figure {
        Figure::Known(usd) if usd.to_cents() > Usd::ZERO => format!("+{usd}"),
        Figure::Known(usd) => usd.to_string(),
        Figure::Unknown { .. } => "not known".into(),
    }
}

/// `+4.1 %`; none where nothing was before, or less than a tenth of a percent has changed.
fn percent(before: Usd, difference: Usd) -> Option<String> {
    if before <= Usd::ZERO {
        return None;
    }
    let share = (difference.0 / before.0 * rust_decimal::Decimal::ONE_HUNDRED).round_dp(1);
    (!share.is_zero()).then(|| format!("{}{share} %", if share.is_sign_positive() { "+" } else { "" }))
}
