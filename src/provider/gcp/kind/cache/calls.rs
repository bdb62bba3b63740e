//! The calls that make, change and delete the cache. Each is known again by a request id from its step.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{
    ACL, BACKUP, EVICTION, MANAGED, NODE_TYPE, PERSISTENCE, PROTECTION, REPLICAS, SHARDS, VERSION, WINDOW,
    fields,
};
use crate::net::Method;
use crate::plan::State;
use crate::provider::Outcome;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::gcp::api::request_id;
use crate::provider::gcp::operation::{self, Stands};
use crate::provider::gcp::product::Product;
use crate::provider::gcp::{Gcp, labels};
use crate::provider::kind::Work;

/// What goes into the call that makes it; the rest is set by calls of their own.
const AT_ONCE: [&str; 10] =
    [NODE_TYPE, SHARDS, REPLICAS, VERSION, EVICTION, PERSISTENCE, BACKUP, WINDOW, PROTECTION, ACL];

fn path(product: &Product, cloud: &Gcp) -> String {
    format!("/{}", product.path(&cloud.project, &cloud.region, &cloud.profile))
}

/// Makes it.
pub async fn create(product: &'static Product, work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    if operation::stands(work, product.api).await? == Stands::Goes {
        return Ok(work.working("being created"));
    }
    let mut body: Map<String, Json> = fields::for_life(product, work);
    for attribute in AT_ONCE.into_iter().filter(|name| work.all.contains_key(*name)) {
        let (name, value) = fields::field(product, work, attribute)?;
        body.insert(name.to_owned(), value);
    }
    body.insert("labels".to_owned(), json!(labels::wanted(work.cloud)));
    let request = request_id(&work.task.token, "create");
    let query = [(product.id, work.name()), ("requestId", request.as_str())];
    let collection = format!("{}/{}", work.cloud.place(), product.collection);
    let answer = work
        .cloud
        .api
        .call(product.api, Method::POST, &collection, &query, Some(&Json::Object(body)))
        .await?;
    operation::begun(work, &answer, "being created")
}

/// Sets one field: Google takes no more in a call.
pub async fn update(product: &'static Product, work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    if operation::stands(work, product.api).await? == Stands::Goes {
        return Ok(work.working("being updated"));
    }
    let Some(attribute) = work.set.keys().next() else { return Ok(Outcome::Done) };
    if attribute == MANAGED {
        return label_as(product, work).await;
    }
    let (name, value) = fields::field(product, work, attribute)?;
    patch(product, work, name, value).await
}

async fn patch(
    product: &'static Product,
    work: &Work<'_, Gcp>,
    field: &str,
    value: Json,
) -> Result<Outcome, CallError> {
    let request = request_id(&work.task.token, &format!("update {field} {value}"));
    let query = [("updateMask", field), ("requestId", request.as_str())];
    let body = Json::Object(Map::from_iter([(field.to_owned(), value)]));
    let path = path(product, work.cloud);
    let answer = work.cloud.api.call(product.api, Method::PATCH, &path, &query, Some(&body)).await?;
    operation::begun(work, &answer, &format!("{field} is being set"))
}

/// Sets our labels and the profile's tags.
pub async fn label(work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    let kind = work.task.step.address.kind.as_str();
    let Some(product) = Product::of_kind(kind) else { return Err(work.refused("it takes no labels")) };
    label_as(product, work).await
}

async fn label_as(product: &'static Product, work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    patch(product, work, "labels", with_labels(work)).await
}

/// The labels that a cache has, with ours and the profile's tags.
pub fn with_labels(work: &Work<'_, Gcp>) -> Json {
    let has: BTreeMap<String, String> =
        work.fact(super::LABELS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    labels::with_ours(work.cloud, &json!({ "labels": has }))
}

/// Deletes it; its protection was lifted by a step of its own.
pub async fn delete(product: &'static Product, work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    let Some(is) = work.is else {
        // One that was there may not show for a moment.
        if operation::stands(work, product.api).await? == Stands::Goes {
            return Ok(work.working("being deleted"));
        }
        let _ = std::fs::remove_file(work.cloud.ca_file());
        return Ok(Outcome::Done);
    };
    if is.state != State::Ready || operation::stands(work, product.api).await? == Stands::Goes {
        return Ok(work.working("being deleted"));
    }
    let request = request_id(&work.task.token, "delete");
    let query = [("requestId", request.as_str())];
    // The classic one knows no request ids.
    let query = if product.is_classic() { &[] } else { &query[..] };
    let path = path(product, work.cloud);
    let call = work.cloud.api.call(product.api, Method::DELETE, &path, query, None).await;
    let call = match call {
        Err(error)
            if error.refusal == Refusal::Other
                && error.message.to_ascii_lowercase().contains("protection") =>
        {
            return Err(error.with_hint(
                "somebody has switched deletion protection on again: run the same command again, which makes a new plan",
            ));
        }
        call => call,
    };
    match absent_is_none(call)? {
        Some(answer) => operation::begun(work, &answer, "being deleted"),
        None => Ok(Outcome::Done),
    }
}
