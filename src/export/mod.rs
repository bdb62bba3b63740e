//! The same deployment for teams that keep another tool: one file a target.
//!
//! Passwords are never in an export: it names the secret that holds them, or makes the other tool generate one.

mod aws;
mod bicep;
mod cloudformation;
mod compose;
mod hcl;
mod helm;
mod kubernetes;
mod server;
mod terraform;
mod yaml;

use clap::ValueEnum;
use thiserror::Error;

use crate::deployment::Configuration;
use crate::plan::Resource;
use crate::profile::Profile;
use crate::units::Provider;

/// A tool that can take a deployment over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Terraform and OpenTofu, for aws, azure and gcp
    Terraform,
    /// AWS CloudFormation
    #[value(name = "cloudformation")]
    CloudFormation,
    /// Azure Bicep
    Bicep,
    /// Docker Compose: servers of the same engine, limit and policy
    Compose,
    /// Kubernetes manifests: servers of the same engine, limit and policy
    Kubernetes,
    /// Values for Bitnami's Helm charts `valkey` and `redis`, without cluster mode
    HelmValues,
}

/// What is exported.
pub struct Subject<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The choice.
    pub deployment: &'a Configuration,
    /// What a plan would make at AWS; empty elsewhere.
    pub resources: &'a [Resource],
}

/// A deployment in another tool's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub text: String,
    /// What it does not have, in sentences.
    pub left_out: Vec<String>,
}

/// Why there is no export.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExportError {
    /// The tool does not describe this provider or service, or not in this shape.
    #[error("{target} does not describe {service}{}", .why.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    Unfit {
        /// The tool.
        target: &'static str,
        /// What was chosen.
        service: String,
        /// What of its shape is in the way; none if it is the service as a whole.
        why: Option<String>,
        /// What would take it out of the way.
        advice: Option<&'static str>,
    },
    /// The text cannot be written.
    #[error("the export cannot be written: {0}")]
    Written(String),
}

/// Says the same in another tool's language.
pub fn export(subject: &Subject<'_>, target: Target) -> Result<Exported, ExportError> {
    match target {
        Target::Terraform => terraform::export(subject),
        Target::CloudFormation => cloudformation::export(subject),
        Target::Bicep => bicep::export(subject),
        Target::Compose => compose::export(subject),
        Target::Kubernetes => kubernetes::export(subject),
        Target::HelmValues => helm::export(subject),
    }
}

/// The targets that describe a deployment, in their order.
pub fn targets(subject: &Subject<'_>) -> Vec<Target> {
    Target::value_variants().iter().copied().filter(|target| export(subject, *target).is_ok()).collect()
}

impl Subject<'_> {
    fn name(&self) -> &str {
        &self.profile.name
    }

    /// Refuses another provider than one of these.
    fn only(&self, providers: &[Provider], target: &'static str) -> Result<(), ExportError> {
        if providers.contains(&self.deployment.provider()) { Ok(()) } else { Err(self.unfit(target)) }
    }

    fn unfit(&self, target: &'static str) -> ExportError {
        ExportError::Unfit { target, service: self.deployment.service.to_string(), why: None, advice: None }
    }

    /// The service could be described, but for one thing.
    fn in_the_way(&self, target: &'static str, why: impl Into<String>, advice: &'static str) -> ExportError {
        let service = self.deployment.service.to_string();
        ExportError::Unfit { target, service, why: Some(why.into()), advice: Some(advice) }
    }

    /// What stands above every export.
    fn heading(&self) -> Vec<String> {
        let d = self.deployment;
        let size = d.node_type.as_deref().unwrap_or("serverless");
        vec![
            format!("{}: {} {}, {size}, as `cachefit export` wrote it.", self.name(), d.engine, d.version),
            "Changes here are not seen by cachefit: keep one of both tools for a cache.".to_owned(),
        ]
    }
}
