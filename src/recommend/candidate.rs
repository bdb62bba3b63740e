//! A shape in a region with its bill.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::{Check, Excuse};
use crate::cost::Estimate;
use crate::demand::Layout;
use crate::deployment::Deployment;
use crate::units::{Engine, Usd};

/// Something that moves a shape down the list without touching its price.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Penalty {
    /// Why.
    pub why: &'static str,
    /// How much dearer the shape is made for the ranking, as a share of its cost.
    pub share: f64,
}

/// A shape that fits, in a region, with its bill.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Candidate {
    /// As one would order it: `2 x cache.r7g.large (1 primary, 1 replica)`.
    pub shape: String,
    /// What to deploy.
    pub deployment: Deployment,
    /// Shards and replicas; where one size holds several shards, those inside it.
    pub layout: Layout,
    /// Demand against capacity.
    pub checks: Vec<Check>,
    /// The monthly bill.
    pub cost: Estimate,
    /// What moves it down the list.
    pub penalties: Vec<Penalty>,
    /// Dollars a month with which it was ranked: its total, or where the region lacks a price of it, the reference
    /// region's total at the level of the region's other prices.
    pub ranked_by: Usd,
    /// The region whose list helped to rank it, where its own lacks prices.
    pub ranked_in: Option<&'static str>,
    /// Lines that no list has; a shape with fewer of them ranks first.
    pub unpriced_lines: u32,
    /// The number that orders candidates: dollars a month made dearer by the penalties. Not a cost.
    pub score: Usd,
    /// Dollars a month with the data and the commands of the horizon, where they change the bill.
    pub at_horizon: Option<Usd>,
    /// Memory for keys of all primaries, in bytes.
    pub usable_memory: f64,
}

/// A shape that is out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rejected {
    /// The service, by its catalogue id.
    pub service: &'static str,
    /// Node type, size or plan.
    pub node_type: &'static str,
    /// Engine.
    pub engine: Engine,
    /// Engine version.
    pub version: String,
    /// The region; none if it is out everywhere.
    pub region: Option<String>,
    /// Most shards that were tried.
    pub shards: u32,
    /// Why, the decisive one first.
    pub excuses: Vec<Excuse>,
}
