//! Clients against servers: the code that `connect` writes is run, by the libraries that it names.

#![allow(clippy::unwrap_used, reason = "tests")]

mod iam;
#[allow(dead_code, reason = "of the tests of servers, whose other helpers these do without")]
#[path = "../local/support.rs"]
#[allow(dead_code, reason = "tests/local uses the rest")]
mod machine;
mod servers;
mod support;
mod written;
