//! The program against a fake of Upstash.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::unnecessary_wraps, reason = "all operations of the fake have one signature")]

#[macro_use]
#[path = "../support/cloud/mod.rs"]
mod cloud;
#[path = "../support/mod.rs"]
mod servers;
#[path = "../support/upstash/mod.rs"]
mod upstash;

mod client;
mod fake;
#[cfg(feature = "upstash")]
mod habits;
#[cfg(feature = "upstash")]
mod observed;
#[cfg(feature = "upstash")]
mod shipped;
#[cfg(feature = "upstash")]
mod taking_over;
#[cfg(feature = "upstash")]
mod tenant;
#[cfg(all(feature = "local", feature = "upstash"))]
mod tls;
