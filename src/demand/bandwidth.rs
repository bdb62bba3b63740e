//! Bytes a second between the clients and the cache.

use serde::Serialize;

use super::family::{FamilyDemand, bytes};
use super::operations::Operations;
use crate::profile::Profile;
use crate::units::{Assumption, Interval};

/// Protocol, TLS and TCP around one request or one reply, in bytes. Commands in one packet share most of it.
const ENVELOPE: f64 = 100.0;

/// Bytes a second, seen from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Bandwidth {
    /// Requests and what they write.
    pub inbound: Interval,
    /// Replies and what they read, and messages to subscribers.
    pub outbound: Interval,
    /// The part of `inbound` that writes: each replica receives it once more.
    pub written: Interval,
    /// Both directions of commands that read.
    pub reads: Interval,
    /// The busier direction of the hottest key: a cluster cannot spread it.
    pub hottest: f64,
}

impl Bandwidth {
    /// Both directions.
    pub fn total(&self) -> Interval {
        self.inbound + self.outbound
    }
}

/// Bandwidth of the given operations.
pub fn bandwidth(profile: &Profile, families: &[FamilyDemand], operations: &Operations) -> Bandwidth {
    let envelope = Interval::exact(ENVELOPE);
    let mut inbound = Interval::ZERO;
    let mut outbound = Interval::ZERO;
    let mut written = Interval::ZERO;
    let mut read = Interval::ZERO;
    let mut hottest: f64 = 0.0;
    for (family, declared) in families.iter().zip(&profile.dataset) {
        let key = bytes(declared.key_size.value);
        let reads = operations.reads * family.share;
        let writes = operations.writes * family.share;
        let write_size = key + family.payload_per_command + envelope;
        let received = reads * (key + envelope) + writes * write_size;
        let sent = reads * (family.payload_per_command + envelope) + writes * envelope;
        inbound = inbound + received;
        outbound = outbound + sent;
        read = read + reads * (key + envelope + family.payload_per_command + envelope);
        let top = if family.share > 0.0 { family.hottest_key / family.share } else { 0.0 };
        hottest = hottest.max(received.high.max(sent.high) * top);
        written = written + writes * write_size;
    }
    if let Some(pubsub) = &profile.traffic.pubsub {
        let message = bytes(pubsub.message_size.value) + envelope;
        inbound = inbound + operations.publishes * message;
        outbound = outbound + operations.deliveries * message;
    }
    Bandwidth { inbound, outbound, written, reads: read, hottest }
}

/// What is printed about the figures.
pub fn assumption() -> Assumption {
    Assumption::new(
        "protocol overhead",
        format!("{ENVELOPE:.0} B a request and a reply"),
        "RESP, TLS and TCP headers of small commands; pipelined ones need less",
    )
}
