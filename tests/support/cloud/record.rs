//! Every request as it came, for the tests and for the check against the service's own description.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::http::Request;

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
    /// All of it, also where only half was sent.
    pub answer: Vec<u8>,
    pub(super) permission: String,
    pub(super) changes: bool,
    pub(super) secret: bool,
}

impl Recorded {
    pub fn is_mutating(&self) -> bool {
        self.changes
    }

    /// `elasticache:CreateReplicationGroup`, as in a policy.
    pub fn permission(&self) -> String {
        self.permission.clone()
    }

    /// A request whose purpose is to carry a secret.
    pub fn carries_secret(&self) -> bool {
        self.secret
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
