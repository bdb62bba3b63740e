//! Every offering against the demand, every fit in every region with its cost, in order.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::check::{Constraint, Rejected, Rejection};
use super::context::{Context, Priced, Selection, Sizers, billed, by_name, mean_sums, out, usage_of, wanted};
use super::fit::{Fit, Misfit, fit};
use super::inputs::Inputs;
use super::shape::Shape;
use super::{pin, rank, reference_prices};
use crate::catalog::{NodeType, Offering, ServiceInfo};
use crate::cost::{Usage, has_node_price, sums};
use crate::demand::Sizer;
use crate::memory::Server;
use crate::units::{Commitment, Figure, Service, Usd};

/// Memory on every server that a service in context offers.
pub fn sizers<'a>(context: &Context<'a>) -> Sizers<'a> {
    let mut found = Sizers::new();
    for offering in offerings(context) {
        let name = offering.server();
        if !found.contains_key(&name)
            && let Ok(server) = Server::new(&name, None)
        {
            found.insert(name, Sizer::new(context.profile, context.demand, server));
        }
    }
    found
}

/// Every node type of every service in context, with each engine at the version to take.
pub fn offerings<'a>(context: &Context<'a>) -> Vec<Offering<'a>> {
    let mut all = Vec::new();
    for site in context.sites {
        for service in Service::ALL.iter().filter(|s| s.provider() == site.provider) {
            if context.only.is_some_and(|only| only != *service) {
                continue;
            }
            let info = ServiceInfo::of(*service);
            let host = context.host.filter(|_| *service == Service::Local);
            for node in
                context.catalog.node_types(*service).iter().chain(pinned(context, *service)).chain(host)
            {
                for offer in info.engines {
                    let version = pin::version(context.profile, offer.engine).unwrap_or(offer.default);
                    all.push(Offering { node, info, engine: offer.engine, version });
                }
            }
        }
    }
    all
}

/// A pinned size between those of the table.
fn pinned<'a>(context: &Context<'a>, service: Service) -> Option<&'a NodeType> {
    let name = context.profile.pin.node_type.as_ref().map(|name| name.value.as_str())?;
    let listed = context.catalog.node_types(service).iter().any(|node| node.name == name);
    context.catalog.node_type(service, name).ok().filter(|_| !listed)
}

/// Runs the selection.
pub fn select<'a>(context: &Context<'a>, sizers: &Sizers<'a>) -> Selection<'a> {
    let mut candidates = Vec::new();
    let mut rejected = Vec::new();
    let mut misfits = Vec::new();
    // The last size that was too small: of what is sold by the GiB, one between it and the next may do.
    let mut last: Option<&NodeType> = None;
    // The same for all sizes of a server.
    let inputs: BTreeMap<&str, Inputs<'_>> = sizers
        .iter()
        .map(|(name, sizer)| (name.as_str(), Inputs::new(context.profile, context.demand, sizer)))
        .collect();
    for offering in offerings(context) {
        let name = offering.server();
        let (Some(sizer), Some(inputs)) = (sizers.get(&name), inputs.get(name.as_str())) else {
            let why = format!("no memory model for {} {}", offering.engine, offering.version);
            rejected.push(out(&offering, None, 1, vec![Rejection::new(Constraint::Engine, why)]));
            continue;
        };
        if let Some(rejection) = pin::rejection(context.profile, &offering) {
            rejected.push(out(&offering, None, 1, vec![rejection]));
            continue;
        }
        match fit(inputs, offering, context.policy) {
            Ok(fit) => {
                let smaller = std::mem::take(&mut last).filter(|last| last.family == offering.node.family);
                if let Some(exact) = between(inputs, context, &offering, smaller) {
                    in_regions(context, sizer, &Rc::new(exact), &mut candidates, &mut rejected);
                }
                in_regions(context, sizer, &Rc::new(fit), &mut candidates, &mut rejected);
            }
            Err(misfit) => {
                last = Some(offering.node);
                if context.profile.pin.node_type.is_some() {
                    let fit = Rc::new(misfit.as_pinned(inputs, context.policy));
                    in_regions(context, sizer, &fit, &mut misfits, &mut Vec::new());
                }
                let Misfit { offering, topology, rejections } = misfit;
                rejected.push(out(&offering, None, topology.shards, rejections));
            }
        }
    }
    reference_prices::rank(context, sizers, &mut candidates);
    for priced in &mut candidates {
        priced.over_budget = rank::over_budget(context.profile, priced.sums.ranked());
        priced.penalties = rank::penalties(context.profile, context.demand, priced);
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
    context: &Context<'a>,
    offering: &Offering<'a>,
    smaller: Option<&NodeType>,
) -> Option<Fit<'a>> {
    let sizes = context.catalog.between(Some(smaller?), offering.node);
    sizes
        .map(|node| Offering { node, ..*offering })
        .find_map(|offering| fit(inputs, offering, context.policy).ok())
}

/// Prices a fit wherever it is sold.
fn in_regions<'a>(
    context: &Context<'a>,
    sizer: &Sizer<'_>,
    fit: &Rc<Fit<'a>>,
    candidates: &mut Vec<Priced<'a>>,
    rejected: &mut Vec<Rejected>,
) {
    let offering = &fit.shape.offering;
    let service = offering.service();
    let mut known: Option<(bool, Usage)> = None;
    for site in context.sites.iter().filter(|s| s.provider == service.provider()) {
        let named: Option<Vec<&str>> =
            site.regions.as_ref().map(|all| all.iter().map(String::as_str).collect());
        for region in named.unwrap_or_else(|| context.catalog.regions(service)) {
            if context.catalog.sold_in(offering.node, region) == Figure::Known(false) {
                let rejection = Rejection::new(Constraint::Region, "not sold there");
                rejected.push(out(offering, Some(region), fit.shape.topology.shards, vec![rejection]));
                continue;
            }
            // Use depends on the region only through callers that name their own.
            if known.as_ref().is_none_or(|(same_everywhere, _)| !same_everywhere) {
                let usage = usage_of(context, sizer, offering, region);
                let same = context.profile.placement.functions.iter().all(|f| f.region.is_none());
                known = Some((same, usage));
            }
            if let Some((_, usage)) = &known {
                candidates.push(priced(context, usage, fit, region));
            }
        }
    }
}

fn priced<'a>(context: &Context<'a>, usage: &Usage, fit: &Rc<Fit<'a>>, region: &'a str) -> Priced<'a> {
    let shape = &fit.shape;
    let commitment = commitment(context, shape, region);
    let billed = billed(context, shape, region, commitment);
    let sums = sums(context.catalog, &billed, usage);
    let mean = mean_sums(context, &billed, usage, sums);
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

/// What was asked for where the node has a price under it, on demand otherwise.
fn commitment<'a>(context: &Context<'a>, shape: &Shape<'a>, region: &'a str) -> Commitment {
    let wanted = wanted(context);
    let offered = wanted == Commitment::OnDemand
        || shape.offering.info.behaviour.commitments
            && has_node_price(context.catalog, &billed(context, shape, region, wanted));
    if offered { wanted } else { Commitment::OnDemand }
}
