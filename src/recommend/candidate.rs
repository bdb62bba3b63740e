//! A shape in a region with its bill.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::{Check, Excuse};
use crate::cost::Estimate;
use crate::demand::Layout;
use crate::deployment::Deployment;
use crate::units::Usd;

/// Something that moves a shape down the list without touching its price.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Penalty {
    /// Why.
    pub why: String,
    /// How much dearer the shape is made for the ranking, as a share of its cost.
    pub share: f64,
}

/// A shape that fits, in a region, with its bill.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Candidate {
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
    /// Dollars a month with which it was ranked: prices of the reference region where the region's are unknown.
    pub ranked_by: Option<Usd>,
    /// The region whose list it was ranked by, where its own lacks prices of some shapes.
    pub ranked_in: Option<String>,
    /// Dollars a month with the data and the commands of the horizon, where the bill follows use.
    pub at_horizon: Option<Usd>,
    /// Memory for keys of all primaries, in bytes.
    pub usable_memory: f64,
}

/// A shape that is out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rejected {
    /// The service, by its catalogue id.
    pub service: String,
    /// Node type, size or plan.
    pub node_type: String,
    /// Engine with version.
    pub engine: String,
    /// The region; none if it is out everywhere.
    pub region: Option<String>,
    /// Most shards that were tried.
    pub shards: u32,
    /// Why, the decisive one first.
    pub excuses: Vec<Excuse>,
}

impl Candidate {
    /// The number that orders candidates: dollars a month made dearer by the penalties. Never shown as a cost.
    pub fn score(&self) -> Option<Usd> {
        self.ranked_by.map(|cost| Usd(super::rank::weighed(self, cost)))
    }

    /// `2 x cache.r7g.large`, `cache.t4g.small, 3 shards x 2 nodes`, `serverless`.
    pub fn summary(&self) -> String {
        let d = &self.deployment;
        match &d.node_type {
            None => d.service.to_owned(),
            Some(node) if d.shards == 1 && d.replicas == 0 => format!("1 x {node}"),
            Some(node) if d.shards == 1 => {
                format!("{} x {node} (1 primary, {})", d.nodes(), plural(d.replicas))
            }
            Some(node) => {
                format!("{} x {node} ({} shards, {} each)", d.nodes(), d.shards, plural(d.replicas))
            }
        }
    }
}

fn plural(replicas: u32) -> String {
    match replicas {
        0 => "no replica".into(),
        1 => "1 replica".into(),
        n => format!("{n} replicas"),
    }
}
