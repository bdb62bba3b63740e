//! The profile's own tags: which of a resource's tags this tool has written, so that only these go when the profile names
//! them no longer. What was written is listed in a tag of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Value;

/// Tag that lists which of the profile's own tags were written by this tool.
pub const TAG_WRITTEN: &str = "cachefit:tags";

/// Between two keys of the list. No key of a profile has it in it.
pub const BETWEEN: &str = " + ";
/// Characters of a tag's value.
const MOST_VALUE: usize = 256;

/// The tags that list some keys: as many as their length takes.
pub fn record<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut values: Vec<String> = Vec::new();
    for key in keys {
        match values.last_mut() {
            Some(last) if last.chars().count() + BETWEEN.len() + key.chars().count() <= MOST_VALUE => {
                last.push_str(BETWEEN);
                last.push_str(key);
            }
            _ => values.push(key.to_owned()),
        }
    }
    let name = |index: usize| match index {
        0 => TAG_WRITTEN.to_owned(),
        more => format!("{TAG_WRITTEN}-{}", more + 1),
    };
    values.into_iter().enumerate().map(|(index, value)| (name(index), value)).collect()
}

/// The keys that the tags of a resource say were written here.
pub fn written(tags: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_record = |name: &str| {
        name.strip_prefix(TAG_WRITTEN).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let lists = tags.iter().filter(|(name, _)| is_record(name));
    lists.flat_map(|(_, keys)| keys.split(BETWEEN)).filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// What a resource shows of the profile's tags: those that the profile names, those that were written here, and of these
/// those that are gone but still listed.
pub fn shown(wanted: &BTreeMap<String, String>, tags: &BTreeMap<String, String>) -> Value {
    let written = written(tags);
    let has = tags.iter().filter(|(key, _)| wanted.contains_key(*key) || written.contains(*key));
    let mut all: Vec<String> = has.map(|(key, value)| format!("{key}={value}")).collect();
    let gone = written.iter().filter(|key| !tags.contains_key(*key) && !wanted.contains_key(*key));
    all.extend(gone.map(|key| format!("{key}, which is gone")));
    all.sort_unstable();
    all.into()
}

/// What is to be done about the tags of something that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Keys that go first.
    pub gone: Vec<String>,
    /// The profile's tags and the list of those that were written here.
    pub set: Vec<(String, String)>,
    /// Parts of the list that nothing is left for; they go last, so that whoever is cut short still knows.
    pub unlisted: Vec<String>,
}

/// From the tags that something has to those that the profile names.
pub fn turn(wanted: &BTreeMap<String, String>, tags: &BTreeMap<String, String>) -> Turn {
    let written = written(tags);
    let gone = written.iter().filter(|key| !wanted.contains_key(*key) && tags.contains_key(*key));
    // What somebody else has set to the same value stays theirs.
    let ours = wanted.iter().filter(|(key, value)| written.contains(*key) || tags.get(*key) != Some(value));
    let list = record(ours.map(|(key, _)| key.as_str()));
    let before = record(written.iter().map(String::as_str)).into_iter().map(|(name, _)| name);
    let unlisted = before.filter(|name| !list.iter().any(|(kept, _)| kept == name));
    Turn {
        gone: gone.cloned().collect(),
        unlisted: unlisted.collect(),
        set: wanted.clone().into_iter().chain(list).collect(),
    }
}

/// A mark that differs where tags do, for what shows no tags; none without tags.
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "only AWS has what shows no tags"))]
pub fn mark(wanted: &BTreeMap<String, String>) -> Option<String> {
    let byte = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let text: String = wanted.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    (!wanted.is_empty()).then(|| format!("{:08x}", text.bytes().fold(0x811c_9dc5_u32, byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_what_was_written_here_goes() {
        let there =
            tags(&[("team", "shop"), ("owner", "them"), ("stage", "x"), (TAG_WRITTEN, "stage + team")]);
        let turn = turn(&tags(&[("team", "web"), ("owner", "them")]), &there);
        assert_eq!(turn.gone, ["stage"]);
        assert!(turn.set.contains(&(TAG_WRITTEN.to_owned(), "team".to_owned())), "{turn:?}");
        assert!(turn.unlisted.is_empty());
        let none = super::turn(&BTreeMap::new(), &there);
        assert_eq!((none.gone.len(), none.set.len(), none.unlisted), (2, 0, vec![TAG_WRITTEN.to_owned()]));
        let cut_short = tags(&[("owner", "them"), (TAG_WRITTEN, "stage")]);
        assert_eq!(shown(&BTreeMap::new(), &cut_short).to_string(), "stage, which is gone");
    }

    #[test]
    fn a_long_list_is_in_several_tags_and_read_back_whole() {
        let keys: Vec<String> = (0..40).map(|n| format!("a-rather-long-key-of-a-team-{n}")).collect();
        let list = record(keys.iter().map(String::as_str));
        assert!(list.len() > 1 && list.iter().all(|(_, value)| value.chars().count() <= MOST_VALUE));
        assert_eq!(written(&list.into_iter().collect()), keys.into_iter().collect());
    }
}
