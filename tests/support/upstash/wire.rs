//! From a request to a call, and from an answer to bytes.

use serde_json::{Value, json};

use crate::cloud::http::{Delivery, Reply, Request};

/// An operation with its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its `operationId`; that of the routes without one is made up.
    pub operation: &'static str,
    /// The database, where there is one.
    pub id: String,
    pub backup: String,
    pub body: Value,
    pub hides_credentials: bool,
    pub authorization: String,
}

/// An error answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
    pub is_object: bool,
}

pub type Answer = Result<Value, Refusal>;

/// The operation at a path, with the database and the backup in it. `None` at a path that has others: 405.
fn route<'a>(method: &str, path: &[&'a str]) -> Result<(&'static str, &'a str, &'a str), bool> {
    let all: &[(&str, &str, &'static str)] = &[
        ("POST", "rename", "renameDatabase"),
        ("POST", "reset-password", "resetPassword"),
        ("POST", "enable-tls", "enableTls"),
        ("POST", "enable-eviction", "enableEviction"),
        ("POST", "disable-eviction", "disableEviction"),
        ("POST", "enable-autoupgrade", "enableAutoUpgrade"),
        ("POST", "disable-autoupgrade", "disableAutoUpgrade"),
        ("PATCH", "update-budget", "updateBudget"),
        ("POST", "update-regions", "updateRegions"),
        ("GET", "stats", "getDatabaseStats"),
        ("GET", "list-backup", "listBackup"),
        ("POST", "create-backup", "createBackup"),
        ("POST", "restore-backup", "restoreBackup"),
        ("PATCH", "enable-dailybackup", "enableDailyBackup"),
        ("PATCH", "disable-dailybackup", "disableDailyBackup"),
        // Known only from the provider for Terraform.
        ("POST", "update-allowlist", "updateAllowlist"),
        ("POST", "enable-prodpack", "enableProdPack"),
        ("POST", "disable-prodpack", "disableProdPack"),
    ];
    match (method, path) {
        ("GET", ["databases"]) => Ok(("listDatabases", "", "")),
        ("POST", ["database"]) => Ok(("createDatabase", "", "")),
        ("GET", ["database", id]) => Ok(("getDatabase", id, "")),
        ("DELETE", ["database", id]) => Ok(("deleteDatabase", id, "")),
        ("POST", ["move-to-team"]) => Ok(("moveToTeam", "", "")),
        ("DELETE", ["delete-backup", id, backup]) => Ok(("deleteBackup", id, backup)),
        ("POST", [id, "change-plan"]) => Ok(("changePlan", id, "")),
        (_, ["databases" | "database" | "move-to-team"] | ["database", _] | [_, "change-plan"]) => Err(true),
        (_, [verb, id]) => match all.iter().find(|(_, word, _)| word == verb) {
            Some((wants, _, operation)) if *wants == method => Ok((operation, id, "")),
            found => Err(found.is_some()),
        },
        _ => Err(false),
    }
}

/// The call in a request; 404 or 405 for what is none.
pub fn decode(request: &Request) -> Result<Call, (u16, String)> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let ["v2", "redis", rest @ ..] = parts.as_slice() else { return Err((404, format!("no route {path}"))) };
    let (operation, id, backup) = route(&request.method, rest).map_err(|is_known| {
        let status = if is_known { 405 } else { 404 };
        (status, format!("no route {} {path}", request.method))
    })?;
    let body = if request.body.is_empty() { Value::Null } else { body(request)? };
    Ok(Call {
        operation,
        id: id.to_owned(),
        backup: backup.to_owned(),
        body,
        hides_credentials: query.split('&').any(|pair| pair == "credentials=hide"),
        authorization: request.header("authorization").unwrap_or_default().to_owned(),
    })
}

fn body(request: &Request) -> Result<Value, (u16, String)> {
    serde_json::from_slice(&request.body).map_err(|error| (400, format!("the body is no JSON: {error}")))
}

pub fn encode(answer: &Answer) -> Reply {
    let (status, body) = match answer {
        Ok(value) => (200, value.clone()),
        Err(refusal) if refusal.is_object => {
            (refusal.status, json!({"code": refusal.status.to_string(), "message": refusal.message}))
        }
        Err(refusal) => (refusal.status, Value::String(refusal.message.clone())),
    };
    Reply {
        status,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into_bytes(),
        delivery: Delivery::Whole,
    }
}

/// `Basic …` of the caller.
pub fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("{user}:{password}");
    let mut coded = String::from("Basic ");
    for three in text.as_bytes().chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            coded.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    coded
}
