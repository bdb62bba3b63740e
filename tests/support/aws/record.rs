//! Every request as it came, for the tests and for the check against the service's model.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::http::Request;
use super::wire::is_mutating;

/// A request and how it ended.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub service: String,
    pub action: String,
    pub params: Value,
    pub request: Request,
    /// The error code, if it was refused.
    pub refused: Option<String>,
    pub status: u16,
    pub answer: Vec<u8>,
}

impl Recorded {
    pub fn is_mutating(&self) -> bool {
        is_mutating(&self.action)
    }

    /// `elasticache:CreateReplicationGroup`, as in a policy.
    pub fn permission(&self) -> String {
        let service = if self.service == "monitoring" { "cloudwatch" } else { &self.service };
        format!("{service}:{}", self.action)
    }

    /// A request whose purpose is to carry a secret.
    pub fn carries_secret(&self) -> bool {
        let names =
            ["CreateSecret", "PutSecretValue", "GetSecretValue", "UpdateSecret", "CreateUser", "ModifyUser"];
        names.contains(&self.action.as_str())
    }
}

/// One JSON object a line; a request that came twice is written once.
pub fn write(recorded: &[Recorded], file: &Path) -> std::io::Result<()> {
    let mut seen = HashSet::new();
    let mut lines = String::new();
    for record in recorded {
        let request = &record.request;
        if !seen.insert((&record.action, &request.path, &request.body, &record.refused)) {
            continue;
        }
        let line = json!({
            "service": record.service, "action": record.action, "method": request.method,
            "path": request.path, "body": hex(&request.body), "refused": record.refused,
            "status": record.status, "answer": hex(&record.answer),
        });
        lines.push_str(&format!("{line}\n"));
    }
    std::fs::File::create(file)?.write_all(lines.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
