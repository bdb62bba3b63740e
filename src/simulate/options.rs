//! What to simulate, and how.

use super::sampling_rate::Share;
use super::taken::Taken;
use crate::memory::Server;
use crate::units::Policy;

/// Sizes to simulate.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// From 1/128 of what all keys need to a little more than all of it.
    Auto,
    /// These values of `maxmemory`.
    Given(Vec<u64>),
}

/// How much work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Exact LRU on all keys, which corrects what is emulated on samples of them.
    Full,
    /// Only what is emulated on samples.
    Fast,
    /// Only exact LRU, on samples.
    Curve,
}

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Build and allocator.
    pub server: Server,
    /// Policies; none for those that make sense for the trace.
    pub policies: Vec<Policy>,
    /// Sizes.
    pub sizes: Sizes,
    /// Share of the keys.
    pub share: Share,
    /// How much work is done.
    pub method: Method,
    /// Whether a read that misses is followed by a write; none: if the trace has no writes.
    pub fill: Option<bool>,
    /// Value length where the trace does not tell.
    pub value_len: u32,
    /// Salts, or seeds.
    pub runs: usize,
    /// `maxmemory-samples`.
    pub samples: usize,
    /// Stop reading after so many requests.
    pub most_requests: u64,
    /// Threads for the emulation; none for all cores.
    pub threads: Option<usize>,
    /// What the trace was taken from, if it is a sample of the keys.
    pub taken: Option<Taken>,
}

impl Options {
    /// Usual options for a server.
    pub fn new(server: Server) -> Self {
        Self {
            server,
            policies: Vec::new(),
            sizes: Sizes::Auto,
            share: Share::Auto,
            method: Method::Full,
            fill: None,
            value_len: 100,
            runs: 3,
            samples: 5,
            most_requests: u64::MAX,
            threads: None,
            taken: None,
        }
    }
}

/// What is going on, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// So many requests were read.
    Reading(u64),
    /// So many of all emulations are done.
    Emulating(usize, usize),
}
