//! The choice that runs.

use super::kind::cache;
use super::product::{self, Product};
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
    // A size says by itself whether it has a replica.
    let replicas = if product.is_classic() {
        let single = text(cache::NODE_TYPE)?.starts_with("BASIC");
        Some(now(u32::from(!single)))
    } else {
        count(cache::REPLICAS)
    };
    Some(Pin {
        service: Some(now(product.service)),
        engine: Some(now(engine)),
        version: text(cache::VERSION).map(|version| now(version.to_owned())),
        node_type: Some(now(text(cache::NODE_TYPE)?.to_owned())),
        shards: if product.is_classic() { Some(now(1)) } else { count(cache::SHARDS) },
        replicas,
        eviction_policy: text(cache::EVICTION).and_then(|p| Policy::from_text(p).ok()).map(now),
        ..Pin::default()
    })
}

/// The cache that is ours.
pub fn ours(seen: &[Observed]) -> Option<(&'static Product, &Observed)> {
    product::ALL.into_iter().find_map(|product| {
        let is = |o: &&Observed| o.resource.address.kind == product.kind && o.ownership == Ownership::Ours;
        Some((product, seen.iter().find(is)?))
    })
}

/// Text of an attribute of the cache that is ours.
pub fn attribute<'a>(seen: &'a [Observed], name: &str) -> Option<&'a str> {
    ours(seen)?.1.resource.attributes.get(name)?.as_text()
}

fn now<T>(value: T) -> Sourced<T> {
    Sourced { value, source: Source::Observed { metric: "the cache that runs".into(), window: "now".into() } }
}
