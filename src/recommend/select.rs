//! Every offering against the demand, every fit in every region with its cost, in order.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::check::{Constraint, Rejection};
use super::context::{Context, Priced, RuledOut, Selection, Sizers, Use, billed, out, wanted};
use super::fit::{Fit, Misfit, fit};
use super::inputs::Inputs;
use super::shape::Shape;
use super::{pin, rank, reference_prices};
use crate::catalog::{NodeType, Offering, ServiceInfo};
use crate::cost::has_node_price;
use crate::demand::Sizer;
use crate::memory::Server;
use crate::units::{Commitment, Engine, Figure, Service, Usd};

/// Memory on every server that a service in context offers.
pub fn sizers<'a>(context: &Context<'a>) -> Sizers<'a> {
    let mut found = Sizers::new();
    for offering in offerings(context) {
        let name = offering.server();
        if !found.contains_key(&name)
            && let Ok(server) = Server::new(&name, None)
        {
            let like = found.values().find_map(|sizer: &Sizer<'_>| sizer.on(&server));
            let sizer = like.unwrap_or_else(|| Sizer::new(context.profile, context.demand, server));
            found.insert(name, sizer);
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
    let mut found = Found::default();
    let mut misfits = Found::default();
    // The last size that was too small: of what is sold by the GiB, one between it and the next may do.
    let mut last: Option<&NodeType> = None;
    // The same for all sizes of a server.
    let mut inputs: BTreeMap<&str, Inputs<'_>> = BTreeMap::new();
    for (name, sizer) in sizers {
        let known = inputs.values().next().map(|known| known.on(sizer));
        let one = known.unwrap_or_else(|| Inputs::new(context.profile, context.demand, sizer));
        inputs.insert(name, one);
    }
    for offering in offerings(context) {
        let name = offering.server();
        let Some(inputs) = inputs.get(name.as_str()) else {
            let why = || format!("no memory model for {} {}", offering.engine, offering.version);
            let rejections = || vec![Rejection::new(Constraint::Engine, why())];
            found.out.add(context, || out(&offering, None, 1, rejections()));
            continue;
        };
        if let Some(rejection) = pin::rejection(context.profile, &offering) {
            found.out.add(context, || out(&offering, None, 1, vec![rejection]));
            continue;
        }
        match fit(inputs, offering, context.policy, context.reasons) {
            Ok(fit) => {
                let smaller = std::mem::take(&mut last).filter(|last| last.family == offering.node.family);
                if let Some(exact) = between(inputs, context, &offering, smaller) {
                    found.in_regions(context, inputs.sizer, exact);
                }
                found.in_regions(context, inputs.sizer, fit);
            }
            Err(misfit) => {
                last = Some(offering.node);
                if context.profile.pin.node_type.is_some() {
                    let fit = misfit.as_pinned(inputs, context.policy);
                    misfits.in_regions(context, inputs.sizer, fit);
                }
                let Misfit { offering, topology, rejections } = misfit;
                found.out.add(context, || out(&offering, None, topology.shards, rejections));
            }
        }
    }
    let Found { mut candidates, mut out, .. } = found;
    reference_prices::rank(context, sizers, &mut candidates);
    for priced in &mut candidates {
        priced.over_budget = rank::over_budget(context.profile, priced.sums.ranked());
        priced.penalties = rank::penalties(context.profile, context.demand, priced);
        priced.score = rank::weighed(&priced.penalties, priced.ranked_by);
    }
    candidates.sort_by(rank::order);
    out.sort();
    let pinned_misfit = if candidates.is_empty() { misfits.candidates.into_iter().next() } else { None };
    Selection { candidates, out, pinned_misfit }
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
        .find_map(|offering| fit(inputs, offering, context.policy, false).ok())
}

/// What was found so far.
#[derive(Default)]
struct Found<'a> {
    candidates: Vec<Priced<'a>>,
    out: RuledOut,
    /// Use is the same for all sizes of a service on an engine; it depends on the region through callers that name their own.
    usage: BTreeMap<(Service, Engine, Option<&'a str>), Use>,
}

impl<'a> Found<'a> {
    /// Prices a fit wherever it is sold.
    fn in_regions(&mut self, context: &Context<'a>, sizer: &Sizer<'_>, fit: Fit<'a>) {
        let fit = Rc::new(fit);
        let offering = &fit.shape.offering;
        let service = offering.service();
        let same_everywhere = context.profile.placement.functions.iter().all(|f| f.region.is_none());
        for site in context.sites.iter().filter(|s| s.provider == service.provider()) {
            let named: Option<Vec<&str>> =
                site.regions.as_ref().map(|all| all.iter().map(String::as_str).collect());
            for region in named.unwrap_or_else(|| context.catalog.regions(service)) {
                if context.catalog.sold_in(offering.node, region) == Figure::Known(false) {
                    let rejections = || vec![Rejection::new(Constraint::Region, "not sold there")];
                    let shards = fit.shape.topology.shards;
                    self.out.add(context, || out(offering, Some(region), shards, rejections()));
                    continue;
                }
                let by_region = if same_everywhere { None } else { Some(region) };
                let usage = self
                    .usage
                    .entry((service, offering.engine, by_region))
                    .or_insert_with(|| Use::of(context, sizer, offering, region));
                self.candidates.push(priced(context, usage, &fit, region));
            }
        }
    }
}

fn priced<'a>(context: &Context<'a>, usage: &Use, fit: &Rc<Fit<'a>>, region: &'a str) -> Priced<'a> {
    let shape = &fit.shape;
    let commitment = commitment(context, shape, region);
    let (sums, mean) = usage.sums(context.catalog, &billed(context, shape, region, commitment));
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
