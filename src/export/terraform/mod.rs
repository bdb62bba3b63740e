//! Terraform and OpenTofu.

mod aws;
mod azure;
mod gcp;

use super::hcl::{Block, Hcl};
use super::{ExportError, Exported, Subject};
use crate::units::Provider;

/// The deployment as one file.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    match subject.deployment.provider() {
        Provider::Aws => Ok(aws::export(subject)),
        Provider::Azure => azure::export(subject),
        Provider::Gcp => gcp::export(subject),
        Provider::Upstash | Provider::Local => Err(subject.unfit("Terraform")),
    }
}

/// The head of a module: versions, and the provider with its place.
fn providers(name: &str, source: &str, version: &str) -> Block {
    let pin = Hcl::Map(vec![("source".into(), source.into()), ("version".into(), version.into())]);
    Block::new("terraform", &[])
        .with("required_version", ">= 1.5")
        .block(Block::new("required_providers", &[]).with(name, pin))
}

/// The profile's own tags, if there are any.
fn tags(subject: &Subject<'_>) -> Option<Hcl> {
    let tags = &subject.profile.tags;
    let pairs = tags.iter().map(|(name, value)| (name.clone(), Hcl::from(value.as_str())));
    (!tags.is_empty()).then(|| Hcl::Map(pairs.collect()))
}
