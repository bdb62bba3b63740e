//! From a request to a call, and from an answer to bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cloud::http::{Delivery, Reply, Request};

/// An operation with its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    /// `memorystore`
    pub service: &'static str,
    /// `CreateInstance`
    pub operation: &'static str,
    /// What it is about, without a slash in front: `projects/p/locations/r/instances/shop`. Of a list and a create, the collection.
    pub target: String,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    pub authorization: String,
}

impl Call {
    pub fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// `projects/p/locations/r`
    pub fn place(&self) -> &str {
        self.target.rsplit_once('/').map_or("", |(place, _)| place)
    }

    /// The resource that a change is about.
    pub fn changes(&self) -> String {
        let id = ["instanceId", "clusterId", "aclPolicyId", "serviceConnectionPolicyId"]
            .into_iter()
            .find_map(|name| self.query.get(name));
        id.map_or_else(|| self.target.clone(), |id| format!("{}/{id}", self.target))
    }
}

/// An error answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub http: u16,
    pub status: String,
    pub message: String,
    pub reason: Option<&'static str>,
}

pub type Answer = Result<Value, Refusal>;

pub fn refuse(http: u16, status: &str, message: impl Into<String>) -> Refusal {
    Refusal { http, status: status.to_owned(), message: message.into(), reason: None }
}

const SERVICES: [(&str, &str); 9] = [
    ("memorystore", "v1"),
    ("redis", "v1"),
    ("networkconnectivity", "v1"),
    ("run", "v2"),
    ("cloudfunctions", "v2"),
    ("vpcaccess", "v1"),
    ("compute", "compute/v1"),
    ("cloudresourcemanager", "v3"),
    ("monitoring", "v3"),
];

/// Method, and the end of a path with the parts that names take left out.
const ROUTES: [(&str, &str, &str, &str); 49] = [
    ("memorystore", "GET", "instances", "ListInstances"),
    ("memorystore", "POST", "instances", "CreateInstance"),
    ("memorystore", "GET", "instances/*", "GetInstance"),
    ("memorystore", "PATCH", "instances/*", "UpdateInstance"),
    ("memorystore", "DELETE", "instances/*", "DeleteInstance"),
    ("memorystore", "GET", "instances/*/certificateAuthority", "GetCertificateAuthority"),
    ("memorystore", "GET", "operations/*", "GetOperation"),
    ("redis", "GET", "instances", "ListRedisInstances"),
    ("redis", "POST", "instances", "CreateRedisInstance"),
    ("redis", "GET", "instances/*", "GetRedisInstance"),
    ("redis", "PATCH", "instances/*", "UpdateRedisInstance"),
    ("redis", "DELETE", "instances/*", "DeleteRedisInstance"),
    ("redis", "POST", "instances/*:upgrade", "UpgradeRedisInstance"),
    ("redis", "GET", "clusters", "ListClusters"),
    ("redis", "POST", "clusters", "CreateCluster"),
    ("redis", "GET", "clusters/*", "GetCluster"),
    ("redis", "PATCH", "clusters/*", "UpdateCluster"),
    ("redis", "DELETE", "clusters/*", "DeleteCluster"),
    ("redis", "GET", "clusters/*/certificateAuthority", "GetClusterCertificateAuthority"),
    ("memorystore", "POST", "instances/*:addTokenAuthUser", "AddTokenAuthUser"),
    ("memorystore", "GET", "instances/*/tokenAuthUsers", "ListTokenAuthUsers"),
    ("memorystore", "DELETE", "instances/*/tokenAuthUsers/*", "DeleteTokenAuthUser"),
    ("memorystore", "POST", "instances/*/tokenAuthUsers/*:addAuthToken", "AddAuthToken"),
    ("memorystore", "GET", "instances/*/tokenAuthUsers/*/authTokens", "ListAuthTokens"),
    ("redis", "POST", "clusters/*:addTokenAuthUser", "AddTokenAuthUser"),
    ("redis", "GET", "clusters/*/tokenAuthUsers", "ListTokenAuthUsers"),
    ("redis", "DELETE", "clusters/*/tokenAuthUsers/*", "DeleteTokenAuthUser"),
    ("redis", "POST", "clusters/*/tokenAuthUsers/*:addAuthToken", "AddAuthToken"),
    ("redis", "GET", "clusters/*/tokenAuthUsers/*/authTokens", "ListAuthTokens"),
    ("redis", "GET", "operations/*", "GetRedisOperation"),
    ("redis", "GET", "aclPolicies/*", "GetAclPolicy"),
    ("redis", "POST", "aclPolicies", "CreateAclPolicy"),
    ("redis", "PATCH", "aclPolicies/*", "UpdateAclPolicy"),
    ("redis", "DELETE", "aclPolicies/*", "DeleteAclPolicy"),
    ("networkconnectivity", "GET", "serviceConnectionPolicies", "ListServiceConnectionPolicies"),
    ("networkconnectivity", "POST", "serviceConnectionPolicies", "CreateServiceConnectionPolicy"),
    ("networkconnectivity", "DELETE", "serviceConnectionPolicies/*", "DeleteServiceConnectionPolicy"),
    ("networkconnectivity", "GET", "operations/*", "GetNetworkOperation"),
    ("run", "GET", "services/*", "GetService"),
    ("run", "GET", "jobs/*", "GetJob"),
    ("cloudfunctions", "GET", "functions/*", "GetFunction"),
    ("vpcaccess", "GET", "connectors/*", "GetConnector"),
    ("compute", "GET", "subnetworks/*", "GetSubnetwork"),
    ("monitoring", "GET", "alertPolicies", "ListAlertPolicies"),
    ("monitoring", "POST", "alertPolicies", "CreateAlertPolicy"),
    ("monitoring", "PATCH", "alertPolicies/*", "UpdateAlertPolicy"),
    ("monitoring", "DELETE", "alertPolicies/*", "DeleteAlertPolicy"),
    ("monitoring", "GET", "alerts", "ListAlerts"),
    ("monitoring", "GET", "timeSeries", "ListTimeSeries"),
];

fn route(service: &str, method: &str, path: &str) -> Option<&'static str> {
    if service == "cloudresourcemanager" {
        return match (method, path.split_once(':')) {
            ("POST", Some((_, "getIamPolicy"))) => Some("GetIamPolicy"),
            ("POST", Some((_, "setIamPolicy"))) => Some("SetIamPolicy"),
            ("GET", None) => Some("GetProject"),
            _ => None,
        };
    }
    let parts: Vec<&str> = path.split('/').collect();
    // `projects/p/locations/r/…`, `projects/p/regions/r/…` or `projects/p/…`
    let begin = if matches!(parts.get(2), Some(&("locations" | "regions"))) { 4 } else { 2 };
    let rest = parts.get(begin..)?;
    let fits = |route: &str| {
        let route: Vec<&str> = route.split('/').collect();
        route.len() == rest.len() && route.iter().zip(rest).all(|(r, p)| is_part(r, p))
    };
    ROUTES
        .iter()
        .find(|(s, m, r, _)| *s == service && *m == method && fits(r))
        .map(|(.., operation)| *operation)
}

/// `*` stands for a name, `*:upgrade` for a name with what is done to it.
fn is_part(route: &str, part: &str) -> bool {
    match route.split_once(':') {
        Some((_, verb)) => part.split_once(':').is_some_and(|(name, done)| !name.is_empty() && done == verb),
        None => route == "*" && !part.is_empty() && !part.contains(':') || route == part,
    }
}

/// The call in a request.
pub fn decode(request: &Request) -> Result<Call, String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let wrong = || format!("no route {} {path}", request.method);
    let (service, version) = SERVICES
        .into_iter()
        .find(|(service, version)| path.starts_with(&format!("/{service}/{version}/")))
        .ok_or_else(wrong)?;
    let path = &path[service.len() + version.len() + 3..];
    let operation = route(service, &request.method, path).ok_or_else(wrong)?;
    let body = if request.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON: {error}"))?
    };
    Ok(Call {
        service,
        operation,
        target: path.split(':').next().unwrap_or_default().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        body,
        authorization: request.header("authorization").unwrap_or_default().to_owned(),
    })
}

pub fn encode(answer: &Answer) -> Reply {
    let (status, body) = match answer {
        Ok(value) => (200, value.clone()),
        Err(refusal) => {
            let details: Vec<Value> = refusal
                .reason
                .map(
                    |reason| json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason }),
                )
                .into_iter()
                .collect();
            let error = json!({ "code": refusal.http, "message": refusal.message, "status": refusal.status, "details": details });
            (refusal.http, json!({ "error": error }))
        }
    };
    Reply {
        status,
        headers: vec![("content-type", "application/json; charset=UTF-8".to_owned())],
        body: body.to_string().into_bytes(),
        delivery: Delivery::Whole,
    }
}
