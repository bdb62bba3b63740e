//! What `cachefit observe --write` keeps beside the figures that it writes: the least that was observed.
//!
//! `reads: 2562/s..2679/s  # cachefit: reads at least 2516/s, maximum of …`. A figure that somebody sets below it later is
//! contradicted by what is kept. Behind a value in braces is no room: there it stands on a line above them, behind its key.

use super::tree::{Kind, Node};
use super::write::edit::OWN;
use super::write::edit::flow::said_above;
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
        walk(text, root, &Place::default(), &mut found);
    }
    found
}

/// Where a node stands.
#[derive(Clone, Default)]
struct Place<'k> {
    /// The whole path.
    path: String,
    /// The last key of it.
    key: &'k str,
    /// Where the outermost braces around it begin, and the path to them.
    flow: Option<(usize, String)>,
}

impl Place<'_> {
    /// The path below the braces.
    fn below_flow(&self) -> Option<(usize, &str)> {
        let (start, to) = self.flow.as_ref()?;
        let below = self.path.strip_prefix(to.as_str())?;
        Some((*start, below.strip_prefix('.').unwrap_or(below)))
    }
}

fn walk<'k>(text: &str, node: &'k Node, place: &Place<'k>, found: &mut Vec<ObservedBound>) {
    let begins = |brace: char| text.get(node.span.start..).is_some_and(|rest| rest.starts_with(brace));
    let own = |brace: char| begins(brace).then(|| (node.span.start, place.path.clone()));
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar(value) => found.extend(one(text, node, place, value)),
        Kind::Seq(items) => {
            let flow = place.flow.clone().or_else(|| own('['));
            for (i, item) in items.iter().enumerate() {
                let path = format!("{}[{i}]", place.path);
                walk(text, item, &Place { path, key: place.key, flow: flow.clone() }, found);
            }
        }
        Kind::Map(entries) => {
            let flow = place.flow.clone().or_else(|| own('{'));
            let dot = if place.path.is_empty() { "" } else { "." };
            for (key, value) in entries {
                let path = format!("{}{dot}{}", place.path, key.name);
                walk(text, value, &Place { path, key: &key.name, flow: flow.clone() }, found);
            }
        }
    }
}

fn one(text: &str, node: &Node, place: &Place<'_>, value: &str) -> Option<ObservedBound> {
    let key = place.key;
    let rest = text.get(node.span.end..)?.lines().next()?;
    let behind = rest.split_once(OWN).map(|(_, comment)| comment);
    let above = || place.below_flow().and_then(|(start, about)| said_above(text, start, about));
    // The bounds of both sides of a record in braces stand one behind the other.
    let read = |mut comment| {
        let mut least = None;
        while let Some((first, behind)) = str::split_once(comment, ", ") {
            let Some((name, bound)) = first.split_once(AT_LEAST) else { break };
            if name == key {
                least = Some(bound);
            }
            comment = behind;
        }
        Some((least?, comment))
    };
    let (least, comment) = behind.and_then(read).or_else(|| above().and_then(read))?;
    let high = |text: &str| match key {
        "reads" | "writes" => Range::<Rate>::from_text(text).ok().map(|range| range.high.0),
        _ => Range::<Count>::from_text(text).ok().map(|range| range.high.0),
    };
    Some(ObservedBound {
        key: place.path.clone(),
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
    fn what_is_written_into_braces_is_read_back_from_the_line_above_them() {
        let text = "name: a\nplacement: {worker_connections: 5}\ndataset:\n  # mine\n  - {keys: \"a:*\", type: string, count: 5, value_size: 1B}\ntraffic: { peak: { reads: 1/s, writes: 1/s } }\n";
        let set = |text: &str, key: &str, value: &str, comment: &str| {
            crate::profile::set(text, key, &crate::profile::Value::plain(value), Some(comment)).unwrap()
        };
        let mut text = text.to_owned();
        for _ in 0..2 {
            text = set(&text, "placement.worker_connections", "7", "worker_connections at least 6, x, y");
            text = set(&text, "dataset[0].count", "7", "count at least 9, memory, x");
            text = set(&text, "traffic.peak.reads", "7/s", "reads at least 6/s, x");
            text = set(&text, "traffic.peak.writes", "8/s", "writes at least 6/s, y");
        }
        assert_eq!(text.matches("# cachefit: ").count(), 4, "{text}");
        assert!(
            text.contains("  # mine\n  # cachefit: count: count at least 9, memory, x\n  - {keys"),
            "{text}"
        );
        let read = parse(text.as_bytes(), "a.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        let told: Vec<(&str, &str, bool)> = read
            .observed
            .iter()
            .map(|one| (one.key.as_str(), one.source.as_str(), one.is_contradicted()))
            .collect();
        assert_eq!(
            told,
            [
                ("placement.worker_connections", "x, y", false),
                ("dataset[0].count", "memory, x", true),
                ("traffic.peak.reads", "x", false),
                ("traffic.peak.writes", "y", false),
            ]
        );
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
