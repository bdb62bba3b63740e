//! Writing a choice into a profile without touching the rest of the file.

use serde::Serialize;
use thiserror::Error;

use crate::deployment::Deployment;

/// Why a choice cannot be written.
#[derive(Debug, Error)]
pub enum EditError {
    /// The section cannot be written as YAML.
    #[error("the deployment cannot be written as YAML: {0}")]
    Yaml(#[from] serde_yaml::Error),
}

/// The `deployment:` section of a profile.
#[derive(Serialize)]
struct Section<'a> {
    deployment: Keys<'a>,
}

#[derive(Serialize)]
struct Keys<'a> {
    service: &'a str,
    engine: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_type: Option<&'a str>,
    shards: u32,
    replicas: u32,
    eviction_policy: &'a str,
    commitment: &'a str,
}

/// The profile's text with the choice as its `deployment:` section.
pub fn pin(text: &str, choice: &Deployment) -> Result<String, EditError> {
    let section = serde_yaml::to_string(&Section {
        deployment: Keys {
            service: choice.service,
            engine: choice.engine.as_str(),
            version: &choice.version,
            node_type: choice.node_type.as_deref(),
            shards: choice.shards,
            replicas: choice.replicas,
            eviction_policy: choice.eviction_policy.as_str(),
            commitment: choice.commitment.as_str(),
        },
    })?;
    let lines: Vec<&str> = text.lines().collect();
    let Some(start) = lines.iter().position(|l| l.starts_with("deployment:")) else {
        let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
        return Ok(format!("{text}{gap}{section}"));
    };
    // The section ends where a line begins in the first column again; comments before the next key belong to that.
    let inside = |line: &&&str| line.starts_with([' ', '\t']);
    let length = 1 + lines[start + 1..]
        .iter()
        .position(|l| !l.is_empty() && !inside(&l))
        .unwrap_or(lines.len() - start - 1);
    let mut end = start + length;
    while end > start + 1 && lines[end - 1].is_empty() {
        end -= 1;
    }
    let mut edited: Vec<&str> = lines[..start].to_vec();
    edited.extend(section.lines());
    edited.extend(&lines[end..]);
    Ok(edited.join("\n") + "\n")
}
