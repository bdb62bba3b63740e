//! Sizes, prices and explains the Redis or Valkey cache that a workload needs.

pub mod apply;
pub mod catalog;
pub mod cli;
pub mod cost;
pub mod demand;
pub mod deployment;
mod files;
pub mod memory;
pub mod observe;
mod parallel;
pub mod plan;
pub mod profile;
pub mod provider;
pub mod recommend;
pub mod report;
pub mod review;
pub mod simulate;
pub mod units;
