//! Clients against servers: the code that `connect` writes is run, by the libraries that it names.

mod iam;
#[allow(dead_code, reason = "of the tests of servers, whose other helpers these do without")]
#[path = "../local/support.rs"]
mod machine;
mod servers;
mod support;
mod written;
