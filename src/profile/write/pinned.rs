//! The `deployment:` section of a choice; `profile::deployment` reads it.

use super::{Draft, Value};
use crate::deployment::Pin;
use crate::units::Sourced;

/// The section that pins a choice. What a choice leaves open is taken away; whether a cache is taken over stays as it is,
/// unless it is asked for.
pub fn decided(pin: &Pin) -> Draft {
    let text = |value: Option<&str>| value.map_or(Value::Absent, Value::text);
    let count =
        |value: &Option<Sourced<u32>>| value.as_ref().map_or(Value::Absent, |n| Value::plain(n.value));
    let mut draft = Draft::default();
    draft.record("deployment", |keys| {
        keys.put("service", text(pin.service.as_ref().map(|v| v.value.as_str())));
        keys.put("engine", text(pin.engine.as_ref().map(|v| v.value.as_str())));
        keys.put("version", text(pin.version.as_ref().map(|v| v.value.as_str())));
        keys.put("node_type", text(pin.node_type.as_ref().map(|v| v.value.as_str())));
        keys.put("shards", count(&pin.shards));
        keys.put("replicas", count(&pin.replicas));
        keys.put("eviction_policy", text(pin.eviction_policy.as_ref().map(|v| v.value.as_str())));
        keys.put("commitment", text(pin.commitment.as_ref().map(|v| v.value.as_str())));
        keys.put("reason", text(pin.reason.as_deref()));
        if pin.adopt {
            keys.put("adopt", Value::plain(true));
        }
    });
    draft
}
