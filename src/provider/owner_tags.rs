//! Whose a resource is, by its tags: the rule by which nothing of others is changed or deleted.

use std::collections::BTreeMap;

/// Tag with the name of the profile.
pub const TAG_PROFILE: &str = "cachefit:profile";
/// Tag that says who changes it.
pub const TAG_MANAGED: &str = "cachefit:managed";
/// Tag of a cache that was made by others and taken over.
pub const TAG_ADOPTED: &str = "cachefit:adopted";

/// Why tags do not say that it is ours; none if they do.
pub fn foreign(profile: &str, tags: &BTreeMap<String, String>) -> Option<String> {
    match (tags.get(TAG_MANAGED).map(String::as_str), tags.get(TAG_PROFILE)) {
        (Some("true"), Some(owner)) if owner == profile => None,
        (_, Some(owner)) if owner != profile => Some(format!("its tag {TAG_PROFILE} is {owner}")),
        (_, Some(_)) => Some(format!("it has no tag {TAG_MANAGED}=true")),
        (_, None) => Some(format!("it has no tag {TAG_PROFILE}")),
    }
}

/// Whether a resource of one of our names may have lost a tag: it is nobody else's by its tags.
pub fn may_be_lost(profile: &str, tags: &BTreeMap<String, String>) -> bool {
    tags.get(TAG_PROFILE).is_none_or(|owner| owner == profile) && foreign(profile, tags).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_both_tags_together_make_it_ours() {
        let of = |all: &[(&str, &str)]| {
            let tags = all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            (foreign("shop", &tags).is_none(), may_be_lost("shop", &tags))
        };
        let managed = (TAG_MANAGED, "true");
        assert_eq!(of(&[managed, (TAG_PROFILE, "shop")]), (true, false));
        assert_eq!(of(&[(TAG_PROFILE, "shop")]), (false, true));
        assert_eq!(of(&[(TAG_MANAGED, "false"), (TAG_PROFILE, "shop")]), (false, true));
        assert_eq!(of(&[managed]), (false, true));
        assert_eq!(of(&[]), (false, true));
        assert_eq!(of(&[managed, (TAG_PROFILE, "other")]), (false, false));
    }
}
