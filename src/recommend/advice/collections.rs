//! Many small strings as small hashes, and sizes just beyond a cheap encoding.

use super::Case;
use super::data::memory_change;
use crate::profile::{Content, Family, Reads, Shape};
use crate::recommend::outcome::Advice;
use crate::units::{Bytes, Count, Range, Sourced};

/// Strings that share a hash: well below the 512 fields up to which a hash stays one allocation.
const FIELDS: f64 = 100.0;
/// Values up to this length stay in one allocation.
const COMPACT_VALUE: f64 = 64.0;
/// Digits that tell the fields of one hash apart.
const FIELD_NAME: f64 = 2.0;
/// Fewer keys are not worth the effort.
const WORTH_KEYS: f64 = 100_000.0;
/// Fewer bytes saved are not worth a word.
const WORTH_SHARE: f64 = 0.1;

/// Small strings without a TTL as fields of shared hashes.
pub fn small_hashes(case: &Case<'_>) -> Option<Advice> {
    let mut profile = case.context.profile.clone();
    let mut named = Vec::new();
    for family in &mut profile.dataset {
        if let Some(shape) = as_hash(family) {
            named.push(family.keys.clone());
            family.shape = shape;
            family.count.value = Range {
                low: Count((family.count.value.low.0 / FIELDS).ceil()),
                high: Count((family.count.value.high.0 / FIELDS).ceil()),
            };
            family.reads.value = Reads::Element;
        }
    }
    if named.is_empty() {
        return None;
    }
    let (before, after) = (case.stored_with(case.context.profile)?, case.stored_with(&profile)?);
    if after > before * (1.0 - WORTH_SHARE) {
        return None;
    }
    Some(Advice {
        what: format!("keep {} in hashes of {FIELDS:.0} fields", named.join(", ")),
        text: format!(
            "a field costs less than a key of its own{}; a field cannot expire by itself before Redis 7.4 and Valkey 9",
            memory_change(case, &profile)
        ),
        saves: case.saving_with(&profile),
    })
}

fn as_hash(family: &Family) -> Option<Shape> {
    let Shape::String { value, content: Content::Text } = &family.shape else {
        return None;
    };
    let small = value.value.high.0 <= COMPACT_VALUE && family.count.value.low.0 >= WORTH_KEYS;
    if !small || family.ttl.is_some() {
        return None;
    }
    let fields = Count(FIELDS);
    Some(Shape::Hash {
        fields: Sourced::assumed(Range { low: fields, high: fields }, "100 strings a hash"),
        field: Sourced::assumed(
            Range { low: Bytes(FIELD_NAME), high: Bytes(FIELD_NAME) },
            "two digits of the former key",
        ),
        value: value.clone(),
    })
}

/// Streams with fewer entries do not fill the 4 KiB that a node of a stream begins with.
const FEW_ENTRIES: f64 = 4.0;

/// Streams of an entry or a few, each in a node of 4 KiB.
pub fn short_streams(case: &Case<'_>) -> Option<Advice> {
    let mut profile = case.context.profile.clone();
    let mut named = Vec::new();
    for family in &mut profile.dataset {
        let Shape::Stream { entries, fields, field, value } = &family.shape else { continue };
        if entries.value.high.0 > FEW_ENTRIES {
            continue;
        }
        let fields = |entries: Count| Count((entries.0 * fields.value.0).max(1.0));
        let all = Range { low: fields(entries.value.low), high: fields(entries.value.high) };
        family.shape = Shape::Hash {
            fields: Sourced::assumed(all, "the fields of all entries"),
            field: field.clone(),
            value: value.clone(),
        };
        named.push(family.keys.clone());
    }
    let (before, after) = (case.stored_with(case.context.profile)?, case.stored_with(&profile)?);
    if named.is_empty() || after > before * (1.0 - WORTH_SHARE) {
        return None;
    }
    Some(Advice {
        what: format!("keep {} as hashes, or in one stream", named.join(", ")),
        text: format!(
            "a stream takes 4 KiB for its first entries whatever their size{}; one stream for all has its nodes full",
            memory_change(case, &profile)
        ),
        saves: case.saving_with(&profile),
    })
}

/// Sizes within 2 % of a step in cost.
pub fn cliffs(case: &Case<'_>) -> Vec<Advice> {
    let Some(sizer) = case.server() else {
        return Vec::new();
    };
    let demand = case.context.demand;
    case.context
        .profile
        .dataset
        .iter()
        .zip(&demand.families)
        .filter_map(|(family, numbers)| {
            let key = crate::demand::key_of(family).map(|r| r.low.midpoint(r.high));
            let edge = sizer.server.edges(&key).into_iter().next()?;
            let cost = sizer.server.key(&key).total;
            let more = edge.above - edge.below;
            let total = more * numbers.count_now.likely;
            let becomes = edge.becomes.map_or_else(String::new, |e| format!(" and the value becomes a {e}"));
            let side = if cost < edge.above { "just below" } else { "just above" };
            Some(Advice {
                what: format!("mind the size of {}", family.keys),
                text: format!(
                    "{} is {side} a step in cost: up to {} it takes {}, beyond it {}{becomes}; {} over all keys",
                    size_name(&family.shape, edge.size),
                    edge.last,
                    Bytes(edge.below),
                    Bytes(edge.above),
                    Bytes(total)
                ),
                saves: None,
            })
        })
        .collect()
}

/// The sizes of a key in the memory model's order.
fn size_name(shape: &Shape, index: usize) -> &'static str {
    let names: &[&str] = match shape {
        Shape::String { .. } => &["the key", "the value"],
        Shape::Hash { .. } => &["the key", "the number of fields", "a field's name", "a field's value"],
        Shape::List { .. } => &["the key", "the number of items", "an item"],
        Shape::Set { .. } | Shape::Zset { .. } => &["the key", "the number of members", "a member"],
        Shape::Stream { .. } => {
            &["the key", "the number of entries", "the number of fields", "a field's name", "a field's value"]
        }
    };
    names.get(index).copied().unwrap_or("a size")
}
