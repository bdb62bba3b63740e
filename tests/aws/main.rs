//! The program itself against a fake of AWS.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../support/aws/mod.rs"]
mod aws;
mod contract;
mod fake;
