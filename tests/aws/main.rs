//! The program itself against a fake of AWS.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]
#![allow(clippy::struct_field_names, reason = "fields carry the names of the services")]

mod account_price;
mod adopted;
#[path = "../support/aws/mod.rs"]
mod aws;
mod changes;
#[macro_use]
#[path = "../support/cloud/mod.rs"]
mod cloud;
mod commands;
mod connect;
mod contract;
mod emulator;
mod exported;
mod keys;
mod late;
mod lifecycle;
mod living;
mod machine;
mod members;
mod observed;
mod others;
mod permissions;
mod secrets;
mod service;
mod storm;
mod tenant;
mod trouble;

/// What an uninterrupted apply leaves.
fn storm_end(profile: &str) -> serde_json::Value {
    cloud::storm::end::<aws::World>(profile)
}
