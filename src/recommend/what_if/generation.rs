//! The same size of a newer generation.

use super::{Change, Chosen, shown};
use crate::catalog::Offering;
use crate::recommend::shape::Shape;
use crate::recommend::throughput::per_thread;
use crate::units::{Bytes, Figure};

/// The same size of a newer generation.
pub fn newer(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let node = chosen.shape.offering.node;
    let (class, generation, size) = generation_of(node.name)?;
    let newer = chosen
        .context
        .catalog
        .node_types(node.service)
        .iter()
        .filter(|n| chosen.context.catalog.sold_in(n, chosen.priced.region) != Figure::Known(false))
        .filter_map(|n| {
            let (c, g, s) = generation_of(n.name)?;
            let eligible = n.engine(chosen.shape.offering.engine).is_some();
            (c == class && s == size && g > generation && eligible).then_some((g, n))
        })
        .max_by_key(|(g, _)| *g)?
        .1;
    let shape = Shape { offering: Offering { node: newer, ..chosen.shape.offering }, ..chosen.shape };
    let bill = chosen.like_for_like(&shape)?;
    let memory = (newer.usable.0 / node.usable.0 - 1.0) * 100.0;
    Some(Change {
        what: "newer generation".into(),
        text: format!(
            "{} costs {}, with {memory:+.0}% memory ({} a node){}",
            newer.name,
            shown(&bill),
            Bytes(newer.usable.0),
            speed(chosen, &shape)
        ),
        monthly: chosen.difference(Some(&bill)),
    })
}

/// What the newer engine thread does more, as far as a vendor says.
fn speed(chosen: &Chosen<'_, '_>, newer: &Shape<'_>) -> String {
    let of = |shape: &Shape<'_>| per_thread(chosen.context.profile, &shape.offering);
    let gain = (of(newer) / of(&chosen.shape) - 1.0) * 100.0;
    match newer.offering.node.speed() {
        Some(speed) if gain >= 0.5 => {
            format!(" and {gain:+.0}% commands a second on each engine thread ({})", speed.why)
        }
        Some(speed) => format!("; its engine thread counts as equally fast ({})", speed.why),
        None => "; how much faster it is is not published".into(),
    }
}

/// `cache.r7g.large` is class `rg`, generation 7, size `large`.
fn generation_of(name: &str) -> Option<(String, u32, &str)> {
    let (family, size) = name.rsplit_once('.')?;
    let family = family.strip_prefix("cache.").unwrap_or(family);
    let digits: String = family.chars().filter(char::is_ascii_digit).collect();
    let class: String = family.chars().filter(|c| !c.is_ascii_digit()).collect();
    Some((class, digits.parse().ok()?, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_type_has_class_generation_and_size() {
        assert_eq!(generation_of("cache.r7g.large"), Some(("rg".into(), 7, "large")));
        assert_eq!(generation_of("cache.c8gn.2xlarge"), Some(("cgn".into(), 8, "2xlarge")));
        assert_eq!(generation_of("HIGHMEM_MEDIUM"), None);
    }
}
