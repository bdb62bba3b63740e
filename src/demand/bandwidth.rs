//! Bytes a second between the clients and the cache.

use serde::Serialize;

use super::family::{FamilyDemand, bytes, over_shares};
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
    let Operations { reads, writes, .. } = *operations;
    // What all commands would move if they went to this family.
    let write_size = |f: &FamilyDemand| f.key_size + f.payload_per_command + envelope;
    let received = |f: &FamilyDemand| reads * (f.key_size + envelope) + writes * write_size(f);
    let sent = |f: &FamilyDemand| reads * (f.payload_per_command + envelope) + writes * envelope;
    let read = |f: &FamilyDemand| reads * (f.key_size + envelope + f.payload_per_command + envelope);
    let mut inbound = over_shares(families, received);
    let mut outbound = over_shares(families, sent);
    let written = over_shares(families, |f| writes * write_size(f));
    let reads = over_shares(families, read);
    let of_hottest = |f: &FamilyDemand| received(f).high.max(sent(f).high) * f.hottest_key;
    let hottest = families.iter().map(of_hottest).fold(0.0, f64::max);
    if let Some(pubsub) = &profile.traffic.pubsub {
        let message = bytes(pubsub.message_size.value) + envelope;
        inbound = inbound + operations.publishes * message;
        outbound = outbound + operations.deliveries * message;
    }
    Bandwidth { inbound, outbound, written, reads, hottest }
}

/// What is printed about the figures.
pub fn assumption() -> Assumption {
    Assumption::new(
        "protocol overhead",
        format!("{ENVELOPE:.0} B a request and a reply"),
        "RESP, TLS and TCP headers of small commands; pipelined ones need less",
    )
}
