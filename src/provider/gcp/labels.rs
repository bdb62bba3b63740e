//! Labels: whose a resource is, and the profile's own tags, by Google's rules for labels.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Gcp;
use crate::plan::{Ownership, Value};

const MANAGED: &str = "cachefit-managed";
const PROFILE: &str = "cachefit-profile";

/// The labels of a new resource: ours, and the profile's tags.
pub fn wanted(cloud: &Gcp) -> BTreeMap<String, String> {
    let mut all = cloud.tags.clone();
    all.insert(MANAGED.to_owned(), "true".to_owned());
    all.insert(PROFILE.to_owned(), cloud.profile.clone());
    all
}

/// Those of a resource with ours set: what others have set stays.
pub fn with_ours(cloud: &Gcp, shown: &Json) -> Json {
    let mut all = shown.get("labels").and_then(Json::as_object).cloned().unwrap_or_default();
    all.extend(wanted(cloud).into_iter().map(|(name, value)| (name, value.into())));
    Json::Object(all)
}

fn of<'a>(shown: &'a Json, name: &str) -> &'a str {
    shown.get("labels").and_then(|labels| labels.get(name)).and_then(Json::as_str).unwrap_or_default()
}

/// Whether both of our labels are there.
pub fn are_ours(cloud: &Gcp, shown: &Json) -> bool {
    of(shown, MANAGED) == "true" && of(shown, PROFILE) == cloud.profile
}

/// Whose it is by its labels. Google gives them with the resource: where they cannot be read, nothing is.
pub fn owner(cloud: &Gcp, shown: &Json) -> Ownership {
    if are_ours(cloud, shown) {
        return Ownership::Ours;
    }
    let why = match of(shown, PROFILE) {
        "" => format!("it does not have the labels {MANAGED}=true and {PROFILE}={}", cloud.profile),
        other => format!("it belongs to the profile {other}, by its label {PROFILE}"),
    };
    Ownership::Foreign { why }
}

/// The command line's labels that make something ours again.
pub fn repair(cloud: &Gcp) -> String {
    format!("{MANAGED}=true,{PROFILE}={}", cloud.profile)
}

/// The profile's tags as they should be.
pub fn tags(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().into()
}

/// Those of the profile's tags that a resource has. One that the profile names no longer is not known from one of others.
pub fn shown(cloud: &Gcp, shown: &Json) -> Value {
    let has = cloud.tags.keys().filter_map(|name| {
        let value = shown.get("labels")?.get(name)?.as_str()?;
        Some(format!("{name}={value}"))
    });
    has.collect::<Vec<_>>().into()
}

/// Why a tag cannot be a label; none if it can.
pub fn refused(name: &str, value: &str) -> Option<String> {
    let letters = |text: &str| {
        text.chars().all(|c| c.is_lowercase() || c.is_numeric() || c == '-' || c == '_')
            && text.chars().count() <= 63
    };
    let begins = name.chars().next().is_some_and(char::is_lowercase);
    (!begins || !letters(name) || !letters(value)).then(|| {
        format!(
            "tags: `{name}: {value}` is no label of Google Cloud: names and values have at most 63 lower-case letters, \
             digits, - and _, and a name begins with a letter"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn labels_are_lower_case() {
        for (name, value) in [("team", "shop"), ("cost-centre", "42"), ("a_b", "")] {
            assert_eq!(refused(name, value), None, "{name}");
        }
        for (name, value) in [("Team", "shop"), ("team", "Shop"), ("1st", "a"), ("a b", "c"), ("a", "b.c")] {
            assert!(refused(name, value).is_some(), "{name}={value}");
        }
    }
}
