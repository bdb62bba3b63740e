//! Declared figures that observations contradict. The recommendation follows the profile all the same: it says what is
//! meant, and a person decides which of the two is right.

use schemars::JsonSchema;
use serde::Serialize;

use crate::profile::Profile;
use crate::units::{Interval, terms};

terms!(
    /// How a declared figure is wrong.
    Contradicts, "too-low or too-high" {
        /// More was observed, or is likely.
        TooLow = "too-low",
        /// Even the high end of the next peak is below it.
        TooHigh = "too-high",
    }
);

/// A declared figure that observations contradict.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contradiction {
    /// The keys of the profile that declare it.
    pub keys: Vec<String>,
    /// How it is wrong.
    pub verdict: Contradicts,
    /// What is declared, in the unit of the figure.
    pub declared: Interval,
    /// What was observed of the peak to come, in the same unit; where only a lower bound is known, that.
    pub observed: Interval,
    /// Whether the demand may be more than what was observed.
    pub at_least: bool,
    /// Both with their units, for people.
    pub text: String,
    /// Metric, statistic, source, window and confidence.
    pub source: String,
    /// What to do next.
    pub next: String,
}

/// What to do where metrics are at hand, or not.
pub fn next_step(file: &str) -> String {
    let file = if file.starts_with('<') { "PROFILE" } else { file };
    format!(
        "`cachefit observe {file} --from METRICS --write` puts it right, or new metrics show that it holds again"
    )
}

/// Figures that were changed to less than what was observed of them when they were written.
pub fn kept(profile: &Profile, file: &str) -> Vec<Contradiction> {
    let contradicted = profile.observed.iter().filter(|one| one.is_contradicted());
    contradicted
        .map(|one| Contradiction {
            keys: vec![one.key.clone()],
            verdict: Contradicts::TooLow,
            declared: Interval::exact(one.high),
            observed: Interval::exact(one.least_value),
            at_least: true,
            text: format!("declared {}, observed at least {}", one.declared, one.least),
            source: one.source.clone(),
            next: next_step(file),
        })
        .collect()
}
