//! The Developer API: <https://upstash.com/docs/devops/developer-api>, as of 2026-08-21.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::net::{Answer, Client, Credentials, Method, NetError};
use crate::observe::queries::upstash_path;
use crate::provider::call::{CallError, Refusal};
use crate::provider::secret::Secret;

/// Calls with an account's credentials.
#[derive(Debug)]
pub struct Api {
    client: Client,
}

/// A database as the API shows it, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
pub struct Database {
    /// Its id: the only name that is unique.
    #[serde(rename = "database_id")]
    pub id: String,
    /// Its name.
    #[serde(rename = "database_name")]
    pub name: String,
    /// `active`, `suspended` or `passive`.
    #[serde(default)]
    pub state: String,
    /// What is being done to it; empty at rest.
    #[serde(default)]
    pub modifying_state: Option<String>,
    /// A slug or a whole host name.
    #[serde(default)]
    pub endpoint: String,
    /// When it was made, in Unix seconds.
    #[serde(default)]
    pub creation_time: Option<i64>,
    /// Port of the connection.
    #[serde(default)]
    pub port: Option<u16>,
    /// Whether connections are encrypted.
    #[serde(default)]
    pub tls: bool,
    /// `free`, `payg`, `pro` or `paid`.
    #[serde(default, rename = "type")]
    pub plan_type: String,
    /// Bytes that it may hold: what tells the fixed plans from each other.
    #[serde(default)]
    pub db_disk_threshold: Option<i64>,
    /// Commands a second above which they are delayed.
    #[serde(default)]
    pub db_max_commands_per_second: Option<i64>,
    /// Connections at once.
    #[serde(default)]
    pub db_max_clients: Option<u32>,
    /// USD a month at which it is slowed down.
    #[serde(default)]
    pub budget: Option<i64>,
    /// The region that writes go to.
    #[serde(default)]
    pub primary_region: String,
    /// Regions with copies to read from.
    #[serde(default)]
    pub read_regions: Option<Vec<String>>,
    /// Whether keys go when it is full.
    #[serde(default)]
    pub eviction: bool,
    /// Whether the plan grows by itself.
    #[serde(default)]
    pub auto_upgrade: bool,
    /// The add-on with a service level.
    #[serde(default)]
    pub prod_pack_enabled: bool,
    /// Backups every day.
    #[serde(default)]
    pub daily_backup_enabled: bool,
    /// Addresses that may connect; everybody where it is empty.
    #[serde(default)]
    pub allowed_ip_ranges: Option<Vec<String>>,
    /// Password of the user `default`; absent under Credential Protection.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Token of the REST API; absent under Credential Protection.
    #[serde(default)]
    pub rest_token: Option<Secret>,
}

impl Database {
    /// The host of the connection.
    pub fn host(&self) -> String {
        if self.endpoint.contains('.') {
            self.endpoint.clone()
        } else {
            format!("{}.upstash.io", self.endpoint)
        }
    }
}

impl Api {
    /// The API at an address.
    pub fn new(base: &str, email: &str, key: &str) -> Result<Self, NetError> {
        let credentials = Credentials::Basic { user: email.to_owned(), password: key.to_owned() };
        Ok(Self { client: Client::new(base, credentials)? })
    }

    /// Every database of the account.
    pub async fn list(&self) -> Result<Vec<Database>, CallError> {
        read(self.call(Method::GET, "/redis/databases", None).await?)
    }

    /// One by its id.
    pub async fn get(&self, id: &str) -> Result<Database, CallError> {
        read(self.call(Method::GET, &format!("/redis/database/{id}"), None).await?)
    }

    /// Its statistics, as the API tells them.
    pub async fn statistics(&self, id: &str) -> Result<Value, CallError> {
        Ok(self.call(Method::GET, &upstash_path(id), None).await?.body)
    }

    /// Makes one. An error comes with whether it may have been made all the same.
    pub async fn create(&self, body: &Value) -> Result<Database, (CallError, bool)> {
        let path = "/redis/database";
        match self.client.call(Method::POST, path, Some(body)).await {
            Ok(answer) => read(answer).map_err(|error| (error, true)),
            Err(error) => {
                // A limit of calls, a wrong value or a key without rights: refused before anything happened.
                let refused = matches!(&error, NetError::Refused(answer) if answer.status < 500);
                Err((refusal(&format!("POST {path}"), &error), !refused))
            }
        }
    }

    /// Deletes one.
    pub async fn delete(&self, id: &str) -> Result<(), CallError> {
        self.call(Method::DELETE, &format!("/redis/database/{id}"), None).await.map(|_| ())
    }

    /// Gives it another name.
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), CallError> {
        self.post("rename", id, &json!({ "name": name })).await
    }

    /// Another plan, with or without the add-on; it never grows by itself.
    pub async fn change_plan(&self, id: &str, plan: &str, prod_pack: bool) -> Result<(), CallError> {
        let body = json!({ "plan_name": plan, "auto_upgrade": false, "prod_pack_enabled": prod_pack });
        self.call(Method::POST, &format!("/redis/{id}/change-plan"), Some(&body)).await.map(|_| ())
    }

    /// The limit of a month's bill.
    pub async fn budget(&self, id: &str, usd: i64) -> Result<(), CallError> {
        let body = json!({ "budget": usd });
        self.call(Method::PATCH, &format!("/redis/update-budget/{id}"), Some(&body)).await.map(|_| ())
    }

    /// Regions to read from.
    pub async fn read_regions(&self, id: &str, regions: &[String]) -> Result<(), CallError> {
        self.post("update-regions", id, &json!({ "read_regions": regions })).await
    }

    /// Who may connect.
    pub async fn allow(&self, id: &str, ranges: &[String]) -> Result<(), CallError> {
        self.post("update-allowlist", id, &json!({ "allowed_ips": ranges })).await
    }

    /// TLS; there is no way back.
    pub async fn enable_tls(&self, id: &str) -> Result<(), CallError> {
        self.post("enable-tls", id, &Value::Null).await
    }

    /// A switch that is a call for on and another for off: `eviction`, `autoupgrade`, `dailybackup`.
    pub async fn switch(&self, id: &str, what: &str, on: bool) -> Result<(), CallError> {
        let method = if what == "dailybackup" { Method::PATCH } else { Method::POST };
        let word = if on { "enable" } else { "disable" };
        self.call(method, &format!("/redis/{word}-{what}/{id}"), None).await.map(|_| ())
    }

    async fn post(&self, what: &str, id: &str, body: &Value) -> Result<(), CallError> {
        let body = (!body.is_null()).then_some(body);
        self.call(Method::POST, &format!("/redis/{what}/{id}"), body).await.map(|_| ())
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, CallError> {
        let what = format!("{method} {path}");
        self.client.call(method, path, body).await.map_err(|error| refusal(&what, &error))
    }
}

fn read<T: for<'a> Deserialize<'a>>(answer: Answer) -> Result<T, CallError> {
    // The parser's message could quote a password; which field it was is enough.
    T::deserialize(answer.body).map_err(|_| {
        CallError::refused("the answer of the Developer API is not what its documents say")
            .with_hint("look whether a newer cachefit reads it, and report it with the command that was run")
    })
}

/// What a refusal means. The API declares no codes: status and words tell.
fn refusal(what: &str, error: &NetError) -> CallError {
    let NetError::Refused(answer) = error else {
        return CallError::new(Refusal::Lost, format!("{what}: {error}"));
    };
    let said = answer.text();
    let lower = said.to_ascii_lowercase();
    let kind = match answer.status {
        _ if lower.contains("already enabled") || lower.contains("already disabled") => Refusal::NoChange,
        404 => Refusal::Absent,
        401 => Refusal::Expired,
        403 => Refusal::Denied,
        409 => Refusal::Busy,
        429 | 500..=599 => Refusal::Later,
        _ if lower.contains("not found") => Refusal::Absent,
        _ => Refusal::Other,
    };
    let error = CallError {
        retry_after: answer.retry_after,
        ..CallError::new(kind, format!("{what}: HTTP status {}: {said}", answer.status))
    };
    match kind {
        Refusal::Expired | Refusal::Denied => error.with_hint(
            "set UPSTASH_EMAIL and UPSTASH_API_KEY to an account's own e-mail and a key of its Developer API; accounts \
             that were made through a cloud's marketplace have no such key: use the console, or a native account",
        ),
        _ => error,
    }
}
