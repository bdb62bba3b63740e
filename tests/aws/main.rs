//! The program itself against a fake of AWS.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../support/aws/mod.rs"]
mod aws;
mod changes;
mod contract;
mod emulator;
mod lifecycle;
mod machine;
mod permissions;
mod secrets;
mod storm;
mod trouble;

/// What an uninterrupted apply leaves.
fn storm_end(profile: &str) -> serde_json::Value {
    let machine = machine::Machine::new(profile);
    machine.applies();
    machine.aws.world().end_state()
}
