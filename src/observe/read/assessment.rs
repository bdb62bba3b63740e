//! The assessment of the AWS samples: INFO and commandstats of every node, before and after some time, as JSON.
//!
//! Its shape differs between versions; what all have is, for each node, two objects with the fields of INFO.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde_json::Value;

use super::Source;
use super::error::ReadError;
use super::format::Format;
use super::info::Dump;
use super::info_runs;
use super::json::documents;
use crate::observe::Observations;

/// Records deeper than this are no part of it.
const DEEPEST: usize = 12;

/// Finds every object that looks like an answer of INFO.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut dumps = Vec::new();
    documents(source, Format::Assessment, content, |document: Value| {
        walk(&document, source.stem(), 0, &mut dumps);
    })?;
    if dumps.is_empty() {
        return Err(ReadError::new(source.name, "holds no answers of INFO")
            .of(Format::Assessment)
            .hint("give the JSON file in which `used_memory` stands"));
    }
    Ok(info_runs::observations(dumps, source.now))
}

fn walk(value: &Value, node: &str, depth: usize, dumps: &mut Vec<Dump>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, node, depth + 1, dumps)),
        Value::Object(fields) => {
            if fields.contains_key("used_memory") || fields.contains_key("total_commands_processed") {
                dumps.push(Dump::of_fields(node, flat(fields)));
                return;
            }
            let named = ["node", "nodeId", "node_id", "CacheClusterId", "endpoint", "host"];
            let named = named.iter().find_map(|key| fields.get(*key)?.as_str());
            for (key, below) in fields {
                let holds_nodes = ["nodes", "shards", "clusters"].contains(&key.as_str());
                let name = named.unwrap_or(if below.is_object() && !holds_nodes && !is_phase(key) {
                    key
                } else {
                    node
                });
                walk(below, name, depth + 1, dumps);
            }
        }
        _ => {}
    }
}

/// Names of the same node's two answers.
fn is_phase(key: &str) -> bool {
    ["before", "after", "first", "second", "start", "end", "info"]
        .iter()
        .any(|phase| key.to_ascii_lowercase().contains(phase))
}

/// The fields as INFO writes them: `{"calls": 3}` becomes `calls=3`.
fn flat(fields: &serde_json::Map<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(pairs) => {
            let pair =
                |(key, value): (&String, &Value)| format!("{key}={}", value.to_string().trim_matches('"'));
            pairs.iter().map(pair).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("commandstats", Value::Object(commands)) => {
                for (command, value) in commands {
                    let command = command.trim_start_matches("cmdstat_");
                    all.insert(format!("cmdstat_{command}"), text(value));
                }
            }
            _ => _ = all.insert(key.clone(), text(value)),
        }
    }
    all
}
