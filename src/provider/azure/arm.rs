//! Azure Resource Manager: one client for every resource provider. What changes something is sent once; a look that meets a
//! bad moment is tried again, since a plan takes many of them.

use std::time::Duration;

use serde_json::Value;

use super::credentials::Tokens;
use super::refusal::refusal;
use crate::net::{Answer, Client, Credentials, Method, NetError};
use crate::provider::ProviderError;
use crate::provider::call::{CallError, Patience, Refusal, patiently};

/// A version of the API of `Microsoft.Cache/redisEnterprise`.
pub const MANAGED_REDIS: &str = "2025-07-01";
/// The first stable one that says what an identity may do.
pub const WITH_ACCESS: &str = "2026-09-01";
/// Of `Microsoft.Cache/redis`.
pub const CLASSIC_REDIS: &str = "2024-11-01";
/// Of `Microsoft.Network/privateEndpoints`, networks and subnets.
pub const NETWORK: &str = "2024-07-01";
/// Of `Microsoft.Network/privateDnsZones`.
pub const PRIVATE_DNS: &str = "2024-06-01";
/// Of `Microsoft.Insights/metricAlerts`.
pub const METRIC_ALERTS: &str = "2018-03-01";
/// Of `Microsoft.Insights/metrics`.
pub const METRICS: &str = "2024-02-01";
/// Of `Microsoft.AlertsManagement/alerts`: the newest stable one (Azure/azure-rest-api-specs, `stable/2019-03-01/AlertsManagement.json`).
pub const ALERTS: &str = "2019-03-01";
/// Of `Microsoft.Web/sites` and `serverfarms`.
pub const WEB: &str = "2025-03-01";
/// Of subscriptions, resource groups and resource providers.
pub const RESOURCES: &str = "2021-04-01";

/// A look; what changes something is sent once.
const PATIENCE: Patience =
    Patience { retries: 3, first: Duration::from_millis(100), longest: Duration::from_secs(10) };

/// Pages of a list that are read at most: a list that never ends is a defect of the service.
const MOST_PAGES: usize = 1_000;

/// The client.
#[derive(Debug)]
pub struct Arm {
    base: String,
    client: Client,
    tokens: Tokens,
}

impl Arm {
    /// Resource Manager at an address; plain HTTP goes to this machine only.
    pub fn new(base: &str, tokens: Tokens) -> Result<Self, ProviderError> {
        let client = Client::new(base, Credentials::None)
            .map_err(|error| ProviderError::permanent(error.to_string(), None))?;
        Ok(Self { base: base.to_owned(), client, tokens })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// One resource.
    pub async fn get(&self, path: &str, version: &str) -> Result<Value, CallError> {
        Ok(self.call(Method::GET, path, version, None).await?.body)
    }

    /// All of a list, page by page.
    pub async fn list(&self, path: &str, version: &str) -> Result<Vec<Value>, CallError> {
        let mut all = Vec::new();
        for page in self.pages(path, version).await? {
            all.extend(entries(page, path)?);
        }
        Ok(all)
    }

    /// The pages of a list, as they come.
    pub async fn pages(&self, path: &str, version: &str) -> Result<Vec<Value>, CallError> {
        let mut all = Vec::new();
        let mut next = versioned(path, version);
        for _ in 0..MOST_PAGES {
            let page = self.send(Method::GET, &next, None).await?.body;
            let link = page.get("nextLink").and_then(Value::as_str).filter(|link| !link.is_empty());
            let link = link.map(str::to_owned);
            all.push(page);
            match link {
                Some(link) => next = link,
                None => return Ok(all),
            }
        }
        Err(CallError::refused(format!("{path}: a list of more than {MOST_PAGES} pages")))
    }

    /// All of a list below something that may not be there: then there is nothing.
    pub async fn list_if_there(&self, path: &str, version: &str) -> Result<Vec<Value>, CallError> {
        match self.list(path, version).await {
            Err(error) if error.refusal == Refusal::Absent => Ok(Vec::new()),
            result => result,
        }
    }

    /// Makes a resource, or sets all of it.
    pub async fn put(&self, path: &str, version: &str, body: &Value) -> Result<Value, CallError> {
        Ok(self.call(Method::PUT, path, version, Some(body)).await?.body)
    }

    /// Sets a part of it.
    pub async fn patch(&self, path: &str, version: &str, body: &Value) -> Result<Value, CallError> {
        Ok(self.call(Method::PATCH, path, version, Some(body)).await?.body)
    }

    /// Deletes it.
    pub async fn delete(&self, path: &str, version: &str) -> Result<(), CallError> {
        self.call(Method::DELETE, path, version, None).await.map(|_| ())
    }

    /// Asks it for something that no `GET` tells. Nothing is changed by it.
    pub async fn post(&self, path: &str, version: &str, body: Option<&Value>) -> Result<Value, CallError> {
        Ok(self.call(Method::POST, path, version, body).await?.body)
    }

    /// A call with its whole answer.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        version: &str,
        body: Option<&Value>,
    ) -> Result<Answer, CallError> {
        self.send(method, &versioned(path, version), body).await
    }

    /// One call; a look has several tries.
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, CallError> {
        let looks = matches!(method, Method::GET | Method::POST);
        let patience = Patience { retries: if looks { PATIENCE.retries } else { 0 }, ..PATIENCE };
        patiently(patience, || self.once(method.clone(), path, body)).await
    }

    /// One call. A token that has ended on the way is replaced once: a 401 means that nothing was done.
    async fn once(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, CallError> {
        let mut renewed = false;
        loop {
            let token = self.tokens.token().await?;
            let bearer = Credentials::Bearer(token.clone());
            match self.client.call_as(&bearer, method.clone(), path, body).await {
                Err(NetError::Refused(answer)) if answer.status == 401 && !renewed => {
                    renewed = true;
                    self.tokens.forget(&token).await;
                }
                Err(error) => return Err(refusal(&said(&method, path), &error)),
                Ok(answer) => return Ok(answer),
            }
        }
    }
}

/// The entries of a page. One without them is no empty list: what it does not show could be made twice.
fn entries(mut page: Value, path: &str) -> Result<Vec<Value>, CallError> {
    match page.get_mut("value").map(Value::take) {
        Some(Value::Array(entries)) => Ok(entries),
        _ => Err(CallError::refused(format!("the answer to {} is no list", said(&Method::GET, path)))
            .with_hint(
                "something on the way to Azure may have answered in its place; the same command asks again",
            )),
    }
}

fn versioned(path: &str, version: &str) -> String {
    let between = if path.contains('?') { '&' } else { '?' };
    format!("{path}{between}api-version={version}")
}

/// The call for people: the method and the path without the version, or the part behind the resource group.
fn said(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let short = path.split_once("/providers/").map_or(path, |(_, rest)| rest);
    format!("{method} {short}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_list_is_not_an_empty_one() {
        let path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redis?api-version=1";
        assert_eq!(entries(json!({ "value": [] }), path).unwrap(), Vec::<Value>::new());
        assert_eq!(entries(json!({ "value": [1, 2] }), path).unwrap(), [json!(1), json!(2)]);
        for page in
            [json!({}), json!({ "value": null }), json!({ "value": {} }), json!("<html>"), json!(null)]
        {
            let error = entries(page, path).unwrap_err();
            assert!(error.message.contains("GET Microsoft.Cache/redis is no list"), "{}", error.message);
        }
    }

    #[test]
    fn each_call_names_its_version_and_is_said_without_it() {
        assert_eq!(versioned("/a", "2025-07-01"), "/a?api-version=2025-07-01");
        assert_eq!(versioned("/a?b=c", "1"), "/a?b=c&api-version=1");
        let path =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redisEnterprise/shop?api-version=1";
        assert_eq!(said(&Method::PUT, path), "PUT Microsoft.Cache/redisEnterprise/shop");
    }
}
