//! What an empty cache and a miss cost.

use super::Case;
use crate::catalog::{Service, Support};
use crate::profile::Role;
use crate::recommend::check::Constraint;
use crate::recommend::features::needs_acl;
use crate::recommend::outcome::Advice;
use crate::units::{Count, Duration, Rate, SECONDS_PER_MONTH, Usd};

/// Usage limits stand this much above the high end.
const LIMIT: f64 = 1.25;

/// How long an empty cache takes to fill, and what the backend pays for it.
pub fn warming(case: &Case<'_>) -> Option<Advice> {
    let demand = case.context.demand;
    let cached = demand.families.iter().filter(|f| f.role == Role::Cache);
    let keys: f64 = cached.map(|f| f.count_now.likely).sum();
    let reads = demand.average.reads.likely;
    if keys < 1.0 || reads <= 0.0 {
        return None;
    }
    // At best every read misses another key.
    let seconds = keys / reads;
    let cost =
        case.context.profile.requirements.miss_cost.as_ref().and_then(|c| Usd::of(keys / 1e6, c.value.0));
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
    let cost = case.context.profile.requirements.miss_cost.as_ref()?;
    let reads = case.context.demand.average.reads.likely * SECONDS_PER_MONTH;
    let point = Usd::of(reads / 1e6 / 100.0, cost.value.0)?.to_cents();
    let known = if case.context.profile.traffic.access.curve.is_some() {
        "the size above has the least total of cache and misses by the learned hit ratios"
    } else {
        "the size above holds all of the data, and a trace would say how much hit ratio a smaller one keeps \
         (`cachefit simulate TRACE --write FILE`)"
    };
    Some(Advice {
        what: "know what a miss costs".into(),
        text: format!("one point of hit ratio is worth {point} USD a month; {known}"),
        saves: None,
    })
}

/// A metered service without limits bills whatever a fault writes.
pub fn usage_limits(case: &Case<'_>) -> Option<Advice> {
    let metered = case.info().metered.as_ref()?;
    let at_start = metered.units_per_second_at_start?;
    let stored = case.choice.checks.iter().find(|c| c.constraint == Constraint::Storage)?.demand;
    let work = case.choice.checks.iter().find(|c| c.constraint == Constraint::CommandRate)?.demand;
    let burst = if work > at_start {
        format!(
            "; a cold cache serves {} at once and doubles every 2 to 3 minutes: set a minimum before known peaks, it is billed",
            Rate(at_start)
        )
    } else {
        String::new()
    };
    Some(Advice {
        what: "set usage limits".into(),
        text: format!(
            "without them a fault writes and is billed without end: data {:.1} GB, work {}, and an alarm at 75%{burst}",
            (stored / 1e9 * LIMIT).max(metered.minimum_stored.first().map_or(0.0, |(_, b)| b.0 / 1e9)),
            Rate(work * LIMIT)
        ),
        saves: None,
    })
}

/// State behind asynchronous replication.
pub fn durability(case: &Case<'_>) -> Option<Advice> {
    let kept: Vec<&str> = case
        .context
        .demand
        .families
        .iter()
        .filter(|f| f.role != Role::Cache)
        .map(|f| f.keys.as_str())
        .collect();
    if kept.is_empty() {
        return None;
    }
    let replicas = if case.choice.deployment.replicas > 0 {
        "replication is asynchronous: the last acknowledged writes are lost when a primary fails"
    } else {
        "there is one copy: it is lost with its node, back to the last backup"
    };
    Some(Advice {
        what: format!("know what {} may lose", kept.join(", ")),
        text: format!(
            "{replicas}; WAIT narrows the gap, synchronous durability closes it where the service has it (ElastiCache for \
             Valkey 9: 18% more a node), and a database is the place for what may never be lost"
        ),
        saves: None,
    })
}

/// Backups that are not what the word promises.
pub fn backups(case: &Case<'_>) -> Option<Advice> {
    let days = case.context.profile.requirements.backup_retention.value.0;
    let condition = match case.info().backups {
        Support::When { condition } if days > 0.0 => condition,
        Support::No { instead } | Support::Preview { instead } if days > 0.0 => instead,
        _ => return None,
    };
    Some(Advice {
        what: format!("keep {days:.0} days of backups yourself"),
        text: format!("{}: {condition}", case.info().service.title()),
        saves: None,
    })
}

/// Rights of single users that Azure has in some subscriptions only: nothing here has asked the one of the profile.
pub fn rights(case: &Case<'_>) -> Option<Advice> {
    let info = case.info();
    let Support::When { condition } = info.acl_users else { return None };
    let asked = info.service == Service::AzureManagedRedis && needs_acl(case.context.profile);
    asked.then(|| Advice {
        what: "see that users can have rights of their own".into(),
        text: format!("{}: {condition} and without which it refuses", info.service.title()),
        saves: None,
    })
}
