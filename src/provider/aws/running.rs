//! What runs as a choice, and what resources cost.

use super::kind::parameter_group::{DEFAULT_POLICY, PARAMETER};
use super::names;
use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::plan::{Observed, Ownership, Resource, Value};
use crate::profile::Pin;
use crate::units::{
    Commitment, Engine, Figure, FromText as _, HOURS_PER_MONTH, Policy, Source, Sourced, Usd,
};

/// The choice that runs; none if nothing does, or if it is not made yet.
pub fn pin(observed: &[Observed]) -> Option<Pin> {
    let ours = |kind: &str| {
        observed.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours)
    };
    if let Some(cache) = ours(names::SERVERLESS_CACHE) {
        return Some(Pin {
            service: Some(seen(Service::ElastiCacheServerless)),
            engine: engine(cache).map(seen),
            version: version(cache).map(seen),
            ..Pin::default()
        });
    }
    let group = ours(names::REPLICATION_GROUP)?;
    let text = |name: &str| group.resource.attributes.get(name).and_then(Value::as_text);
    let count = |name: &str| {
        let number = group.resource.attributes.get(name).and_then(Value::as_number)?;
        u32::try_from(number).ok().map(seen)
    };
    let parameters = text("parameter_group").and_then(|name| {
        observed.iter().find(|o| o.resource.address == names::address(names::PARAMETER_GROUP, name))
    });
    let ours = parameters.and_then(|p| p.resource.attributes.get("maxmemory-policy")?.as_text());
    let set = group.computed.get(&format!("{PARAMETER}maxmemory-policy")).map(String::as_str);
    let policy = ours.or(set).or(Some(DEFAULT_POLICY));
    Some(Pin {
        service: Some(seen(Service::ElastiCache)),
        engine: Some(seen(engine(group)?)),
        version: version(group).map(seen),
        node_type: Some(seen(text("node_type")?.to_owned())),
        shards: count("shards"),
        replicas: count("replicas"),
        eviction_policy: policy.and_then(|p| Policy::from_text(p).ok()).map(seen),
        ..Pin::default()
    })
}

fn engine(cache: &Observed) -> Option<Engine> {
    Engine::from_text(cache.resource.attributes.get("engine")?.as_text()?).ok()
}

/// The version as the catalogue writes it: serverless ones are named by their major number, older ones by both.
fn version(cache: &Observed) -> Option<String> {
    let version = cache.resource.attributes.get("engine_version")?.as_text()?;
    let serverless = cache.resource.address.kind == names::SERVERLESS_CACHE;
    Some(match (serverless, engine(cache)?, version) {
        (true, Engine::Valkey, "7") => "7.2".to_owned(),
        (true, Engine::Redis, "7") => "7.1".to_owned(),
        _ => version.to_owned(),
    })
}

fn seen<T>(value: T) -> Sourced<T> {
    Sourced { value, source: Source::Observed { metric: "the cache that runs".into(), window: "now".into() } }
}

/// What the minimums of a serverless cache cost a month even while it is idle; unknown without their prices.
pub fn minimum(resource: &Resource) -> Figure<Usd> {
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let number = |name: &str| resource.attributes.get(name).and_then(Value::as_number).unwrap_or(0);
    let mut total = rust_decimal::Decimal::ZERO;
    let hours = i64::from(HOURS_PER_MONTH);
    for (count, item, per) in [
        (number("data_minimum_gb") * hours, items::STORED_GB_HOUR, 1),
        (number("ecpu_per_second_minimum") * 3600 * hours, items::MILLION_ECPU, 1_000_000),
    ] {
        let key = PriceKey {
            service: Service::ElastiCacheServerless,
            region: text("region"),
            item,
            engine: Engine::from_text(text("engine")).ok(),
            term: Commitment::OnDemand,
        };
        match Catalog::in_use().usd(&key) {
            _ if count == 0 => {}
            Some((each, _)) => {
                total += each * rust_decimal::Decimal::from(count) / rust_decimal::Decimal::from(per);
            }
            None => return Figure::unknown(format!("the catalogue has no price of {key}")),
        }
    }
    Figure::Known(Usd(total))
}

/// Nodes on demand, by the list.
pub fn nodes(resource: &Resource) -> Figure<Usd> {
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let number = |name: &str| resource.attributes.get(name).and_then(Value::as_number);
    let (Some(shards), Some(replicas)) = (number("shards"), number("replicas")) else {
        return Figure::unknown("the number of its nodes is not known yet");
    };
    let key = PriceKey {
        service: Service::ElastiCache,
        region: text("region"),
        item: text("node_type"),
        engine: Engine::from_text(text("engine")).ok(),
        term: Commitment::OnDemand,
    };
    let Some((hourly, _)) = Catalog::in_use().usd(&key) else {
        return Figure::unknown(format!("the catalogue has no price of {key}"));
    };
    let hours = shards * (1 + replicas) * i64::from(HOURS_PER_MONTH);
    let nodes = hourly * rust_decimal::Decimal::from(hours);
    durability(resource).map(|usd| Usd(usd.0 + nodes))
}

/// What durability costs that others have switched on: the choice of a deployment knows nothing of it.
pub fn beside(resources: &[Resource]) -> Figure<Usd> {
    let groups = resources.iter().filter(|r| r.address.kind == names::REPLICATION_GROUP);
    let mut total = rust_decimal::Decimal::ZERO;
    for group in groups {
        match durability(group) {
            Figure::Known(usd) => total += usd.0,
            unknown @ Figure::Unknown { .. } => return unknown,
        }
    }
    Figure::Known(Usd(total))
}

/// What the total has for it, in words; nothing where none is on.
pub fn beside_note(resources: &[Resource]) -> Option<String> {
    let durable = |r: &&Resource| is_durable(r) && r.address.kind == names::REPLICATION_GROUP;
    let group = resources.iter().find(durable)?;
    let part = match durability(group) {
        Figure::Known(usd) => format!("{usd} USD of the total a month"),
        Figure::Unknown { why } => format!("which leaves the total unknown: {why}"),
    };
    Some(format!("{} has synchronous durability, switched on by others: {part}", group.address))
}

fn is_durable(resource: &Resource) -> bool {
    resource.attributes.get("durability").and_then(Value::as_text) == Some("sync")
}

/// The surcharge of synchronous durability on every node, by the list.
fn durability(resource: &Resource) -> Figure<Usd> {
    if !is_durable(resource) {
        return Figure::Known(Usd::ZERO);
    }
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let number = |name: &str| resource.attributes.get(name).and_then(Value::as_number);
    let (Some(shards), Some(replicas)) = (number("shards"), number("replicas")) else {
        return Figure::unknown("the number of its nodes is not known yet");
    };
    let item = items::for_node("sync-durability", text("node_type"));
    let key = PriceKey {
        service: Service::ElastiCache,
        region: text("region"),
        item: &item,
        engine: Engine::from_text(text("engine")).ok(),
        term: Commitment::OnDemand,
    };
    match Catalog::in_use().usd(&key) {
        Some((hourly, _)) => {
            let hours = shards * (1 + replicas) * i64::from(HOURS_PER_MONTH);
            Figure::Known(Usd(hourly * rust_decimal::Decimal::from(hours)))
        }
        None => Figure::unknown(format!("the catalogue has no price of {key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(durability: &str) -> Resource {
        Resource::new(names::address(names::REPLICATION_GROUP, "shop"))
            .with("region", "eu-west-1")
            .with("engine", "valkey")
            .with("node_type", "cache.r7g.large")
            .with("shards", 1_i64)
            .with("replicas", 1_i64)
            .with("durability", durability)
    }

    #[test]
    fn synchronous_durability_is_on_the_bill() {
        let cost = |durability: &str| match nodes(&group(durability)) {
            Figure::Known(usd) => usd,
            Figure::Unknown { why } => panic!("{why}"),
        };
        // 0.035 USD an hour of each of two nodes, by the list.
        assert_eq!(cost("sync") - cost("async"), Usd("51.10".parse().unwrap()));
        assert_eq!(cost("disabled"), cost("async"));
        // Where the list has no price of it, none is made up.
        let elsewhere = group("sync").with("node_type", "cache.m7g.large");
        assert!(matches!(nodes(&elsewhere), Figure::Unknown { .. }));
        assert!(matches!(beside(&[elsewhere]), Figure::Unknown { .. }));
        assert_eq!(beside(&[group("sync")]), Figure::Known(Usd("51.10".parse().unwrap())));
        assert_eq!(beside(&[group("async")]), Figure::Known(Usd::ZERO));
    }

    #[test]
    fn minimums_are_billed_by_the_hour() {
        let cache = Resource::new(names::address(names::SERVERLESS_CACHE, "burst"))
            .with("region", "us-east-1")
            .with("engine", "valkey")
            .with("data_minimum_gb", 1_i64)
            .with("ecpu_per_second_minimum", 1000_i64);
        // 730 h at 0.084 USD, and 2,628 million units at 0.0023 USD.
        assert_eq!(minimum(&cache), Figure::Known(Usd("67.3644".parse().unwrap())));
    }
}
