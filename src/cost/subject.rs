//! What is bought and how much it is used: the input of every bill.

use jiff::civil::Date;

use crate::catalog::{NodeType, Service};
use crate::units::{Commitment, Engine, Provider, Usd};

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
    /// How it is paid for.
    pub commitment: Commitment,
    /// Whether it must survive a zone.
    pub multi_az: bool,
    /// The day of the estimate, for surcharges with a date.
    pub as_of: Date,
}

/// Callers in one other region of the same cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherRegion {
    /// Where they are.
    pub region: String,
    /// Bytes that they send to the cache in a month.
    pub sent: f64,
    /// Bytes that the cache sends them.
    pub received: f64,
}

/// How much is used in a month, at the likely value.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Mean bytes stored, with the server's overhead.
    pub stored: f64,
    /// Bytes of keys and values alone.
    pub payload: f64,
    /// Commands that work on one element or value.
    pub simple: f64,
    /// Commands that work on many elements.
    pub complex: f64,
    /// Messages published.
    pub publishes: f64,
    /// Metered units of a simple and of a complex command; 1 where the size does not matter.
    pub units_per_command: (f64, f64),
    /// Bytes between callers in the cache's region and the cache, both directions.
    pub traffic: f64,
    /// Bytes written, which every replica receives once more.
    pub written: f64,
    /// Daily backups that are kept.
    pub backups: u32,
    /// Callers in other regions.
    pub other_regions: Vec<OtherRegion>,
    /// Clouds that the callers run on.
    pub clouds: Vec<Provider>,
    /// Whether the cache must be reached by a private network alone.
    pub private: bool,
    /// Whether functions call it, whose zones nobody chooses.
    pub functions: bool,
    /// People's time for a server of one's own, if the profile gives it.
    pub operations: Option<Usd>,
}

impl Usage {
    /// The same use with everything multiplied, for another point in time.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |o: &OtherRegion| OtherRegion {
            region: o.region.clone(),
            sent: o.sent * factor,
            received: o.received * factor,
        };
        Self {
            stored: self.stored * factor,
            payload: self.payload * factor,
            simple: self.simple * factor,
            complex: self.complex * factor,
            publishes: self.publishes * factor,
            traffic: self.traffic * factor,
            written: self.written * factor,
            other_regions: self.other_regions.iter().map(scale).collect(),
            ..self.clone()
        }
    }
}
