//! Connections at the same time, and how fast they are opened.

use serde::Serialize;

use super::growth::Growth;
use super::operations::count;
use crate::profile::{Function, Profile};
use crate::units::{Assumption, Interval};

/// While a new version of a function is rolled out, two versions hold connections.
const ROLLOUT: f64 = 2.0;
/// Shells, exporters and dashboards of the team.
const OPERATORS: f64 = 10.0;
/// AWS Lambda adds at most 1,000 concurrent instances every 10 seconds to a function.
const SCALING_PER_SECOND: f64 = 100.0;

/// Connections of one fleet.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FleetConnections {
    /// The function.
    pub function: String,
    /// Peak instances times pool size, without rollout.
    pub connections: Interval,
}

/// Connections to each node: clients of a cluster connect to all its primaries.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Connections {
    /// By fleet.
    pub fleets: Vec<FleetConnections>,
    /// Long-lived workers and operators.
    pub others: Interval,
    /// At the same time, at the horizon; the high end holds while two versions overlap.
    pub peak: Interval,
    /// Opened a second at the worst moment.
    pub new_per_second: Interval,
    /// Whether at least one fleet opens a connection for each request.
    pub per_request: bool,
}

/// Sums the fleets.
pub fn connections(
    profile: &Profile,
    commands: Interval,
    growth: Growth,
    assumptions: &mut Vec<Assumption>,
) -> Connections {
    let functions = &profile.placement.functions;
    let fleets: Vec<_> = functions
        .iter()
        .map(|f| FleetConnections {
            function: f.name.clone(),
            connections: count(f.peak_concurrency.value) * f.connections_per_instance.value.0,
        })
        .collect();
    let sum: Interval = fleets.iter().map(|f| f.connections).sum();
    let others = count(profile.placement.worker_connections.value) + Interval::exact(OPERATORS);
    let declared = Interval::new(sum.low, sum.likely, sum.high * ROLLOUT) + others;
    // A subscriber is a connection of its own; those that are declared above may be the ones.
    let subscribers = profile.traffic.pubsub.as_ref().map_or(Interval::ZERO, |p| count(p.subscribers.value));
    let now = Interval::new(
        declared.low.max(subscribers.low),
        declared.likely.max(subscribers.likely),
        declared.high.max(subscribers.high),
    );
    let per_request = functions.iter().any(|f| !f.reuses_connections.value);
    let new_per_second = match &profile.traffic.new_connections {
        Some(declared) => Interval::exact(declared.value.0),
        None => storm(profile, &fleets, commands),
    };
    assumptions.push(Assumption::new(
        "connections at rollout",
        "twice the fleets' peak, and 10 for operators",
        "two versions of a function hold connections while one replaces the other",
    ));
    if !fleets.is_empty() && profile.traffic.new_connections.is_none() && !per_request {
        assumptions.push(
            Assumption::new(
                "new connections",
                "a fleet starts within 10 s, at most 100 instances a second",
                "AWS Lambda's scaling rate, taken for every platform",
            )
            .replaced_by("traffic.new_connections"),
        );
    }
    Connections { fleets, others, peak: growth.at_horizon(now), new_per_second, per_request }
}

/// A fleet that starts from nothing, or one connection for each request.
fn storm(profile: &Profile, fleets: &[FleetConnections], commands: Interval) -> Interval {
    let functions = &profile.placement.functions;
    let (kept, opened): (Vec<_>, Vec<_>) =
        functions.iter().zip(fleets).partition(|(function, _)| function.reuses_connections.value);
    let sum = |fleets: &[(&Function, &FleetConnections)]| {
        fleets.iter().map(|(_, fleet)| fleet.connections).sum::<Interval>()
    };
    let (others, own) = (sum(&kept), sum(&opened));
    let starts: Interval = kept
        .iter()
        .map(|(function, fleet)| {
            let pool = function.connections_per_instance.value.0;
            fleet.connections.map_rising(|instances| (instances / 10.0).min(SCALING_PER_SECOND * pool))
        })
        .sum();
    // A command each, shared out by the size of the fleets.
    let share = |own: f64, others: f64| own / (own + others).max(1.0);
    let share = Interval::new(
        share(own.low, others.high),
        share(own.likely, others.likely),
        share(own.high, others.low),
    );
    starts + commands * share
}
