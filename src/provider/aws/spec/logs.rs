//! Logs of the server that are kept, each in a log group of its own.

use super::Wish;
use crate::plan::{Resource, Value};
use crate::provider::aws::names;
use crate::provider::aws::observe::logs::OFF;

/// Attribute, last part of the log group's name, and days, of every kind of log.
fn kinds(wish: &Wish<'_>) -> [(&'static str, &'static str, u32); 2] {
    let logs = &wish.profile.requirements.logs;
    [("slow_log", "slow-log", logs.slow), ("engine_log", "engine-log", logs.engine)]
}

/// The log groups.
pub fn resources(wish: &Wish<'_>) -> Vec<Resource> {
    let wanted = kinds(wish).into_iter().filter(|(.., days)| *days > 0);
    wanted
        .map(|(_, kind, days)| {
            Resource::new(names::address(names::LOG_GROUP, names::log_group(wish.name(), kind)))
                .with("region", wish.region())
                .with("retention_days", days)
        })
        .collect()
}

/// The replication group with the logs that it delivers. One that was taken over keeps the deliveries of others.
pub fn deliver(wish: &Wish<'_>, mut group: Resource) -> Resource {
    for (attribute, kind, days) in kinds(wish) {
        let name = names::log_group(wish.name(), kind);
        let today =
            wish.seen_value(names::REPLICATION_GROUP, wish.name(), attribute).and_then(Value::as_text);
        let foreign = today.filter(|today| wish.is_adopted() && *today != name);
        group = match (days, foreign) {
            (1.., _) => group.with(attribute, name.as_str()).after(names::address(names::LOG_GROUP, name)),
            (0, Some(today)) => group.with(attribute, today),
            (0, None) => group.with(attribute, OFF),
        };
    }
    group
}
