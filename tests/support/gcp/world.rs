//! All that the project holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::operations::Operation;
use super::tokens::TokenUser;

pub const PROJECT: &str = "shop-prod";

/// The project.
#[derive(Clone)]
pub struct World {
    /// Instances and clusters by their full names, as they are shown.
    pub caches: BTreeMap<String, Value>,
    /// Instances of the classic Memorystore for Redis: they have the same names as those for Valkey.
    pub classic: BTreeMap<String, Value>,
    pub token_users: BTreeMap<String, TokenUser>,
    pub policies: BTreeMap<String, Value>,
    pub acl: BTreeMap<String, Value>,
    /// Alert policies.
    pub alerts: BTreeMap<String, Value>,
    /// Alerts of all policies, as they are shown.
    pub incidents: Vec<Value>,
    pub operations: BTreeMap<String, Operation>,
    /// Answers by request id: a request that comes again is not carried out again.
    pub requests: BTreeMap<String, (String, Value)>,
    pub bindings: Vec<Value>,
    pub iam_version: u32,
    /// Cloud Run services and jobs, functions, connectors, subnetworks: by the last part of their names.
    pub services: BTreeMap<String, Value>,
    pub jobs: BTreeMap<String, Value>,
    pub functions: BTreeMap<String, Value>,
    pub connectors: BTreeMap<String, Value>,
    pub subnetworks: BTreeMap<String, Value>,
    /// The most bytes that the cache has used, as the metrics show it.
    pub used: Option<i64>,
    /// Units that the region may have.
    pub units: i64,
    /// GiB of classic instances that it may have.
    pub classic_gib: i64,
    /// The limit on units that Cloud Monitoring shows; none where it shows none.
    pub shown_units: Option<i64>,
    /// The most keys that the cache has had, as the metrics show it.
    pub keys: Option<i64>,
    /// Points by the metric, behind its service's name, and the points of a page.
    pub series: BTreeMap<String, Vec<(i64, f64)>>,
    pub points: usize,
    /// A place that time series cannot be read from.
    pub unreachable: Option<&'static str>,
    /// Looks until an operation is done.
    pub create: u32,
    pub change: u32,
    /// Fields that are accepted and then not set.
    pub dropped: BTreeSet<String>,
    /// Entries of a page.
    pub page: usize,
    /// Whether calls without a token are let in: clients of others that are given none.
    pub anonymous: bool,
    pub made: Vec<(String, String)>,
    pub serial: u32,
}

/// A Cloud Run service with an interface in a network.
pub fn service(account: &str, network: &str, subnetwork: &str) -> Value {
    json!({ "template": {
        "serviceAccount": format!("{account}@{PROJECT}.iam.gserviceaccount.com"),
        "vpcAccess": { "egress": "PRIVATE_RANGES_ONLY", "networkInterfaces": [{ "network": network, "subnetwork": subnetwork }] },
    } })
}

impl Default for World {
    fn default() -> Self {
        let named =
            |all: &[(&str, Value)]| all.iter().map(|(name, v)| ((*name).to_owned(), v.clone())).collect();
        Self {
            series: BTreeMap::new(),
            points: 100_000,
            unreachable: None,
            caches: BTreeMap::new(),
            classic: BTreeMap::new(),
            token_users: BTreeMap::new(),
            policies: BTreeMap::new(),
            acl: BTreeMap::new(),
            alerts: BTreeMap::new(),
            incidents: Vec::new(),
            operations: BTreeMap::new(),
            requests: BTreeMap::new(),
            bindings: vec![json!({ "role": "roles/owner", "members": ["user:ops@example.com"] })],
            iam_version: 0,
            services: named(&[
                ("api", service("api", "main", "apps")),
                ("public-api", service("public-api", "main", "apps")),
                ("partner-api", service("public-api", "main", "apps")),
                ("websocket-gateway", service("gateway", "main", "apps")),
                ("history-api", service("gateway", "main", "apps")),
                (
                    "outside",
                    json!({ "template": { "serviceAccount": format!("outside@{PROJECT}.iam.gserviceaccount.com") } }),
                ),
                ("elsewhere", service("api", "other", "other")),
                (
                    "nobody",
                    json!({ "template": { "vpcAccess": { "networkInterfaces": [{ "subnetwork": "apps" }] } } }),
                ),
            ]),
            jobs: named(&[(
                "nightly",
                json!({ "template": { "parallelism": 3, "template": service("api", "main", "")["template"] } }),
            )]),
            functions: named(&[(
                "worker",
                json!({ "serviceConfig": {
                    "vpcConnector": format!("projects/{PROJECT}/locations/us-central1/connectors/main"),
                    "serviceAccountEmail": format!("worker@{PROJECT}.iam.gserviceaccount.com"),
                } }),
            )]),
            connectors: named(&[
                ("main", json!({ "network": "main", "ipCidrRange": "10.8.0.0/28" })),
                ("of-a-subnet", json!({ "subnet": { "name": "connectors" } })),
            ]),
            subnetworks: named(&[
                (
                    "apps",
                    json!({ "network": format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/main") }),
                ),
                (
                    "connectors",
                    json!({ "network": format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/main") }),
                ),
            ]),
            used: Some(1_000_000_000),
            units: 250,
            classic_gib: 1000,
            shown_units: None,
            keys: Some(500_000),
            create: 2,
            change: 1,
            dropped: BTreeSet::new(),
            page: 2,
            anonymous: false,
            made: Vec::new(),
            serial: 0,
        }
    }
}

impl World {
    pub fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// The cache of a name, of either product.
    pub fn cache(&mut self, name: &str) -> Option<&mut Value> {
        self.caches.iter_mut().find(|(path, _)| path.ends_with(&format!("/{name}"))).map(|(_, body)| body)
    }

    /// Nodes of all caches.
    pub fn used_units(&self) -> i64 {
        let number = |body: &Value, name: &str| body[name].as_i64().unwrap_or(0);
        self.caches.values().map(|body| number(body, "shardCount") * (1 + number(body, "replicaCount"))).sum()
    }

    /// Without what differs from run to run: times, addresses, ids.
    pub fn end_state(&self) -> Value {
        let without = |body: &Value, names: &[&str]| {
            let mut body = body.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.retain(|name, _| !names.contains(&name.as_str()));
            }
            body
        };
        let caches: BTreeMap<&String, Value> = self
            .caches
            .iter()
            .map(|(name, body)| {
                (
                    name,
                    without(
                        body,
                        &[
                            "createTime",
                            "updateTime",
                            "endpoints",
                            "uid",
                            "discoveryEndpoints",
                            "pscConnections",
                        ],
                    ),
                )
            })
            .collect();
        let of_life = ["createTime", "host", "port", "currentLocationId", "serverCaCerts"];
        let classic: BTreeMap<&String, Value> =
            self.classic.iter().map(|(name, body)| (name, without(body, &of_life))).collect();
        let policies: BTreeMap<&String, Value> = self
            .policies
            .iter()
            .map(|(name, body)| (name, without(body, &["createTime", "etag", "pscConnections"])))
            .collect();
        let acl: BTreeMap<&String, Value> = self
            .acl
            .iter()
            .map(|(name, body)| (name, without(body, &["createTime", "updateTime", "etag", "version"])))
            .collect();
        let mut alerts: Vec<Value> = self
            .alerts
            .values()
            .map(|body| {
                let mut body = without(body, &["name"]);
                for condition in body["conditions"].as_array_mut().into_iter().flatten() {
                    *condition = without(condition, &["name"]);
                }
                body
            })
            .collect();
        alerts.sort_by_key(Value::to_string);
        let mut bindings = self.bindings.clone();
        bindings.sort_by_key(Value::to_string);
        let users: BTreeMap<&String, usize> =
            self.token_users.iter().map(|(name, user)| (name, user.tokens.len())).collect();
        json!({ "token_users": users, "caches": caches, "classic": classic, "policies": policies, "acl": acl, "alerts": alerts, "bindings": bindings })
    }
}
