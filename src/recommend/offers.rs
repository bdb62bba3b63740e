//! What is offered, and in which order it is looked at.

use rust_decimal::prelude::ToPrimitive as _;

use super::bar::least;
use super::context::{Asked, Context, Sizers};
use super::fit::layouts;
use super::pin;
use super::shape::Shape;
use crate::catalog::{NodeType, Offering, ServiceInfo};
use crate::units::{Service, Usd};

/// Offerings with the least that any number of their nodes costs, where that is known. Where only the best is asked for,
/// those come first that hold the data for the least money, so that the bar is soon low.
pub fn offers<'a>(context: &Context<'a>, sizers: &Sizers<'_>) -> Vec<(Offering<'a>, Option<Usd>)> {
    let all = offerings(context).into_iter();
    if matches!(context.asked, Asked::Reasons | Asked::Candidates) {
        return all.map(|offering| (offering, None)).collect();
    }
    let mut offers: Vec<_> = all.map(|offering| (offering, of_fewest(context, &offering))).collect();
    // In their own order: the first pinned shape is the one to tell, and between sizes that are sold by the GiB others can be had.
    let fixed = context.profile.pin.node_type.is_some();
    let dearness = |(offering, least): &(Offering<'a>, Option<Usd>)| match least {
        _ if fixed => 0.0,
        _ if is_sold_by_gib(offering) => f64::INFINITY,
        None => 0.0,
        Some(least) => least.0.to_f64().unwrap_or(f64::INFINITY) * times(context, sizers, offering),
    };
    // No figure is below zero, and of such the bits are in the order of the figures.
    offers.sort_by_cached_key(|offer| dearness(offer).to_bits());
    offers
}

/// How many of its fewest nodes hold the data, about.
fn times(context: &Context<'_>, sizers: &Sizers<'_>, offering: &Offering<'_>) -> f64 {
    let (topology, _) = layouts(offering, context.profile);
    let data = sizers.of(offering).map_or(0.0, |sizer| sizer.data_high(topology));
    (data / offering.node.usable.0).max(1.0)
}

/// What the fewest nodes of an offering cost where they cost least: more shards have more of them.
fn of_fewest<'a>(context: &Context<'a>, offering: &Offering<'a>) -> Option<Usd> {
    // Between its sizes others can be had, which are cheaper.
    if is_sold_by_gib(offering) {
        return None;
    }
    let (topology, _) = layouts(offering, context.profile);
    least(context, &Shape { offering: *offering, topology })
}

fn is_sold_by_gib(offering: &Offering<'_>) -> bool {
    offering.service() == Service::MemorystoreRedis
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
