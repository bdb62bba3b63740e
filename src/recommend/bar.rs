//! What a shape must beat to be chosen: where only the best is asked for, the price of its nodes alone may rule it out.

use std::collections::BTreeMap;

use super::context::{Asked, Context, Priced, billed, commitment};
use super::rank;
use super::shape::Shape;
use crate::catalog::Offering;
use crate::cost::of_nodes;
use crate::units::{Service, Usd};

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
    /// Whether what costs at least so much cannot come first: no score is less than the price of the nodes.
    pub fn rules_out(
        &mut self,
        context: &Context<'_>,
        service: Service,
        least: impl FnOnce() -> Option<Usd>,
    ) -> bool {
        let Some(lowest) = key(context, service).and_then(|key| self.lowest.get(&key)) else { return false };
        let beaten = least().is_some_and(|least| least > *lowest);
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

/// What the nodes of a shape cost where they cost least; none where a region has no price, or there is none.
pub fn least<'a>(context: &Context<'a>, shape: &Shape<'a>) -> Option<Usd> {
    let nodes = |region| {
        let commitment = commitment(context, shape, region);
        of_nodes(context.catalog, &billed(context, shape, region, commitment))
    };
    let all: Option<Vec<Usd>> = regions(context, &shape.offering).into_iter().map(nodes).collect();
    all?.into_iter().min()
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
    looked_at(context, offering, false)
}

/// Where it is looked at, and known not to be sold.
pub fn not_sold<'a>(context: &Context<'a>, offering: &Offering<'a>) -> Vec<&'a str> {
    looked_at(context, offering, true)
}

fn looked_at<'a>(context: &Context<'a>, offering: &Offering<'a>, not_sold: bool) -> Vec<&'a str> {
    let service = offering.service();
    let mut all = Vec::new();
    for site in context.sites.iter().filter(|site| site.provider == service.provider()) {
        match &site.regions {
            Some(named) => all.extend(named.iter().map(String::as_str)),
            None => all.extend(context.catalog.regions(service)),
        }
    }
    all.retain(|region| context.catalog.is_not_sold_in(offering.node, region) == not_sold);
    all
}
