//! The smallest number of shards with which a model fits, or why it does not.

use super::capacity::{self, Inputs};
use super::check::{Check, Constraint, Excuse};
use super::features;
use super::metered;
use super::policy::PolicyNeeds;
use super::shape::{Model, Shape};
use crate::demand::Layout;
use crate::units::Policy;

/// A model that fits, with the number of shards that it needs.
pub struct Fit<'a> {
    /// The shape.
    pub shape: Shape<'a>,
    /// What it was measured against; all pass.
    pub checks: Vec<Check>,
    /// The best policy that the service has.
    pub policy: Policy,
}

/// A model that does not fit.
pub struct Misfit<'a> {
    /// The model.
    pub model: Model<'a>,
    /// The most shards that were tried, with which it still does not fit.
    pub layout: Layout,
    /// Why; the first is the one to show.
    pub excuses: Vec<Excuse>,
}

/// Measures a model.
pub fn fit<'a>(inputs: &Inputs<'_>, model: Model<'a>, policy: &PolicyNeeds) -> Result<Fit<'a>, Misfit<'a>> {
    let replicas = model.replicas(inputs.profile);
    let range = model.shard_range(replicas);
    let layout = |shards, cluster_mode| Layout { shards, replicas, cluster_mode };
    let smallest = match range.cluster {
        Some((least, _)) if !range.single => layout(least, true),
        _ => layout(1, false),
    };
    let misfit = |layout, excuses| Misfit { model, layout, excuses };
    let mut excuses = features::excuses(inputs.profile, inputs.demand, &model);
    let chosen = choose_policy(&model, policy, inputs);
    if let Err(excuse) = &chosen {
        excuses.push(excuse.clone());
    }
    if !excuses.is_empty() {
        return Err(misfit(smallest, excuses));
    }
    let layout = match layout_that_fits(inputs, &model, smallest, range.cluster) {
        Ok(layout) => layout,
        Err((layout, checks)) => {
            let excuses = checks.iter().filter(|c| !c.passes()).map(Check::excuse).collect();
            return Err(misfit(layout, excuses));
        }
    };
    let shape = Shape { model, layout };
    let checks = all_checks(inputs, &shape);
    let excuses: Vec<Excuse> = checks.iter().filter(|c| !c.passes()).map(Check::excuse).collect();
    match (excuses.is_empty(), chosen) {
        (true, Ok(policy)) => Ok(Fit { shape, checks, policy }),
        _ => Err(misfit(layout, excuses)),
    }
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
        let shape = Shape { model: self.model, layout: self.layout };
        let default = self.model.info.eviction.default;
        let policy = choose_policy(&self.model, needs, inputs).unwrap_or(default);
        Fit { shape, checks: all_checks(inputs, &shape), policy }
    }
}

/// The fewest shards with which every scalable check passes; else the most, with the checks there.
fn layout_that_fits(
    inputs: &Inputs<'_>,
    model: &Model<'_>,
    smallest: Layout,
    cluster: Option<(u32, u32)>,
) -> Result<Layout, (Layout, Vec<Check>)> {
    let checks = |layout| capacity::scalable(inputs, &Shape { model: *model, layout });
    let passes = |layout| capacity::fits(inputs, &Shape { model: *model, layout });
    if let Some(pinned) = &inputs.profile.pin.shards {
        return pinned_layout(pinned.value.0 as u32, smallest, cluster, &checks);
    }
    if passes(smallest) {
        return Ok(smallest);
    }
    let Some((least, most)) = cluster else {
        return Err((smallest, checks(smallest)));
    };
    let at = |shards| Layout { shards, cluster_mode: true, ..smallest };
    // More shards never make a check worse, so halving finds the fewest: of those that the quick checks let pass, and
    // from there in growing steps, since the answer is near.
    let could = |shards| capacity::could_fit(inputs, &Shape { model: *model, layout: at(shards) });
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

fn pinned_layout(
    shards: u32,
    smallest: Layout,
    cluster: Option<(u32, u32)>,
    checks: &dyn Fn(Layout) -> Vec<Check>,
) -> Result<Layout, (Layout, Vec<Check>)> {
    let in_cluster = cluster.is_some_and(|(least, most)| (least..=most).contains(&shards));
    // Of a size that holds its shards, one is bought.
    let inside = shards == 1 && cluster.is_some_and(|(least, most)| least == most);
    let first = shards == smallest.shards || inside;
    let layout = if first { smallest } else { Layout { shards, cluster_mode: true, ..smallest } };
    let mut found = checks(layout);
    if !first && !in_cluster {
        let (least, most) = cluster.unwrap_or((smallest.shards, smallest.shards));
        found.insert(0, out_of_range(shards, least, most));
    }
    if found.iter().all(Check::passes) { Ok(layout) } else { Err((layout, found)) }
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
fn choose_policy(model: &Model<'_>, needs: &PolicyNeeds, inputs: &Inputs<'_>) -> Result<Policy, Excuse> {
    let allowed = model.info.policies(Some(model.node), model.engine, model.version);
    if let Some(pinned) = &inputs.profile.pin.eviction_policy {
        let policy = pinned.value;
        return if allowed.contains(&policy) {
            Ok(policy)
        } else {
            Err(Excuse::new(Constraint::Policy, format!("{policy} is pinned and cannot be had here")))
        };
    }
    needs.acceptable.iter().copied().find(|p| allowed.contains(p)).ok_or_else(|| {
        let names: Vec<&str> = allowed.iter().map(|p| p.as_str()).collect();
        let wanted = needs.acceptable.first().map_or("", |p| p.as_str());
        Excuse::new(
            Constraint::Policy,
            format!("the data needs {wanted}; here there is only {}", names.join(", ")),
        )
    })
}
