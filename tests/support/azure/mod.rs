//! A fake of Azure Resource Manager, as far as caches need it: Azure Managed Redis, classic Azure Cache for Redis, private
//! endpoints and zones, function apps, alert rules, and the endpoint that gives tokens. Its habits are those that are
//! recorded of the service or documented; what no document tells, the texts of most errors for example, is made up.
//! Resources move through their states as they are asked about, never by the clock.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod alerts;
mod api;
mod arm;
mod classic;
mod classic_access;
mod cluster;
mod database;
pub mod document;
mod metrics;
mod monitor;
mod network;
mod operation;
pub mod permission;
mod skus;
mod subscription;
mod thing;
mod token;
mod wire;
mod world;
mod zones;

use crate::cloud::Double;

pub use alerts::Fired;
pub use network::relink;
pub use thing::Thing;
pub use world::{CLIENT, GROUP, SECRET, SUBSCRIPTION, TENANT, TOKEN, World, function_app, guid};

/// A running fake: a subscription with one resource group, a network and two function apps, and no cache.
pub type Azure = Double<World>;
