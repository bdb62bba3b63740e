//! What else would do where AWS has no node of a type left.

use crate::catalog::{Catalog, Generation, NodeType, Service};
use crate::units::{Engine, Figure};

/// Node types to name: enough to choose from.
const MOST: usize = 3;

/// Current types sold in the region that hold at least as much, the smallest first.
pub fn others(name: &str, engine: Engine, region: &str) -> Vec<&'static str> {
    let catalog = Catalog::embedded();
    let Ok(node) = catalog.node_type(Service::ElastiCache, name) else { return Vec::new() };
    let does = |other: &&NodeType| {
        other.name != node.name
            && other.generation == Generation::Current
            && other.ssd.is_some() == node.ssd.is_some()
            && other.usable.0 >= node.usable.0
            && other.engine(engine).is_some()
            && catalog.sold_in(other, region) == Figure::Known(true)
    };
    let mut others: Vec<&NodeType> = catalog.node_types(Service::ElastiCache).iter().filter(does).collect();
    others.sort_by(|a, b| a.usable.0.total_cmp(&b.usable.0).then(a.name.cmp(b.name)));
    others.into_iter().take(MOST).map(|other| other.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_hold_as_much_and_are_sold_there() {
        let others = others("cache.r7g.large", Engine::Valkey, "us-east-1");
        assert_eq!(others.len(), MOST);
        let catalog = Catalog::embedded();
        let usable = |name: &str| catalog.node_type(Service::ElastiCache, name).unwrap().usable.0;
        assert!(others.iter().all(|other| usable(other) >= usable("cache.r7g.large")), "{others:?}");
        assert!(super::others("cache.r7g.large", Engine::Valkey, "nowhere-1").is_empty());
    }
}
