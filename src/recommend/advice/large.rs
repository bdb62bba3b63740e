//! Large values: those that stall the engine thread, single keys that no cluster spreads, traffic that is the bill.

use super::Case;
use crate::profile::{Family, Format, Shape};
use crate::recommend::outcome::Advice;
use crate::units::{Bytes, Count, Duration, Range, Usd};

/// A value above this share of a node's memory is large for it.
const LARGE: f64 = 0.01;
/// Elements that are freed in a second, one allocation or two each.
const FREED_PER_SECOND: f64 = 1e6;
/// A deletion that takes longer than this is felt by all clients, in seconds.
const FELT: f64 = 0.1;
/// Values whose traffic is worth a word.
const WORTH: f64 = 64.0 * 1024.0;
/// What is left of a value that is compressed: text shrinks to a third and less, pictures not at all.
const COMPRESSED: f64 = 0.5;

/// Values that stall the engine thread.
pub fn values(case: &Case<'_>) -> Option<Advice> {
    let largest = case.context.demand.families.iter().map(|f| f.largest_command).fold(0.0, f64::max);
    let memory = case.choice.deployment.max_memory as f64;
    (largest > memory * LARGE).then(|| Advice {
        what: "keep single values small".into(),
        text: format!(
            "one value of {} is more than 1% of a node's memory: writing it can evict hundreds of thousands of small keys \
             at once and stalls the engine thread",
            Bytes(largest)
        ),
        saves: None,
    })
}

/// Single keys with very many elements.
pub fn keys(case: &Case<'_>) -> Vec<Advice> {
    let families = case.context.profile.dataset.iter().zip(&case.context.demand.families);
    families
        .filter_map(|(family, demand)| {
            let elements = elements(&family.shape)?;
            let seconds = elements / FREED_PER_SECOND;
            let share = demand.largest_value / case.choice.deployment.max_memory.max(1) as f64;
            if seconds < FELT || share < LARGE {
                return None;
            }
            Some(Advice {
                what: format!("split the keys of {}", family.keys),
                text: format!(
                    "one of them holds {} elements and up to {}, {:.0}% of a node's memory: a key lives on one shard, so that \
                     more shards do not help it; DEL blocks every client for about {} (at a million elements a second, \
                     assumed): delete it with UNLINK, and set lazyfree-lazy-expire and lazyfree-lazy-eviction to yes",
                    Count(elements),
                    Bytes(demand.largest_value),
                    share * 100.0,
                    Duration(seconds)
                ),
                saves: None,
            })
        })
        .collect()
}

/// The most elements of one key that are allocated each by itself.
fn elements(shape: &Shape) -> Option<f64> {
    match shape {
        Shape::Hash { fields, .. } => Some(fields.value.high.0),
        Shape::Set { members, .. } | Shape::Zset { members, .. } => Some(members.value.high.0),
        // Strings are one allocation; lists and streams pack their elements.
        Shape::String { .. } | Shape::List { .. } | Shape::Stream { .. } => None,
    }
}

/// Large values whose way to the callers is most of what is paid.
pub fn traffic(case: &Case<'_>) -> Option<Advice> {
    let total = *case.choice.cost.total.known()?;
    let moved = |f: &crate::demand::FamilyDemand| f.share.likely * f.payload_per_command.likely;
    let demand = case.context.demand;
    let all: f64 = demand.families.iter().map(moved).sum();
    let mut profile = case.context.profile.clone();
    let (family, numbers) = profile
        .dataset
        .iter_mut()
        .zip(&demand.families)
        .max_by(|a, b| moved(a.1).total_cmp(&moved(b.1)))
        .filter(|(_, numbers)| numbers.payload_per_command.likely >= WORTH && 2.0 * moved(numbers) > all)?;
    let compressed = family.format.as_ref().is_some_and(|f| f.value == Format::Compressed);
    shrink(family, COMPRESSED)?;
    let (keys, size) = (family.keys.clone(), numbers.payload_per_command.likely);
    let saves = case.saving_with(&profile)?;
    // Half of the size saves a quarter of the bill where half of the bill hangs on the size.
    if saves.0 * rust_decimal::Decimal::from(4) < total.0 {
        return None;
    }
    let (month, share) =
        (demand.average_bandwidth.total().likely * crate::units::SECONDS_PER_MONTH, moved(numbers) / all);
    let (how, saves): (&str, Option<Usd>) = if compressed {
        ("read and write parts of them, or keep them in object storage and their names here", None)
    } else {
        (
            "compressed to half (assumed) they cost so much less; or keep them in object storage and their names here",
            Some(saves),
        )
    };
    Some(Advice {
        what: format!("move fewer bytes of {keys}"),
        text: format!(
            "values of {} are {:.0}% of the {} that are moved in a month, and what hangs on their size is most of the bill: {how}",
            Bytes(size),
            share * 100.0,
            Bytes(month)
        ),
        saves,
    })
}

/// Makes the values of a family smaller; none where it has no values.
fn shrink(family: &mut Family, factor: f64) -> Option<()> {
    let value = match &mut family.shape {
        Shape::String { value, .. }
        | Shape::Hash { value, .. }
        | Shape::List { value, .. }
        | Shape::Stream { value, .. } => value,
        Shape::Set { .. } | Shape::Zset { .. } => return None,
    };
    let shrunk = |bytes: Bytes| Bytes((bytes.0 * factor).round().max(1.0));
    value.value = Range { low: shrunk(value.value.low), high: shrunk(value.value.high) };
    Some(())
}
