//! Why there is no result.

use thiserror::Error;

use super::read::TraceError;
use crate::units::Policy;

/// Why there is no result.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// The trace cannot be used.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Nothing in it reads a key.
    #[error("the trace has no reads ({requests} requests), so that there is no hit ratio")]
    NoReads {
        /// Requests in it.
        requests: u64,
    },
    /// More requests than can be kept.
    #[error(
        "the emulated share of the trace does not fit into memory; a smaller one, such as --sample 1/64, does"
    )]
    TooLarge,
    /// A sample that says nothing.
    #[error("the trace has only {keys} keys, and a sample tells something from {least} on")]
    FewSampledKeys {
        /// Keys in it.
        keys: u64,
        /// Keys that it takes.
        least: u64,
    },
    /// A whole with less than its sample.
    #[error("the whole trace cannot have {all} reads: its sample has {sampled}")]
    FewerReadsInAll {
        /// Reads in the sample.
        sampled: u64,
        /// What was said of the whole.
        all: u64,
    },
    /// Memory that does not even hold the server.
    #[error("{memory} bytes of memory do not hold an empty server, which needs {base}")]
    TooSmall {
        /// What was asked for.
        memory: u64,
        /// What is needed.
        base: u64,
    },
    /// A policy that the server does not have.
    #[error("{server} has no policy {policy}")]
    NoSuchPolicy {
        /// The server.
        server: String,
        /// The policy.
        policy: Policy,
    },
}
