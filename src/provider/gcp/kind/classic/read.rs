//! The instance as Google shows it.

use serde_json::{Value as Json, json};

use super::{AUTH_STRING, PEERED, PERIODS, SERVICE_ACCESS};
use crate::plan::{Observed, Resource, State};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::gcp::api::text;
use crate::provider::gcp::callers::network_path;
use crate::provider::gcp::kind::cache::{
    CONFIGS, CONNECT_MODE, ENDPOINT, EVICTION, LABELS, MANAGED, NETWORK, NODE_TYPE, PERSISTENCE, POLICY,
    READER, REGION, SIGN_IN, TLS, VERSION, WINDOW, owner, seconds, window_of,
};
use crate::provider::gcp::product::REDIS;
use crate::provider::gcp::{Gcp, address, certificates, labels};
use crate::provider::kind::TAGS;

/// The instance of our name.
pub async fn one(cloud: &Gcp) -> Result<Option<Observed>, CallError> {
    let path = format!("/{}", REDIS.path(&cloud.project, &cloud.region, &cloud.profile));
    let Some(shown) = absent_is_none(cloud.api.get(REDIS.api, &path).await)? else { return Ok(None) };
    let found = observed(cloud, &shown);
    if certificates::are_shown(&found) {
        let all = shown.get("serverCaCerts").and_then(Json::as_array).into_iter().flatten();
        certificates::keep(cloud, all.map(|one| text(one, "/cert")));
    }
    Ok(Some(found))
}

fn observed(cloud: &Gcp, shown: &Json) -> Observed {
    let configs = shown.get("redisConfigs").cloned().unwrap_or_else(|| json!({}));
    // What is not set is Google's default.
    let policy = configs.get(POLICY).and_then(Json::as_str).unwrap_or("volatile-lru");
    let flag = |name: &str| shown.get(name).and_then(Json::as_bool).unwrap_or(false);
    let number = |name: &str| shown.get(name).and_then(Json::as_i64);
    let connected =
        if text(shown, "/connectMode") == "PRIVATE_SERVICE_ACCESS" { SERVICE_ACCESS } else { PEERED };
    let size = format!("{}-{}", text(shown, "/tier"), number("memorySizeGb").unwrap_or(0));
    let mut resource = Resource::new(address(REDIS.kind, cloud.profile.as_str()))
        .with(REGION, cloud.region.as_str())
        .with(NETWORK, network_path(&cloud.project, text(shown, "/authorizedNetwork")))
        .with(CONNECT_MODE, connected)
        .with(TLS, text(shown, "/transitEncryptionMode") == REDIS.tls[1])
        .with(MANAGED, labels::are_ours(cloud, shown))
        .with(VERSION, version_of(text(shown, "/redisVersion")))
        .with(NODE_TYPE, size)
        .with(SIGN_IN, if flag("authEnabled") { AUTH_STRING } else { "none" })
        .with(EVICTION, policy)
        .with(PERSISTENCE, persistence_of(shown))
        .with(TAGS, labels::shown(cloud, shown));
    if let Some(window) = window_of(shown) {
        resource = resource.with(WINDOW, window);
    }
    let mut all = Observed::ours(resource);
    all.state = state(shown);
    all.ownership = owner(&REDIS, cloud, shown, &mut all.computed);
    let at = |host: &str, port: &str| {
        let host = text(shown, host);
        number(port).filter(|_| !host.is_empty()).map(|port| format!("{host}:{port}")).unwrap_or_default()
    };
    for (name, value) in [
        (ENDPOINT, at("/host", "port")),
        (READER, at("/readEndpoint", "readEndpointPort")),
        ("created", seconds(text(shown, "/createTime"))),
        (CONFIGS, configs.to_string()),
        (LABELS, shown.get("labels").map(Json::to_string).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            all.computed.insert(name.to_owned(), value);
        }
    }
    all
}

/// `REDIS_6_X` as `6.x`.
fn version_of(shown: &str) -> String {
    shown.trim_start_matches("REDIS_").replace('_', ".").to_ascii_lowercase()
}

fn persistence_of(shown: &Json) -> String {
    let period = text(shown, "/persistenceConfig/rdbSnapshotPeriod");
    match text(shown, "/persistenceConfig/persistenceMode") {
        "" | "DISABLED" => "off".to_owned(),
        mode => PERIODS
            .iter()
            .find(|(_, theirs)| *theirs == period)
            .map_or_else(|| format!("{mode} {period}"), |(ours, _)| (*ours).to_owned()),
    }
}

fn state(shown: &Json) -> State {
    let what = match text(shown, "/state") {
        "READY" => return State::Ready,
        "CREATING" => "being created",
        "UPDATING" => "being updated",
        "DELETING" => "being deleted",
        "MAINTENANCE" => "Google does maintenance on it",
        "FAILING_OVER" => "its replica takes over",
        "IMPORTING" => "data is being imported by somebody else",
        // It is back by itself, or Google says why not.
        "REPAIRING" => "Google repairs it",
        other => return State::Busy { what: format!("its state is {other}") },
    };
    let said = text(shown, "/statusMessage");
    State::Busy { what: if said.is_empty() { what.to_owned() } else { format!("{what}: {said}") } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_snapshots_are_read_as_they_are_planned() {
        assert_eq!([version_of("REDIS_7_2"), version_of("REDIS_6_X")], ["7.2", "6.x"]);
        let config = json!({ "persistenceMode": "RDB", "rdbSnapshotPeriod": "ONE_HOUR" });
        assert_eq!(persistence_of(&json!({ "persistenceConfig": config })), "snapshot every hour");
        assert_eq!(persistence_of(&json!({})), "off");
    }
}
