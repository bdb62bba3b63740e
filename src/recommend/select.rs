//! Every model against the demand, every fit in every region with its bill, in order.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::candidate::{Candidate, Rejected};
use super::capacity::Inputs;
use super::check::{Constraint, Excuse};
use super::fit::{Fit, Misfit, fit};
use super::policy::PolicyNeeds;
use super::shape::{Model, Shape};
use super::sites::Site;
use super::{pin, rank, usage};
use crate::catalog::{Catalog, NodeType, Service, ServiceInfo, reference_region};
use crate::cost::{Estimate, Subject, Usage, bill};
use crate::demand::{Demand, Sizer};
use crate::deployment::Deployment;
use crate::memory::Server;
use crate::profile::{Availability, Profile};
use crate::units::{Commitment, Figure};

/// What a selection works on.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Its numbers.
    pub demand: &'a Demand,
    /// What may be done when memory is full.
    pub policy: &'a PolicyNeeds,
    /// What can be bought.
    pub catalog: &'a Catalog,
    /// Where.
    pub sites: &'a [Site],
    /// The only service to look at, for what-if questions.
    pub only: Option<Service>,
    /// The day of the estimate.
    pub as_of: Date,
    /// A machine of one's own, as a node type.
    pub host: Option<&'a NodeType>,
}

/// All candidates in order, and all that are out.
pub struct Selection {
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Sorted by service, node type, engine, region.
    pub rejected: Vec<Rejected>,
}

/// Servers in use, by version.
pub type Sizers<'a> = BTreeMap<String, Sizer<'a>>;

/// Memory on every server that a service in scope offers.
pub fn sizers<'a>(scope: &Scope<'a>) -> Sizers<'a> {
    let mut found = Sizers::new();
    for model in models(scope) {
        let name = model.server();
        if !found.contains_key(&name)
            && let Ok(server) = Server::new(&name, None)
        {
            found.insert(name, Sizer::new(scope.profile, scope.demand, server));
        }
    }
    found
}

/// Every node type of every service in scope, with each engine at the version to take.
pub fn models<'a>(scope: &Scope<'a>) -> Vec<Model<'a>> {
    let mut all = Vec::new();
    for site in scope.sites {
        for service in Service::ALL.iter().filter(|s| s.provider() == site.provider) {
            if scope.only.is_some_and(|only| only != *service) {
                continue;
            }
            let info = ServiceInfo::of(*service);
            let host = scope.host.filter(|_| *service == Service::Local);
            for node in scope.catalog.node_types(*service).iter().chain(host) {
                for offer in info.engines {
                    let version = pin::version(scope.profile, offer.engine).unwrap_or(offer.default);
                    all.push(Model { node, info, engine: offer.engine, version });
                }
            }
        }
    }
    all
}

/// Runs the selection.
pub fn select(scope: &Scope<'_>, sizers: &Sizers<'_>) -> Selection {
    let mut candidates = Vec::new();
    let mut rejected = Vec::new();
    for model in models(scope) {
        let Some(sizer) = sizers.get(&model.server()) else {
            let why = format!("no memory model for {} {}", model.engine, model.version);
            rejected.push(out(&model, None, 1, vec![Excuse::new(Constraint::Engine, why)]));
            continue;
        };
        if let Some(excuse) = pin::excuse(scope.profile, &model) {
            rejected.push(out(&model, None, 1, vec![excuse]));
            continue;
        }
        let inputs = Inputs { profile: scope.profile, demand: scope.demand, sizer };
        match fit(&inputs, model, scope.policy) {
            Ok(fit) => in_regions(scope, sizer, &fit, &mut candidates, &mut rejected),
            Err(Misfit { model, layout, excuses }) => {
                rejected.push(out(&model, None, layout.shards, excuses));
            }
        }
    }
    rank_by_reference(scope, sizers, &mut candidates);
    candidates.sort_by(rank::order);
    rejected.sort_by(|a, b| {
        (&a.service, &a.node_type, &a.engine, &a.region).cmp(&(
            &b.service,
            &b.node_type,
            &b.engine,
            &b.region,
        ))
    });
    Selection { candidates, rejected }
}

fn out(model: &Model<'_>, region: Option<&str>, shards: u32, excuses: Vec<Excuse>) -> Rejected {
    Rejected {
        service: model.service().id().to_owned(),
        node_type: model.node.name.to_owned(),
        engine: format!("{} {}", model.engine, model.version),
        region: region.map(str::to_owned),
        shards,
        excuses,
    }
}

/// Prices a fit wherever it is sold.
fn in_regions(
    scope: &Scope<'_>,
    sizer: &Sizer<'_>,
    fit: &Fit<'_>,
    candidates: &mut Vec<Candidate>,
    rejected: &mut Vec<Rejected>,
) {
    let service = fit.shape.model.service();
    for site in scope.sites.iter().filter(|s| s.provider == service.provider()) {
        let named = site.regions.as_ref().map(|all| all.iter().map(String::as_str).collect());
        for region in named.unwrap_or_else(|| scope.catalog.regions(service)) {
            if scope.catalog.sold_in(fit.shape.model.node, region) == Figure::Known(false) {
                let excuse = Excuse::new(Constraint::Region, format!("not sold in {region}"));
                rejected.push(out(&fit.shape.model, Some(region), fit.shape.layout.shards, vec![excuse]));
                continue;
            }
            candidates.push(candidate(scope, sizer, fit, region));
        }
    }
}

/// The commitment to price: the pinned or required one where there is a price, on demand otherwise.
fn commitment(scope: &Scope<'_>) -> Commitment {
    let pinned = scope.profile.pin.commitment.as_ref().map(|c| c.value);
    pinned.unwrap_or(scope.profile.requirements.commitment.value)
}

/// The bill of a shape in a region under a commitment; metered services and plans have none.
pub fn price(
    scope: &Scope<'_>,
    usage: &Usage,
    shape: &Shape<'_>,
    region: &str,
    commitment: Commitment,
) -> (Estimate, Commitment) {
    let model = &shape.model;
    let committed = !model.service().is_metered() && model.info.metered.is_none();
    let subject = |commitment| Subject {
        service: model.service(),
        region,
        engine: model.engine,
        version: model.version,
        node: model.node,
        shards: shape.layout.shards,
        replicas: shape.layout.replicas,
        commitment,
        multi_az: scope.profile.requirements.availability.value == Availability::MultiAz,
        as_of: scope.as_of,
    };
    let on_demand = |commitment| (bill(scope.catalog, &subject(commitment), usage), commitment);
    if commitment == Commitment::OnDemand || !committed {
        return on_demand(Commitment::OnDemand);
    }
    let (estimate, commitment) = on_demand(commitment);
    if estimate.total.known().is_some() { (estimate, commitment) } else { on_demand(Commitment::OnDemand) }
}

fn candidate(scope: &Scope<'_>, sizer: &Sizer<'_>, fit: &Fit<'_>, region: &str) -> Candidate {
    let usage = usage::usage(scope.profile, scope.demand, sizer, region);
    let shape = &fit.shape;
    let (cost, commitment) = price(scope, &usage, shape, region, commitment(scope));
    let growth = scope.demand.growth.factor;
    let at_horizon = (shape.model.service().is_metered() && growth > 1.0).then(|| {
        let (later, _) = price(scope, &usage.scaled(growth), shape, region, commitment);
        later.total.known().copied()
    });
    let mut candidate = Candidate {
        deployment: deployment(scope, fit, region, commitment),
        layout: shape.layout,
        checks: fit.checks.clone(),
        penalties: Vec::new(),
        ranked_in: None,
        at_horizon: at_horizon.flatten(),
        ranked_by: cost.for_ranking(),
        usable_memory: shape.model.node.usable.0
            * if shape.is_whole_cluster() { 1.0 } else { f64::from(shape.layout.shards) },
        cost,
    };
    candidate.penalties = rank::penalties(scope.profile, shape, &candidate);
    candidate
}

fn deployment(scope: &Scope<'_>, fit: &Fit<'_>, region: &str, commitment: Commitment) -> Deployment {
    let Shape { model, layout } = &fit.shape;
    let whole = fit.shape.is_whole_cluster();
    Deployment {
        provider: model.service().provider(),
        service: model.service().id(),
        region: region.to_owned(),
        engine: model.engine,
        version: model.version.to_owned(),
        node_type: Some(model.node.name.to_owned()),
        shards: if whole { 1 } else { layout.shards },
        replicas: layout.replicas,
        cluster_mode: layout.cluster_mode,
        max_memory: model.node.usable.0 as u64,
        eviction_policy: fit.policy,
        tls: scope.profile.security.tls.value,
        commitment,
        backup_retention_days: scope.profile.requirements.backup_retention.value.0 as u32,
    }
}

/// Where a region has a price for some shapes only, comparing them would favour those that are priced elsewhere:
/// then all of its shapes are ranked by the reference region's list. Their own prices stay as they are.
fn rank_by_reference(scope: &Scope<'_>, sizers: &Sizers<'_>, candidates: &mut [Candidate]) {
    let group = |c: &Candidate| (c.deployment.provider, c.deployment.region.clone());
    let incomplete: std::collections::BTreeSet<_> = candidates
        .iter()
        .filter(|c| c.cost.total.known().is_none() && c.ranked_by.is_some())
        .map(group)
        .collect();
    if incomplete.is_empty() {
        return;
    }
    let by_name: BTreeMap<_, Model<'_>> =
        models(scope).into_iter().map(|m| ((m.service().id(), m.node.name, m.engine), m)).collect();
    for candidate in candidates.iter_mut().filter(|c| incomplete.contains(&group(c))) {
        let d = &candidate.deployment;
        let name = d.node_type.as_deref().unwrap_or_default();
        let Some(model) = by_name.get(&(d.service, name, d.engine)) else {
            continue;
        };
        let Some(sizer) = sizers.get(&model.server()) else {
            continue;
        };
        let region = reference_region(d.provider);
        let usage = usage::usage(scope.profile, scope.demand, sizer, region);
        let layout =
            crate::demand::Layout { shards: d.shards, replicas: d.replicas, cluster_mode: d.cluster_mode };
        let shape = Shape { model: *model, layout };
        let (estimate, _) = price(scope, &usage, &shape, region, d.commitment);
        if let Some(cost) = estimate.for_ranking() {
            candidate.ranked_by = Some(cost);
            candidate.ranked_in = Some(region.to_owned());
        }
    }
}
