//! The cache as Google shows it.

use serde_json::Value as Json;

use super::{
    ACL, BACKUP, BACKUP_HOUR, CLUSTER, CONFIGS, CONNECTIONS, ENDPOINT, EVICTION, LABELS, MANAGED, MODE,
    NETWORK, NODE_TYPE, PERSISTENCE, PROTECTION, READER, REGION, REPLICAS, SHARDS, SIGN_IN, SINGLE, TLS,
    VERSION, WINDOW, ZONES, fields,
};
use crate::plan::{Observed, Ownership, REPAIR, Resource, State};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::gcp::api::{short, text, texts};
use crate::provider::gcp::product::Product;
use crate::provider::gcp::{Gcp, address, certificates, labels};
use crate::provider::kind::TAGS;

/// The cache of our name.
pub async fn one(product: &'static Product, cloud: &Gcp) -> Result<Option<Observed>, CallError> {
    let path = format!("/{}", product.path(&cloud.project, &cloud.region, &cloud.profile));
    let shown = absent_is_none(cloud.api.get(product.api, &path).await)?;
    Ok(shown.map(|shown| observed(product, cloud, &shown)))
}

fn observed(product: &'static Product, cloud: &Gcp, shown: &Json) -> Observed {
    let count = |name: &str| shown.get(name).and_then(Json::as_i64).unwrap_or(0);
    let configs = shown.get(product.configs).cloned().unwrap_or_else(|| Json::Object(serde_json::Map::new()));
    // What is not set is Google's default.
    let policy = configs.get(fields::POLICY).and_then(Json::as_str).unwrap_or("volatile-lru");
    let (days, hour) = fields::backups_of(shown);
    let sign_in = fields::word(text(shown, "/authorizationMode"), &product.auth, &["none", "iam", "token"]);
    let mut resource = Resource::new(address(product.kind, short(text(shown, "/name"))))
        .with(REGION, cloud.region.as_str())
        .with(SIGN_IN, sign_in)
        .with(TLS, text(shown, "/transitEncryptionMode") == product.tls[1])
        .with(ZONES, fields::zones_of(shown))
        .with(MANAGED, labels::are_ours(cloud, shown))
        .with(NODE_TYPE, text(shown, "/nodeType"))
        .with(SHARDS, count("shardCount"))
        .with(REPLICAS, count("replicaCount"))
        .with(EVICTION, policy)
        .with(PERSISTENCE, fields::persistence_of(product, shown))
        .with(BACKUP, days)
        .with(BACKUP_HOUR, hour)
        .with(PROTECTION, shown.get("deletionProtectionEnabled").and_then(Json::as_bool).unwrap_or(false))
        .with(TAGS, labels::shown(cloud, shown));
    if product.is_valkey() {
        let mode = match text(shown, "/mode") {
            "CLUSTER" => CLUSTER,
            "CLUSTER_DISABLED" | "STANDALONE" => SINGLE,
            other => other,
        };
        resource = resource.with(MODE, mode).with(VERSION, fields::version_of(shown));
    }
    if let Some(window) = fields::window_of(shown) {
        resource = resource.with(WINDOW, window);
    }
    if let Some(policy) = fields::acl_of(shown) {
        resource = resource.with(ACL, policy);
    }
    let connections = connections(product, shown);
    if let Some(network) = connections.iter().map(|c| c.network.clone()).find(|n| !n.is_empty()) {
        resource = resource.with(NETWORK, network);
    }
    let mut all = Observed::ours(resource);
    all.state = state(shown);
    all.ownership = owner(product, cloud, shown, &mut all.computed);
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            all.computed.insert(name.to_owned(), value);
        }
    };
    let at = |kinds: &[&str]| {
        let found = connections.iter().find(|c| kinds.contains(&c.kind.as_str()) && !c.address.is_empty());
        found.map(|c| format!("{}:{}", c.address, c.port)).unwrap_or_default()
    };
    fact(ENDPOINT, at(&["CONNECTION_TYPE_DISCOVERY", "CONNECTION_TYPE_PRIMARY"]));
    fact(READER, at(&["CONNECTION_TYPE_READER"]));
    let ids: Vec<&str> = connections.iter().map(|c| c.id.as_str()).filter(|id| !id.is_empty()).collect();
    fact(CONNECTIONS, ids.join(" "));
    fact("created", seconds(text(shown, "/createTime")));
    fact(CONFIGS, configs.to_string());
    fact(LABELS, shown.get("labels").map(Json::to_string).unwrap_or_default());
    all
}

/// A time as seconds since 1970; empty where there is none.
pub fn seconds(time: &str) -> String {
    let time: Option<jiff::Timestamp> = time.parse().ok();
    time.map(|time| time.as_second().to_string()).unwrap_or_default()
}

/// Whose it is by its labels; one of our name that nobody manages may be taken over.
pub fn owner(
    product: &Product,
    cloud: &Gcp,
    shown: &Json,
    computed: &mut std::collections::BTreeMap<String, String>,
) -> Ownership {
    let owner = labels::owner(cloud, shown);
    let Ownership::Foreign { why } = &owner else { return owner };
    if cloud.adopt && why.starts_with("it does not have") {
        return Ownership::Ours;
    }
    let command = format!(
        "`gcloud {} update {} --region={} --project={} --update-labels={}` makes it ours",
        product.gcloud,
        cloud.profile,
        cloud.region,
        cloud.project,
        labels::repair(cloud)
    );
    computed.insert(REPAIR.to_owned(), command);
    owner
}

fn state(shown: &Json) -> State {
    let what = match text(shown, "/state") {
        "ACTIVE" => return State::Ready,
        "CREATING" => "being created",
        "UPDATING" => "being updated",
        "DELETING" => "being deleted",
        "MIGRATING" => "data is being migrated to it by somebody else",
        other => return State::Busy { what: format!("its state is {other}") },
    };
    let update = shown.pointer("/stateInfo/updateInfo").and_then(Json::as_object);
    let to = |name: &str, what: &str| Some(format!("to {} {what}", update?.get(name)?));
    let target = to("targetShardCount", "shards").or_else(|| to("targetReplicaCount", "replicas"));
    State::Busy { what: target.map_or_else(|| what.to_owned(), |target| format!("{what} {target}")) }
}

/// A way to it. One that was asked for comes back as two, the second without a type.
struct Way {
    id: String,
    kind: String,
    address: String,
    port: i64,
    network: String,
}

fn connections(product: &Product, shown: &Json) -> Vec<Way> {
    let way = |value: &Json, address: &str| Way {
        id: text(value, "/pscConnectionId").to_owned(),
        kind: text(value, "/connectionType").to_owned(),
        address: text(value, address).to_owned(),
        // It is said where there is an address.
        port: value.get("port").and_then(Json::as_i64).unwrap_or(6379),
        network: text(value, "/network").to_owned(),
    };
    let list = |value: &Json, name: &str| -> Vec<Json> {
        value.get(name).and_then(Json::as_array).cloned().unwrap_or_default()
    };
    if product.is_valkey() {
        let all = list(shown, "endpoints").into_iter().flat_map(|endpoint| list(&endpoint, "connections"));
        return all.filter_map(|c| Some(way(c.get("pscAutoConnection")?, "/ipAddress"))).collect();
    }
    let configs = list(shown, "pscConfigs").into_iter().map(|config| way(&config, "/none"));
    let connections =
        list(shown, "pscConnections").into_iter().map(|c| Way { kind: String::new(), ..way(&c, "/address") });
    let discovery = list(shown, "discoveryEndpoints").into_iter().map(|endpoint| Way {
        kind: "CONNECTION_TYPE_DISCOVERY".to_owned(),
        network: text(&endpoint, "/pscConfig/network").to_owned(),
        ..way(&endpoint, "/address")
    });
    configs.chain(discovery).chain(connections).collect()
}

/// Keeps the certificates that clients check the cache's own by, which a call of its own shows.
pub async fn keep_certificates(product: &'static Product, cloud: &Gcp, found: &Observed) {
    if !certificates::are_shown(found) {
        return;
    }
    let path =
        format!("/{}/certificateAuthority", product.path(&cloud.project, &cloud.region, &cloud.profile));
    let Ok(shown) = cloud.api.get(product.api, &path).await else { return };
    let chains = shown.pointer("/managedServerCa/caCerts").and_then(Json::as_array).into_iter().flatten();
    certificates::keep(cloud, chains.flat_map(|chain| texts(chain, "certificates")));
}
