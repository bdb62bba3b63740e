//! What `cachefit observe --write` keeps beside the figures that it writes: the least that was observed.
//!
//! `reads: 2562/s..2679/s  # cachefit: reads at least 2516/s, maximum of …`. A figure that somebody sets below it later is
//! contradicted by what is kept.

use super::tree::{Kind, Node};
use super::write::edit::OWN;
use crate::units::{Count, FromText as _, Range, Rate};

/// Between the key and the least that was observed of it.
const AT_LEAST: &str = " at least ";

/// A figure, and the least that was observed of it when it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedBound {
    /// The key, for example `traffic.peak.reads`.
    pub key: String,
    /// What stands there.
    pub declared: String,
    /// Its high end, in the unit of the key.
    pub high: f64,
    /// The least that was observed.
    pub least: String,
    /// The same as a number.
    pub least_value: f64,
    /// Source, statistic, window and confidence.
    pub source: String,
}

impl ObservedBound {
    /// Whether what stands there is less than what was observed. What rounding makes of a figure is no news.
    pub fn is_contradicted(&self) -> bool {
        self.high + 1.0 < self.least_value
    }
}

/// The beginning of the comment of a figure.
pub fn bound(key: &str, least: &str) -> String {
    format!("{key}{AT_LEAST}{least}")
}

/// Every figure with such a comment behind it, in the order of the text.
pub fn bounds(text: &str, root: &Node) -> Vec<ObservedBound> {
    let mut found = Vec::new();
    if text.contains(OWN) {
        walk(text, root, "", "", &mut found);
    }
    found
}

fn walk(text: &str, node: &Node, path: &str, key: &str, found: &mut Vec<ObservedBound>) {
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar(value) => found.extend(one(text, node, path, key, value)),
        Kind::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(text, item, &format!("{path}[{i}]"), key, found);
            }
        }
        Kind::Map(entries) => {
            for (key, value) in entries {
                let dot = if path.is_empty() { "" } else { "." };
                walk(text, value, &format!("{path}{dot}{}", key.name), &key.name, found);
            }
        }
    }
}

fn one(text: &str, node: &Node, path: &str, key: &str, value: &str) -> Option<ObservedBound> {
    let rest = text.get(node.span.end..)?.lines().next()?;
    let (_, mut comment) = rest.split_once(OWN)?;
    let mut least = None;
    // The bounds of both sides of a record in braces stand one behind the other.
    while let Some((first, behind)) = comment.split_once(", ") {
        let Some((name, bound)) = first.split_once(AT_LEAST) else { break };
        if name == key {
            least = Some(bound);
        }
        comment = behind;
    }
    let least = least?;
    let high = |text: &str| match key {
        "reads" | "writes" => Range::<Rate>::from_text(text).ok().map(|range| range.high.0),
        _ => Range::<Count>::from_text(text).ok().map(|range| range.high.0),
    };
    Some(ObservedBound {
        key: path.to_owned(),
        declared: value.to_owned(),
        high: high(value)?,
        least: least.to_owned(),
        least_value: high(least)?,
        source: comment.trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse;

    fn kept(count: &str, peak: &str) -> Vec<ObservedBound> {
        let text = format!(
            "name: a\ndataset:\n  - keys: \"a # b\"\n    type: string\n    count: {count}\n    value_size: 10B\ntraffic:\n  {peak}\n"
        );
        parse(text.as_bytes(), "a.yaml").unwrap_or_else(|errors| panic!("{errors}")).observed
    }

    #[test]
    fn what_was_observed_is_read_back_and_only_a_smaller_figure_contradicts_it() {
        let peak = "peak: { reads: 9/s, writes: 2k/s }  # mine # cachefit: reads at least 10.5/s, writes at least 12/s, sum of x, confidence high";
        let all =
            kept("4k..5k # ask Ann  # cachefit: count at least 6000, memory, maximum of x, or more", peak);
        let told: Vec<(&str, &str, &str, bool)> = all
            .iter()
            .map(|one| (one.key.as_str(), one.declared.as_str(), one.source.as_str(), one.is_contradicted()))
            .collect();
        assert_eq!(
            told,
            [
                ("dataset[0].count", "4k..5k", "memory, maximum of x, or more", true),
                ("traffic.peak.reads", "9/s", "sum of x, confidence high", true),
                ("traffic.peak.writes", "2k/s", "sum of x, confidence high", false),
            ]
        );
        let larger = kept("9k # cachefit: count at least 6000, memory", "peak: { reads: 9/s, writes: 2k/s }");
        assert!(larger.len() == 1 && !larger[0].is_contradicted());
    }

    #[test]
    fn comments_of_people_and_of_earlier_versions_say_nothing() {
        for count in [
            "4k # count at least 6000, says Ann",
            "4k # cachefit: memory, maximum of x",
            "4k # cachefit: count at least many, memory",
            "4k # cachefit: reads at least 6000/s, memory",
            "4k # cachefit: count at least 6000",
        ] {
            assert!(kept(count, "peak: { reads: 9/s, writes: 2/s }").is_empty(), "{count}");
        }
    }
}
