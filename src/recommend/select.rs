//! Every offering against the demand, every fit in every region with its cost, in order.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;

use super::candidate::{Penalty, Rejected};
use super::capacity::Inputs;
use super::check::{Constraint, Excuse};
use super::fit::{Fit, Misfit, fit};
use super::policy::PolicyNeeds;
use super::shape::Shape;
use super::sites::Site;
use super::{pin, rank, reference, usage};
use crate::catalog::{Catalog, NodeType, Offering, Service, ServiceInfo};
use crate::cost::{Billed, Sums, Usage, has_node_price, sums};
use crate::demand::{Demand, Sizer};
use crate::memory::Server;
use crate::profile::{Availability, Profile};
use crate::units::{Commitment, Figure, Usd};

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

/// A fit in a region with its sums; texts are made for those that are shown.
pub struct Priced<'a> {
    /// The shape with its checks.
    pub fit: Rc<Fit<'a>>,
    /// Where.
    pub region: &'a str,
    /// How it is paid for: what was asked for, where it can be had.
    pub commitment: Commitment,
    /// Its sums at the region's own prices, with today's use.
    pub sums: Sums,
    /// The mean of its monthly sums until the horizon.
    pub mean: Sums,
    /// What it is ranked by.
    pub ranked_by: Usd,
    /// Whether what it is ranked by is above the budget.
    pub over_budget: bool,
    /// What moves it down.
    pub penalties: Vec<Penalty>,
    /// `ranked_by` with the penalties.
    pub score: Usd,
}

/// All candidates in order, and all that are out.
pub struct Selection<'a> {
    /// Best first.
    pub candidates: Vec<Priced<'a>>,
    /// Sorted by service, node type, engine, region.
    pub rejected: Vec<Rejected>,
    /// The pinned shape, if it does not fit.
    pub pinned_misfit: Option<Priced<'a>>,
}

/// Servers in use, by version.
pub type Sizers<'a> = BTreeMap<String, Sizer<'a>>;

impl Priced<'_> {
    /// Memory for keys of all primaries.
    pub fn usable_memory(&self) -> f64 {
        let shape = &self.fit.shape;
        let nodes = if shape.is_whole_cluster() { 1.0 } else { f64::from(shape.topology.shards) };
        shape.offering.node.usable.0 * nodes
    }

    /// Who sells it.
    pub fn service(&self) -> Service {
        self.fit.shape.offering.service()
    }

    /// Lines for whose meter no rate is known anywhere: what has one cannot be compared with what has none.
    pub fn unpriced(&self) -> u32 {
        self.sums.unknown
    }
}

/// Memory on every server that a service in scope offers.
pub fn sizers<'a>(scope: &Scope<'a>) -> Sizers<'a> {
    let mut found = Sizers::new();
    for offering in offerings(scope) {
        let name = offering.server();
        if !found.contains_key(&name)
            && let Ok(server) = Server::new(&name, None)
        {
            found.insert(name, Sizer::new(scope.profile, scope.demand, server));
        }
    }
    found
}

/// Every node type of every service in scope, with each engine at the version to take.
pub fn offerings<'a>(scope: &Scope<'a>) -> Vec<Offering<'a>> {
    let mut all = Vec::new();
    for site in scope.sites {
        for service in Service::ALL.iter().filter(|s| s.provider() == site.provider) {
            if scope.only.is_some_and(|only| only != *service) {
                continue;
            }
            let info = ServiceInfo::of(*service);
            let host = scope.host.filter(|_| *service == Service::Local);
            for node in scope.catalog.node_types(*service).iter().chain(pinned(scope, *service)).chain(host) {
                for offer in info.engines {
                    let version = pin::version(scope.profile, offer.engine).unwrap_or(offer.default);
                    all.push(Offering { node, info, engine: offer.engine, version });
                }
            }
        }
    }
    all
}

/// A pinned size between those of the table.
fn pinned<'a>(scope: &Scope<'a>, service: Service) -> Option<&'a NodeType> {
    let name = scope.profile.pin.node_type.as_ref().map(|name| name.value.as_str())?;
    let listed = scope.catalog.node_types(service).iter().any(|node| node.name == name);
    scope.catalog.node_type(service, name).ok().filter(|_| !listed)
}

/// Runs the selection.
pub fn select<'a>(scope: &Scope<'a>, sizers: &Sizers<'a>) -> Selection<'a> {
    let mut candidates = Vec::new();
    let mut rejected = Vec::new();
    let mut misfits = Vec::new();
    // The last size that was too small: of what is sold by the GiB, one between it and the next may do.
    let mut last: Option<&NodeType> = None;
    for offering in offerings(scope) {
        let Some(sizer) = sizers.get(&offering.server()) else {
            let why = format!("no memory model for {} {}", offering.engine, offering.version);
            rejected.push(out(&offering, None, 1, vec![Excuse::new(Constraint::Engine, why)]));
            continue;
        };
        if let Some(excuse) = pin::excuse(scope.profile, &offering) {
            rejected.push(out(&offering, None, 1, vec![excuse]));
            continue;
        }
        let inputs = Inputs::new(scope.profile, scope.demand, sizer);
        match fit(&inputs, offering, scope.policy) {
            Ok(fit) => {
                let smaller = std::mem::take(&mut last).filter(|last| last.family == offering.node.family);
                if let Some(exact) = between(&inputs, scope, &offering, smaller) {
                    in_regions(scope, sizer, &Rc::new(exact), &mut candidates, &mut rejected);
                }
                in_regions(scope, sizer, &Rc::new(fit), &mut candidates, &mut rejected);
            }
            Err(misfit) => {
                last = Some(offering.node);
                if scope.profile.pin.node_type.is_some() {
                    let fit = Rc::new(misfit.as_pinned(&inputs, scope.policy));
                    in_regions(scope, sizer, &fit, &mut misfits, &mut Vec::new());
                }
                let Misfit { offering, topology, excuses } = misfit;
                rejected.push(out(&offering, None, topology.shards, excuses));
            }
        }
    }
    reference::rank(scope, sizers, &mut candidates);
    for priced in &mut candidates {
        priced.over_budget = rank::over_budget(scope.profile, priced.sums.ranked());
        priced.penalties = rank::penalties(scope.profile, scope.demand, priced);
        priced.score = rank::weighed(&priced.penalties, priced.ranked_by);
    }
    candidates.sort_by(rank::order);
    rejected.sort_by(by_name);
    let pinned_misfit = if candidates.is_empty() { misfits.into_iter().next() } else { None };
    Selection { candidates, rejected, pinned_misfit }
}

/// The smallest size that fits between the largest of the table that does not and the first that does.
fn between<'a>(
    inputs: &Inputs<'_>,
    scope: &Scope<'a>,
    offering: &Offering<'a>,
    smaller: Option<&NodeType>,
) -> Option<Fit<'a>> {
    let sizes = scope.catalog.between(Some(smaller?), offering.node);
    sizes
        .map(|node| Offering { node, ..*offering })
        .find_map(|offering| fit(inputs, offering, scope.policy).ok())
}

/// The order of what is out.
pub fn by_name(a: &Rejected, b: &Rejected) -> Ordering {
    let key = |r: &Rejected| (r.service, r.node_type, r.engine, r.region.clone());
    key(a).cmp(&key(b))
}

/// An offering that is out, everywhere or in a region.
pub fn out(offering: &Offering<'_>, region: Option<&str>, shards: u32, excuses: Vec<Excuse>) -> Rejected {
    Rejected {
        service: offering.service().id(),
        node_type: offering.node.name,
        engine: offering.engine,
        version: offering.version.to_owned(),
        region: region.map(str::to_owned),
        shards,
        excuses,
    }
}

/// Prices a fit wherever it is sold.
fn in_regions<'a>(
    scope: &Scope<'a>,
    sizer: &Sizer<'_>,
    fit: &Rc<Fit<'a>>,
    candidates: &mut Vec<Priced<'a>>,
    rejected: &mut Vec<Rejected>,
) {
    let offering = &fit.shape.offering;
    let service = offering.service();
    let mut known: Option<(bool, Usage)> = None;
    for site in scope.sites.iter().filter(|s| s.provider == service.provider()) {
        let named: Option<Vec<&str>> =
            site.regions.as_ref().map(|all| all.iter().map(String::as_str).collect());
        for region in named.unwrap_or_else(|| scope.catalog.regions(service)) {
            if scope.catalog.sold_in(offering.node, region) == Figure::Known(false) {
                let excuse = Excuse::new(Constraint::Region, "not sold there");
                rejected.push(out(offering, Some(region), fit.shape.topology.shards, vec![excuse]));
                continue;
            }
            // Use depends on the region only through callers that name their own.
            if known.as_ref().is_none_or(|(same_everywhere, _)| !same_everywhere) {
                let usage = usage_of(scope, sizer, offering, region);
                let same = scope.profile.placement.functions.iter().all(|f| f.region.is_none());
                known = Some((same, usage));
            }
            if let Some((_, usage)) = &known {
                candidates.push(priced(scope, usage, fit, region));
            }
        }
    }
}

/// A month of likely use on an offering's service.
pub fn usage_of(scope: &Scope<'_>, sizer: &Sizer<'_>, offering: &Offering<'_>, region: &str) -> Usage {
    usage::usage(scope.profile, scope.demand, sizer, offering.info.metered.as_ref(), region)
}

fn priced<'a>(scope: &Scope<'a>, usage: &Usage, fit: &Rc<Fit<'a>>, region: &'a str) -> Priced<'a> {
    let shape = &fit.shape;
    let commitment = commitment(scope, shape, region);
    let billed = billed(scope, shape, region, commitment);
    let sums = sums(scope.catalog, &billed, usage);
    let mean = mean_sums(scope, &billed, usage, sums);
    Priced {
        fit: Rc::clone(fit),
        region,
        commitment,
        sums,
        mean,
        ranked_by: mean.ranked(),
        over_budget: false,
        penalties: Vec::new(),
        score: Usd::ZERO,
    }
}

/// The mean of the monthly sums until the horizon. What is billed by the node or in proportion has it at the mean use;
/// minimums and free allowances want each month by itself.
pub fn mean_sums(scope: &Scope<'_>, billed: &Billed<'_>, usage: &Usage, today: Sums) -> Sums {
    let growth = scope.demand.growth;
    if growth.factor == 1.0 || scope.demand.held.is_some() {
        return today;
    }
    if !billed.service().is_metered() {
        return sums(scope.catalog, billed, &usage.scaled(growth.mean()));
    }
    let later = (1..growth.bills())
        .map(|month| sums(scope.catalog, billed, &usage.scaled(growth.after(f64::from(month)))));
    Sums::mean(today, later)
}

/// A shape in a region as the cost room sees it.
pub fn billed<'a>(
    scope: &Scope<'a>,
    shape: &Shape<'a>,
    region: &'a str,
    commitment: Commitment,
) -> Billed<'a> {
    Billed {
        offering: shape.offering,
        topology: shape.topology,
        region,
        commitment,
        multi_az: scope.profile.requirements.availability.value == Availability::MultiAz,
        as_of: scope.as_of,
    }
}

/// The commitment that was asked for, pinned or required.
pub fn wanted(scope: &Scope<'_>) -> Commitment {
    let pinned = scope.profile.pin.commitment.as_ref().map(|c| c.value);
    pinned.unwrap_or(scope.profile.requirements.commitment.value)
}

/// Services whose nodes can be paid for by a term.
pub fn has_commitments(service: Service) -> bool {
    !matches!(
        service,
        Service::ElastiCacheServerless | Service::UpstashPayg | Service::UpstashFixed | Service::Local
    )
}

/// What was asked for where the node has a price under it, on demand otherwise.
fn commitment<'a>(scope: &Scope<'a>, shape: &Shape<'a>, region: &'a str) -> Commitment {
    let wanted = wanted(scope);
    let offered = wanted == Commitment::OnDemand
        || has_commitments(shape.offering.service())
            && has_node_price(scope.catalog, &billed(scope, shape, region, wanted));
    if offered { wanted } else { Commitment::OnDemand }
}
