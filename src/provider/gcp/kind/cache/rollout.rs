//! The steps of a change: what grows comes before what shrinks, and protection is lifted before anything is deleted.

use super::{NODE_TYPE, PROTECTION, REPLICAS, SHARDS};
use crate::catalog::{Catalog, Service};
use crate::plan::{Action, Change, Observed, PlannedStep, Value};
use crate::provider::World;
use crate::provider::gcp::Gcp;
use crate::provider::gcp::product::Product;
use crate::provider::kind::Kind;
use crate::provider::steps::Steps;

/// The steps; none where nothing is special.
pub fn steps(
    kind: &dyn Kind<Gcp>,
    product: &Product,
    change: &Change,
    world: &World<'_>,
    cloud: &Gcp,
) -> Option<Vec<PlannedStep>> {
    let is = world.ours(&change.address)?;
    let steps = Steps { kind, change, world, cloud };
    let protected = is.resource.attributes.get(PROTECTION).and_then(Value::as_flag) == Some(true);
    let mut all = match &change.action {
        Action::Delete | Action::Replace { .. } => steps.all(),
        Action::Update => {
            let mut all = steps.update();
            all.sort_by_key(|step| shrinks(product.service, is, step));
            // What waits for work that goes on comes first, whatever else.
            all.sort_by_key(|step| step.verb != crate::provider::reconcile::SETTLE);
            all
        }
        Action::Create | Action::None => return None,
    };
    if protected && matches!(change.action, Action::Delete | Action::Replace { .. }) {
        let set = [(PROTECTION.to_owned(), Value::Flag(false))];
        all.insert(0, steps.step("unprotect", "lift the deletion protection", set));
    }
    Some(all)
}

fn shrinks(service: Service, is: &Observed, step: &PlannedStep) -> bool {
    let set = step.argument.get("set");
    let number = |name: &str| set?.get(name)?.as_i64();
    let today = |name: &str| is.resource.attributes.get(name).and_then(Value::as_number);
    let fewer = |name: &str| matches!((number(name), today(name)), (Some(to), Some(from)) if to < from);
    let usable = |name: &str| Some(Catalog::in_use().node_type(service, name).ok()?.usable.0);
    let wanted = set.and_then(|set| set.get(NODE_TYPE)?.as_str()).and_then(usable);
    let has = is.resource.attributes.get(NODE_TYPE).and_then(Value::as_text).and_then(usable);
    let smaller = matches!((wanted, has), (Some(to), Some(from)) if to < from);
    smaller || fewer(SHARDS) || fewer(REPLICAS)
}
