//! One deployment: what it costs, how that is paid, what it was, and why that has changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::AccountPrice;
use super::allocation::{self, Share};
use super::before::Before;
use super::payment::{Month, Payment, calendar, payment};
use super::reason::{ReviewedLine, reviewed};
use crate::cost::{Estimate, difference, sides};
use crate::deployment::Configuration;
use crate::profile::Profile;
use crate::recommend::{Candidate, Check, Cliff, Gate, MemoryChoice, Projection, Recommendation, Sweep};
use crate::units::{Assumption, Figure, Usd};

/// A profile with its answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The file, relative, with forward slashes.
    pub file: String,
    /// Its text, for places of findings.
    pub text: &'a str,
    /// SHA-256 of the text, hexadecimal.
    pub sha256: String,
    /// What it says.
    pub profile: Profile,
    /// The answer.
    pub recommendation: Recommendation,
    /// The months ahead.
    pub projection: Option<Projection>,
    /// Costs over load and over data, where a form shows them.
    pub sweeps: Vec<Sweep>,
}

impl Answer<'_> {
    /// What is billed: the choice, or the pinned shape that does not fit.
    pub fn candidate(&self) -> Option<&Candidate> {
        self.recommendation.choice.as_ref().or(self.recommendation.pinned_misfit.as_ref())
    }

    /// The provider of what is billed, or the one that the profile names.
    pub fn provider(&self) -> Option<String> {
        let billed = self.candidate().map(|c| c.deployment.provider());
        let named = self.profile.placement.provider.as_ref().map(|p| p.value);
        billed.or(named).map(|provider| provider.to_string())
    }
}

/// What became of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nothing to compare with.
    Estimated,
    /// It was not there before.
    New,
    /// It is there no more.
    Removed,
    /// A line has changed.
    Changed,
    /// Nothing has changed.
    Same,
}

/// One deployment with its bill.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeploymentCost {
    /// Name of the profile.
    pub profile: String,
    /// What is billed, in words; none if nothing fits, or if it was removed.
    pub shape: Option<String>,
    /// The bill.
    pub cost: Option<Estimate>,
    /// The day of the estimate.
    pub as_of: String,
    /// Date of the price snapshot.
    pub snapshot: String,
    /// Date of the oldest price in the bill.
    pub oldest_price: Option<String>,
    /// Gates of the profile that are breached.
    pub gates: Vec<Gate>,
    /// The file of the profile.
    pub file: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// Its environment.
    pub environment: String,
    /// Its provider.
    pub provider: Option<String>,
    /// Its service, by the catalogue's id.
    pub service: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its tags.
    pub labels: BTreeMap<String, String>,
    /// What became of it.
    pub status: Status,
    /// As it was; none without a baseline, or if it is new.
    pub before: Option<Was>,
    /// Every line before and after, with the reason; empty without a baseline.
    pub lines: Vec<ReviewedLine>,
    /// Dollars a month, after less before; none without a baseline.
    pub difference: Option<Figure<Usd>>,
    /// How it is paid: cash beside amortised.
    pub payment: Option<Payment>,
    /// Two years, month by month.
    pub months: Vec<Month>,
    /// Dated changes ahead.
    pub cliffs: Vec<Cliff>,
    /// The bill by key family; the parts are the total.
    pub by_family: Vec<Share>,
    /// The bill by class of commands; the parts are the total.
    pub by_command: Vec<Share>,
    /// Demand against capacity.
    pub headroom: Vec<Check>,
    /// Memory against misses, where the profile has a learned curve.
    pub memory_choice: Option<MemoryChoice>,
    /// Costs over load and over data; only where an HTML report is written.
    pub sweeps: Vec<Sweep>,
    /// What the figures rest on.
    pub assumptions: Vec<Assumption>,
    /// What the account itself would pay; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountPrice>,
    /// What is billed, as it is deployed.
    #[serde(skip)]
    pub deployment: Option<Configuration>,
}

/// A deployment as it was.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Was {
    /// Where it was read from.
    pub file: String,
    /// What was billed; none if nothing fitted, or if it cannot be read.
    pub shape: Option<String>,
    /// Its sum.
    pub total: Figure<Usd>,
    /// The sum of the lines with a price.
    pub known: Usd,
}

impl From<&Before<'_>> for Was {
    fn from(before: &Before<'_>) -> Self {
        Self {
            file: before.file.clone(),
            shape: before.shape.clone(),
            total: before.total.clone(),
            known: before.known,
        }
    }
}

impl DeploymentCost {
    /// A deployment as it is, and what it was.
    pub fn of(answer: &Answer<'_>, before: Option<&Before<'_>>, compared: bool) -> Self {
        let r = &answer.recommendation;
        let candidate = answer.candidate();
        let cost = candidate.map(|c| c.cost.clone());
        let lines = if compared { reviewed(answer, before) } else { Vec::new() };
        let total = cost.as_ref().map_or_else(|| Figure::unknown("nothing fits"), |cost| cost.total.clone());
        let status = match before {
            _ if !compared => Status::Estimated,
            None => Status::New,
            Some(before) if before.lines.is_none() != cost.is_none() => Status::Changed,
            Some(_) if lines.iter().any(ReviewedLine::is_change) => Status::Changed,
            Some(_) => Status::Same,
        };
        let difference = compared.then(|| match status {
            // The same lines in the same amounts cost the same, priced or not.
            Status::Same => Figure::Known(Usd::ZERO),
            _ => difference(before.map(|b| &b.total), Some(&total)),
        });
        let (payment, months) = candidate
            .zip(answer.projection.as_ref())
            .map(|(c, p)| (Some(payment(c, p)), calendar(c, p, &r.as_of)))
            .unwrap_or_default();
        let (by_family, by_command) = allocation::allocate(answer).unwrap_or_default();
        Self {
            profile: r.profile.clone(),
            shape: candidate.map(shape),
            as_of: r.as_of.clone(),
            snapshot: r.snapshot.clone(),
            oldest_price: candidate.and_then(|c| c.cost.oldest_price().map(str::to_owned)),
            gates: r.gates.clone(),
            file: answer.file.clone(),
            sha256: answer.sha256.clone(),
            environment: answer.profile.environment.as_str().to_owned(),
            provider: answer.provider(),
            service: candidate.map(|c| c.deployment.service.id().to_owned()),
            region: candidate.map(|c| c.deployment.region.clone()),
            labels: answer.profile.tags.clone(),
            status,
            before: before.map(Was::from),
            lines,
            difference,
            payment,
            months,
            cliffs: answer.projection.as_ref().map(|p| p.cliffs.clone()).unwrap_or_default(),
            by_family,
            by_command,
            headroom: candidate.map(|c| c.checks.clone()).unwrap_or_default(),
            memory_choice: r.memory_choice.clone(),
            sweeps: answer.sweeps.clone(),
            assumptions: r.assumptions.iter().chain(&r.defaults).cloned().collect(),
            account: None,
            deployment: candidate.map(|c| c.deployment.clone()),
            cost,
        }
    }

    /// A deployment that is there no more.
    pub fn removed(before: &Before<'_>) -> Self {
        Self {
            profile: before.profile.clone(),
            shape: None,
            cost: None,
            as_of: String::new(),
            snapshot: String::new(),
            oldest_price: None,
            gates: Vec::new(),
            file: before.file.clone(),
            sha256: String::new(),
            environment: before.environment.clone(),
            provider: before.provider.clone(),
            service: None,
            region: None,
            labels: before.labels.clone(),
            status: Status::Removed,
            before: Some(Was::from(before)),
            lines: super::reason::removed(before),
            difference: Some(difference(Some(&before.total), None)),
            payment: None,
            months: Vec::new(),
            cliffs: Vec::new(),
            by_family: Vec::new(),
            by_command: Vec::new(),
            headroom: Vec::new(),
            memory_choice: None,
            sweeps: Vec::new(),
            assumptions: Vec::new(),
            account: None,
            deployment: None,
        }
    }

    /// The sum of the bill; of one that is gone, nothing.
    pub fn total(&self) -> Figure<Usd> {
        match (&self.cost, self.status) {
            (Some(cost), _) => cost.total.clone(),
            (None, Status::Removed) => Figure::Known(Usd::ZERO),
            (None, _) => Figure::unknown("nothing fits"),
        }
    }

    /// The sum of the lines with a price.
    pub fn known(&self) -> Usd {
        self.cost.as_ref().map_or(Usd::ZERO, |cost| cost.known)
    }
}

/// As it is written above a bill.
fn shape(candidate: &Candidate) -> String {
    let d = &candidate.deployment;
    format!("{}, {} {} {}, {}, {}", candidate.shape, d.service, d.engine, d.version, d.region, d.commitment)
}

/// The lines of what is billed now.
pub(super) fn lines_of(answer: &Answer<'_>) -> Vec<(crate::cost::LineKind, crate::cost::LineSide)> {
    answer.candidate().map(|c| sides(&c.cost)).unwrap_or_default()
}
