//! The way to the cache: connections, one thread, regions and zones.

use super::Case;
use crate::demand::Demand;
use crate::recommend::check::{Check, Constraint};
use crate::recommend::context::Context;
use crate::recommend::outcome::Advice;
use crate::units::{Count, Rate, Usd};

/// Connections that outlive a request.
pub fn connection_reuse(case: &Case<'_>) -> Option<Advice> {
    let mut profile = case.context.profile.clone();
    for function in &mut profile.placement.functions {
        function.reuses_connections.value = true;
    }
    reuse(case.context, Some(&|| case.saving_with(&profile)))
}

/// The same without a choice whose saving could be computed.
pub fn reuse(context: &Context<'_>, saving: Option<&dyn Fn() -> Option<Usd>>) -> Option<Advice> {
    let functions = &context.profile.placement.functions;
    let names: Vec<&str> =
        functions.iter().filter(|f| !f.reuses_connections.value).map(|f| f.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let rate = context.demand.connections.new_per_second.likely;
    Some(Advice {
        what: format!("create the client outside the handler in {}", names.join(", ")),
        text: format!(
            "{} new connections each cost a handshake: 2.82 ms a request against 0.21 ms on a kept one (AWS, same zone)",
            Rate(rate)
        ),
        saves: saving.and_then(|compute| compute()),
    })
}

/// A share of the allowed connections from which a pool is worth a word.
const MANY: f64 = 0.8;

/// Pools that take nearly all connections that the choice allows.
pub fn pools(case: &Case<'_>) -> Option<Advice> {
    let check = case.choice.checks.iter().find(|c| c.constraint == Constraint::Connections)?;
    (check.used()? >= MANY * check.allowed)
        .then(|| smaller_pools(case.context, check.demand, check.demand))?
}

/// The pool that fits, where pools need `demand` connections of the `room` that there is.
pub fn smaller_pools(context: &Context<'_>, demand: f64, room: f64) -> Option<Advice> {
    let functions = &context.profile.placement.functions;
    let (name, pool) = functions
        .iter()
        .filter(|f| f.connections_per_instance.value.0 > 1.0)
        .map(|f| (f, f.connections_per_instance.value.0, f.peak_concurrency.value.high.0))
        .max_by(|a, b| (a.1 * a.2).total_cmp(&(b.1 * b.2)))
        .map(|(f, pool, _)| (f.name.as_str(), pool))?;
    // An instance of a function serves one request at a time, so that one connection does where it can.
    let fits = (pool * room / demand).floor().clamp(1.0, pool - 1.0);
    let fits = if room < demand { fits } else { 1.0 };
    let after = demand * fits / pool;
    Some(Advice {
        what: format!("make the pools of {name} smaller"),
        text: format!(
            "pools of {pool:.0} open {} connections to a node at the worst moment, with two versions during a rollout; \
             pools of {fits:.0} open about {}, and an instance that serves one request at a time uses no more than one",
            Count(demand.round()),
            Count(after.round())
        ),
        saves: None,
    })
}

/// One key that is too hot for one thread.
pub fn hot_key(demand: &Demand) -> Advice {
    Advice {
        what: "spread the hottest key".into(),
        text: format!(
            "it takes {:.1}% of the commands and lives on one thread whatever is bought: read it from replicas, keep it in \
             the callers for a second, or store it as several keys",
            demand.hottest_key * 100.0
        ),
        saves: None,
    }
}

/// Commands of a pipeline that is worth a word.
const PIPELINE: f64 = 8.0;

/// A cluster because one thread does not do: the engine thread is the tightest limit, a shard less would overload it, and
/// commands go one by one or nearly so.
pub fn one_thread(case: &Case<'_>) -> Option<Advice> {
    let d = &case.choice.deployment;
    let mut profile = case.context.profile.clone();
    let depth = &mut profile.traffic.pipeline.value.0;
    if d.shards < 2 || *depth >= PIPELINE {
        return None;
    }
    *depth = PIPELINE;
    let tightness = |check: &Check| Some(check.used()? / check.allowed);
    let cpu = tightness(case.choice.checks.iter().find(|c| c.constraint == Constraint::Cpu)?)?;
    let binds = case.choice.checks.iter().filter_map(tightness).all(|other| other <= cpu);
    let shards = f64::from(d.shards);
    if !binds || cpu * shards / (shards - 1.0) <= 1.0 {
        return None;
    }
    Some(Advice {
        what: "send commands together".into(),
        text: format!(
            "{} shards are there for the engine thread, not for memory: pipelines of 8 or MGET halve its work and more",
            d.shards
        ),
        saves: case.saving_with(&profile),
    })
}

/// Callers in other regions.
pub fn co_location(case: &Case<'_>) -> Option<Advice> {
    let region = &case.choice.deployment.region;
    let away: Vec<String> = case
        .context
        .profile
        .placement
        .functions
        .iter()
        .filter_map(|f| {
            f.region.as_ref().filter(|r| r.value != *region).map(|r| format!("{} ({})", f.name, r.value))
        })
        .collect();
    if away.is_empty() {
        return None;
    }
    let mut profile = case.context.profile.clone();
    for function in &mut profile.placement.functions {
        function.region = None;
    }
    Some(Advice {
        what: format!("move {} next to the cache", away.join(", ")),
        text: format!(
            "every command from another region waits for the distance, tens of milliseconds, and its traffic is billed; \
             the cache is in {region}"
        ),
        saves: case.saving_with(&profile),
    })
}

/// What cluster mode asks of the clients.
pub fn cluster(case: &Case<'_>) -> Option<Advice> {
    case.choice.deployment.cluster_mode.then(|| Advice {
        what: "use a cluster client".into(),
        text: "keys of one command, transaction or script must share a slot: give them a hash tag such as {user:42}; \
               only database 0 exists"
            .into(),
        saves: None,
    })
}
