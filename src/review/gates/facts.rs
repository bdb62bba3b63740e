//! What gates look at: one deployment on one side.

use std::collections::BTreeMap;

use crate::profile::{Auth, Availability, place_of};
use crate::recommend::{Cliff, Gate};
use crate::review::deployment::Answer;
use crate::review::finding::Finding;
use crate::units::{Figure, Usd};

/// A deployment as gates see it.
pub struct Facts<'a> {
    /// Name of the profile.
    pub profile: &'a str,
    file: &'a str,
    text: &'a str,
    /// Its environment.
    pub environment: &'static str,
    /// Its provider.
    pub provider: Option<String>,
    /// Its region.
    pub region: Option<&'a str>,
    /// Its tags.
    pub labels: &'a BTreeMap<String, String>,
    /// Dollars a month of the lines with a price.
    pub known: Usd,
    /// Whether a line has no price, or nothing fits.
    pub unknown: bool,
    /// Dollars a month that rest on estimated prices.
    pub estimated: Usd,
    /// Lines, and how many of them have no price.
    pub lines: (usize, usize),
    /// Date of the oldest price.
    pub oldest_price: Option<&'a str>,
    /// Whether connections are encrypted; none if nothing fits.
    pub tls: Option<bool>,
    /// Users who sign in by password, with their keys.
    pub passwords: Vec<(String, &'a str)>,
    /// Whether it must survive the loss of a zone.
    pub multi_az: bool,
    /// Days that backups are kept.
    pub backup_days: u32,
    /// Dated changes ahead.
    pub cliffs: &'a [Cliff],
    /// Gates of the profile itself.
    pub gates: &'a [Gate],
    /// The budget of the profile.
    pub budget: Option<Usd>,
}

impl<'a> Facts<'a> {
    /// Of a profile with its answer.
    pub fn of(answer: &'a Answer<'_>) -> Self {
        let (profile, candidate) = (&answer.profile, answer.candidate());
        let cost = candidate.map(|c| &c.cost);
        let lines = cost.map(|cost| cost.lines.as_slice()).unwrap_or_default();
        let without = |line: &&crate::cost::CostLine| line.amount.known().is_none();
        let estimated = lines.iter().filter(|line| line.is_estimate());
        let users = profile.security.users.iter().enumerate();
        let passwords = users.filter(|(_, user)| user.auth.value == Auth::Password);
        Self {
            profile: &profile.name,
            file: &answer.file,
            text: answer.text,
            environment: profile.environment.as_str(),
            provider: answer.provider(),
            region: candidate.map(|c| c.deployment.region.as_str()),
            labels: &profile.tags,
            known: cost.map_or(Usd::ZERO, |cost| cost.known),
            unknown: cost.is_none_or(|cost| matches!(cost.total, Figure::Unknown { .. })),
            estimated: estimated.filter_map(|line| line.amount.known().copied()).sum(),
            lines: (lines.len(), lines.iter().filter(without).count()),
            oldest_price: cost.and_then(|cost| cost.oldest_price()),
            tls: candidate.map(|c| c.deployment.tls),
            passwords: passwords
                .map(|(i, user)| (format!("security.users[{i}].auth"), user.name.as_str()))
                .collect(),
            multi_az: profile.requirements.availability.value == Availability::MultiAz,
            backup_days: profile.requirements.backup_retention.value.0 as u32,
            cliffs: answer.projection.as_ref().map(|p| p.cliffs.as_slice()).unwrap_or_default(),
            gates: &answer.recommendation.gates,
            budget: profile.requirements.budget.as_ref().map(|budget| Usd(budget.value.0)),
        }
    }

    /// The same under another name, and in another file.
    #[must_use]
    pub fn called(self, profile: &'a str, file: &'a str) -> Self {
        Self { profile, file, ..self }
    }

    /// A finding at a key of the profile.
    pub fn finding(&self, rule: &str, key: &str, message: String) -> Finding {
        let place = place_of(self.text, key).unwrap_or((1, 1));
        Finding::breach(rule, format!("{}:{key}", self.profile), message).at(self.file, place)
    }

    /// Whether it has a label; `environment` and `provider` are labels, too.
    pub fn has(&self, key: &str, value: &str) -> bool {
        match key {
            "environment" => self.environment == value,
            "provider" => self.provider.as_deref() == Some(value),
            _ => self.labels.get(key).is_some_and(|v| v == value),
        }
    }
}
