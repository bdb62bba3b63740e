//! The program against a fake of Google Cloud.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]

#[macro_use]
#[path = "../support/cloud/mod.rs"]
mod cloud;
#[path = "../support/gcp/mod.rs"]
mod google;

mod classic;
mod client;
mod cluster;
mod fake;
mod figures;
mod habits;
mod import;
mod kills;
mod observed;
mod python;
mod raised;
mod shipped;
mod tenant;
mod tokens;
