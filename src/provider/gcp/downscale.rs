//! Proof that a smaller cache holds what the larger one held: Google advises to keep 1.5 times what is used.

use super::Gcp;
use super::kind::cache;
use super::metrics::{self, DAYS};
use super::product::Product;
use crate::catalog::Catalog;
use crate::plan::{Change, Confirmation, Observed, PlannedStep, Value, World};
use crate::provider::ProviderError;
use crate::provider::reconcile::Argument;
use crate::units::Bytes;

/// Room that must be there, as a multiple of what was used.
const ROOM: f64 = 1.5;

/// What decides on the room of a cache.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    node_type: String,
    shards: i64,
}

impl Shape {
    fn of(is: &Observed) -> Self {
        let value = |name: &str| is.resource.attributes.get(name);
        Self {
            node_type: value(cache::NODE_TYPE).and_then(Value::as_text).unwrap_or_default().to_owned(),
            shards: value(cache::SHARDS).and_then(Value::as_number).unwrap_or(1),
        }
    }

    /// Bytes for keys; none where the type is not known.
    fn room(&self, product: &Product) -> Option<f64> {
        let node = Catalog::in_use().node_type(product.service, &self.node_type).ok()?;
        Some(node.usable.0 * self.shards as f64)
    }
}

/// Holds each step that makes the cache smaller against what was used.
pub async fn prove(
    cloud: &Gcp,
    change: &Change,
    world: &World<'_>,
    steps: &mut [PlannedStep],
) -> Result<(), ProviderError> {
    let Some((product, is)) = super::current::ours(world.observed) else { return Ok(()) };
    if is.resource.address != change.address {
        return Ok(());
    }
    let mut now = Shape::of(is);
    let mut used = None;
    for step in steps {
        let argument: Argument = serde_json::from_value(step.argument.clone()).map_err(|error| {
            ProviderError::permanent(format!("the step {} is unreadable: {error}", step.verb), None)
        })?;
        let mut then = now.clone();
        if let Some(wanted) = argument.set.get(cache::NODE_TYPE).and_then(Value::as_text) {
            wanted.clone_into(&mut then.node_type);
        }
        if let Some(wanted) = argument.set.get(cache::SHARDS).and_then(Value::as_number) {
            then.shards = wanted;
        }
        let (before, after) = (now.room(product), then.room(product));
        let smaller =
            then != now && !matches!((before, after), (Some(before), Some(after)) if after >= before);
        if smaller {
            if used.is_none() {
                used = Some(metrics::most(cloud, product, product.usage[0]).await?);
            }
            match (used.flatten(), after) {
                (Some(used), Some(room)) => step.proof = Some(fits(used, room, &then)?),
                _ => {
                    step.gate = Some(Confirmation::data(
                        "make sure that the data fits into the smaller cache",
                        format!(
                            "no metrics of the last {DAYS} days could be read; {}/{} times {ROOM} must stay \
                             below the room of the smaller one",
                            product.metrics, product.usage[0]
                        ),
                    ));
                }
            }
        }
        now = then;
    }
    Ok(())
}

/// The proof in words, or why it does not fit.
fn fits(used: f64, room: f64, then: &Shape) -> Result<String, ProviderError> {
    if room >= ROOM * used {
        return Ok(format!(
            "the data fits: at most {} used in {DAYS} days, {} there",
            Bytes(used),
            Bytes(room)
        ));
    }
    let message = format!(
        "{} x {} is too small: up to {} were used in the last {DAYS} days, Google advises {ROOM} times as much, and it has {}",
        then.shards,
        then.node_type,
        Bytes(used),
        Bytes(room)
    );
    let hint = "pin a larger type or more shards, or let keys expire first".to_owned();
    Err(ProviderError::permanent(message, Some(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gcp::product::VALKEY;

    #[test]
    fn half_as_much_again_must_be_there() {
        let then = Shape { node_type: "STANDARD_SMALL".into(), shards: 2 };
        let room = then.room(&VALKEY).expect("a known type");
        assert_eq!(room, 10.4e9);
        assert!(fits(room / 1.5, room, &then).is_ok_and(|text| text.contains("fits")));
        let error = fits(room / 1.4, room, &then).expect_err("too small");
        assert!(error.to_string().contains("1.5"), "{error}");
    }
}
