//! One deployment: what it costs, how that is paid, what it was, and why that has changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::AccountPrice;
use super::allocation::{self, Share};
use super::before::Before;
use super::payment::{Month, Payment, calendar, payment};
use super::reason::{ReviewedLine, reviewed};
use crate::cost::{Estimate, LineChange, LineSide, LineStatus, difference, sides};
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

/// A profile that cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable<'a> {
    /// The name that it had, or that of its file.
    pub profile: String,
    /// The file, relative, with forward slashes.
    pub file: String,
    /// The environment that it had.
    pub environment: String,
    /// The first of its errors, with its place.
    pub why: String,
    /// Whether the baseline has the very same text.
    pub same: bool,
    /// What it was.
    pub before: Option<Before<'a>>,
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
    /// A line has changed, or what is paid in the months ahead, or one side cannot be read.
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
    /// Why its profile cannot be read; none if it can.
    pub unreadable: Option<String>,
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
    /// Why its profile cannot be read; none if it can.
    pub unreadable: Option<String>,
    /// How it was paid; none without the months ahead.
    pub payment: Option<Payment>,
    /// Dated changes ahead, as they were.
    pub cliffs: Vec<Cliff>,
}

impl From<&Before<'_>> for Was {
    fn from(before: &Before<'_>) -> Self {
        Self {
            file: before.file.clone(),
            shape: before.shape.clone(),
            total: before.total.clone(),
            known: before.known,
            unreadable: before.unreadable.clone(),
            payment: before.payment.clone(),
            cliffs: before.cliffs.clone(),
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
        let (payment, months) = candidate
            .zip(answer.projection.as_ref())
            .map(|(c, p)| (Some(payment(c, p)), calendar(c, p, &r.as_of)))
            .unwrap_or_default();
        let status = match before {
            _ if !compared => Status::Estimated,
            None => Status::New,
            Some(before) if before.unreadable.is_some() || before.lines.is_none() != cost.is_none() => {
                Status::Changed
            }
            Some(_) if lines.iter().any(ReviewedLine::is_change) => Status::Changed,
            Some(before) if is_ahead_changed(before, answer, payment.as_ref()) => Status::Changed,
            Some(_) => Status::Same,
        };
        let difference = compared.then(|| match before {
            // The same lines in the same amounts cost the same, priced or not.
            Some(_) if status == Status::Same => Figure::Known(Usd::ZERO),
            Some(before) if before.lines.is_some() && !lines.iter().any(ReviewedLine::is_change) => {
                Figure::Known(Usd::ZERO)
            }
            _ => comparable(difference(before.map(|b| &b.total), Some(&total)), &lines),
        });
        let (by_family, by_command) = allocation::allocate(answer).unwrap_or_default();
        Self {
            profile: r.profile.clone(),
            shape: candidate.map(shape),
            as_of: r.as_of.clone(),
            snapshot: r.snapshot.clone(),
            oldest_price: candidate.and_then(|c| c.cost.oldest_price().map(str::to_owned)),
            gates: r.gates.iter().map(Gate::alone).collect(),
            file: answer.file.clone(),
            sha256: answer.sha256.clone(),
            environment: answer.profile.environment.as_str().to_owned(),
            provider: answer.provider(),
            service: candidate.map(|c| c.deployment.service.id().to_owned()),
            region: candidate.map(|c| c.deployment.region.clone()),
            labels: answer.profile.tags.clone(),
            status,
            unreadable: None,
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
            provider: before.provider.clone(),
            labels: before.labels.clone(),
            status: Status::Removed,
            before: Some(Was::from(before)),
            lines: super::reason::removed(before),
            difference: Some(difference(Some(&before.total), None)),
            ..Self::bare(&before.profile, &before.file, &before.environment)
        }
    }

    /// A deployment whose profile cannot be read: what it costs is not known, whatever it was.
    pub fn unreadable(of: &Unreadable<'_>, (as_of, snapshot): (&str, &str), compared: bool) -> Self {
        let before = of.before.as_ref();
        let why = format!("the profile cannot be read: {}", of.why);
        let status = match before {
            _ if !compared => Status::Estimated,
            None => Status::New,
            Some(_) if of.same => Status::Same,
            Some(_) => Status::Changed,
        };
        let difference = if of.same { Figure::Known(Usd::ZERO) } else { Figure::unknown(why.clone()) };
        Self {
            as_of: as_of.to_owned(),
            snapshot: snapshot.to_owned(),
            provider: before.and_then(|was| was.provider.clone()),
            labels: before.map(|was| was.labels.clone()).unwrap_or_default(),
            status,
            before: before.map(Was::from),
            lines: if compared { super::reason::unreadable(before, &why) } else { Vec::new() },
            difference: compared.then_some(difference),
            unreadable: Some(of.why.clone()),
            ..Self::bare(&of.profile, &of.file, &of.environment)
        }
    }

    /// One without a bill.
    fn bare(profile: &str, file: &str, environment: &str) -> Self {
        Self {
            profile: profile.to_owned(),
            shape: None,
            cost: None,
            as_of: String::new(),
            snapshot: String::new(),
            oldest_price: None,
            gates: Vec::new(),
            file: file.to_owned(),
            sha256: String::new(),
            environment: environment.to_owned(),
            provider: None,
            service: None,
            region: None,
            labels: BTreeMap::new(),
            status: Status::Estimated,
            unreadable: None,
            before: None,
            lines: Vec::new(),
            difference: None,
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

    /// Why there is no bill, in a word or two.
    pub fn without_bill(&self) -> &'static str {
        if self.unreadable.is_some() { "the profile cannot be read" } else { "nothing fits" }
    }

    /// The sum of the bill; of one that is gone, nothing.
    pub fn total(&self) -> Figure<Usd> {
        match (&self.cost, self.status) {
            (Some(cost), _) => cost.total.clone(),
            (None, Status::Removed) => Figure::Known(Usd::ZERO),
            (None, _) => Figure::unknown(self.without_bill()),
        }
    }

    /// What it cost before, of the lines that both sides tell; none where a part of that has no price.
    pub fn compared(&self) -> Option<Usd> {
        let Some(was) = &self.before else { return Some(Usd::ZERO) };
        was.total.known().map(|usd| *usd - untold(&self.lines, |change| &change.before))
    }

    /// The sum of the lines with a price.
    pub fn known(&self) -> Usd {
        self.cost.as_ref().map_or(Usd::ZERO, |cost| cost.known)
    }
}

/// Without the lines that one side does not tell: they are in no saving and in no rise.
fn comparable(difference: Figure<Usd>, lines: &[ReviewedLine]) -> Figure<Usd> {
    let beside = untold(lines, |change| &change.before) - untold(lines, |change| &change.after);
    difference.map(|usd| usd + beside)
}

/// What a side has of the lines that the other does not tell.
fn untold(lines: &[ReviewedLine], side: fn(&LineChange) -> &Option<LineSide>) -> Usd {
    let untold = lines.iter().filter(|line| line.change.status == LineStatus::Unknown);
    untold.filter_map(|line| side(&line.change).as_ref()?.amount.known().copied()).sum()
}

/// Whether the months ahead have changed although today's bill has not: growth, or a date that has moved. Another day or
/// another list of prices moves them by itself.
fn is_ahead_changed(before: &Before<'_>, answer: &Answer<'_>, payment: Option<&Payment>) -> bool {
    let r = &answer.recommendation;
    let lists = before.dates.as_ref();
    if before.sha256 == answer.sha256
        || lists.is_some_and(|dates| *dates != (r.snapshot.clone(), r.as_of.clone()))
    {
        return false;
    }
    let (Some(was), Some(is)) = (&before.payment, payment) else { return false };
    let dated = |cliffs: &[Cliff]| -> Vec<_> {
        cliffs.iter().map(|cliff| (cliff.date.clone(), cliff.kind, cliff.monthly)).collect()
    };
    let ahead = answer.projection.as_ref().map(|p| p.cliffs.as_slice()).unwrap_or_default();
    was != is || dated(&before.cliffs) != dated(ahead)
}

/// As it is written above a bill.
fn shape(candidate: &Candidate) -> String {
    let d = &candidate.deployment;
    format!("{}, {} {} {}, {}, {}", candidate.shape, d.service, d.engine, d.version, d.region, d.commitment)
}

/// The lines of what is billed now.
pub(super) fn lines_of(answer: &Answer<'_>) -> Vec<(crate::cost::LineKind, LineSide)> {
    answer.candidate().map(|c| sides(&c.cost)).unwrap_or_default()
}
