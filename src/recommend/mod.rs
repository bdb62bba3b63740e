//! From demand and catalogue to a choice: candidates, constraints, excuses, eviction policy, ranking, advice.

mod advice;
mod candidate;
mod capacity;
mod changes;
mod check;
mod features;
mod fit;
mod gates;
mod groups;
mod host;
mod memory_price;
mod metered;
mod outcome;
mod pin;
mod policy;
mod rank;
mod select;
mod shape;
mod sites;
mod throughput;
mod usage;

pub use candidate::{Candidate, Penalty, Rejected};
pub use check::{Check, Constraint, Excuse, Measure};
pub use memory_price::{MemoryPrice, memory_price};
pub use outcome::{Advice, Change, Gate, GateKind, PolicyReport, Recommendation, RejectedGroup};
pub use policy::{PolicyAlternative, PolicyNeeds, needs};
pub use sites::{RegionChoice, Site, SiteError};

use jiff::civil::Date;
use thiserror::Error;

use crate::catalog::{Catalog, Service, ServiceInfo, UnknownName};
use crate::demand::{Demand, Layout, Sizer};
use crate::memory::Server;
use crate::profile::Profile;
use crate::units::{Assumption, Provider};
use select::{Scope, Selection, Sizers, select, sizers};

/// How to recommend.
#[derive(Clone, Debug)]
pub struct Options {
    /// Providers to compare, instead of the profile's.
    pub providers: Option<Vec<Provider>>,
    /// Regions to compare.
    pub regions: RegionChoice,
    /// The day of the estimate.
    pub as_of: Date,
    /// Days after which a price breaches a gate.
    pub max_price_age_days: Option<u32>,
    /// Whether to list every shape.
    pub list_all: bool,
}

/// Why there is no recommendation at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecommendError {
    /// A region that no provider has.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A pinned name that the catalogue does not have.
    #[error("{0}")]
    Pin(UnknownName),
}

/// The answer for one profile.
pub fn recommend(
    profile: &Profile,
    file: &str,
    catalog: &Catalog,
    options: &Options,
) -> Result<Recommendation, RecommendError> {
    pin::check_names(profile, catalog).map_err(RecommendError::Pin)?;
    let demand = Demand::of(profile);
    let mut assumptions = demand.assumptions.clone();
    let sites =
        sites::sites(profile, catalog, options.providers.as_deref(), &options.regions, &mut assumptions)?;
    let policy = policy::needs(profile, &demand);
    let host = sites
        .iter()
        .any(|s| s.provider == Provider::Local)
        .then(|| host::host(profile, needed_memory(profile, &demand)));
    let scope = Scope {
        profile,
        demand: &demand,
        policy: &policy,
        catalog,
        sites: &sites,
        only: None,
        as_of: options.as_of,
        host: host.as_ref(),
    };
    let sizers = sizers(&scope);
    let selection = select(&scope, &sizers);
    let choice = selection.candidates.first();
    let case = choice.map(|choice| advice::Case { scope: &scope, sizers: &sizers, choice });
    assumptions.extend(throughput::assumptions(profile));
    assumptions.extend(features::assumption(profile));
    assumptions.extend(choice.map(|c| server_assumptions(&sizers, c)).unwrap_or_default());
    assumptions.sort();
    assumptions.dedup();
    Ok(Recommendation {
        profile: profile.name.clone(),
        file: file.to_owned(),
        as_of: options.as_of.to_string(),
        prices_as_of: catalog.snapshot().date.to_owned(),
        choice: choice.cloned(),
        binding: choice.and_then(binding),
        policy: choice.map(|c| policy_report(c, &policy)),
        memory: choice.and_then(|c| memory_of(&sizers, c)),
        alternatives: alternatives(&selection),
        changes: changes::changes(&scope, &selection, &sizers),
        advice: case.as_ref().map(advice::advice).unwrap_or_default(),
        eligible: selection.candidates.len(),
        considered: selection.candidates.len() + selection.rejected.len(),
        rejected: groups::group(&selection.rejected),
        gates: gates::breached(profile, choice, &policy, options.as_of, options.max_price_age_days),
        all_candidates: options.list_all.then(|| selection.candidates.clone()),
        all_rejected: options.list_all.then(|| selection.rejected.clone()),
        demand,
        assumptions,
    })
}

/// What one server for all of the data needs, with the profile's headroom.
fn needed_memory(profile: &Profile, demand: &Demand) -> f64 {
    let default = ServiceInfo::of(Service::Local).engines.first();
    let layout = Layout { shards: 1, replicas: 0, cluster_mode: false };
    let used = default
        .and_then(|e| Server::new(&format!("{}-{}", e.engine, e.default), None).ok())
        .map_or(0.0, |server| Sizer::new(profile, demand, server).used(layout).high);
    used / (1.0 - profile.requirements.headroom.value.0).max(0.01)
}

fn sizer_of<'a, 'b>(sizers: &'b Sizers<'a>, choice: &Candidate) -> Option<&'b Sizer<'a>> {
    let d = &choice.deployment;
    let minor = if d.version.contains('.') { "" } else { ".0" };
    sizers.get(&format!("{}-{}{minor}", d.engine, d.version))
}

fn memory_of(sizers: &Sizers<'_>, choice: &Candidate) -> Option<crate::demand::MemoryDemand> {
    sizer_of(sizers, choice).map(|s| s.breakdown(choice.layout))
}

fn server_assumptions(sizers: &Sizers<'_>, choice: &Candidate) -> Vec<Assumption> {
    sizer_of(sizers, choice).map(|s| s.server.assumptions.clone()).unwrap_or_default()
}

/// The check with the least to spare.
fn binding(choice: &Candidate) -> Option<String> {
    choice
        .checks
        .iter()
        .filter_map(|c| Some((c.used()? / c.allowed, c)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c.constraint.title().to_owned())
}

fn policy_report(choice: &Candidate, needs: &PolicyNeeds) -> PolicyReport {
    let policy = choice.deployment.eviction_policy;
    let info = Service::ALL.iter().find(|s| s.id() == choice.deployment.service).map(|s| ServiceInfo::of(*s));
    let first = needs.acceptable.first().copied();
    let reason = if first == Some(policy) {
        needs.reason.clone()
    } else {
        let wanted = first.map_or("", crate::units::Policy::as_str);
        format!("{}; {wanted} would be better, but the service or the pin has {policy}", needs.reason)
    };
    PolicyReport {
        policy,
        reason,
        how: info.map_or_else(String::new, |i| i.eviction.how.to_owned()),
        at_the_limit: policy::at_the_limit(policy).to_owned(),
        check: policy::check(policy).to_owned(),
        alternatives: needs.alternatives.iter().filter(|a| a.policy != policy).cloned().collect(),
        proposal: needs.proposal.clone(),
    }
}

/// The best candidate of every other service.
fn alternatives(selection: &Selection) -> Vec<Candidate> {
    let mut seen: Vec<&str> =
        selection.candidates.first().map(|c| c.deployment.service).into_iter().collect();
    let mut found = Vec::new();
    for candidate in &selection.candidates {
        if !seen.contains(&candidate.deployment.service) {
            seen.push(candidate.deployment.service);
            found.push(candidate.clone());
        }
    }
    found
}
