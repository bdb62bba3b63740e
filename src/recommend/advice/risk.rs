//! What an empty cache and a miss cost.

use super::Case;
use crate::profile::Role;
use crate::recommend::outcome::Advice;
use crate::units::{Count, Duration, SECONDS_PER_MONTH, Usd};

/// How long an empty cache takes to fill, and what the backend pays for it.
pub fn warming(case: &Case<'_>) -> Option<Advice> {
    let demand = case.scope.demand;
    let cached = demand.families.iter().filter(|f| f.role == Role::Cache);
    let keys: f64 = cached.map(|f| f.count_now.likely).sum();
    let reads = demand.average.reads.likely;
    if keys < 1.0 || reads <= 0.0 {
        return None;
    }
    // At best every read misses another key.
    let seconds = keys / reads;
    let cost = case
        .scope
        .profile
        .requirements
        .miss_cost
        .as_ref()
        .map(|c| Usd(c.value.0 * Usd::quantity(keys / 1e6)));
    let price = cost.map_or_else(String::new, |c| format!(", {} USD in misses", c.to_cents()));
    Some(Advice {
        what: "warm an empty cache".into(),
        text: format!(
            "after a lost node or a resize without copy, {} keys come back one miss at a time: {} at the least{price}; \
             load the hottest keys first and cap the backend's rate meanwhile",
            Count(keys),
            Duration(seconds)
        ),
        saves: None,
    })
}

/// What a point of hit ratio is worth.
pub fn misses(case: &Case<'_>) -> Option<Advice> {
    let cost = case.scope.profile.requirements.miss_cost.as_ref()?;
    let reads = case.scope.demand.average.reads.likely * SECONDS_PER_MONTH;
    let point = Usd(cost.value.0 * Usd::quantity(reads / 1e6 / 100.0)).to_cents();
    Some(Advice {
        what: "know what a miss costs".into(),
        text: format!(
            "one point of hit ratio is worth {point} USD a month; the size above holds all of the data, and a trace would \
             say how much hit ratio a smaller one keeps"
        ),
        saves: None,
    })
}
