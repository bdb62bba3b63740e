//! What is bought and how much it is used: the input of every bill.

use jiff::civil::Date;

use crate::catalog::{NodeType, Service};
use crate::units::{Commitment, Engine, Usd};

/// A shape in a region.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who sells it.
    pub service: Service,
    /// Where.
    pub region: &'a str,
    /// Engine.
    pub engine: Engine,
    /// Engine version, for extended support.
    pub version: &'a str,
    /// The node type, size or plan.
    pub node: &'a NodeType,
    /// Shards.
    pub shards: u32,
    /// Replicas of each shard.
    pub replicas: u32,
    /// How it is paid for, where the service has commitments.
    pub commitment: Commitment,
    /// Whether it must survive a zone.
    pub multi_az: bool,
    /// The day of the estimate, for surcharges with a date.
    pub as_of: Date,
}

impl Usage {
    /// The same use with everything multiplied, for another point in time.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            stored: self.stored * factor,
            payload: self.payload * factor,
            reads: self.reads * factor,
            writes: self.writes * factor,
            complex: self.complex * factor,
            traffic: self.traffic * factor,
            other_regions: self.other_regions.iter().map(|(r, bytes)| (r.clone(), bytes * factor)).collect(),
            ..self.clone()
        }
    }
}

/// How much is used in a month, as of today and at the likely value.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Mean bytes stored, with the server's overhead.
    pub stored: f64,
    /// Bytes of keys and values alone.
    pub payload: f64,
    /// Commands that read.
    pub reads: f64,
    /// Commands that write or publish.
    pub writes: f64,
    /// The part of both that works on many elements.
    pub complex: f64,
    /// Bytes that the mean command moves, key and payload.
    pub bytes_per_command: f64,
    /// Bytes between clients and cache in both directions.
    pub traffic: f64,
    /// Daily backups that are kept.
    pub backups: u32,
    /// Regions of callers other than the cache's, with the bytes that each moves.
    pub other_regions: Vec<(String, f64)>,
    /// Whether functions call the cache.
    pub has_functions: bool,
    /// People's time for a server of one's own, if the profile gives it.
    pub operations: Option<Usd>,
}
