//! Why there is no plan.

use thiserror::Error;

use super::{Address, StepId};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Resources that are not ours have the names that ours would get.
    #[error("{}", foreign(.0))]
    Foreign(Vec<(Address, String)>),
    /// Resources that are not ours use some of ours that would be deleted.
    #[error("{}", in_use(.0))]
    InUse(Vec<(Address, String, Vec<Address>)>),
    /// Resources that wait for each other.
    #[error("these resources depend on each other: {}", list(.0))]
    Cycle(Vec<Address>),
    /// Two resources with one address; an error of the provider.
    #[error("the resource {0} stands twice in the plan")]
    Twice(Address),
    /// Two steps with one name; an error of the provider.
    #[error("the step {0} stands twice in the plan")]
    StepTwice(StepId),
    /// Something that depends on nothing that is there; an error of the provider.
    #[error("{0} depends on {1}, which is not part of the deployment")]
    Dangling(Address, Address),
    /// A text that is no plan file.
    #[error("this is no plan file: {0}")]
    NotAPlan(String),
    /// A plan file of another version of this program.
    #[error("the plan file has version {found}, this program writes and reads version {known}")]
    Version {
        /// That of the file.
        found: u32,
        /// Ours.
        known: u32,
    },
}

fn foreign(all: &[(Address, String)]) -> String {
    let lines: Vec<String> = all
        .iter()
        .map(|(address, why)| format!("{address} is there already and is not managed by cachefit: {why}"))
        .collect();
    lines.join("\n")
}

fn in_use(all: &[(Address, String, Vec<Address>)]) -> String {
    let line = |(address, why, uses): &(Address, String, Vec<Address>)| {
        format!("{address} uses {}; {why}", list(uses))
    };
    let lines: Vec<String> = all.iter().map(line).collect();
    format!("nothing is deleted, because what stays uses it:\n{}", lines.join("\n"))
}

fn list(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
