//! What is found under one of our names: fields of answers, and whose it is by its tags.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Azure, names};
use crate::plan::{Observed, Ownership, REPAIR, Resource, State};
use crate::provider::kind::TAGS;
use crate::provider::{own_tags, owner_tags};

/// The computed attribute with the resource's id.
pub const ID: &str = "id";
/// The computed attribute with the keys of the profile's tags that were written here.
pub const WRITTEN: &str = "tags written";
/// The computed attribute of a cache that others have made.
pub const ADOPTED: &str = "adopted";

/// A text of an answer, by its pointer; the empty text where there is none.
pub fn text<'a>(answer: &'a Json, pointer: &str) -> &'a str {
    answer.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The tags of an answer.
pub fn tags(answer: &Json) -> BTreeMap<String, String> {
    let all = answer.get("tags").and_then(Json::as_object);
    let pairs = all.into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A resource with tags: whose it is, and the profile's own tags on it. What else it is, the kind says.
pub fn tagged(cloud: &Azure, kind: &str, name: &str, answer: &Json) -> Observed {
    let tags = tags(answer);
    let mut observed = Observed::ours(Resource::new(names::address(kind, name)));
    let id = text(answer, "/id").to_owned();
    let ours = own_tags::shown(&cloud.opening.tags, &tags);
    observed.resource.attributes.insert(TAGS.to_owned(), ours);
    let written: Vec<String> = own_tags::written(&tags).into_iter().collect();
    if !written.is_empty() {
        observed.computed.insert(WRITTEN.to_owned(), written.join(own_tags::BETWEEN));
    }
    if tags.contains_key(owner_tags::TAG_ADOPTED) {
        observed.computed.insert(ADOPTED.to_owned(), "yes".to_owned());
    }
    if let Some(why) = owner_tags::foreign(cloud.name(), &tags) {
        if owner_tags::may_be_lost(cloud.name(), &tags) {
            observed.computed.insert(REPAIR.to_owned(), names::tag_command(&id, cloud.name()));
        }
        observed.ownership = Ownership::Foreign { why };
    }
    observed.computed.insert(ID.to_owned(), id);
    observed
}

/// Whether a cache that nobody manages is taken over by the profile: then it is ours, and lacks our tags.
pub fn adopt(cloud: &Azure, observed: &mut Observed, answer: &Json) -> bool {
    let unmanaged = !tags(answer).contains_key(owner_tags::TAG_PROFILE);
    let taken = cloud.opening.adopt && unmanaged && observed.ownership != Ownership::Ours;
    if taken {
        observed.ownership = Ownership::Ours;
        observed.computed.remove(REPAIR);
        observed.computed.insert(ADOPTED.to_owned(), "yes".to_owned());
    }
    taken
}

/// How it stands by `provisioningState` and, where a type has it, `resourceState`. An operation may have succeeded before the
/// resource runs: only both together say that it is at rest.
pub fn state(answer: &Json) -> State {
    let [provisioning, resource] =
        ["/properties/provisioningState", "/properties/resourceState"].map(|at| text(answer, at));
    for word in [resource, provisioning] {
        if word.ends_with("Failed") || word == "Canceled" || word == "Cancelled" {
            return State::Broken { why: format!("its state is {word}") };
        }
    }
    match (provisioning, resource) {
        ("Succeeded" | "", "Running" | "") => State::Ready,
        ("Succeeded" | "", "Disabled") => State::Broken { why: "its state is Disabled".to_owned() },
        ("Succeeded" | "", word) | (word, _) => State::Busy { what: format!("its state is {word}") },
    }
}

/// Whether what is there is the rest of a create that failed.
pub fn was_never_made(is: &Observed) -> bool {
    matches!(&is.state, State::Broken { why } if why.ends_with("CreateFailed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_runs_and_has_succeeded_is_at_rest() {
        let of = |provisioning: &str, resource: &str| {
            state(&json!({ "properties": { "provisioningState": provisioning, "resourceState": resource } }))
        };
        assert_eq!(of("Succeeded", "Running"), State::Ready);
        for (provisioning, resource) in
            [("Succeeded", "Scaling"), ("Updating", "Running"), ("Creating", "Creating"), ("Later", "Moving")]
        {
            assert!(matches!(of(provisioning, resource), State::Busy { .. }), "{provisioning} {resource}");
        }
        for (provisioning, resource) in
            [("Failed", "CreateFailed"), ("Succeeded", "ScalingFailed"), ("Canceled", "Running")]
        {
            assert!(matches!(of(provisioning, resource), State::Broken { .. }), "{provisioning} {resource}");
        }
        assert_eq!(state(&json!({})), State::Ready);
    }
}
