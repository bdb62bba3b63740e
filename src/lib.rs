//! Sizes, prices and explains the Redis or Valkey cache that a workload needs.

pub mod demand;
pub mod deployment;
pub mod memory;
pub mod profile;
pub mod units;
