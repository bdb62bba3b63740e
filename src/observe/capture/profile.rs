//! From a sample of keys to a profile.

use std::collections::BTreeMap;

use super::{Captured, End, KeySample, Load};
use crate::profile::{KeysOfType, SampledProfile};

/// Share of the keys with a time to live from which all are said to have one.
const MOST: f64 = 0.5;

/// What a sample of keys and the load of the server say about the workload.
pub fn sampled_profile(
    samples: &BTreeMap<String, KeySample>,
    captured: &Captured,
    load: &Load,
) -> SampledProfile {
    let families = samples.iter().map(|(kind, s)| KeysOfType {
        kind: kind.clone(),
        sized: s.measured > 0,
        count: s.all,
        key_size: s.key_size,
        elements: s.elements,
        value_size: s.value_size,
        field_size: s.field_size,
        ttl_seconds: (s.ttl_share > MOST).then_some(s.ttl_left),
    });
    SampledProfile {
        keys: captured.count,
        whole: captured.end == End::Whole,
        families: families.collect(),
        reads: load.reads,
        commands: load.commands,
    }
}
