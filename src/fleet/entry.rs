//! What is said of one cache.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::Serialize;

use super::idle::RetireStep;
use super::state::FleetState;
use crate::deployment::Configuration;
use crate::observe::Confidence;
use crate::recommend::{Candidate, Cliff};
use crate::units::{Commitment, Engine, Figure, Provider, Service, Usd};

/// One cache: what it is, what it should be, and what that is worth.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The file of its profile, if it has one.
    pub file: Option<String>,
    /// Who provides it.
    pub provider: Option<Provider>,
    /// The service.
    pub service: Option<Service>,
    /// The region.
    pub region: Option<String>,
    /// Its environment, if a profile tells it.
    pub environment: Option<String>,
    /// What it is in.
    pub state: FleetState,
    /// Why.
    pub why: String,
    /// How sure its demand is; none without metrics.
    pub confidence: Option<Confidence>,
    /// Days of metrics.
    pub days: Option<f64>,
    /// What runs; none if nothing does, or nobody says so.
    pub current: Option<Current>,
    /// What should run; none where nothing may be said or nothing is better.
    pub target: Option<Target>,
    /// Dollars a month that the target saves; below zero what it costs more.
    pub at_stake: Figure<Usd>,
    /// What a reservation of the target would save; none where nobody should commit to it.
    pub reserve: Option<Reserve>,
    /// Why nothing should be reserved for it, where that is not plain.
    pub not_reserved: Option<String>,
    /// Dated changes of what runs: retirement, extended support.
    pub cliffs: Vec<Cliff>,
    /// How to retire it; empty unless it is idle.
    pub retire: Vec<RetireStep>,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// What runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Current {
    /// The shape, in words.
    pub shape: String,
    /// What it is, where all of it is known.
    pub configuration: Option<Configuration>,
    /// Dollars a month on demand, by the list.
    pub monthly: Figure<Usd>,
    /// Whether a price in that was estimated.
    pub estimated: bool,
    /// Whether it holds the demand; none without one.
    pub fits: Option<bool>,
    /// What it has too little of.
    pub short_of: Vec<String>,
}

/// What should run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Target {
    /// The shape, in words.
    pub shape: String,
    /// What it is.
    pub configuration: Configuration,
    /// Dollars a month on demand, by the list.
    pub monthly: Figure<Usd>,
    /// Whether a price in that was estimated.
    pub estimated: bool,
    /// Why it is large enough.
    pub proof: Vec<Proof>,
}

/// One demand against what the target has.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Proof {
    /// What is measured.
    pub what: String,
    /// The high end of the demand, with its unit.
    pub demand: String,
    /// What there is, with its unit.
    pub capacity: String,
    /// The used share, from 0 to 1.
    pub used: f64,
    /// The share that may be used.
    pub allowed: f64,
}

/// What a reservation would save.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Reserve {
    /// Which offer.
    pub commitment: Commitment,
    /// Dollars a month with it.
    pub monthly: Usd,
    /// Dollars a month less than on demand.
    pub saves: Usd,
}

/// A shape in words.
pub fn words(candidate: &Candidate) -> String {
    let d = &candidate.deployment;
    format!("{}, {} {}", candidate.shape, d.engine, d.version)
}

impl Entry {
    /// The most money first, what is not known last; then by name.
    pub fn order(&self, other: &Self) -> Ordering {
        let money = |entry: &Self| entry.at_stake.known().copied();
        let size = |usd: Usd| if usd < Usd::ZERO { Usd::ZERO - usd } else { usd };
        let by_money = match (money(self), money(other)) {
            (Some(a), Some(b)) => size(b).cmp(&size(a)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // Of what is not known the dearest comes first.
            (None, None) => other.bill().cmp(&self.bill()),
        };
        by_money.then_with(|| (&self.name, &self.region).cmp(&(&other.name, &other.region)))
    }

    /// Whether an estimated price is in what is at stake.
    pub fn stake_is_estimated(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.estimated)
            || self.target.as_ref().is_some_and(|target| target.estimated)
    }

    /// Today's bill, as far as it is known.
    fn bill(&self) -> Option<Usd> {
        self.current.as_ref()?.monthly.known().copied()
    }

    /// What will run when all is done: the target, or what runs. Nothing of what is retired.
    pub fn afterwards(&self) -> Option<&Configuration> {
        if self.state == FleetState::Idle {
            return None;
        }
        let target = self.target.as_ref().map(|target| &target.configuration);
        target.or_else(|| self.current.as_ref()?.configuration.as_ref())
    }

    /// The engine of what runs.
    pub fn engine(&self) -> Option<Engine> {
        Some(self.current.as_ref()?.configuration.as_ref()?.engine)
    }
}
