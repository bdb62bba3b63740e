//! A fake of Google Cloud, as far as a cache needs it: Memorystore for Valkey and Redis Cluster, service connection policies, Cloud
//! Run and Functions, IAM of the project, alerts. After `tests/data/gcp` and what is known of the services' habits: every write is
//! an operation, one field a PATCH, a network without a policy fails the create only later, one connection comes back as two.
//!
//! Operations move as they or their resource are asked about, never by the clock.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod api;
mod around;
mod caches;
pub mod classic;
pub mod contract;
mod key;
mod metrics;
mod operations;
mod tokens;
mod wire;
mod world;

use crate::cloud::Double;

pub use around::incident;
pub use caches::of_others;
pub use world::{PROJECT, World};

/// A running fake.
pub type Google = Double<World>;
