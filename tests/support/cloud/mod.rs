//! A double of a cloud's API, whatever the cloud: a server on loopback that keeps state, and fails where it is told to.
//! Things move as they are asked about, never by the clock.
//!
//! A cloud is an [`Api`]: what it holds, how it reads a request, what it answers. Everything else is here, once: HTTP,
//! faults, what shows late, the record of calls, a machine that runs the program, the storm of kills, and the contract of
//! scenarios that every provider passes ([`contract`]).

#![allow(dead_code, reason = "each test binary uses its own part")]

mod api;
#[macro_use]
pub mod contract;
mod double;
mod faults;
pub mod figures;
pub mod http;
mod late;
pub mod load;
pub mod machine;
mod record;
pub mod storm;

pub use api::Api;
pub use double::Double;
pub use faults::{Fault, On, Trouble};
pub use record::Recorded;

/// Writes calls as JSON lines.
pub fn write_record(recorded: &[Recorded], file: &std::path::Path) {
    record::write(recorded, file).unwrap();
}
