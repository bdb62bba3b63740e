//! What would change the choice: the next size down, serverless, commitments, engines, generations, replicas.

mod break_even;
mod cheaper;
mod generation;
mod replica;
mod service_level;
mod zones;

use super::check::Check;
use super::context::{Context, Priced, Selection, Sizers, billed, usage_of};
use super::fit::all_checks;
use super::inputs::Inputs;
use super::outcome::Change;
use super::shape::Shape;
use crate::catalog::{Offering, Sharding};
use crate::cost::{Estimate, LineKind, Usage, bill, has_node_price};
use crate::deployment::Topology;
use crate::units::{Commitment, Engine, Figure, HOURS_PER_YEAR, Usd};

/// The choice in the words of the selection.
struct Chosen<'a, 'b> {
    context: &'b Context<'a>,
    selection: &'b Selection<'a>,
    sizers: &'b Sizers<'a>,
    priced: &'b Priced<'a>,
    shape: Shape<'a>,
    total: Option<Usd>,
}

/// Answers for the best candidate.
pub fn changes<'a>(context: &Context<'a>, selection: &Selection<'a>, sizers: &Sizers<'a>) -> Vec<Change> {
    let Some(priced) = selection.candidates.first() else { return Vec::new() };
    let total = priced.sums.total();
    let chosen = Chosen { context, selection, sizers, priced, shape: priced.fit.shape, total };
    let mut found = Vec::new();
    found.extend(cheaper::change(&chosen));
    found.extend(next_size_down(&chosen));
    found.extend(serverless(&chosen));
    found.extend(commitments(&chosen));
    found.extend(other_engine(&chosen));
    found.extend(generation::newer(&chosen));
    found.extend(zones::with_cache(&chosen));
    found.extend(service_level::without(&chosen));
    found.extend(replica::fewer(&chosen));
    found.extend(replica::one(&chosen));
    found
}

impl<'a> Chosen<'a, '_> {
    fn usage_for(&self, shape: &Shape<'a>) -> Option<Usage> {
        let sizer = self.sizers.of(&shape.offering)?;
        Some(usage_of(self.context, sizer, &shape.offering, self.priced.region))
    }

    /// The bill of another shape in the same region; none if the commitment cannot be had for it.
    fn bill_of(&self, shape: &Shape<'a>, commitment: Commitment) -> Option<Estimate> {
        self.bill_with(shape, commitment, &self.usage_for(shape)?)
    }

    fn bill_with(&self, shape: &Shape<'a>, commitment: Commitment, usage: &Usage) -> Option<Estimate> {
        let billed = billed(self.context, shape, self.priced.region, commitment);
        let offered = commitment == Commitment::OnDemand || has_node_price(self.context.catalog, &billed);
        offered.then(|| bill(self.context.catalog, &billed, usage))
    }

    /// The same under the choice's own commitment.
    fn like_for_like(&self, shape: &Shape<'a>) -> Option<Estimate> {
        self.bill_of(shape, self.priced.commitment)
    }

    /// Dollars a month against the choice.
    fn difference(&self, other: Option<&Estimate>) -> Option<Usd> {
        Some(*other?.total.known()? - self.total?)
    }
}

/// `~123.45`, or `at least 12.00` where a line is unknown; where that is the nodes, what is left says nothing of the bill.
fn shown(bill: &Estimate) -> String {
    let tilde = if bill.is_estimate() { "~" } else { "" };
    let without_nodes = bill.lines.iter().any(|l| l.kind == LineKind::Nodes && l.amount.known().is_none());
    match &bill.total {
        Figure::Known(total) => format!("{tilde}{total} USD"),
        Figure::Unknown { .. } if bill.known > Usd::ZERO && !without_nodes => {
            format!("at least {tilde}{} USD", bill.known)
        }
        Figure::Unknown { why } => format!("an amount that is not known ({why})"),
    }
}

/// The next smaller size of the same family in the same number, and what forbids it.
fn next_size_down(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let node = chosen.shape.offering.node;
    let smaller = chosen
        .context
        .catalog
        .node_types(node.service)
        .iter()
        .filter(|n| n.family == node.family && n.memory < node.memory)
        .max_by(|a, b| a.memory.0.total_cmp(&b.memory.0))?;
    let topology = match smaller.sharding {
        Sharding::Inside { shards } => Topology { shards, ..chosen.shape.topology },
        _ => chosen.shape.topology,
    };
    let shape = Shape { offering: Offering { node: smaller, ..chosen.shape.offering }, topology };
    let inputs =
        Inputs::new(chosen.context.profile, chosen.context.demand, chosen.sizers.of(&shape.offering)?);
    let checks = all_checks(&inputs, &shape);
    let features =
        super::features::rejections(chosen.context.profile, chosen.context.demand, &shape.offering);
    let why =
        checks.iter().find(|c| !c.passes()).map(Check::rejection).or_else(|| features.into_iter().next());
    let text = match why {
        Some(rejection) => {
            format!("{} does not fit: {}: {}", smaller.name, rejection.constraint.title(), rejection.why)
        }
        // It has a line of its own.
        None if cheaper::cheapest(chosen).is_some_and(|p| p.fit.shape.offering.node.name == smaller.name) => {
            return None;
        }
        None => {
            format!("{} fits as well, but ranks lower: {}", smaller.name, penalties_of(chosen, smaller.name))
        }
    };
    let monthly = chosen.difference(chosen.like_for_like(&shape).as_ref());
    Some(Change { what: "next size down".into(), text, monthly })
}

fn penalties_of(chosen: &Chosen<'_, '_>, node: &str) -> String {
    let found = chosen.selection.candidates.iter().find(|p| p.fit.shape.offering.node.name == node);
    let reasons = found.map(|p| p.penalties.iter().map(|x| x.why).collect::<Vec<_>>().join(", "));
    reasons.filter(|text| !text.is_empty()).unwrap_or_else(|| "another option ranks higher".into())
}

/// Nodes against serverless, and the use at which both cost the same.
fn serverless(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let info = chosen.priced.fit.shape.offering.info;
    let other = info.behaviour.counterpart?;
    let (what, name) =
        if info.metered.is_some() { ("nodes", "nodes") } else { ("serverless", "ElastiCache Serverless") };
    let what = what.to_owned();
    let best =
        chosen.selection.candidates.iter().find(|p| p.service() == other && p.region == chosen.priced.region);
    let Some(best) = best else {
        let out = chosen.selection.out.told.iter().rfind(|r| r.service == other.id())?;
        let rejection = out.rejections.first()?;
        let text = format!("{name} does not fit: {}: {}", rejection.constraint.title(), rejection.why);
        return Some(Change { what, text, monthly: None });
    };
    if cheaper::cheapest(chosen).is_some_and(|cheapest| std::ptr::eq(cheapest, best)) {
        return None;
    }
    let theirs = chosen.bill_of(&best.fit.shape, best.commitment)?;
    let summary = best.fit.shape.summary();
    let option = if other.is_metered() { name } else { summary.as_str() };
    let even = break_even::text(chosen, best).unwrap_or_default();
    let text = format!("{option} costs {}{even}", shown(&theirs));
    Some(Change { what, text, monthly: chosen.difference(Some(&theirs)) })
}

/// The cheapest commitment of each length.
fn commitments(chosen: &Chosen<'_, '_>) -> Vec<Change> {
    if !chosen.priced.fit.shape.offering.info.behaviour.commitments {
        return Vec::new();
    }
    [None, Some(1), Some(3)]
        .into_iter()
        .filter(|years| *years != chosen.priced.commitment.years())
        .filter_map(|years| {
            let subject = billed(chosen.context, &chosen.shape, chosen.priced.region, Commitment::OnDemand);
            let outlasts = years.and_then(|years| subject.outlasts(years));
            let (commitment, bill, _) = Commitment::ALL
                .iter()
                .filter(|c| c.years() == years)
                .filter_map(|c| {
                    let bill = chosen.bill_of(&chosen.shape, *c)?;
                    let total = *bill.total.known()?;
                    Some((*c, bill, total))
                })
                .min_by_key(|(_, _, total)| *total)?;
            if let Some(why) = outlasts {
                let text = format!("{commitment} is nothing to buy: {why}");
                return Some(Change { what: "commitment".into(), text, monthly: None });
            }
            Some(Change {
                what: "commitment".into(),
                text: format!("{commitment} costs {}{}", shown(&bill), upfront(chosen, commitment, &bill)),
                monthly: chosen.difference(Some(&bill)),
            })
        })
        .collect()
}

/// What is paid at the start of the term.
fn upfront(chosen: &Chosen<'_, '_>, commitment: Commitment, bill: &Estimate) -> String {
    let Some(years) = commitment.years() else { return String::new() };
    let node = chosen.shape.offering.node;
    let units = node.billed_units(chosen.shape.topology.shards, chosen.shape.topology.replicas);
    let line = bill.lines.iter().find(|line| line.kind == LineKind::Nodes);
    let rate = line.and_then(|line| line.rate.known());
    let paid = line.and_then(|line| line.upfront);
    let all = matches!(commitment, Commitment::OneYearAllUpfront | Commitment::ThreeYearsAllUpfront);
    let part = matches!(commitment, Commitment::OneYearPartialUpfront | Commitment::ThreeYearsPartialUpfront);
    let count = rust_decimal::Decimal::from(units);
    let hours = rust_decimal::Decimal::from(HOURS_PER_YEAR * years);
    match rate {
        Some(rate) if all => {
            let tilde = if rate.estimate.is_some() { "~" } else { "" };
            // The list's own amount, since the hourly rate of it is rounded.
            let due = paid.unwrap_or(Usd(rate.usd * hours * count));
            format!(" a month; all of it, {tilde}{due} USD, is due at the start")
        }
        Some(_) if part => match paid {
            Some(due) => format!(" a month; {due} USD of it are due at the start"),
            None => " a month; a part, which no list names, is due at the start".into(),
        },
        _ => " a month".into(),
    }
}

/// The same shape with the other engine.
fn other_engine(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let ours = chosen.shape.offering.engine;
    let other = match ours {
        Engine::Valkey => Engine::Redis,
        Engine::Redis => Engine::Valkey,
    };
    let offer = chosen.shape.offering.info.engine(other)?;
    chosen.shape.offering.node.engine(other)?;
    let offering = Offering { engine: other, version: offer.default, ..chosen.shape.offering };
    let shape = Shape { offering, ..chosen.shape };
    let bill = chosen.like_for_like(&shape)?;
    let memory = |of: &Offering<'_>| chosen.sizers.of(of).map(|s| s.used(chosen.shape.topology).likely);
    let used = match (memory(&shape.offering), memory(&chosen.shape.offering)) {
        (Some(theirs), Some(ours)) if ours > 0.0 => {
            format!(", {:+.1}% memory for this data", (theirs / ours - 1.0) * 100.0)
        }
        _ => String::new(),
    };
    Some(Change {
        what: format!("{other} instead of {ours}"),
        text: format!("{other} {} in the same shape costs {}{used}", offer.default, shown(&bill)),
        monthly: chosen.difference(Some(&bill)),
    })
}
