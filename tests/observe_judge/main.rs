//! What `observe` says of caches whose demand is known.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod calibration;
mod profiles;
mod report;
mod rules;
mod simulator;
