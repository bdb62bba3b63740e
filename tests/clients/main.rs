//! Clients against servers: the code that `connect` writes is run, by the libraries that it names.

mod iam;
#[path = "../local/support.rs"]
mod machine;
mod servers;
mod support;
mod written;
