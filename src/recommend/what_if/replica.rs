//! Replicas against what the loss of a node costs.

use super::{Change, Chosen, shown};
use crate::deployment::Topology;
use crate::profile::{Availability, Role};
use crate::recommend::shape::Shape;
use crate::units::Usd;

/// What the replicas cost, where a profile asks for them.
pub fn fewer(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let replicas = chosen.shape.topology.replicas;
    let wanted = chosen.context.profile.requirements.availability.value == Availability::MultiAz;
    let least = chosen.shape.offering.node.replicas.min;
    if !wanted || least >= replicas {
        return None;
    }
    let shape = Shape { topology: Topology { replicas: least, ..chosen.shape.topology }, ..chosen.shape };
    let bill = chosen.like_for_like(&shape)?;
    let monthly = chosen.difference(Some(&bill));
    let kept = chosen.context.demand.families.iter().any(|f| f.role != Role::Cache);
    let risk = if kept {
        "losing the node loses state and queues back to the last backup".into()
    } else {
        let saved = monthly.map(|usd| Usd::ZERO - usd);
        weighed(chosen, saved)
            .unwrap_or_else(|| "losing the node empties the cache until it is warm again".into())
    };
    Some(Change {
        what: "availability: single".into(),
        text: format!("a single node costs {}; {risk}", shown(&bill)),
        monthly,
    })
}

/// What one replica of each shard would cost, where there is none and a miss has a price.
pub fn one(chosen: &Chosen<'_, '_>) -> Option<Change> {
    if chosen.shape.topology.replicas > 0 || chosen.shape.offering.node.replicas.max == 0 {
        return None;
    }
    let shape = Shape { topology: Topology { replicas: 1, ..chosen.shape.topology }, ..chosen.shape };
    let bill = chosen.like_for_like(&shape)?;
    let monthly = chosen.difference(Some(&bill))?;
    let text = weighed(chosen, Some(monthly))?;
    Some(Change {
        what: "a replica of each shard".into(),
        text: format!("with one it costs {}; {text}", shown(&bill)),
        monthly: Some(monthly),
    })
}

/// The misses after the loss of a node against the price of the replicas that would prevent them. How often nodes are lost
/// is not published, so that the answer is how often it must be for the replica to pay.
fn weighed(chosen: &Chosen<'_, '_>, replicas: Option<Usd>) -> Option<String> {
    let price = chosen.context.profile.requirements.miss_cost.as_ref()?.value.0;
    let cached = chosen.context.demand.families.iter().filter(|f| f.role == Role::Cache);
    let keys = cached.map(|f| f.count_now.likely).sum::<f64>() / f64::from(chosen.shape.topology.shards);
    let loss = Usd::of(keys / 1e6, price)?;
    let replicas = replicas.filter(|usd| *usd > Usd::ZERO)?;
    let months = (loss.0 / replicas.0).round_dp(1);
    Some(format!(
        "a lost node costs {loss} USD in misses, as much as its replicas cost in {months} months: they pay if a node is \
         lost more often than that"
    ))
}
