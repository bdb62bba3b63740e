//! The keys in which two profiles differ.

use std::collections::BTreeMap;
use std::fmt;

use super::decode::Cx;
use super::problem::clip;
use super::tree::{self, Kind, Node};

/// A key with its value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedKey {
    /// For example `dataset[0].count`.
    pub path: String,
    /// Before; none if it was not there.
    pub before: Option<String>,
    /// After; none if it is gone.
    pub after: Option<String>,
}

impl fmt::Display for ChangedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{} {} -> {}", self.path, clip(before), clip(after)),
            (None, Some(after)) => write!(f, "{} {}, new", self.path, clip(after)),
            (Some(_), None) => write!(f, "{}, removed", self.path),
            (None, None) => f.write_str(&self.path),
        }
    }
}

/// The keys that differ, by name. Comments, order and layout do not count.
pub fn changed_keys(before: &str, after: &str) -> Vec<ChangedKey> {
    if before == after {
        return Vec::new();
    }
    let (before, after) = (values(before), values(after));
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed
        .map(|path| ChangedKey {
            path: path.clone(),
            before: before.get(path).cloned(),
            after: after.get(path).cloned(),
        })
        .collect()
}

fn values(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(root) = tree::read(text.strip_prefix('\u{feff}').unwrap_or(text), &mut Cx::default()) {
        walk(&root, String::new(), &mut found);
    }
    found
}

fn walk(node: &Node, path: String, found: &mut BTreeMap<String, String>) {
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar(text) => {
            found.insert(path, text.clone());
        }
        Kind::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, format!("{path}[{i}]"), found);
            }
        }
        Kind::Map(entries) => {
            for (key, value) in entries {
                let dot = if path.is_empty() { "" } else { "." };
                walk(value, format!("{path}{dot}{}", key.name), found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_count() {
        let before = "name: a\ndataset:\n  - { keys: x, count: 2M }\ngrowth: { rate: 1% per month }\n";
        let after = "# new\ndataset:\n  - count: 4M\n    keys: x\nname: a\nrequirements: { budget: 5 USD per month }\n";
        let texts: Vec<String> = changed_keys(before, after).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            ["dataset[0].count 2M -> 4M", "growth.rate, removed", "requirements.budget 5 USD per month, new"]
        );
    }
}
