//! Clients against servers: the code that `connect` writes is run, by the libraries that it names.

#![allow(clippy::unwrap_used, reason = "tests")]

mod iam;
#[path = "../local/support.rs"]
#[allow(dead_code, reason = "tests/local uses the rest")]
mod machine;
mod servers;
mod support;
mod written;
