//! Smaller values, and values that end.

use super::Case;
use crate::profile::{Family, Format, Profile, Role, Shape};
use crate::recommend::outcome::Advice;
use crate::units::{Bytes, Duration, Range, Sourced};

/// What is left of JSON text in a binary form: names and quotes go, numbers shrink. 20 to 50 % are usual.
const BINARY_OF_JSON: f64 = 0.7;
/// Values below this are not worth the effort.
const WORTH: f64 = 100.0;

/// JSON as a binary form.
pub fn serialization(case: &Case<'_>) -> Option<Advice> {
    let mut profile = case.context.profile.clone();
    let mut named = Vec::new();
    for family in profile.dataset.iter_mut().filter(|f| is_json(f)) {
        if let Some(value) = value_of(&mut family.shape)
            && value.value.high.0 >= WORTH
        {
            value.value = Range {
                low: Bytes(value.value.low.0 * BINARY_OF_JSON),
                high: Bytes(value.value.high.0 * BINARY_OF_JSON),
            };
            named.push(family.keys.clone());
        }
    }
    if named.is_empty() {
        return None;
    }
    Some(Advice {
        what: format!("store {} in a binary form", named.join(", ")),
        text: format!(
            "MessagePack, CBOR or Protocol Buffers take about 30% less than JSON (assumed){}",
            memory_change(case, &profile)
        ),
        saves: case.saving_with(&profile),
    })
}

fn is_json(family: &Family) -> bool {
    family.format.as_ref().is_some_and(|f| f.value == Format::Json)
}

fn value_of(shape: &mut Shape) -> Option<&mut Sourced<Range<Bytes>>> {
    match shape {
        Shape::String { value, .. }
        | Shape::Hash { value, .. }
        | Shape::List { value, .. }
        | Shape::Stream { value, .. } => Some(value),
        Shape::Set { .. } | Shape::Zset { .. } => None,
    }
}

/// `: 12 GiB become 9 GiB`.
pub(super) fn memory_change(case: &Case<'_>, changed: &Profile) -> String {
    match (case.stored_with(case.context.profile), case.stored_with(changed)) {
        (Some(before), Some(after)) => format!(": {} become {}", Bytes(before), Bytes(after)),
        _ => String::new(),
    }
}

/// Cache families without an end.
pub fn time_to_live(case: &Case<'_>) -> Option<Advice> {
    let endless: Vec<&str> = case
        .context
        .profile
        .dataset
        .iter()
        .filter(|f| f.role.value == Role::Cache && f.ttl.is_none())
        .map(|f| f.keys.as_str())
        .collect();
    if endless.is_empty() {
        return None;
    }
    let horizon = Duration(case.context.profile.growth.horizon.value.0);
    Some(Advice {
        what: format!("give {} a TTL", endless.join(", ")),
        text: format!(
            "without one, keys that nobody reads stay until eviction, stale data stays right for ever, and the size \
             after {horizon} is decided by growth alone; spread TTLs by 10% so that they do not end together"
        ),
        saves: None,
    })
}
