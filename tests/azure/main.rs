//! The program against a fake of Azure.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]

#[path = "../support/azure/mod.rs"]
mod azure;
#[macro_use]
#[path = "../support/cloud/mod.rs"]
mod cloud;

mod access;
mod alerts;
mod callers;
mod classic;
mod client;
mod contract;
mod drift;
mod fake;
mod figures;
mod mistakes;
mod network;
mod observed;
mod permissions;
mod preflight;
mod raised;
mod replace;
mod scale;
mod shipped;
mod tenant;
