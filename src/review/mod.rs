//! What profiles cost, what a change does to it and why, and which gates that breaches: one value for all forms.

mod account;
mod allocation;
mod before;
mod deployment;
mod finding;
mod gates;
mod groups;
mod payment;
mod reason;
mod saved;

pub use account::{AccountLine, AccountPrice, AwsUsage};
pub use allocation::Share;
pub use before::Before;
pub use deployment::{Answer, DeploymentCost, Status, Unreadable};
pub use finding::{Finding, Severity, Waived};
pub use gates::RULES;
pub use groups::{Both, Group, Sum, Totals};
pub use payment::{Month, Paid, Payment};
pub use reason::{Reason, ReviewedLine};
pub use saved::{SavedError, saved};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::profile::GatePolicy;
use gates::Facts;

/// Profiles priced, and compared with what they were.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Review {
    /// One entry a profile, in the order of the command line; then those that cannot be read, and removed ones last.
    pub results: Vec<DeploymentCost>,
    /// All deployments together.
    pub totals: Totals,
    /// Sub-totals by environment, provider and label; empty for one deployment.
    pub groups: Vec<Group>,
    /// Gates that are breached and problems of profiles, sorted by place.
    pub findings: Vec<Finding>,
    /// What it is compared with, as the command line named it; none without a baseline.
    pub baseline: Option<String>,
    /// The file of gates that was applied.
    pub policy: Option<String>,
    /// The day of the estimate.
    pub as_of: String,
    /// Date of the price snapshot.
    pub snapshot: String,
    /// The command line that makes the same report again.
    #[serde(skip)]
    pub again: Option<String>,
    /// Files below the root of the repository, by the names that they have here: for forms that forges read.
    #[serde(skip)]
    pub places: BTreeMap<String, String>,
}

/// What a review is made from.
pub struct Inputs<'a> {
    /// The profiles as they are.
    pub after: &'a [Answer<'a>],
    /// What each of them was, in the same order; none where it is new.
    pub before: Vec<Option<Before<'a>>>,
    /// Profiles that cannot be read.
    pub unreadable: Vec<Unreadable<'a>>,
    /// Profiles that are gone.
    pub removed: Vec<Before<'a>>,
    /// What it is compared with.
    pub baseline: Option<String>,
    /// Findings of an earlier report that is the baseline.
    pub earlier: Vec<Finding>,
    /// The file of gates, with its path and its text.
    pub policy: Option<&'a GatePolicy>,
    /// Problems of profiles.
    pub problems: Vec<Finding>,
    /// The day of the estimate.
    pub as_of: jiff::civil::Date,
    /// Date of the price snapshot.
    pub snapshot: &'a str,
}

impl Review {
    /// Compares, adds up and looks at the gates.
    pub fn of(inputs: Inputs<'_>) -> Self {
        let compared = inputs.baseline.is_some();
        let now: Vec<Facts<'_>> = inputs.after.iter().map(Facts::of).collect();
        let pairs = || inputs.after.iter().zip(&inputs.before);
        // What has another name now is held against the gates of that name.
        let renamed = pairs().filter_map(|(now, was)| {
            Some(Facts::of(was.as_ref()?.answer?).called(&now.profile.name, &now.file))
        });
        let others = inputs.unreadable.iter().filter_map(|one| one.before.as_ref()).chain(&inputs.removed);
        let then: Vec<Facts<'_>> =
            renamed.chain(others.filter_map(|before| before.answer.map(Facts::of))).collect();
        let mut results: Vec<DeploymentCost> = inputs
            .after
            .iter()
            .zip(&inputs.before)
            .map(|(answer, before)| DeploymentCost::of(answer, before.as_ref(), compared))
            .collect();
        let of = (inputs.as_of.to_string(), inputs.snapshot);
        let unreadable = |one: &Unreadable<'_>| DeploymentCost::unreadable(one, (&of.0, of.1), compared);
        results.extend(inputs.unreadable.iter().map(unreadable));
        results.extend(inputs.removed.iter().map(DeploymentCost::removed));
        let totals = Totals::of(&results, compared);
        let mut findings = gates::findings(&now, inputs.policy, inputs.as_of);
        let mut old = gates::findings(&then, inputs.policy, inputs.as_of);
        let mut earlier = inputs.earlier;
        for (now, was) in pairs() {
            if let Some(was) = was.as_ref().filter(|was| was.answer.is_none()) {
                let is = (now.profile.name.as_str(), now.file.as_str());
                for finding in &mut earlier {
                    finding.rename((&was.profile, &was.file), is);
                }
            }
        }
        old.extend(earlier);
        gates::mark_old(&mut findings, &old);
        if let Some(policy) = inputs.policy.filter(|_| compared) {
            findings.extend(gates::increases(&results, &totals, policy));
        }
        // A profile that cannot be read may be the one that is meant.
        let policy = inputs.policy.filter(|_| inputs.unreadable.is_empty());
        findings.extend(policy.iter().flat_map(|policy| gates::needless(&now, policy)));
        findings.extend(inputs.problems);
        let asked: Vec<&str> = inputs.after.iter().map(|answer| answer.profile.name.as_str()).collect();
        gates::waive(&mut findings, inputs.policy, inputs.as_of, &asked);
        findings.sort_by(Finding::order);
        Self {
            groups: groups::groups(&results, compared),
            results,
            totals,
            findings,
            baseline: inputs.baseline,
            policy: inputs.policy.map(|policy| policy.file.clone()),
            as_of: inputs.as_of.to_string(),
            snapshot: inputs.snapshot.to_owned(),
            again: None,
            places: BTreeMap::new(),
        }
    }

    /// A file as a forge names it: below the root of the repository, where there is one.
    pub fn place<'r>(&'r self, file: &'r str) -> &'r str {
        self.places.get(file).map_or(file, String::as_str)
    }

    /// Whether a gate keeps the change from being merged.
    pub fn blocks(&self) -> bool {
        self.findings.iter().any(Finding::blocks)
    }
}
