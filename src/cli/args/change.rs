//! Arguments of commands that change a choice, take a cache over, or ask what that takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::units::Provider;

use super::deployment::{ConsentArgs, RunArgs, TargetArgs};

#[derive(Args)]
pub struct ScaleArgs {
    /// Workload profile
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Node type, size or plan
    #[arg(long, value_name = "NAME")]
    pub node_type: Option<String>,
    /// Shards
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub shards: Option<u32>,
    /// Replicas of each shard
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=5))]
    pub replicas: Option<u32>,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub consent: ConsentArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Args)]
pub struct ImportArgs {
    /// Profile to write; one that is there keeps everything but its pin
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// Its id: of the replication group at AWS or the database at Upstash; elsewhere, and of a serverless cache, its name
    #[arg(long)]
    pub id: String,
    /// Who provides it [default: the profile's, or aws]
    #[arg(long, value_name = "PROVIDER", value_parser = super::text::<Provider>)]
    pub provider: Option<Provider>,
    /// Its region [default: the profile's, or the provider's first, us-east-1 at AWS]
    #[arg(long)]
    pub region: Option<String>,
}

#[derive(Args)]
pub struct PermissionsArgs {
    /// Workload profile; `-` reads it from standard input
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// What is to be allowed
    #[arg(long = "for", value_enum, default_value_t = PermissionsFor::Apply)]
    pub purpose: PermissionsFor,
    /// A snapshot that `apply --restore` is to make the cache from
    #[arg(long, value_name = "SNAPSHOT")]
    pub restore: Option<String>,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What is to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PermissionsFor {
    /// Looking: plan, status, verify, connect
    Plan,
    /// Making and changing
    Apply,
    /// Taking down
    Destroy,
}
