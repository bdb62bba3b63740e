//! The choice that runs.

use super::kind::cache;
use super::product::{Product, REDIS_CLUSTER, VALKEY};
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Pin;
use crate::units::{Engine, FromText as _, Policy, Source, Sourced};

/// What a profile can pin of what runs; none if nothing of ours does.
pub fn pin(seen: &[Observed]) -> Option<Pin> {
    let (product, cache) = ours(seen)?;
    let text = |name: &str| cache.resource.attributes.get(name).and_then(Value::as_text);
    let count = |name: &str| {
        let number = cache.resource.attributes.get(name).and_then(Value::as_number)?;
        u32::try_from(number).ok().map(now)
    };
    let engine = if product.is_valkey() { Engine::Valkey } else { Engine::Redis };
    Some(Pin {
        service: Some(now(product.service)),
        engine: Some(now(engine)),
        version: text(cache::VERSION).map(|version| now(version.to_owned())),
        node_type: Some(now(text(cache::NODE_TYPE)?.to_owned())),
        shards: count(cache::SHARDS),
        replicas: count(cache::REPLICAS),
        eviction_policy: text(cache::EVICTION).and_then(|p| Policy::from_text(p).ok()).map(now),
        ..Pin::default()
    })
}

/// The cache that is ours.
pub fn ours(seen: &[Observed]) -> Option<(&'static Product, &Observed)> {
    [&VALKEY, &REDIS_CLUSTER].into_iter().find_map(|product| {
        let is = |o: &&Observed| o.resource.address.kind == product.kind && o.ownership == Ownership::Ours;
        Some((product, seen.iter().find(is)?))
    })
}

fn now<T>(value: T) -> Sourced<T> {
    Sourced { value, source: Source::Observed { metric: "the cache that runs".into(), window: "now".into() } }
}
