//! Sizes, prices and explains the Redis or Valkey cache that a workload needs.

pub mod catalog;
pub mod profile;
pub mod units;
