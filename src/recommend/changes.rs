//! What would change the choice: the next size down, serverless, commitments, engines, generations.

use super::candidate::Candidate;
use super::capacity::{self, Inputs};
use super::check::Check;
use super::outcome::Change;
use super::select::{Scope, Selection, Sizers, models, price};
use super::shape::{Model, Shape};
use super::usage;
use crate::catalog::Service;
use crate::cost::Estimate;
use crate::demand::Layout;
use crate::profile::Availability;
use crate::units::{Bytes, Commitment, Engine, HOURS_PER_MONTH, Usd};

/// The choice in the words of the selection.
struct Chosen<'a> {
    scope: &'a Scope<'a>,
    selection: &'a Selection,
    sizers: &'a Sizers<'a>,
    candidate: &'a Candidate,
    shape: Shape<'a>,
}

/// Answers for the best candidate.
pub fn changes(scope: &Scope<'_>, selection: &Selection, sizers: &Sizers<'_>) -> Vec<Change> {
    let Some(candidate) = selection.candidates.first() else {
        return Vec::new();
    };
    let Some(model) = models(scope).into_iter().find(|m| is_model_of(m, candidate)) else {
        return Vec::new();
    };
    let chosen =
        Chosen { scope, selection, sizers, candidate, shape: Shape { model, layout: candidate.layout } };
    let mut found = Vec::new();
    found.extend(next_size_down(&chosen));
    found.extend(serverless(&chosen));
    found.extend(commitments(&chosen));
    found.extend(other_engine(&chosen));
    found.extend(newer_generation(&chosen));
    found.extend(single_node(&chosen));
    found
}

fn is_model_of(model: &Model<'_>, candidate: &Candidate) -> bool {
    let d = &candidate.deployment;
    model.service().id() == d.service
        && d.node_type.as_deref() == Some(model.node.name)
        && model.engine == d.engine
}

impl Chosen<'_> {
    /// The bill of another shape in the same region; none if the commitment cannot be had.
    fn bill_of(&self, shape: &Shape<'_>, commitment: Commitment) -> Option<Estimate> {
        let sizer = self.sizers.get(&shape.model.server())?;
        let region = &self.candidate.deployment.region;
        let usage = usage::usage(self.scope.profile, self.scope.demand, sizer, region);
        let (estimate, priced) = price(self.scope, &usage, shape, region, commitment);
        (priced == commitment).then_some(estimate)
    }

    fn total_of(&self, shape: &Shape<'_>, commitment: Commitment) -> Option<Usd> {
        self.bill_of(shape, commitment)?.total.known().copied()
    }

    fn total(&self) -> Option<Usd> {
        self.candidate.cost.total.known().copied()
    }

    /// Dollars a month against the choice.
    fn difference(&self, other: Option<Usd>) -> Option<Usd> {
        Some(other? - self.total()?)
    }
}

/// The next smaller size of the same family in the same number, and what forbids it.
fn next_size_down(chosen: &Chosen<'_>) -> Option<Change> {
    let node = chosen.shape.model.node;
    let smaller = chosen
        .scope
        .catalog
        .node_types(node.service)
        .iter()
        .filter(|n| n.family == node.family && n.memory < node.memory)
        .max_by(|a, b| a.memory.0.total_cmp(&b.memory.0))?;
    let layout = match smaller.sharding {
        crate::catalog::Sharding::Inside { shards } => Layout { shards, ..chosen.shape.layout },
        _ => chosen.shape.layout,
    };
    let shape = Shape { model: Model { node: smaller, ..chosen.shape.model }, layout };
    let inputs = Inputs {
        profile: chosen.scope.profile,
        demand: chosen.scope.demand,
        sizer: chosen.sizers.get(&shape.model.server())?,
    };
    let mut checks = capacity::scalable(&inputs, &shape);
    checks.extend(capacity::fixed(&inputs, &shape));
    checks.extend(super::metered::checks(&inputs, &shape));
    let failing: Vec<&Check> = checks.iter().filter(|c| !c.passes()).collect();
    let monthly = chosen.difference(chosen.total_of(&shape, chosen.candidate.deployment.commitment));
    let text = match failing.first() {
        Some(check) => {
            format!("{} is too small: {}: {}", smaller.name, check.constraint.title(), check.excuse().why)
        }
        None => {
            format!("{} fits as well and ranks lower: {}", smaller.name, penalties_of(chosen, smaller.name))
        }
    };
    Some(Change { what: "next size down".into(), text, monthly })
}

fn penalties_of(chosen: &Chosen<'_>, node: &str) -> String {
    let found = chosen
        .selection
        .candidates
        .iter()
        .find(|c| c.deployment.node_type.as_deref() == Some(node))
        .map(|c| c.penalties.iter().map(|p| p.why.as_str()).collect::<Vec<_>>().join(", "));
    found.filter(|text| !text.is_empty()).unwrap_or_else(|| "another shape is better".into())
}

/// Nodes against serverless, and the use at which both cost the same.
fn serverless(chosen: &Chosen<'_>) -> Option<Change> {
    let d = &chosen.candidate.deployment;
    let serverless = Service::ElastiCacheServerless.id();
    let what = "serverless".to_owned();
    if d.service == Service::ElastiCache.id() {
        let best = chosen.selection.candidates.iter().find(|c| c.deployment.service == serverless);
        let Some(best) = best else {
            let out = chosen.selection.rejected.iter().rfind(|r| r.service == serverless)?;
            let excuse = out.excuses.first()?;
            let text =
                format!("ElastiCache Serverless is out: {}: {}", excuse.constraint.title(), excuse.why);
            return Some(Change { what, text, monthly: None });
        };
        let (theirs, ours) = (best.cost.total.known()?, chosen.total()?);
        let even = share(ours, *theirs)?;
        let text = if *theirs > ours {
            format!(
                "ElastiCache Serverless ({}) costs {theirs} USD; it becomes the cheaper one below {even:.0}% of today's data and commands",
                best.deployment.engine
            )
        } else {
            format!("ElastiCache Serverless costs {theirs} USD and ranks lower for its penalties")
        };
        return Some(Change { what, text, monthly: chosen.difference(Some(*theirs)) });
    }
    if d.service == serverless {
        let nodes =
            chosen.selection.candidates.iter().find(|c| c.deployment.service == Service::ElastiCache.id())?;
        let (theirs, ours) = (nodes.cost.total.known()?, chosen.total()?);
        let even = share(*theirs, ours)?;
        let text = format!(
            "nodes ({}) cost {theirs} USD; they become the cheaper ones above {even:.0}% of today's data and commands",
            nodes.summary()
        );
        return Some(Change { what: "nodes".into(), text, monthly: chosen.difference(Some(*theirs)) });
    }
    None
}

/// `part` in percent of `whole`.
fn share(part: Usd, whole: Usd) -> Option<f64> {
    let share: f64 = part.0.checked_div(whole.0)?.try_into().ok()?;
    Some(share * 100.0)
}

/// The cheapest commitment of each length.
fn commitments(chosen: &Chosen<'_>) -> Vec<Change> {
    let current = chosen.candidate.deployment.commitment;
    let lengths = [None, Some(1), Some(3)];
    lengths
        .into_iter()
        .filter(|years| *years != current.years())
        .filter_map(|years| {
            let (commitment, bill, total) = Commitment::ALL
                .iter()
                .filter(|c| c.years() == years)
                .filter_map(|c| {
                    let bill = chosen.bill_of(&chosen.shape, *c)?;
                    let total = *bill.total.known()?;
                    Some((*c, bill, total))
                })
                .min_by_key(|(_, _, total)| *total)?;
            Some(Change {
                what: "commitment".into(),
                text: format!("{commitment} costs {}{total} USD a month{}", tilde(&bill), upfront(&bill)),
                monthly: chosen.difference(Some(total)),
            })
        })
        .collect()
}

fn tilde(bill: &Estimate) -> &'static str {
    if bill.is_estimate() { "~" } else { "" }
}

/// What is paid at the start of the term.
fn upfront(bill: &Estimate) -> String {
    let hours = rust_decimal::Decimal::from(HOURS_PER_MONTH);
    let paid: rust_decimal::Decimal =
        bill.lines.iter().filter_map(|l| Some(l.rate.known()?.upfront? * l.quantity / hours)).sum();
    if paid.is_zero() {
        String::new()
    } else {
        format!(", {} USD of it upfront for the whole term", Usd(paid))
    }
}

/// The same shape with the other engine.
fn other_engine(chosen: &Chosen<'_>) -> Option<Change> {
    let other = match chosen.candidate.deployment.engine {
        Engine::Valkey => Engine::Redis,
        Engine::Redis => Engine::Valkey,
    };
    let offer = chosen.shape.model.info.engine(other)?;
    let node = chosen.shape.model.node;
    node.engine(other)?;
    let model = Model { engine: other, version: offer.default, ..chosen.shape.model };
    let shape = Shape { model, ..chosen.shape };
    let total = chosen.total_of(&shape, chosen.candidate.deployment.commitment)?;
    let memory = |name: &str| chosen.sizers.get(name).map(|s| s.used(chosen.shape.layout).likely);
    let used = match (memory(&shape.model.server()), memory(&chosen.shape.model.server())) {
        (Some(theirs), Some(ours)) if ours > 0.0 => {
            format!(", {:+.1}% memory for this data", (theirs / ours - 1.0) * 100.0)
        }
        _ => String::new(),
    };
    Some(Change {
        what: format!("{other} instead of {}", chosen.candidate.deployment.engine),
        text: format!("{other} {} in the same shape costs {total} USD{used}", offer.default),
        monthly: chosen.difference(Some(total)),
    })
}

/// The same size of a newer generation.
fn newer_generation(chosen: &Chosen<'_>) -> Option<Change> {
    let node = chosen.shape.model.node;
    let (class, generation, size) = generation_of(node.name)?;
    let newer = chosen
        .scope
        .catalog
        .node_types(node.service)
        .iter()
        .filter_map(|n| {
            let (c, g, s) = generation_of(n.name)?;
            let eligible = n.engine(chosen.candidate.deployment.engine).is_some();
            (c == class && s == size && g > generation && eligible).then_some((g, n))
        })
        .max_by_key(|(g, _)| *g)?
        .1;
    let shape = Shape { model: Model { node: newer, ..chosen.shape.model }, ..chosen.shape };
    let total = chosen.total_of(&shape, chosen.candidate.deployment.commitment)?;
    let memory = (newer.usable.0 / node.usable.0 - 1.0) * 100.0;
    Some(Change {
        what: "newer generation".into(),
        text: format!(
            "{} costs {total} USD for {memory:+.0}% memory ({} a node)",
            newer.name,
            Bytes(newer.usable.0)
        ),
        monthly: chosen.difference(Some(total)),
    })
}

/// `cache.r7g.large` is class `r-g`, generation 7, size `large`.
fn generation_of(name: &str) -> Option<(String, u32, &str)> {
    let (family, size) = name.rsplit_once('.')?;
    let family = family.strip_prefix("cache.").unwrap_or(family);
    let digits: String = family.chars().filter(char::is_ascii_digit).collect();
    let class: String = family.chars().filter(|c| !c.is_ascii_digit()).collect();
    Some((class, digits.parse().ok()?, size))
}

/// What the replicas cost.
fn single_node(chosen: &Chosen<'_>) -> Option<Change> {
    let replicas = chosen.shape.layout.replicas;
    let wanted = chosen.scope.profile.requirements.availability.value == Availability::MultiAz;
    let optional = chosen.shape.model.node.replicas.min < replicas;
    if !wanted || !optional {
        return None;
    }
    let layout = Layout { replicas: chosen.shape.model.node.replicas.min, ..chosen.shape.layout };
    let shape = Shape { layout, ..chosen.shape };
    let total = chosen.total_of(&shape, chosen.candidate.deployment.commitment)?;
    Some(Change {
        what: "availability: single".into(),
        text: format!(
            "without replicas it costs {total} USD; a lost node empties the cache until it is warm again"
        ),
        monthly: chosen.difference(Some(total)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_type_has_class_generation_and_size() {
        assert_eq!(generation_of("cache.r7g.large"), Some(("rg".into(), 7, "large")));
        assert_eq!(generation_of("cache.c8gn.2xlarge"), Some(("cgn".into(), 8, "2xlarge")));
        assert_eq!(generation_of("HIGHMEM_MEDIUM"), None);
    }
}
