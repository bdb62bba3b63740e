//! Whether a cluster can change its size: the service says which sizes it offers to it, and its metrics what it holds.

use serde_json::Value as Json;

use super::arm::{MANAGED_REDIS, METRICS};
use super::found::text;
use super::kind::redis_enterprise::{SKU, path};
use super::{Azure, names};
use crate::catalog::{Catalog, NodeType, Service};
use crate::plan::{Action, Change, PlannedStep, Value};
use crate::provider::call::CallError;
use crate::provider::{ProviderError, World};
use crate::units::Bytes;

/// Days of metrics that a smaller size must have held.
const DAYS: u32 = 14;

/// Refuses a size that the service does not offer to the cluster, or that does not hold what it holds.
pub async fn prove(
    cloud: &Azure,
    change: &Change,
    world: &World<'_>,
    steps: &mut [PlannedStep],
) -> Result<(), ProviderError> {
    let sizes = change.attributes.iter().find(|a| a.name == SKU);
    if change.address.kind != names::REDIS_ENTERPRISE || change.action != Action::Update {
        return Ok(());
    }
    let (Some(sizes), Some(is)) = (sizes, world.ours(&change.address)) else { return Ok(()) };
    let name = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
    let (from, to) = (name(&sizes.before), name(&sizes.after));
    if from.is_empty() {
        return Ok(());
    }
    offered(cloud, &from, &to).await?;
    let catalog = Catalog::embedded();
    let of = |name: &str| catalog.node_type(Service::AzureManagedRedis, name).ok();
    let (Some(from), Some(to)) = (of(&from), of(&to)) else { return Ok(()) };
    if to.usable.0 >= from.usable.0 {
        return Ok(());
    }
    let id = is.computed.get(super::found::ID).map(String::as_str).unwrap_or_default();
    let said = fits(most_used(cloud, id).await?, from, to)?;
    for step in steps.iter_mut().filter(|step| step.verb == "scale") {
        step.proof = Some(said.clone());
    }
    Ok(())
}

/// Whether the service offers a size to the cluster.
async fn offered(cloud: &Azure, from: &str, to: &str) -> Result<(), ProviderError> {
    let call = format!("{}/listSkusForScaling", path(cloud, cloud.name()));
    let answer = cloud.arm.post(&call, MANAGED_REDIS, None).await?;
    let names = names_of(&answer);
    if names.iter().any(|name| name == to) {
        return Ok(());
    }
    let message = format!("Azure does not offer {to} to this cluster of {from}; it offers {}", list(&names));
    let hint = "pin one of these by `deployment.node_type`, or make a new cache under another name and move";
    Err(ProviderError::permanent(message, Some(hint.to_owned())))
}

fn names_of(answer: &Json) -> Vec<String> {
    let all = answer.get("skus").and_then(Json::as_array);
    let mut names: Vec<String> = all.into_iter().flatten().map(|sku| text(sku, "/name").to_owned()).collect();
    names.sort_unstable();
    names
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "no other size now".to_owned() } else { names.join(", ") }
}

/// The most per cent of its memory that a cluster has used in the last days; none where the metrics do not say.
async fn most_used(cloud: &Azure, id: &str) -> Result<Option<f64>, CallError> {
    let metrics = format!(
        "{id}/providers/Microsoft.Insights/metrics?metricnames=usedmemorypercentage&timespan=P{DAYS}D&interval=PT1H\
         &aggregation=Maximum"
    );
    let answer = cloud.arm.get(&metrics, METRICS).await?;
    Ok(maximum(&answer))
}

fn maximum(answer: &Json) -> Option<f64> {
    let series = answer.pointer("/value/0/timeseries").and_then(Json::as_array)?;
    let points = series.iter().filter_map(|one| one.get("data")?.as_array()).flatten();
    points.filter_map(|point| point.get("maximum")?.as_f64()).reduce(f64::max)
}

/// The proof in words; an error where the data does not fit, or where nobody can tell.
fn fits(most: Option<f64>, from: &NodeType, to: &NodeType) -> Result<String, ProviderError> {
    let Some(percent) = most else {
        let message = format!(
            "whether the data fits into {} is not known: the metrics of the last {DAYS} days are empty",
            to.name
        );
        let hint =
            "wait until Azure Monitor has an hour of `usedmemorypercentage`, or pin a size that is as large"
                .to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    };
    let used = percent / 100.0 * from.usable.0;
    if used > to.usable.0 {
        let message = format!(
            "{} does not hold the data: up to {} were used in the last {DAYS} days, and it has {}",
            to.name,
            Bytes(used),
            to.usable
        );
        let hint = "pin a larger size, or let keys expire first".to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    Ok(format!("the data fits: at most {} used in {DAYS} days, {} there", Bytes(used), to.usable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn size(name: &str) -> &'static NodeType {
        Catalog::embedded().node_type(Service::AzureManagedRedis, name).unwrap()
    }

    #[test]
    fn what_is_used_must_fit() {
        let (large, small) = (size("Balanced_B10"), size("Balanced_B5"));
        assert!(fits(Some(30.0), large, small).is_ok_and(|said| said.contains("fits")));
        assert!(
            fits(Some(60.0), large, small).is_err_and(|error| error.to_string().contains("does not hold"))
        );
        assert!(fits(None, large, small).is_err_and(|error| error.to_string().contains("not known")));
    }

    #[test]
    fn the_most_of_all_series_counts() {
        let answer = json!({ "value": [{ "timeseries": [
            { "data": [{ "timeStamp": "t" }, { "maximum": 41.5 }] },
            { "data": [{ "maximum": 55.0 }, { "maximum": 12.0 }] },
        ] }] });
        assert_eq!(maximum(&answer), Some(55.0));
        assert_eq!(maximum(&json!({ "value": [{ "timeseries": [] }] })), None);
    }

    #[test]
    fn offers_are_listed_in_order() {
        let answer = json!({ "skus": [{ "name": "Balanced_B5", "sizeInGB": 6 }, { "name": "Balanced_B3" }] });
        assert_eq!(list(&names_of(&answer)), "Balanced_B3, Balanced_B5");
        assert_eq!(list(&names_of(&json!({}))), "no other size now");
    }
}
