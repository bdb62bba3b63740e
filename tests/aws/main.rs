//! The program itself against a fake of AWS.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]
#![allow(clippy::struct_field_names, reason = "fields carry the names of the services")]

mod adopted;
#[path = "../support/aws/mod.rs"]
mod aws;
mod changes;
mod commands;
mod connect;
mod contract;
mod emulator;
mod keys;
mod late;
mod lifecycle;
mod living;
mod machine;
mod members;
mod others;
mod permissions;
mod secrets;
mod service;
mod storm;
mod trouble;

/// What an uninterrupted apply leaves.
fn storm_end(profile: &str) -> serde_json::Value {
    let machine = machine::Machine::new(profile);
    machine.applies();
    machine.aws.world().end_state()
}
