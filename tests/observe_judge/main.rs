//! What `observe` says of caches whose demand is known.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod another_cloud;
mod calibration;
mod product;
mod profiles;
mod report;
mod rounds;
mod rules;
mod simulator;
mod troubles;
