//! A choice as a profile pins it.

use serde::Serialize;
use thiserror::Error;

use super::Deployment;

/// Why a choice cannot be written.
#[derive(Debug, Error)]
pub enum SectionError {
    /// The section cannot be written as YAML.
    #[error("the deployment cannot be written as YAML: {0}")]
    Yaml(#[from] serde_yaml::Error),
}

/// What a choice decides: the keys that its section may have. Others, such as `adopt`, are no part of a choice.
pub const KEYS: &[&str] =
    &["service", "engine", "version", "node_type", "shards", "replicas", "eviction_policy", "commitment"];

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

/// A choice as the `deployment:` section of a profile.
pub fn section(choice: &Deployment) -> Result<String, SectionError> {
    Ok(serde_yaml::to_string(&Section {
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
    })?)
}
