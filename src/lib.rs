//! Sizes, prices and explains the Redis or Valkey cache that a workload needs.

pub mod catalog;
pub mod cli;
pub mod cost;
pub mod demand;
pub mod deployment;
pub mod memory;
mod parallel;
pub mod profile;
pub mod recommend;
pub mod report;
pub mod simulate;
pub mod units;
