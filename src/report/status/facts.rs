//! What is known of a running resource, in the words of people.

use crate::plan::{Observed, Ownership, State, Value};
use crate::units::Bytes;

/// Facts that say something to programs only, or stand in the words already.
const SILENT: [&str; 10] = [
    "arn",
    "created",
    "engine",
    "engine_version",
    "limit_bytes",
    "maintenance_window",
    "offset",
    "status",
    "used_bytes",
    IN_ALARM,
];
/// The fact that names the alarms that are raised, by blanks.
const IN_ALARM: &str = "in_alarm";
/// The kind of resource whose facts are alarms.
const ALARMS: &str = "alarms";

/// A resource: what it is, whether it works, what is known of it.
pub(super) fn item(observed: &Observed) -> (String, String) {
    let address = &observed.resource.address;
    let mut parts = vec![state(observed)];
    parts.extend(size(observed));
    parts.extend(memory(observed));
    parts.extend(if address.kind == ALARMS { alarms(observed) } else { facts(observed, |_| true) });
    let waits = observed.pending.iter();
    parts.extend(waits.map(|p| format!("{} {} from {}", p.attribute.replace('_', " "), p.value, p.until)));
    let name = format!("{} {}", address.kind.replace('_', " "), address.name);
    (name, parts.join("; "))
}

/// Whether it works.
fn state(observed: &Observed) -> String {
    match (&observed.ownership, &observed.state) {
        (Ownership::Foreign { why }, _) => format!("not made by cachefit ({why})"),
        (Ownership::Unknown { why }, _) => format!("not known whose it is ({why})"),
        (_, State::Ready) => "ready".to_owned(),
        (_, State::Busy { what }) => format!("busy: {what}"),
        (_, State::Broken { why }) => format!("broken: {why}"),
    }
}

/// `valkey 8.1 on cache.r7g.large, 2 shards, 1 replica each`.
fn size(observed: &Observed) -> Option<String> {
    let of = |name: &str| observed.resource.attributes.get(name);
    let text = |name: &str| of(name).map(ToString::to_string).filter(|text| !text.is_empty());
    let version = text("version").or_else(|| text("engine_version"));
    let mut size = format!("{} {}", text("engine")?, version.unwrap_or_default());
    if let Some(node) = text("node_type") {
        size.push_str(&format!(" on {node}"));
    }
    let number = |name: &str| of(name).and_then(Value::as_number);
    if let (Some(shards), Some(replicas)) = (number("shards"), number("replicas")) {
        let plural = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
        size.push_str(&format!(", {} with {} each", plural(shards, "shard"), plural(replicas, "replica")));
    }
    Some(size)
}

/// `memory 3.1 GiB of 4.4 GiB, 70%`.
fn memory(observed: &Observed) -> Option<String> {
    let used: f64 = observed.computed.get("used_bytes")?.parse().ok()?;
    let limit = observed.resource.attributes.get("max_memory_bytes").and_then(Value::as_number);
    Some(match limit.map(|limit| limit as f64).filter(|limit| *limit > 0.0) {
        Some(limit) => {
            format!("memory {} of {}, {:.0}%", Bytes(used), Bytes(limit), used / limit * 100.0)
        }
        None => format!("memory {}", Bytes(used)),
    })
}

/// How many there are, and those that are raised.
fn alarms(observed: &Observed) -> Vec<String> {
    let count = observed.computed.keys().filter(|name| name.contains('/')).count();
    let raised = observed.computed.get(IN_ALARM).map(|names| names.split_whitespace().collect::<Vec<_>>());
    let of = if count == 1 { "1 alarm".to_owned() } else { format!("{count} alarms") };
    let raised =
        raised.filter(|names| !names.is_empty()).map(|names| format!("in alarm: {}", names.join(", ")));
    let beside = facts(observed, |name| !name.contains('/'));
    std::iter::once(of).chain(raised).chain(beside).collect()
}

/// `endpoint 127.0.0.1:6379; keys 12`.
fn facts(observed: &Observed, of: fn(&str) -> bool) -> Vec<String> {
    let told = observed.computed.iter().filter(|(name, _)| of(name) && !SILENT.contains(&name.as_str()));
    told.map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Address, Resource};
    use crate::units::Provider;

    fn text(observed: &Observed) -> String {
        let (what, text) = item(observed);
        format!("{what}: {text}")
    }

    #[test]
    fn memory_stands_against_its_limit() {
        let resource = Resource::new(Address::new(Provider::Local, "server", "shop-1"))
            .with("max_memory_bytes", 4_i64 << 30);
        let mut observed = Observed::ours(resource);
        observed.computed.insert("used_bytes".into(), (1_u64 << 30).to_string());
        assert!(text(&observed).contains("memory 1 GiB of 4 GiB, 25%"), "{}", text(&observed));
    }

    #[test]
    fn alarms_are_counted_and_the_raised_ones_named() {
        let mut observed = Observed::ours(Resource::new(Address::new(Provider::Aws, ALARMS, "shop")));
        for member in ["shop-001", "shop-002"] {
            for kind in ["memory", "evictions"] {
                observed.computed.insert(format!("cachefit/shop/{member}/{kind}"), "above 80".into());
            }
        }
        assert_eq!(text(&observed), "alarms shop: ready; 4 alarms");
        observed.computed.insert(IN_ALARM.into(), "shop-001/memory".into());
        assert_eq!(text(&observed), "alarms shop: ready; 4 alarms; in alarm: shop-001/memory");
    }
}
