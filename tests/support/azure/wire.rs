//! From a request to a call, and from an answer to bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cloud::http::{Delivery, Reply, Request};

/// What is asked of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A token for a client of the tenant.
    Token,
    /// A token for the machine that asks.
    Identity,
    /// One resource.
    One,
    /// All of a kind in a scope.
    List,
    /// `POST` on a resource.
    Action(String),
    /// How an operation stands.
    Operation,
    /// A namespace in the subscription, and its registration.
    Provider,
    /// Whether a name is free.
    Availability,
    /// What is used of a location's limits.
    Usages(String),
    /// Metrics of a resource.
    Metrics,
    /// A resource group.
    Group,
}

/// An operation with its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub form: Form,
    /// `Microsoft.Cache`
    pub namespace: &'static str,
    /// `redisEnterprise/databases`, as the service spells it.
    pub kind: &'static str,
    /// The whole path as it was asked for.
    pub path: String,
    /// The resource, or the scope of a list, in small letters.
    pub id: String,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    /// Text of a body that is no JSON.
    pub text: String,
    pub host: String,
    pub authorization: String,
    pub if_none_match: bool,
}

/// An error answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

pub fn refuse<T>(status: u16, code: &str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, code: code.to_owned(), message: message.into() })
}

/// What is answered where nothing is refused.
#[derive(Clone, Debug)]
pub struct Done {
    pub status: u16,
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
}

impl Done {
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(body), headers: Vec::new() }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, body: None, headers: Vec::new() }
    }
}

pub type Answer = Result<Done, Refusal>;

/// Every kind that is known, with the versions of its API.
const KINDS: &[(&str, &str, &[&str])] = &[
    ("Microsoft.Cache", "redisEnterprise", &["2025-07-01", "2026-09-01"]),
    ("Microsoft.Cache", "redisEnterprise/databases", &["2025-07-01", "2026-09-01"]),
    ("Microsoft.Cache", "redisEnterprise/databases/accessPolicyAssignments", &["2025-07-01", "2026-09-01"]),
    ("Microsoft.Cache", "redisEnterprise/privateEndpointConnections", &["2025-07-01", "2026-09-01"]),
    ("Microsoft.Cache", "redisEnterprise/privateLinkResources", &["2025-07-01", "2026-09-01"]),
    ("Microsoft.Cache", "redis", &["2024-11-01"]),
    ("Microsoft.Cache", "redis/accessPolicies", &["2024-11-01"]),
    ("Microsoft.Cache", "redis/accessPolicyAssignments", &["2024-11-01"]),
    ("Microsoft.Cache", "redis/firewallRules", &["2024-11-01"]),
    ("Microsoft.Cache", "redis/privateEndpointConnections", &["2024-11-01"]),
    ("Microsoft.Cache", "redis/privateLinkResources", &["2024-11-01"]),
    ("Microsoft.Network", "privateEndpoints", &["2024-07-01"]),
    ("Microsoft.Network", "privateEndpoints/privateDnsZoneGroups", &["2024-07-01"]),
    ("Microsoft.Network", "privateDnsZones", &["2024-06-01"]),
    ("Microsoft.Network", "privateDnsZones/virtualNetworkLinks", &["2024-06-01"]),
    ("Microsoft.Network", "virtualNetworks", &["2024-07-01"]),
    ("Microsoft.Network", "virtualNetworks/subnets", &["2024-07-01"]),
    ("Microsoft.Insights", "metricAlerts", &["2018-03-01"]),
    ("Microsoft.Insights", "actionGroups", &["2023-01-01"]),
    ("Microsoft.AlertsManagement", "alerts", &["2019-03-01"]),
    ("Microsoft.Web", "sites", &["2025-03-01"]),
    ("Microsoft.Web", "serverfarms", &["2025-03-01"]),
    ("Microsoft.ManagedIdentity", "userAssignedIdentities", &["2023-01-31"]),
];

/// Namespaces that a subscription can have.
const NAMESPACES: [&str; 6] = [
    "Microsoft.Cache",
    "Microsoft.Network",
    "Microsoft.Insights",
    "Microsoft.AlertsManagement",
    "Microsoft.Web",
    "Microsoft.ManagedIdentity",
];

/// The spelling of a kind, whatever its letters.
pub fn kind(namespace: &str, kind: &str) -> Option<(&'static str, &'static str)> {
    let same = |(n, k, _): &&(&'static str, &'static str, _)| {
        n.eq_ignore_ascii_case(namespace) && k.eq_ignore_ascii_case(kind)
    };
    KINDS.iter().find(same).map(|(namespace, kind, _)| (*namespace, *kind))
}

fn decoded(text: &str) -> String {
    form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// The call in a request, or why there is none.
pub fn decode(request: &Request) -> Result<Call, String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let mut call = Call {
        method: request.method.clone(),
        form: Form::One,
        namespace: "",
        kind: "",
        path: path.to_owned(),
        id: path.to_lowercase(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
        host: header("host"),
        authorization: header("authorization"),
        if_none_match: request.header("if-none-match") == Some("*"),
    };
    let parts: Vec<String> = path.trim_matches('/').split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [_, "oauth2", "v2.0", "token"] => call.form = Form::Token,
        ["identity"] => call.form = Form::Identity,
        ["subscriptions", _, "providers", rest @ ..] => resource(&mut call, rest)?,
        ["subscriptions", _, groups, _, "providers", rest @ ..]
            if groups.eq_ignore_ascii_case("resourcegroups") =>
        {
            resource(&mut call, rest)?;
        }
        ["subscriptions", _, groups, _] if groups.eq_ignore_ascii_case("resourcegroups") => {
            call.form = Form::Group;
        }
        _ => return Err(format!("no route {} {path}", request.method)),
    }
    Ok(call)
}

/// What follows `providers`.
fn resource(call: &mut Call, rest: &[&str]) -> Result<(), String> {
    let [namespace, rest @ ..] = rest else { return Err("no namespace".to_owned()) };
    let known = NAMESPACES.iter().find(|known| known.eq_ignore_ascii_case(namespace));
    call.namespace = known.ok_or_else(|| format!("no namespace {namespace}"))?;
    match rest {
        [] | ["register"] => call.form = Form::Provider,
        [word] if word.eq_ignore_ascii_case("checknameavailability") => call.form = Form::Availability,
        ["locations", location, "usages"] => call.form = Form::Usages((*location).to_owned()),
        ["locations", _, _, _] | ["privateDnsOperationStatuses", _] => call.form = Form::Operation,
        [owner @ .., "providers", insights, "metrics"]
            if insights.eq_ignore_ascii_case("microsoft.insights") =>
        {
            named(call, namespace, owner)?;
            call.form = Form::Metrics;
            call.id = call.id.split("/providers/microsoft.insights/").next().unwrap_or_default().to_owned();
        }
        _ => named(call, namespace, rest)?,
    }
    Ok(())
}

/// Kinds and names in turn, and perhaps an action.
fn named(call: &mut Call, namespace: &str, rest: &[&str]) -> Result<(), String> {
    let (pairs, last) = rest.split_at(rest.len() - rest.len() % 2);
    let kinds: Vec<&str> = pairs.iter().step_by(2).copied().chain(last.iter().copied()).collect();
    if let ([action], "POST") = (last, call.method.as_str()) {
        call.form = Form::Action((*action).to_owned());
        call.id = call.id.rsplit_once('/').map_or_else(String::new, |(id, _)| id.to_owned());
        let whole = kinds[..kinds.len() - 1].join("/");
        (call.namespace, call.kind) = kind(namespace, &whole).ok_or_else(|| format!("no kind {whole}"))?;
        return Ok(());
    }
    let whole = kinds.join("/");
    (call.namespace, call.kind) = kind(namespace, &whole).ok_or_else(|| format!("no kind {whole}"))?;
    if !last.is_empty() {
        call.form = Form::List;
    }
    Ok(())
}

impl Call {
    /// `PUT redisEnterprise/databases`, `LIST redisEnterprise`, `POST redisEnterprise/listSkusForScaling`.
    pub fn action(&self) -> String {
        match &self.form {
            Form::Token | Form::Identity => "token".to_owned(),
            Form::One => format!("{} {}", self.method, self.kind),
            Form::List => format!("LIST {}", self.kind),
            Form::Action(word) => format!("POST {}/{word}", self.kind),
            Form::Operation => "GET operation".to_owned(),
            Form::Provider => format!("{} {}", self.method, self.namespace),
            Form::Availability => "POST CheckNameAvailability".to_owned(),
            Form::Usages(_) => "GET usages".to_owned(),
            Form::Metrics => "GET metrics".to_owned(),
            Form::Group => "GET resourceGroups".to_owned(),
        }
    }

    pub fn version(&self) -> &str {
        self.query.get("api-version").map_or("", String::as_str)
    }

    /// The last part of the resource's name, as it was written.
    pub fn name(&self) -> String {
        decoded(self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
    }

    /// The versions that the kind has.
    pub fn versions(&self) -> &'static [&'static str] {
        KINDS.iter().find(|(_, kind, _)| *kind == self.kind).map_or(&[], |(_, _, versions)| versions)
    }
}

pub fn encode(answer: &Answer) -> Reply {
    let (status, body, mut headers) = match answer {
        Ok(done) => (done.status, done.body.clone(), done.headers.clone()),
        Err(refusal) => {
            let code = &refusal.code;
            // Microsoft's sign-in has another form of errors.
            let body = if code == "invalid_client" || code == "temporarily_unavailable" {
                json!({"error": code, "error_description": refusal.message, "error_codes": [7_000_215],
                    "timestamp": "2026-11-28 10:00:00Z", "trace_id": "7a1b", "correlation_id": "7a1c"})
            } else {
                json!({"error": {"code": code, "message": refusal.message}})
            };
            (refusal.status, Some(body), Vec::new())
        }
    };
    headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    headers.push(("x-ms-ratelimit-remaining-subscription-reads", "1099".to_owned()));
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    Reply { status, headers, body, delivery: Delivery::Whole }
}
