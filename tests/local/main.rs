//! The local provider against the real servers on the path.

// clippy.toml allows it in test functions; these are their helpers.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod cli;
mod many;
mod observed;
mod retire;
mod safety;
mod server;
mod support;
