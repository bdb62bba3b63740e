//! The smallest number of shards with which an offering fits, or why it does not.

use super::application;
use super::capacity;
use super::check::{Check, Constraint, Rejection};
use super::features;
use super::inputs::Inputs;
use super::metered;
use super::policy::PolicyNeeds;
use super::shape::Shape;
use crate::catalog::Offering;
use crate::deployment::Topology;
use crate::profile::Profile;
use crate::units::Policy;

/// An offering that fits, with the number of shards that it needs.
pub struct Fit<'a> {
    /// The shape.
    pub shape: Shape<'a>,
    /// What it was measured against; all pass.
    pub checks: Vec<Check>,
    /// The best policy that the service has.
    pub policy: Policy,
}

/// An offering that does not fit.
pub struct Misfit<'a> {
    /// The offering.
    pub offering: Offering<'a>,
    /// The most shards that were tried, with which it still does not fit.
    pub topology: Topology,
    /// Why; the first is the one to show.
    pub rejections: Vec<Rejection>,
}

/// Measures an offering. Where nobody asks for reasons, the least is done to find that it does not fit, or that with the
/// shards that it needs at least it is too dear.
pub fn fit<'a>(
    inputs: &Inputs<'_>,
    offering: Offering<'a>,
    policy: &PolicyNeeds,
    reasons: bool,
    too_dear: &mut dyn FnMut(Topology) -> bool,
) -> Result<Fit<'a>, Misfit<'a>> {
    let (smallest, cluster) = layouts(&offering, inputs.profile);
    let misfit = |topology, rejections| Misfit { offering, topology, rejections };
    let mut rejections = features::rejections(inputs.profile, inputs.demand, &offering);
    rejections.extend(application::rejections(inputs.profile, &offering, smallest.cluster_mode));
    // What runs on one server only can still be had without cluster mode, as far as one shard is enough.
    let sharded =
        cluster.map(|_| application::rejections(inputs.profile, &offering, true)).unwrap_or_default();
    let cluster = cluster.filter(|_| sharded.is_empty());
    let chosen = choose_policy(&offering, policy, inputs);
    if let Err(rejection) = &chosen {
        rejections.push(rejection.clone());
    }
    if !rejections.is_empty() {
        return Err(misfit(smallest, rejections));
    }
    let topology = match layout_that_fits(inputs, &offering, (smallest, cluster), reasons, too_dear) {
        Ok(topology) => topology,
        Err((topology, checks)) => {
            let failed = checks.iter().filter(|c| !c.passes()).map(Check::rejection);
            return Err(misfit(topology, failed.chain(sharded).collect()));
        }
    };
    let shape = Shape { offering, topology };
    let checks = all_checks(inputs, &shape);
    let rejections: Vec<Rejection> = checks.iter().filter(|c| !c.passes()).map(Check::rejection).collect();
    match (rejections.is_empty(), chosen) {
        (true, Ok(policy)) => Ok(Fit { shape, checks, policy }),
        _ => Err(misfit(topology, rejections)),
    }
}

/// The fewest nodes that an offering is sold with, and its fewest and most shards in cluster mode.
pub fn layouts(offering: &Offering<'_>, profile: &Profile) -> (Topology, Option<(u32, u32)>) {
    let replicas = offering.replicas(profile);
    let range = offering.shard_range(replicas);
    let topology = |shards, cluster_mode| Topology { shards, replicas, cluster_mode };
    let smallest = match range.cluster {
        Some((least, _)) if !range.single => topology(least, true),
        _ => topology(1, false),
    };
    (smallest, range.cluster)
}

/// Everything that a shape is measured against.
pub fn all_checks(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Vec<Check> {
    let mut checks = capacity::scalable(inputs, shape);
    checks.extend(capacity::fixed(inputs, shape));
    checks.extend(metered::checks(inputs, shape));
    checks
}

impl<'a> Misfit<'a> {
    /// As if it had been chosen: what a pinned shape that does not fit costs, and where it fails.
    pub fn as_pinned(&self, inputs: &Inputs<'_>, needs: &PolicyNeeds) -> Fit<'a> {
        // What is pinned has its shards, whatever kept it from being measured.
        let (smallest, cluster) = layouts(&self.offering, inputs.profile);
        let pinned = inputs.profile.pin.shards.as_ref();
        let topology =
            pinned.map_or(self.topology, |shards| pinned_topology(shards.value, smallest, cluster));
        let shape = Shape { offering: self.offering, topology };
        let default = self.offering.info.eviction.default;
        let policy = choose_policy(&self.offering, needs, inputs).unwrap_or(default);
        Fit { shape, checks: all_checks(inputs, &shape), policy }
    }
}

/// The fewest shards with which every scalable check passes; else the most, with the checks there.
fn layout_that_fits(
    inputs: &Inputs<'_>,
    offering: &Offering<'_>,
    (smallest, cluster): (Topology, Option<(u32, u32)>),
    reasons: bool,
    too_dear: &mut dyn FnMut(Topology) -> bool,
) -> Result<Topology, (Topology, Vec<Check>)> {
    let all = |topology| capacity::scalable(inputs, &Shape { offering: *offering, topology });
    let checks = |topology| if reasons { all(topology) } else { Vec::new() };
    let passes = |topology| capacity::fits(inputs, &Shape { offering: *offering, topology });
    if let Some(pinned) = &inputs.profile.pin.shards {
        return pinned_layout(pinned.value, smallest, cluster, &all);
    }
    if passes(smallest) {
        return Ok(smallest);
    }
    let Some((least, most)) = cluster else {
        return Err((smallest, checks(smallest)));
    };
    let at = |shards| Topology { shards, cluster_mode: true, ..smallest };
    // More shards never make a check worse, so halving finds the fewest: of those that the quick checks let pass, and
    // from there in growing steps, since the answer is near.
    let could = |shards| capacity::could_fit(inputs, &Shape { offering: *offering, topology: at(shards) });
    if !could(most) {
        return Err((at(most), checks(at(most))));
    }
    let (mut low, mut high) = (least.saturating_sub(1), most);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if could(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    if too_dear(at(high)) {
        return Err((at(high), Vec::new()));
    }
    let (mut failing, mut passing, mut step) = (low, high, 1);
    while !passes(at(passing)) {
        if passing == most {
            return Err((at(most), checks(at(most))));
        }
        failing = passing;
        passing = most.min(passing + step);
        step *= 2;
    }
    while passing - failing > 1 {
        let middle = failing.midpoint(passing);
        if passes(at(middle)) {
            passing = middle;
        } else {
            failing = middle;
        }
    }
    Ok(at(passing))
}

/// The layout with so many shards.
fn pinned_topology(shards: u32, smallest: Topology, cluster: Option<(u32, u32)>) -> Topology {
    // Of a size that holds its shards, one is bought.
    let inside = shards == 1 && cluster.is_some_and(|(least, most)| least == most);
    let first = shards == smallest.shards || inside;
    if first { smallest } else { Topology { shards, cluster_mode: true, ..smallest } }
}

fn pinned_layout(
    shards: u32,
    smallest: Topology,
    cluster: Option<(u32, u32)>,
    checks: &dyn Fn(Topology) -> Vec<Check>,
) -> Result<Topology, (Topology, Vec<Check>)> {
    let in_cluster = cluster.is_some_and(|(least, most)| (least..=most).contains(&shards));
    let topology = pinned_topology(shards, smallest, cluster);
    let mut found = checks(topology);
    if topology != smallest && !in_cluster {
        let (least, most) = cluster.unwrap_or((smallest.shards, smallest.shards));
        found.insert(0, out_of_range(shards, least, most));
    }
    if found.iter().all(Check::passes) { Ok(topology) } else { Err((topology, found)) }
}

fn out_of_range(shards: u32, least: u32, most: u32) -> Check {
    Check {
        constraint: Constraint::Nodes,
        demand: f64::from(shards),
        capacity: crate::units::Figure::Known(f64::from(if shards > most { most } else { least })),
        allowed: if shards > most { 1.0 } else { 0.0 },
        measure: super::check::Measure::Count,
        note: "the pinned number of shards cannot be had",
    }
}

/// The best acceptable policy that the service has; the pinned one if it is acceptable.
fn choose_policy(
    offering: &Offering<'_>,
    needs: &PolicyNeeds,
    inputs: &Inputs<'_>,
) -> Result<Policy, Rejection> {
    let allowed = offering.info.policies(Some(offering.node), offering.engine, offering.version);
    if let Some(pinned) = &inputs.profile.pin.eviction_policy {
        let policy = pinned.value;
        return if allowed.contains(&policy) {
            Ok(policy)
        } else {
            Err(Rejection::new(Constraint::Policy, format!("{policy} is pinned and cannot be had here")))
        };
    }
    needs.acceptable.iter().copied().find(|p| allowed.contains(p)).ok_or_else(|| {
        let names: Vec<&str> = allowed.iter().map(|p| p.as_str()).collect();
        let wanted = needs.acceptable.first().map_or("", |p| p.as_str());
        Rejection::new(
            Constraint::Policy,
            format!("the data needs {wanted}; here there is only {}", names.join(", ")),
        )
    })
}
