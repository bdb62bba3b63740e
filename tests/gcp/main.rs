//! The program against a fake of Google Cloud.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]

#[macro_use]
#[path = "../support/cloud/mod.rs"]
mod cloud;
#[path = "../support/gcp/mod.rs"]
mod google;

mod client;
mod fake;
mod habits;
mod python;
mod shipped;
mod tenant;
