//! Google's REST APIs: a call, a list to its last page, and requests that are known again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::credentials::Identity;
use super::error;
use super::limiter::Limiter;
use crate::net::{Client, Credentials, Method};
use crate::provider::call::{CallError, Patience, Refusal, patiently};

/// A look, while somebody waits for a plan; what changes something is sent once.
const PATIENCE: Patience =
    Patience { retries: 4, first: Duration::from_millis(250), longest: Duration::from_secs(30) };

/// An API with a host of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Memorystore for Valkey.
    Memorystore,
    /// Memorystore for Redis Cluster.
    Redis,
    /// Service connection policies.
    NetworkConnectivity,
    /// Cloud Run.
    Run,
    /// Cloud Functions of the second generation.
    Functions,
    /// Serverless VPC Access: connectors.
    VpcAccess,
    /// Subnetworks.
    Compute,
    /// The project and its IAM policy.
    ResourceManager,
    /// Alert policies and time series.
    Monitoring,
}

impl Service {
    /// Its host.
    pub fn host(self) -> &'static str {
        match self {
            Self::Memorystore => "memorystore.googleapis.com",
            Self::Redis => "redis.googleapis.com",
            Self::NetworkConnectivity => "networkconnectivity.googleapis.com",
            Self::Run => "run.googleapis.com",
            Self::Functions => "cloudfunctions.googleapis.com",
            Self::VpcAccess => "vpcaccess.googleapis.com",
            Self::Compute => "compute.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::Monitoring => "monitoring.googleapis.com",
        }
    }

    /// The first label of its host: where it is below an endpoint that stands for all of them.
    fn name(self) -> &'static str {
        self.host().split('.').next().unwrap_or_default()
    }

    fn version(self) -> &'static str {
        match self {
            Self::Run | Self::Functions => "v2",
            Self::ResourceManager | Self::Monitoring => "v3",
            Self::Compute => "compute/v1",
            _ => "v1",
        }
    }

    fn is_limited(self) -> bool {
        matches!(self, Self::Memorystore | Self::Redis)
    }
}

/// Calls as one identity.
#[derive(Debug)]
pub struct Api {
    identity: Identity,
    endpoint: Option<String>,
    limiter: Limiter,
    clients: Mutex<BTreeMap<Service, Client>>,
}

/// What goes into the address of a call.
pub type Query<'a> = &'a [(&'a str, &'a str)];

impl Api {
    /// The APIs, or one address that stands for all of them; with the length of a minute.
    pub fn new(identity: Identity, endpoint: Option<String>, minute: Duration) -> Self {
        Self { identity, endpoint, limiter: Limiter::new(minute), clients: Mutex::default() }
    }

    fn client(&self, service: Service) -> Result<Client, CallError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&service) {
            return Ok(client.clone());
        }
        let base = match &self.endpoint {
            Some(endpoint) => format!("{}/{}", endpoint.trim_end_matches('/'), service.name()),
            None => format!("https://{}", service.host()),
        };
        let client = Client::new(&format!("{base}/{}", service.version()), Credentials::None);
        let client = client.map_err(|error| CallError::refused(error.to_string()))?;
        clients.insert(service, client.clone());
        Ok(client)
    }

    /// One call; `path` begins with `/`. A change is made once: the engine repeats it, after a look. What only looks is asked for
    /// again where the service has a bad moment.
    pub async fn call(
        &self,
        service: Service,
        method: Method,
        path: &str,
        query: Query<'_>,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        let looks = method == Method::GET || path.ends_with(":getIamPolicy");
        let patience = Patience { retries: if looks { PATIENCE.retries } else { 0 }, ..PATIENCE };
        patiently(patience, || self.once(service, method.clone(), path, query, body)).await
    }

    async fn once(
        &self,
        service: Service,
        method: Method,
        path: &str,
        query: Query<'_>,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        let client = self.client(service)?;
        let token = self.identity.token().await?;
        if service.is_limited() {
            self.limiter.turn(method == Method::POST || method == Method::DELETE).await;
        }
        let what = format!("{method} {}{path}", service.name());
        let answer = client.call_as(&Credentials::Bearer(token), method, &with(path, query), body).await;
        answer.map(|answer| answer.body).map_err(|error| error::refusal(&what, service, &error))
    }

    /// A resource.
    pub async fn get(&self, service: Service, path: &str) -> Result<Value, CallError> {
        self.call(service, Method::GET, path, &[], None).await
    }

    /// All of a list. One that a place is missing from is no list: what it does not show could be made twice.
    pub async fn list(
        &self,
        service: Service,
        path: &str,
        field: &str,
        query: Query<'_>,
    ) -> Result<Vec<Value>, CallError> {
        let mut all = Vec::new();
        let mut page = String::new();
        loop {
            let token = ("pageToken", page.as_str());
            let whole: Vec<(&str, &str)> =
                query.iter().copied().chain(Some(token).filter(|_| !page.is_empty())).collect();
            let mut answer = self.call(service, Method::GET, path, &whole, None).await?;
            if let Some(place) = texts(&answer, "unreachable").first() {
                let message = format!("the list {path} is not complete: {place} cannot be reached");
                return Err(CallError::new(Refusal::Later, message));
            }
            all.extend(entries(&mut answer, field, path)?);
            match answer.get("nextPageToken").and_then(Value::as_str) {
                Some(next) if !next.is_empty() => next.clone_into(&mut page),
                _ => return Ok(all),
            }
        }
    }
}

/// The entries of a page. Google leaves empty fields out; anything else in their place is no empty list: what it does not show
/// could be made twice.
pub fn entries(page: &mut Value, field: &str, path: &str) -> Result<Vec<Value>, CallError> {
    let is_object = page.is_object();
    match page.get_mut(field).map(Value::take) {
        Some(Value::Array(entries)) => Ok(entries),
        None | Some(Value::Null) if is_object => Ok(Vec::new()),
        _ => Err(CallError::refused(format!("the answer to GET {path} is no list of `{field}`")).with_hint(
            "something on the way to Google may have answered in its place; the same command asks again",
        )),
    }
}

fn with(path: &str, query: Query<'_>) -> String {
    let mut whole = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        let _ = write!(whole, "{mark}{name}={}", escaped(value));
    }
    whole
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~,".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A UUID for one request of a step: the same when the request is made again, another for another request of the step.
pub fn request_id(token: &str, request: &str) -> String {
    let digest = Sha256::digest(format!("{token}\n{request}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8: made by a way of our own.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Text of a field, by its path: `/labels/a`.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Texts of a list.
pub fn texts<'a>(value: &'a Value, field: &str) -> Vec<&'a str> {
    value.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The last part of a name: `shop` of `projects/p/locations/r/instances/shop`.
pub fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_known_again_and_is_not_another() {
        let one = request_id("a", "PATCH shardCount");
        assert_eq!(one, request_id("a", "PATCH shardCount"));
        assert_ne!(one, request_id("a", "PATCH replicaCount"));
        assert_ne!(one, request_id("b", "PATCH shardCount"));
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!((lengths, one.as_bytes()[14]), (vec![8, 4, 4, 4, 12], b'8'), "{one}");
    }

    #[test]
    fn what_is_no_list_is_not_an_empty_one() {
        let read = |mut page: Value| entries(&mut page, "instances", "/p/instances");
        for page in [json!({}), json!({ "instances": null }), json!({ "instances": [] })] {
            assert_eq!(read(page).unwrap(), Vec::<Value>::new());
        }
        assert_eq!(read(json!({ "instances": [1] })).unwrap(), [json!(1)]);
        for page in [json!({ "instances": {} }), json!({ "instances": "none" }), json!("<html>"), json!([])] {
            let error = read(page).unwrap_err();
            assert!(error.message.contains("/p/instances is no list of `instances`"), "{}", error.message);
        }
    }

    #[test]
    fn values_of_a_query_cannot_become_parameters() {
        let filter = "metric.type=\"a/b\" AND x=1&y=2";
        assert_eq!(
            with("/p", &[("filter", filter), ("pageSize", "5")]),
            "/p?filter=metric.type%3D%22a%2Fb%22%20AND%20x%3D1%26y%3D2&pageSize=5"
        );
    }
}
