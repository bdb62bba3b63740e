//! Units that the region has left, before the first change: a unit is a node.

use serde_json::Value as Json;

use super::api::text;
use super::product::Product;
use super::{Gcp, error, metrics};
use crate::plan::{Observed, Value};
use crate::provider::ProviderError;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;

/// Refuses what does not fit into the quota; says so where it cannot be known. A cache that does not grow asks nothing.
pub async fn check(cloud: &Gcp, wanted: &Wanted<'_, Gcp>) -> Result<Option<String>, ProviderError> {
    let Some(product) = Product::of(wanted.deployment.service) else { return Ok(None) };
    let has = super::current::ours(wanted.observed).map_or(0, |(_, is)| units(is));
    let needs = i64::from(wanted.deployment.nodes()) - has;
    if product.is_classic() {
        let is_new = has == 0 && super::current::ours(wanted.observed).is_none();
        let note = "whether the region has memory left for Memorystore for Redis is not known before the call: no API of Google's is \
                    known to show that quota";
        return Ok(is_new.then(|| note.to_owned()));
    }
    if needs <= 0 {
        return Ok(None);
    }
    let unknown = |why: &str| {
        Some(format!(
            "whether the region has {needs} units left, of shards x (1 + replicas), is not known before the call: {why}"
        ))
    };
    let limit = match limit(cloud, product).await {
        Ok(Some(limit)) => limit,
        Ok(None) => return Ok(unknown("Cloud Monitoring shows no quota of units for this region")),
        Err(error) => return Ok(unknown(&format!("its quota could not be read ({})", error.message))),
    };
    let used = match used(cloud, product).await {
        Ok(used) => used,
        Err(error) => return Ok(unknown(&format!("what is in use could not be read ({})", error.message))),
    };
    if used + needs <= limit {
        return Ok(None);
    }
    let message = format!(
        "{needs} more units of {} are needed in {}, where {used} of {limit} are in use; a unit is a node, shards x (1 + replicas)",
        product.service.title(),
        cloud.region
    );
    Err(ProviderError::permanent(message, Some(error::QUOTA.to_owned())))
}

fn units(is: &Observed) -> i64 {
    let number = |name: &str| is.resource.attributes.get(name).and_then(Value::as_number);
    number(super::cache::SHARDS).unwrap_or(0) * (1 + number(super::cache::REPLICAS).unwrap_or(0))
}

/// The quota of units, as Cloud Monitoring shows quotas. Which name it has is not documented: it is the one that says so.
async fn limit(cloud: &Gcp, product: &Product) -> Result<Option<i64>, CallError> {
    let filter = format!(
        "metric.type = \"serviceruntime.googleapis.com/quota/limit\" AND resource.type = \"consumer_quota\" AND \
         resource.labels.service = \"{}\" AND resource.labels.location = \"{}\"",
        product.api.host(),
        cloud.region
    );
    let all = metrics::maxima(cloud, filter, 1).await?;
    let is_of_units = |series: &&Json| {
        let name = text(series, "/metric/labels/limit_name").to_ascii_lowercase();
        name.contains("unit") && !name.contains("perminute")
    };
    let limits = all.iter().filter(is_of_units).filter_map(metrics::largest);
    Ok(limits.reduce(f64::min).map(|limit| limit as i64))
}

/// Units of all caches of the product in the region.
async fn used(cloud: &Gcp, product: &Product) -> Result<i64, CallError> {
    let path = format!("{}/{}", cloud.place(), product.collection);
    let all = cloud.api.list(product.api, &path, product.collection, &[]).await?;
    let number = |cache: &Json, name: &str| cache.get(name).and_then(Json::as_i64).unwrap_or(0);
    Ok(all.iter().map(|cache| number(cache, "shardCount") * (1 + number(cache, "replicaCount"))).sum())
}
