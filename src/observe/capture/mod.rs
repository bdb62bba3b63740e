//! A bounded sample of what a live server does: its commands (MONITOR), or some of its keys (SCAN).
//!
//! Names of keys are hashed with a secret that lives as long as the capture, and are never written. Limits on time,
//! bytes, load and on what waits in the server end every capture.

mod keys;
mod monitor;
mod profile;
mod server;
mod twice;

pub use keys::{KeySample, sample_keys};
pub use monitor::record;
pub use profile::sampled_profile;
pub use server::{Load, Server, Target};
pub use twice::{INFO, info_of, info_twice};

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// When a capture ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Time.
    pub time: Duration,
    /// Commands, or keys.
    pub count: u64,
    /// Bytes that the server has sent.
    pub bytes: u64,
    /// Bytes that wait in the server for this client.
    pub buffer: u64,
    /// Share of its main thread that the server may use.
    pub cpu: f64,
}

/// Why a capture ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The time was over.
    Time,
    /// There were enough commands or keys.
    Count,
    /// The server had sent enough.
    Bytes,
    /// Too much waited in the server.
    Buffer,
    /// The server was too busy.
    Busy,
    /// The server could no longer be watched.
    Unwatched,
    /// The server closed the connection.
    Closed,
    /// All keys were seen.
    Whole,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the time was over",
            Self::Count => "the count was reached",
            Self::Bytes => "the server had sent enough bytes",
            Self::Buffer => "too much waited in the server for this client",
            Self::Busy => "the server was busier than allowed",
            Self::Unwatched => "the server could no longer be watched",
            Self::Closed => "the server closed the connection",
            Self::Whole => "all keys were seen",
        })
    }
}

/// What was captured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Captured {
    /// Commands on keys that were written, or keys that were looked at.
    pub count: u64,
    /// Bytes that the server has sent.
    pub bytes: u64,
    /// How long it took.
    pub time: Duration,
    /// Why it ended.
    pub end: End,
}

/// Why nothing was captured.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// The address cannot be understood.
    #[error("this is no address of a server: {0}")]
    Address(String),
    /// No connection.
    #[error("cannot connect to {server}: {why}")]
    Connect {
        /// Host and port.
        server: String,
        /// What the system or the server says.
        why: String,
    },
    /// The server refuses what a capture needs.
    #[error("{server} refuses {command}: {why}")]
    Refused {
        /// Host and port.
        server: String,
        /// The command.
        command: &'static str,
        /// What it says.
        why: String,
    },
    /// A capture would make it too busy.
    #[error(
        "the server's main thread is {now:.0}% busy, and a capture may bring it to {then:.0}%; {limit:.0}% are allowed"
    )]
    Busy {
        /// Percent now.
        now: f64,
        /// Percent at most.
        then: f64,
        /// Percent allowed.
        limit: f64,
    },
    /// Nothing was seen.
    #[error("nothing was captured: {0}")]
    Nothing(String),
    /// The trace cannot be written.
    #[error("cannot write the trace: {0}")]
    Write(#[from] std::io::Error),
}
