//! Proof that a smaller cache holds what the larger one held: the most of 14 days, shard by shard.

use std::collections::BTreeMap;

use super::error::AwsError;
use super::import::{self, DAYS};
use super::session::Session;
use crate::catalog::{Catalog, Service};
use crate::plan::Observed;
use crate::provider::ProviderError;
use crate::units::Bytes;

/// Free memory on the shards that stay, as a multiple of what the others hold, before AWS advises to take shards away.
const FREE_FOR_MOVING: f64 = 1.5;

/// A cache by what decides on its room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Node type.
    pub node_type: String,
    /// Shards.
    pub shards: usize,
}

fn usable(node_type: &str) -> Option<f64> {
    Some(Catalog::embedded().node_type(Service::ElastiCache, node_type).ok()?.usable.0)
}

/// Whether nodes of one type have more memory for keys than those of another.
pub fn holds_more(this: &str, other: &str) -> bool {
    matches!((usable(this), usable(other)), (Some(this), Some(other)) if this > other)
}

/// Whether a step leaves a node with less memory, or fewer shards.
pub fn is_smaller(from: &Room, to: &Room) -> bool {
    let less = match (usable(&from.node_type), usable(&to.node_type)) {
        (Some(today), Some(then)) => then < today,
        _ => from.node_type != to.node_type,
    };
    less || to.shards < from.shards
}

/// The most bytes that each shard has used, by the shard's name; none unless every shard is known.
pub async fn used(session: &Session, is: &Observed) -> Result<Option<BTreeMap<String, f64>>, AwsError> {
    let members: Vec<&str> = is.computed.get("members").map(|m| m.split(' ').collect()).unwrap_or_default();
    let most = import::peaks(session, "CacheClusterId", &members, "BytesUsedForCache", "Maximum").await?;
    let shards = |names: &mut dyn Iterator<Item = &str>| -> usize {
        names.map(import::shard).collect::<std::collections::BTreeSet<_>>().len()
    };
    let known = shards(&mut most.keys().map(String::as_str));
    let all = shards(&mut members.iter().copied());
    Ok((all > 0 && known == all).then(|| import::by_shard(&most)))
}

/// The proof in words; none if the node type is unknown. An error if it does not fit.
pub fn prove(used: &BTreeMap<String, f64>, from: &Room, to: &Room) -> Result<Option<String>, ProviderError> {
    let Some(room) = usable(&to.node_type) else { return Ok(None) };
    let refused = |what: String| {
        let hint = "pin a larger type or more shards, or let keys expire first".to_owned();
        Err(ProviderError::permanent(what, Some(hint)))
    };
    let total: f64 = used.values().sum();
    // Slots are spread evenly over the shards that stay; without a change of their number each keeps what it has.
    let fullest = used.values().copied().fold(0.0, f64::max);
    let then = if to.shards < from.shards { fullest.max(total / to.shards as f64) } else { fullest };
    if then > room {
        return refused(format!(
            "{} x {} does not hold the data: up to {} were used in one shard in the last {DAYS} days, and it has {}",
            to.shards,
            to.node_type,
            Bytes(then),
            Bytes(room)
        ));
    }
    if to.shards < from.shards {
        // Shards go from the last one on, as the step takes them away.
        let stay: f64 = used.values().take(to.shards).map(|bytes| room - bytes).sum();
        let go: f64 = used.values().skip(to.shards).sum();
        if stay < FREE_FOR_MOVING * go {
            return refused(format!(
                "{} shards of {} have too little room to take over the others' data: {} are to move, and AWS advises \
                 {FREE_FOR_MOVING} times as much free, which is {}",
                to.shards,
                to.node_type,
                Bytes(go),
                Bytes(stay)
            ));
        }
    }
    Ok(Some(format!(
        "the data fits: at most {} used in a shard in {DAYS} days, {} there",
        Bytes(then),
        Bytes(room)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(node_type: &str, shards: usize) -> Room {
        Room { node_type: format!("cache.r7g.{node_type}"), shards }
    }

    fn used(gigabytes: &[f64]) -> BTreeMap<String, f64> {
        gigabytes.iter().enumerate().map(|(i, gb)| (format!("shop-{i:04}"), gb * 1e9)).collect()
    }

    #[test]
    fn the_fullest_shard_decides() {
        let (large, medium) = (room("xlarge", 3), room("large", 3));
        assert!(is_smaller(&large, &medium) && !is_smaller(&medium, &large));
        assert!(prove(&used(&[5.0, 5.0, 5.0]), &large, &medium).is_ok());
        assert!(prove(&used(&[13.0, 1.0, 1.0]), &large, &medium).is_err(), "the sum would fit");
    }

    #[test]
    fn what_moves_needs_half_as_much_again() {
        let (four, two) = (room("large", 4), room("large", 2));
        assert!(is_smaller(&four, &two));
        assert!(prove(&used(&[2.0; 4]), &four, &two).is_ok());
        assert!(prove(&used(&[5.0; 4]), &four, &two).is_err(), "it fits, but cannot move");
        // Larger nodes first, then fewer: each step is proven by itself.
        assert!(prove(&used(&[5.0; 4]), &room("xlarge", 4), &room("xlarge", 2)).is_ok());
    }
}
