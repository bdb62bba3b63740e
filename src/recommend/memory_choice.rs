//! Memory as a choice: with hit ratios learned from a trace, the least total of the cache and its misses.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::Constraint;
use super::policy;
use super::select::{Priced, Scope, Sizers, select, sizers};
use crate::catalog::NodeType;
use crate::demand::{Demand, Held, Sizer};
use crate::memory::Server;
use crate::profile::{HitCurve, Profile, Role};
use crate::units::{Assumption, Figure, Policy, SECONDS_PER_MONTH, TextError, Usd};

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
    held: Option<Held>,
}

/// Picks the memory. `scope` has the demand of all keys, `host` a machine of one's own for a demand.
pub fn choose(
    scope: &Scope<'_>,
    host: &dyn Fn(&Demand) -> Option<NodeType>,
) -> Result<Option<Chosen>, TextError> {
    let profile = scope.profile;
    let Some(curve) = &profile.traffic.access.curve else { return Ok(None) };
    let server = Server::new(&curve.server.value, None)?;
    let demand = scope.demand;
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
            let part = demand.holding(held);
            tried.extend(price(&Scope { demand: &part, ..*scope }, host, curve, stored));
        }
    }
    tried.extend(price(scope, host, curve, stored));
    if tried.is_empty() {
        return Ok(unused("no shape fits with a policy that was simulated"));
    }
    let best = best(&tried);
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
    let options = distinct(tried);
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

/// The best shape for a demand, with the misses of all that it holds.
fn price(
    scope: &Scope<'_>,
    host: &dyn Fn(&Demand) -> Option<NodeType>,
    curve: &HitCurve,
    stored: f64,
) -> Option<Tried> {
    let demand = scope.demand;
    let (policy, host) = (policy::needs(scope.profile, demand), host(demand));
    let scope = Scope { policy: &policy, host: host.as_ref(), ..*scope };
    let sizers = sizers(&scope);
    let selection = select(&scope, &sizers);
    let (priced, memory, hit_ratio) = selection.candidates.iter().find_map(|priced| {
        let memory = (demand.held.map_or(stored, |h| h.memory) * spare(&sizers, priced)).min(stored);
        Some((priced, memory, hits(scope.profile, curve, priced.fit.policy, memory)?))
    })?;
    let cache = priced.sums.total().map_or_else(|| Figure::unknown("a price is unknown"), Figure::Known);
    let misses = scope.profile.requirements.miss_cost.as_ref().map(|cost| {
        let reads = demand.average.reads.likely * SECONDS_PER_MONTH;
        Usd::of(reads * (1.0 - hit_ratio) / 1e6, cost.value.0).map(Usd::to_cents)
    });
    let total = match misses {
        Some(None) => Figure::unknown("the misses are more than any bill holds"),
        Some(Some(misses)) => cache.clone().map(|cache| cache + misses),
        None => cache.clone(),
    };
    let misses = misses.flatten();
    let (shape, policy) = (priced.fit.shape.summary(), priced.fit.policy);
    let option = MemoryOption { memory, shape, policy, hit_ratio, cache, misses, total, chosen: false };
    Some(Tried { option, held: demand.held })
}

/// How many times the keys that were asked for fit: whole nodes hold more.
fn spare(sizers: &Sizers<'_>, priced: &Priced<'_>) -> f64 {
    let memory = priced.fit.checks.iter().find(|c| c.constraint == Constraint::Memory);
    let left = memory.and_then(|c| Some(c.capacity.known()? * c.allowed - c.demand)).unwrap_or(0.0).max(0.0);
    let shards = f64::from(priced.fit.shape.layout.shards);
    let stored = sizers.get(&priced.fit.shape.model.server()).map_or(0.0, Sizer::stored_now);
    1.0 + left * shards / stored.max(1.0)
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

/// Least total; where it is unknown, all keys. Among equal totals the better hit ratio.
fn best(tried: &[Tried]) -> usize {
    let key = |t: &Tried| (t.option.total.known().copied(), t.option.misses);
    let known = tried.iter().enumerate().filter_map(|(i, t)| match key(t) {
        (Some(total), Some(_)) => Some((i, total, t.option.hit_ratio)),
        _ => None,
    });
    let least = known.min_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)));
    least.map_or(tried.len().saturating_sub(1), |(i, _, _)| i)
}

/// Neighbours that buy the same are one option.
fn distinct(tried: Vec<Tried>) -> Vec<MemoryOption> {
    let mut options: Vec<MemoryOption> = Vec::new();
    for Tried { option, .. } in tried {
        match options.last_mut() {
            Some(last) if (&last.shape, &last.cache) == (&option.shape, &option.cache) => {
                let chosen = last.chosen || option.chosen;
                if option.hit_ratio > last.hit_ratio {
                    *last = option;
                }
                last.chosen = chosen;
            }
            _ => options.push(option),
        }
    }
    options
}
