//! Sizes of Memorystore for Redis between those of the table: any whole GiB can be had.

use super::price_scope::provisioned_gib;
use super::{Catalog, NodeType, Service};
use crate::units::{Bytes, GIB};

impl Catalog {
    /// The sizes of a family between two sizes of the table, both left out; the smallest first. Only Memorystore for Redis has
    /// any.
    pub fn between(&self, after: Option<&NodeType>, before: &NodeType) -> impl Iterator<Item = &NodeType> {
        let from = after.map_or(0.0, |node| node.memory.0);
        let inside = move |node: &&NodeType| {
            node.family == before.family && node.memory.0 > from && node.memory.0 < before.memory.0
        };
        let all: &[NodeType] =
            if before.service == Service::MemorystoreRedis { self.all_between() } else { &[] };
        all.iter().filter(inside)
    }

    /// All of them, by family and size.
    pub(super) fn all_between(&self) -> &[NodeType] {
        self.between.get_or_init(|| {
            let listed = self.node_types(Service::MemorystoreRedis);
            let pairs = listed.windows(2).filter(|pair| pair[0].family == pair[1].family);
            pairs.flat_map(|pair| gap(&pair[0], &pair[1])).collect()
        })
    }
}

/// The whole GiB between two neighbours, each like the neighbour in whose price band it is.
fn gap(low: &NodeType, high: &NodeType) -> Vec<NodeType> {
    let size = |node: &NodeType| provisioned_gib(node.service, node.name).map_or(0, |(_, gib)| gib);
    let like = |gib: u32| {
        if super::price_scope::band(gib) == super::price_scope::band(size(low)) { low } else { high }
    };
    let share = low.usable.0 / low.memory.0;
    (size(low) + 1..size(high))
        .map(|gib| {
            let memory = f64::from(gib) * GIB;
            NodeType {
                // Made once in the life of the program.
                name: Box::leak(format!("{}-{gib}", low.family).into_boxed_str()),
                memory: Bytes(memory),
                usable: Bytes(memory * share),
                ..like(gib).clone()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_gib_can_be_had_once() {
        let catalog = Catalog::embedded();
        for family in ["BASIC", "STANDARD_HA"] {
            let listed = catalog.node_types(Service::MemorystoreRedis).iter();
            let mut sizes: Vec<u32> = listed
                .chain(catalog.all_between())
                .filter(|node| node.family == family)
                .map(|node| (node.memory.0 / GIB).round() as u32)
                .collect();
            sizes.sort_unstable();
            assert_eq!(sizes, (1..=300).collect::<Vec<_>>(), "{family}");
        }
        let seven = catalog.node_type(Service::MemorystoreRedis, "STANDARD_HA-7").unwrap();
        assert_eq!(seven.memory.0, 7.0 * GIB);
        assert!((seven.usable.0 / seven.memory.0 - 0.8).abs() < 1e-9);
    }
}
