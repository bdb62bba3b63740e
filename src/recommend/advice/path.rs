//! The way to the cache: connections, one thread, regions and zones.

use super::Case;
use crate::demand::Demand;
use crate::recommend::check::Constraint;
use crate::recommend::outcome::Advice;
use crate::recommend::select::Scope;
use crate::units::{Bytes, Rate, Usd};

/// Connections that outlive a request.
pub fn connection_reuse(case: &Case<'_>) -> Option<Advice> {
    let mut profile = case.scope.profile.clone();
    for function in &mut profile.placement.functions {
        function.reuses_connections.value = true;
    }
    reuse(case.scope, Some(&|| case.saving_with(&profile)))
}

/// The same without a choice whose saving could be computed.
pub fn reuse(scope: &Scope<'_>, saving: Option<&dyn Fn() -> Option<Usd>>) -> Option<Advice> {
    let functions = &scope.profile.placement.functions;
    let names: Vec<&str> =
        functions.iter().filter(|f| !f.reuses_connections.value).map(|f| f.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let rate = scope.demand.connections.new_per_second.likely;
    Some(Advice {
        what: format!("create the client outside the handler in {}", names.join(", ")),
        text: format!(
            "{} new connections each cost a handshake: 2.82 ms a request against 0.21 ms on a kept one (AWS, same zone)",
            Rate(rate)
        ),
        saves: saving.and_then(|compute| compute()),
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

/// A cluster because one thread does not do.
pub fn one_thread(case: &Case<'_>) -> Option<Advice> {
    let d = &case.choice.deployment;
    let cpu = case.choice.checks.iter().find(|c| c.constraint == Constraint::Cpu)?;
    let memory = case.choice.checks.iter().find(|c| c.constraint == Constraint::Memory)?;
    let busy = cpu.used()? / cpu.allowed > memory.used()? / memory.allowed;
    if d.shards < 2 || !busy {
        return None;
    }
    let mut profile = case.scope.profile.clone();
    profile.traffic.pipeline.value.0 = profile.traffic.pipeline.value.0.max(8.0);
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
        .scope
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
    let mut profile = case.scope.profile.clone();
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

/// Values that stall the engine thread.
pub fn large_values(case: &Case<'_>) -> Option<Advice> {
    let largest = case.scope.demand.families.iter().map(|f| f.largest_command).fold(0.0, f64::max);
    let memory = case.choice.deployment.max_memory as f64;
    (largest > memory * 0.01).then(|| Advice {
        what: "keep single values small".into(),
        text: format!(
            "one value of {} is more than 1% of a node's memory: writing it can evict hundreds of thousands of small keys \
             at once and stalls the engine thread",
            Bytes(largest)
        ),
        saves: None,
    })
}
