//! Memory as a choice: with hit ratios learned from a trace, the least total of the cache and its misses.

use schemars::JsonSchema;
use serde::Serialize;

use super::candidate::configuration;
use super::check::{Check, Constraint, Rejection};
use super::context::{Asked, Context, Selection, out};
use super::fit::all_checks;
use super::inputs::Inputs;
use super::policy;
use super::rank::over_budget;
use super::select::{select, sizers};
use super::shape::Shape;
use crate::catalog::NodeType;
use crate::demand::{Demand, Held, Sizer};
use crate::deployment::Configuration;
use crate::memory::Server;
use crate::profile::{HitCurve, Profile, Role};
use crate::units::{Assumption, Figure, Policy, SECONDS_PER_MONTH, TextError, Usd};

/// Halvings with which the room in a shape is found: a thousandth of it.
const HALVINGS: u32 = 10;
/// Sizes that are tried from one point of the curve to the next.
const STEPS: u32 = 4;

/// What an amount of memory costs, with its misses.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MemoryOption {
    /// Bytes for keys, values and tables over all shards, on the server of the curve: what the shape holds.
    pub memory: f64,
    /// The best shape for it.
    pub shape: String,
    /// Its eviction policy.
    pub policy: Policy,
    /// Share of the reads that hit.
    pub hit_ratio: f64,
    /// Dollars a month for the cache.
    pub cache: Figure<Usd>,
    /// Dollars a month for the misses; none without `miss_cost`.
    pub misses: Option<Usd>,
    /// Both.
    pub total: Figure<Usd>,
    /// Whether this one was taken.
    pub chosen: bool,
}

/// All that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MemoryChoice {
    /// The server that was emulated.
    pub server: String,
    /// Smallest memory first; the last one holds all keys.
    pub options: Vec<MemoryOption>,
}

/// The choice, and the demand that follows from it.
pub struct Chosen {
    /// For the report.
    pub choice: Option<MemoryChoice>,
    /// With the part of the keys that the memory holds.
    pub demand: Demand,
    /// Why a curve was not used, or what it rests on.
    pub assumption: Option<Assumption>,
}

/// One option, with what it was made for.
struct Tried {
    option: MemoryOption,
    /// What would be bought.
    configuration: Configuration,
    held: Option<Held>,
}

/// Picks the memory. `context` has the demand of all keys, `host` a machine of one's own for a demand.
pub fn choose(
    context: &Context<'_>,
    host: &dyn Fn(&Demand) -> Option<NodeType>,
) -> Result<Option<Chosen>, TextError> {
    let profile = context.profile;
    let Some(curve) = &profile.traffic.access.curve else { return Ok(None) };
    let server = Server::new(&curve.server.value, None)?;
    let demand = context.demand;
    let unused = |why: &str| {
        let assumption = Assumption::new("learned hit ratios", "not used", why);
        Some(Chosen { choice: None, demand: demand.clone(), assumption: Some(assumption) })
    };
    if profile.dataset.iter().any(|family| family.role.value != Role::Cache) {
        return Ok(unused("some of the data is state or queue, which must not be evicted"));
    }
    let stored = Sizer::new(profile, demand, server).stored_now();
    let mut tried: Vec<Tried> = Vec::new();
    if profile.requirements.miss_cost.is_some() {
        // Almost all keys cost almost as much as all, which is tried at the end.
        for memory in targets(curve).into_iter().filter(|memory| *memory < stored) {
            let held = Held { share: memory / stored, memory };
            tried.extend(price(context, host, curve, stored, held));
        }
    }
    tried.extend(best_shape(context, host, curve, stored, None).map(|(tried, _)| tried));
    if tried.is_empty() {
        return Ok(unused("no shape fits with a policy that was simulated"));
    }
    // A shape for less memory may have room for more than the next one.
    tried.sort_by(|a, b| a.option.memory.total_cmp(&b.option.memory));
    let mut tried = distinct(tried);
    let best = best(profile, &tried);
    if let Some(best) = tried.get_mut(best) {
        best.option.chosen = true;
    }
    let demand = match tried.get(best).and_then(|t| t.held) {
        Some(held) => demand.holding(held),
        None => demand.clone(),
    };
    let why = if profile.requirements.miss_cost.is_some() {
        "of the trace, first reads of a key included; they hold while keys and traffic look like it"
    } else {
        "of the trace; requirements.miss_cost lets memory be weighed against misses, without it all keys must fit"
    };
    let assumption = Assumption::new("hit ratios", format!("simulated on {}", curve.server.value), why);
    let options = tried.into_iter().map(|t| t.option).collect();
    let choice = MemoryChoice { server: curve.server.value.clone(), options };
    Ok(Some(Chosen { choice: Some(choice), demand, assumption: Some(assumption) }))
}

/// Memories of the curve, and some between them.
fn targets(curve: &HitCurve) -> Vec<f64> {
    let mut sizes: Vec<f64> = curve.points.iter().map(|p| p.memory.0).collect();
    sizes.dedup();
    let between = |pair: &[f64]| {
        let (low, ratio) = (pair[0], pair[1] / pair[0]);
        (1..STEPS).map(move |i| low * ratio.powf(f64::from(i) / f64::from(STEPS))).collect::<Vec<f64>>()
    };
    let mut all: Vec<f64> = sizes.windows(2).flat_map(between).chain(sizes.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The best shape for a part of the keys, and what it costs with its misses. Whole nodes hold more than was asked for: then the
/// shape is filled, and what is claimed is what was measured against it.
fn price(
    context: &Context<'_>,
    host: &dyn Fn(&Demand) -> Option<NodeType>,
    curve: &HitCurve,
    stored: f64,
    held: Held,
) -> Option<Tried> {
    let (asked, room) = best_shape(context, host, curve, stored, Some(held))?;
    // A fuller cache may call for another policy, so that it is selected for once more.
    let full = room.and_then(|room| best_shape(context, host, curve, stored, Some(room)));
    let full = full.map(|(full, _)| full);
    Some(full.filter(|full| full.configuration.buys_same(&asked.configuration)).unwrap_or(asked))
}

/// The best shape for all keys or a part of them with what it costs, and all that it has room for.
fn best_shape(
    context: &Context<'_>,
    host: &dyn Fn(&Demand) -> Option<NodeType>,
    curve: &HitCurve,
    stored: f64,
    held: Option<Held>,
) -> Option<(Tried, Option<Held>)> {
    let part = held.map(|held| context.demand.holding(held));
    let demand = part.as_ref().unwrap_or(context.demand);
    let (policy, host) = (policy::needs(context.profile, demand), host(demand));
    let part = Context { demand, policy: &policy, host: host.as_ref(), asked: Asked::Candidates, ..*context };
    let sizers = sizers(&part);
    let mut selection = select(&part, &sizers);
    keep_simulated(&part, &mut selection);
    let memory = held.map_or(stored, |h| h.memory);
    let priced = selection.candidates.first()?;
    let hit_ratio = hits(context.profile, curve, priced.fit.policy, memory)?;
    let cache = priced.sums.total().map_or_else(|| Figure::unknown("a price is unknown"), Figure::Known);
    let misses = context.profile.requirements.miss_cost.as_ref().map(|cost| {
        let reads = demand.average.reads.likely * SECONDS_PER_MONTH;
        Usd::of(reads * (1.0 - hit_ratio) / 1e6, cost.value.0).map(Usd::to_cents)
    });
    let total = match misses {
        Some(None) => Figure::unknown("the misses are more than any bill holds"),
        Some(Some(misses)) => cache.clone().map(|cache| cache + misses),
        None => Figure::unknown("requirements.miss_cost does not say what a miss costs"),
    };
    let misses = misses.flatten();
    let (shape, policy) = (priced.fit.shape.summary(), priced.fit.policy);
    let option = MemoryOption { memory, shape, policy, hit_ratio, cache, misses, total, chosen: false };
    let room = held.and_then(|held| room(context, &priced.fit.shape, held, stored));
    let configuration = configuration(&part, priced);
    Some((Tried { option, configuration, held }, room))
}

/// The most of all keys with which a shape still passes every check; none where more data costs more or nothing is left.
fn room(context: &Context<'_>, shape: &Shape<'_>, held: Held, stored: f64) -> Option<Held> {
    if shape.offering.info.metered.is_some() {
        return None;
    }
    let server = Server::new(&shape.offering.server(), None).ok()?;
    let times = |times: f64| Held { share: held.share * times, memory: held.memory * times };
    let fits = |held: Held| {
        let demand = context.demand.holding(held);
        let sizer = Sizer::new(context.profile, &demand, server.clone());
        all_checks(&Inputs::new(context.profile, &demand, &sizer), shape).iter().all(Check::passes)
    };
    let all = stored / held.memory;
    if fits(times(all)) {
        return (all > 1.0).then(|| times(all));
    }
    let (mut passing, mut failing) = (1.0, all.max(1.0));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(passing, failing);
        if fits(times(middle)) {
            passing = middle;
        } else {
            failing = middle;
        }
    }
    (passing > 1.0).then(|| times(passing))
}

/// Leaves what has a policy with known hits: the others cannot be compared.
pub fn keep_simulated(context: &Context<'_>, selection: &mut Selection<'_>) {
    let profile = context.profile;
    let Some(curve) = &profile.traffic.access.curve else { return };
    let Selection { candidates, out: ruled_out, .. } = selection;
    candidates.retain(|priced| {
        let policy = priced.fit.policy;
        let known = hits(profile, curve, policy, curve.largest()).is_some();
        if !known {
            let shape = &priced.fit.shape;
            ruled_out.add(context, || {
                let why = format!("hits of {policy}, which it would have, were not simulated on the trace");
                let rejections = vec![Rejection::new(Constraint::Policy, why)];
                out(&shape.offering, Some(priced.region), shape.topology.shards, rejections)
            });
        }
        known
    });
    ruled_out.sort();
}

/// Hit ratio of a policy; where every key has a time to live, volatile policies are those of all keys, and Upstash's
/// own picks at random.
fn hits(profile: &Profile, curve: &HitCurve, policy: Policy, memory: f64) -> Option<f64> {
    let all_expire = profile.dataset.iter().all(|family| family.ttl.is_some());
    let other = match policy {
        Policy::OptimisticVolatile => Some(Policy::AllkeysRandom),
        Policy::VolatileLru if all_expire => Some(Policy::AllkeysLru),
        Policy::VolatileLfu if all_expire => Some(Policy::AllkeysLfu),
        Policy::VolatileRandom if all_expire => Some(Policy::AllkeysRandom),
        _ => None,
    };
    curve.hits(policy, memory).or_else(|| curve.hits(other?, memory))
}

/// Least total of what keeps within the budget, else of all; where it is unknown, all keys. Among equal totals the
/// better hit ratio.
fn best(profile: &Profile, tried: &[Tried]) -> usize {
    let over = |t: &Tried| t.option.cache.known().is_some_and(|cache| over_budget(profile, *cache));
    let key = |t: &Tried| (t.option.total.known().copied(), t.option.misses);
    let known = tried.iter().enumerate().filter_map(|(i, t)| match key(t) {
        (Some(total), Some(_)) => Some((i, (over(t), total), t.option.hit_ratio)),
        _ => None,
    });
    let least = known.min_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)));
    least.map_or(tried.len().saturating_sub(1), |(i, _, _)| i)
}

/// Neighbours that buy the same are one option: the one that holds more.
fn distinct(tried: Vec<Tried>) -> Vec<Tried> {
    let mut kept: Vec<Tried> = Vec::new();
    for next in tried {
        match kept.last_mut() {
            Some(last)
                if last.configuration.buys_same(&next.configuration)
                    && last.option.cache == next.option.cache =>
            {
                *last = next;
            }
            _ => kept.push(next),
        }
    }
    kept
}
