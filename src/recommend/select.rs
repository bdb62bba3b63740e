//! Every offering against the demand, every fit in every region with its cost, in order.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::bar::{Bar, least, not_sold, regions};
use super::check::{Constraint, Rejection};
use super::context::{Asked, Context, Priced, RuledOut, Selection, Sizers, Use, billed, commitment, out};
use super::fit::{Fit, Misfit, fit};
use super::inputs::Inputs;
use super::offers::{offerings, offers};
use super::shape::Shape;
use super::throughput::AllWork;
use super::{pin, rank, reference_prices};
use crate::catalog::{NodeType, Offering};
use crate::demand::Sizer;
use crate::units::{Engine, Service, Usd};

/// Memory on every server that a service in context offers.
pub fn sizers<'a>(context: &Context<'a>) -> Sizers<'a> {
    Sizers::on(context, &offerings(context))
}

/// Runs the selection.
pub fn select<'a>(context: &Context<'a>, sizers: &Sizers<'a>) -> Selection<'a> {
    let mut found = measure(context, sizers);
    // What stands in for a missing price hangs on all that is sold in the region.
    if found.bar.ruled_out && found.candidates.iter().any(|priced| priced.sums.by_reference) {
        found = measure(&Context { asked: Asked::Candidates, ..*context }, sizers);
    }
    let Found { mut candidates, mut out, misfit, .. } = found;
    reference_prices::rank(context, sizers, &mut candidates);
    for priced in &mut candidates {
        priced.over_budget = rank::over_budget(context.profile, priced.sums.ranked());
        priced.penalties = rank::penalties(context.profile, context.demand, priced);
        priced.score = rank::weighed(&priced.penalties, priced.ranked_by);
    }
    candidates.sort_by(rank::order);
    out.sort();
    let pinned_misfit = misfit.filter(|_| candidates.is_empty());
    Selection { candidates, out, pinned_misfit }
}

/// Measures and prices what is offered, as far as it is asked for.
fn measure<'a>(context: &Context<'a>, sizers: &Sizers<'a>) -> Found<'a> {
    let mut found = Found::default();
    // The last size that was too small: of what is sold by the GiB, one between it and the next may do.
    let mut last: Option<&NodeType> = None;
    // The same for all sizes of a server.
    let mut inputs: BTreeMap<(Engine, &str), Option<Inputs<'_>>> = BTreeMap::new();
    let work = AllWork::of(context.profile, context.demand);
    for (offering, of_fewest) in offers(context, sizers) {
        if found.bar.rules_out(context, offering.service(), || of_fewest) {
            found.out.count += 1;
            continue;
        }
        let inputs = inputs.entry((offering.engine, offering.version)).or_insert_with(|| {
            let sizer = sizers.of(&offering)?;
            Some(Inputs::with(context.profile, context.demand, sizer, work))
        });
        let Some(inputs) = inputs else {
            found.out.add(context, || {
                let why = format!("no memory model for {} {}", offering.engine, offering.version);
                out(&offering, None, 1, vec![Rejection::new(Constraint::Engine, why)])
            });
            continue;
        };
        if let Some(rejection) = pin::rejection(context.profile, &offering) {
            found.out.add(context, || out(&offering, None, 1, vec![rejection]));
            continue;
        }
        let bar = &mut found.bar;
        let too_dear = &mut |topology| {
            bar.rules_out(context, offering.service(), || least(context, &Shape { offering, topology }))
        };
        match fit(inputs, offering, context.policy, context.asked == Asked::Reasons, too_dear) {
            Ok(fit) => {
                let smaller = std::mem::take(&mut last).filter(|last| last.family == offering.node.family);
                if let Some(exact) = between(inputs, context, &offering, smaller) {
                    found.add(context, inputs.sizer, exact);
                }
                found.add(context, inputs.sizer, fit);
            }
            Err(misfit) => {
                last = Some(offering.node);
                if context.profile.pin.node_type.is_some() && found.misfit.is_none() {
                    let fit = Rc::new(misfit.as_pinned(inputs, context.policy));
                    found.misfit = found.in_regions(context, inputs.sizer, &fit).into_iter().next();
                }
                let Misfit { offering, topology, rejections } = misfit;
                found.out.add(context, || out(&offering, None, topology.shards, rejections));
            }
        }
    }
    found
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
        .find_map(|offering| fit(inputs, offering, context.policy, false, &mut |_| false).ok())
}

/// What was found so far.
#[derive(Default)]
struct Found<'a> {
    candidates: Vec<Priced<'a>>,
    out: RuledOut,
    /// The first pinned shape that does not fit.
    misfit: Option<Priced<'a>>,
    bar: Bar,
    /// Use is the same for all sizes of a service on an engine; it depends on the region through callers that name their own.
    usage: BTreeMap<(Service, Engine, Option<&'a str>), Use>,
}

impl<'a> Found<'a> {
    /// Prices a fit wherever it is sold.
    fn add(&mut self, context: &Context<'a>, sizer: &Sizer<'_>, fit: Fit<'a>) {
        let service = fit.shape.offering.service();
        if self.bar.rules_out(context, service, || least(context, &fit.shape)) {
            self.out.count += 1;
            return;
        }
        let fit = Rc::new(fit);
        for region in not_sold(context, &fit.shape.offering) {
            self.out.add(context, || {
                let rejection = Rejection::new(Constraint::Region, "not sold there");
                out(&fit.shape.offering, Some(region), fit.shape.topology.shards, vec![rejection])
            });
        }
        let priced = self.in_regions(context, sizer, &fit);
        for one in &priced {
            self.bar.lower(context, one);
        }
        self.candidates.extend(priced);
    }

    fn in_regions(&mut self, context: &Context<'a>, sizer: &Sizer<'_>, fit: &Rc<Fit<'a>>) -> Vec<Priced<'a>> {
        let offering = &fit.shape.offering;
        let same_everywhere = context.profile.placement.functions.iter().all(|f| f.region.is_none());
        let price = |region| {
            let by_region = if same_everywhere { None } else { Some(region) };
            let key = (offering.service(), offering.engine, by_region);
            let usage = self.usage.entry(key).or_insert_with(|| Use::of(context, sizer, offering, region));
            priced(context, usage, fit, region)
        };
        regions(context, offering).into_iter().map(price).collect()
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
