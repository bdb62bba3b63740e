//! Sizes, prices and explains the Redis or Valkey cache that a workload needs.

#[cfg(all(windows, feature = "local"))]
compile_error!(
    "the feature `local` runs servers as Unix does: on Windows, build with `--no-default-features --features aws,upstash`"
);

pub mod apply;
pub mod catalog;
pub mod cli;
#[cfg(feature = "net")]
pub mod comment;
pub mod compatibility;
pub mod cost;
pub mod decide;
pub mod demand;
pub mod deployment;
pub mod export;
mod files;
pub mod fleet;
pub mod memory;
#[cfg(feature = "net")]
pub mod net;
pub mod observe;
mod parallel;
pub mod plan;
pub mod price_lists;
pub mod profile;
pub mod provider;
pub mod recommend;
pub mod report;
pub mod review;
pub mod simulate;
pub mod units;
