//! What a shape must beat to be chosen: where only the best is asked for, the price of its nodes alone may rule it out.

use std::collections::BTreeMap;

use super::context::{Asked, Context, Priced, billed, commitment};
use super::fit::layouts;
use super::rank;
use super::shape::Shape;
use crate::catalog::Offering;
use crate::cost::of_nodes;
use crate::units::{Figure, Service, Usd};

/// Whom a candidate competes with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rivals {
    All,
    Of(Service),
}

/// The lowest scores so far, of all or of each service.
#[derive(Default)]
pub struct Bar {
    lowest: BTreeMap<Rivals, Usd>,
    /// Whether something was ruled out by it.
    pub ruled_out: bool,
}

impl Bar {
    /// Whether no number of nodes of an offering can come first: no score is less than the price of the nodes, and more shards
    /// have more of them.
    pub fn rules_out<'a>(&mut self, context: &Context<'a>, offering: &Offering<'a>) -> bool {
        // Between its sizes others can be had, which are cheaper.
        let sold_by_gib = offering.service() == Service::MemorystoreRedis;
        let Some(key) = key(context, offering.service()).filter(|_| !sold_by_gib) else { return false };
        let Some(lowest) = self.lowest.get(&key) else { return false };
        let (topology, _) = layouts(offering, context.profile);
        let shape = Shape { offering: *offering, topology };
        let beaten = regions(context, offering).into_iter().all(|region| {
            let commitment = commitment(context, &shape, region);
            let nodes = of_nodes(context.catalog, &billed(context, &shape, region, commitment));
            nodes.is_some_and(|nodes| nodes > *lowest)
        });
        self.ruled_out |= beaten;
        beaten
    }

    /// Lowers the bar to a candidate that nothing dearer can come before: all of its lines have a price, and it keeps within
    /// the budget.
    pub fn lower(&mut self, context: &Context<'_>, priced: &Priced<'_>) {
        let Some(key) = key(context, priced.service()) else { return };
        let sums = &priced.sums;
        if priced.unpriced() > 0 || sums.by_reference || rank::over_budget(context.profile, sums.ranked()) {
            return;
        }
        let penalties = rank::penalties(context.profile, context.demand, priced);
        let score = rank::weighed(&penalties, priced.ranked_by);
        self.lowest.entry(key).and_modify(|lowest| *lowest = (*lowest).min(score)).or_insert(score);
    }
}

/// Whom a candidate of a service competes with; none where all are asked for.
fn key(context: &Context<'_>, service: Service) -> Option<Rivals> {
    match context.asked {
        Asked::Reasons | Asked::Candidates => None,
        Asked::BestOfEach => Some(Rivals::Of(service)),
        Asked::Best => Some(Rivals::All),
    }
}

/// Where an offering is looked at, as far as it may be sold there.
pub fn regions<'a>(context: &Context<'a>, offering: &Offering<'a>) -> Vec<&'a str> {
    looked_at(context, offering, |sold| sold != Figure::Known(false))
}

/// Where it is looked at, and known not to be sold.
pub fn not_sold<'a>(context: &Context<'a>, offering: &Offering<'a>) -> Vec<&'a str> {
    looked_at(context, offering, |sold| sold == Figure::Known(false))
}

fn looked_at<'a>(
    context: &Context<'a>,
    offering: &Offering<'a>,
    keep: impl Fn(Figure<bool>) -> bool,
) -> Vec<&'a str> {
    let service = offering.service();
    let mut all = Vec::new();
    for site in context.sites.iter().filter(|site| site.provider == service.provider()) {
        match &site.regions {
            Some(named) => all.extend(named.iter().map(String::as_str)),
            None => all.extend(context.catalog.regions(service)),
        }
    }
    all.retain(|region| keep(context.catalog.sold_in(offering.node, region)));
    all
}
