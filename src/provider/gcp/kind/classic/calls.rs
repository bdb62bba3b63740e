//! The calls that make and change the instance. They take no request id: a create whose answer was lost is known again by
//! the name, and a change by what a look shows.

use serde_json::{Map, Value as Json, json};

use super::{AUTH_STRING, PERIODS, SERVICE_ACCESS, tier_and_size};
use crate::net::Method;
use crate::provider::Outcome;
use crate::provider::call::CallError;
use crate::provider::gcp::kind::cache::{
    CONNECT_MODE, EVICTION, MANAGED, NETWORK, NODE_TYPE, PERSISTENCE, SIGN_IN, TLS, VERSION, WINDOW, configs,
    window_field, with_labels,
};
use crate::provider::gcp::operation::{self, Stands};
use crate::provider::gcp::product::REDIS;
use crate::provider::gcp::{Gcp, labels};
use crate::provider::kind::Work;

fn path(cloud: &Gcp) -> String {
    format!("/{}", REDIS.path(&cloud.project, &cloud.region, &cloud.profile))
}

/// Makes it.
pub async fn create(work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    if operation::stands(work, REDIS.api).await? == Stands::Goes {
        return Ok(work.working("being created"));
    }
    let (tier, _) = size(work)?;
    let by_range = work.text(CONNECT_MODE) == SERVICE_ACCESS;
    let connect = if by_range { "PRIVATE_SERVICE_ACCESS" } else { "DIRECT_PEERING" };
    let mut body: Map<String, Json> = Map::from_iter([
        ("tier".to_owned(), tier.into()),
        ("redisVersion".to_owned(), version(work).into()),
        ("authorizedNetwork".to_owned(), work.text(NETWORK).into()),
        ("connectMode".to_owned(), connect.into()),
        ("transitEncryptionMode".to_owned(), REDIS.tls[usize::from(work.flag(TLS))].into()),
        ("labels".to_owned(), json!(labels::wanted(work.cloud))),
    ]);
    for attribute in [NODE_TYPE, SIGN_IN, EVICTION, PERSISTENCE, WINDOW] {
        if work.all.contains_key(attribute) {
            let (name, value) = field(work, attribute)?;
            body.insert(name.to_owned(), value);
        }
    }
    let collection = format!("{}/instances", work.cloud.place());
    let (query, body) = ([(REDIS.id, work.name())], Json::Object(body));
    let answer = work.cloud.api.call(REDIS.api, Method::POST, &collection, &query, Some(&body)).await?;
    operation::begun(work, &answer, "being created")
}

/// Sets one field: Google takes no more in a call. A version has a call of its own.
pub async fn update(work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    if operation::stands(work, REDIS.api).await? == Stands::Goes {
        return Ok(work.working("being updated"));
    }
    let Some(attribute) = work.set.keys().next() else { return Ok(Outcome::Done) };
    match attribute.as_str() {
        MANAGED => label(work).await,
        VERSION => {
            let body = json!({ "redisVersion": version(work) });
            let path = format!("{}:upgrade", path(work.cloud));
            let answer = work.cloud.api.call(REDIS.api, Method::POST, &path, &[], Some(&body)).await?;
            operation::begun(work, &answer, "being upgraded")
        }
        other => {
            let (name, value) = field(work, other)?;
            patch(work, name, value).await
        }
    }
}

/// Sets our labels and the profile's tags.
pub async fn label(work: &Work<'_, Gcp>) -> Result<Outcome, CallError> {
    patch(work, "labels", with_labels(work)).await
}

async fn patch(work: &Work<'_, Gcp>, field: &str, value: Json) -> Result<Outcome, CallError> {
    let body = Json::Object(Map::from_iter([(field.to_owned(), value)]));
    let query = [("updateMask", field)];
    let path = path(work.cloud);
    let answer = work.cloud.api.call(REDIS.api, Method::PATCH, &path, &query, Some(&body)).await?;
    operation::begun(work, &answer, &format!("{field} is being set"))
}

fn size<'a>(work: &'a Work<'_, Gcp>) -> Result<(&'a str, i64), CallError> {
    let node = work.text(NODE_TYPE);
    tier_and_size(node).ok_or_else(|| work.refused(&format!("{node} is no tier with a size in GiB")))
}

/// `REDIS_7_2`
fn version(work: &Work<'_, Gcp>) -> String {
    format!("REDIS_{}", work.text(VERSION).replace('.', "_").to_uppercase())
}

/// The field that holds an attribute, with the value for it.
fn field(work: &Work<'_, Gcp>, attribute: &str) -> Result<(&'static str, Json), CallError> {
    Ok(match attribute {
        NODE_TYPE => ("memorySizeGb", size(work)?.1.into()),
        SIGN_IN => ("authEnabled", (work.text(SIGN_IN) == AUTH_STRING).into()),
        EVICTION => (REDIS.configs, configs(work)),
        PERSISTENCE => ("persistenceConfig", persistence(work.text(PERSISTENCE))),
        WINDOW => ("maintenancePolicy", window_field(work.text(WINDOW))),
        other => return Err(work.refused(&format!("nothing sets {other}"))),
    })
}

fn persistence(wanted: &str) -> Json {
    match PERIODS.iter().find(|(ours, _)| *ours == wanted) {
        Some((_, period)) => json!({ "persistenceMode": "RDB", "rdbSnapshotPeriod": period }),
        None => json!({ "persistenceMode": "DISABLED" }),
    }
}
