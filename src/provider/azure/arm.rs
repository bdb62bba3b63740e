//! Azure Resource Manager: one client for every resource provider. What changes something is sent once; a look that meets a
//! bad moment is tried again, since a plan takes many of them.

use std::time::Duration;

use serde_json::Value;

use super::credentials::Tokens;
use super::refusal::refusal;
use crate::net::{Answer, Client, Credentials, Method, NetError};
use crate::provider::ProviderError;
use crate::provider::call::{CallError, Refusal};

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

/// How often a look is tried.
const TRIES: u32 = 4;
/// The wait before it is tried again; each is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait that a service may ask for meanwhile; for a longer one the engine waits.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

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
        let pages = self.pages(path, version).await?;
        let values = |mut page: Value| page.get_mut("value").map(Value::take);
        let lists = pages.into_iter().filter_map(values);
        Ok(lists
            .filter_map(|list| if let Value::Array(list) = list { Some(list) } else { None })
            .flatten()
            .collect())
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
        let mut wait = FIRST_WAIT;
        let tries = if matches!(method, Method::GET | Method::POST) { TRIES } else { 1 };
        for _ in 1..tries {
            match self.once(method.clone(), path, body).await {
                Err(error)
                    if error.is_passing() && error.retry_after.is_none_or(|asked| asked <= LONGEST_WAIT) =>
                {
                    tokio::time::sleep(wait.max(error.retry_after.unwrap_or_default())).await;
                    wait *= 2;
                }
                result => return result,
            }
        }
        self.once(method, path, body).await
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
    use super::*;

    #[test]
    fn each_call_names_its_version_and_is_said_without_it() {
        assert_eq!(versioned("/a", "2025-07-01"), "/a?api-version=2025-07-01");
        assert_eq!(versioned("/a?b=c", "1"), "/a?b=c&api-version=1");
        let path =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redisEnterprise/shop?api-version=1";
        assert_eq!(said(&Method::PUT, path), "PUT Microsoft.Cache/redisEnterprise/shop");
    }
}
