//! What else would do where AWS has no node of a type left: other types with their price, zones that are not used yet.

use super::session::Session;
use crate::catalog::{Catalog, Generation, NodeType, Service};
use crate::plan::{Resource, Value};
use crate::provider::ProviderError;
use crate::provider::aws::{names, network, running};
use crate::provider::call::CallError;
use crate::provider::kind::Work;
use crate::provider::look;
use crate::units::{Engine, Figure, FromText as _, Usd};

/// Node types to name: enough to choose from.
const MOST: usize = 3;

/// The error with ways out of it.
pub async fn offer(error: CallError, work: &Work<'_, Session>) -> ProviderError {
    let mut ways = types(work);
    ways.extend(zones(work).await);
    match ProviderError::from(error) {
        ProviderError::Permanent { message, hint: Some(hint) } if !ways.is_empty() => {
            ProviderError::permanent(message, Some(format!("{hint}; or {}", ways.join("; or "))))
        }
        other => other,
    }
}

/// The next types, each as the command that goes on with it.
fn types(work: &Work<'_, Session>) -> Vec<String> {
    let node_type = work.text("node_type");
    let Ok(engine) = Engine::from_text(work.text("engine")) else { return Vec::new() };
    let price = |node_type: &str| {
        let mut resource = Resource::new(work.task.step.address.clone());
        resource.attributes.clone_from(work.all);
        running::nodes(&resource.with("node_type", node_type))
    };
    let mut others = others(node_type, engine, &work.cloud.opening.region);
    others.sort_by_key(|other| price(other).known().copied().map_or((1, Usd::ZERO), |usd| (0, usd)));
    let way = |other: &'static str| {
        let command = format!("`cachefit scale PROFILE --node-type {other}` goes on with {other}");
        match (price(node_type), price(other)) {
            (Figure::Known(now), Figure::Known(then)) if then >= now => {
                format!("{command}, {} USD a month more", then - now)
            }
            (Figure::Known(now), Figure::Known(then)) => {
                format!("{command}, {} USD a month less", now - then)
            }
            _ => format!("{command}, at a price that is not known here"),
        }
    };
    others.into_iter().take(MOST).map(way).collect()
}

/// Zones of the same network that the cache has no subnet in. That they cannot be read is not what people must hear now.
async fn zones(work: &Work<'_, Session>) -> Option<String> {
    let address = names::address(names::SUBNET_GROUP, work.text("subnet_group"));
    let group = look::one(work.cloud, &address).await.ok()??;
    let vpc = group.resource.attributes.get("vpc").and_then(Value::as_text)?;
    let subnets = group.resource.attributes.get("subnets").and_then(Value::as_texts)?;
    let others = network::elsewhere(work.cloud, vpc, &subnets).await.ok()?;
    let list: Vec<String> = others.iter().map(|s| format!("{} ({})", s.id, s.zone_id)).collect();
    (!list.is_empty()).then(|| {
        format!(
            "attach one of the functions to a subnet in another zone, and apply again: {}",
            list.join(", ")
        )
    })
}

/// Current types sold in the region that hold at least as much, the smallest first.
fn others(name: &str, engine: Engine, region: &str) -> Vec<&'static str> {
    let catalog = Catalog::embedded();
    let Ok(node) = catalog.node_type(Service::ElastiCache, name) else { return Vec::new() };
    let does = |other: &&NodeType| {
        other.name != node.name
            && matches!(other.generation, Generation::Current | Generation::Older)
            && other.ssd.is_some() == node.ssd.is_some()
            && other.usable.0 >= node.usable.0
            && other.engine(engine).is_some()
            && catalog.sold_in(other, region) == Figure::Known(true)
    };
    let mut others: Vec<&NodeType> = catalog.node_types(Service::ElastiCache).iter().filter(does).collect();
    others.sort_by(|a, b| a.usable.0.total_cmp(&b.usable.0).then(a.name.cmp(b.name)));
    others.into_iter().map(|other| other.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_hold_as_much_and_are_sold_there() {
        let others = others("cache.r7g.large", Engine::Valkey, "us-east-1");
        assert!(others.contains(&"cache.r6g.large"), "{others:?}");
        let catalog = Catalog::embedded();
        let usable = |name: &str| catalog.node_type(Service::ElastiCache, name).unwrap().usable.0;
        assert!(others.iter().all(|other| usable(other) >= usable("cache.r7g.large")), "{others:?}");
        assert!(super::others("cache.r7g.large", Engine::Valkey, "nowhere-1").is_empty());
    }
}
